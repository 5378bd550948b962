// unwind.go: the language of unwind_test.c, in Go, to compare with.
package main

import (
	"fmt"
	"os"
	"runtime"
)

var numbers = make(chan int)

func block(p string) (inside, after string) {
	depth := 0
	for i := range p {
		switch p[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return p[1:i], p[i+1:]
		}
	}
	panic("parentheses")
}

func exec(p string) {
	for p != "" {
		op := p[0]
		p = p[1:]
		var inside string
		switch op {
		case '.':
			fmt.Println(p[:1])
			p = p[1:]
		case 'p':
			panic(p[:1])
		case 'i':
			a := make([]int, 2)
			n := 5
			a[n]++
		case 'r':
			switch v := recover().(type) {
			case nil:
				fmt.Println("<nil>")
			case error:
				fmt.Println("recovered error")
			default:
				fmt.Println("recovered", v)
			}
		case 'g':
			runtime.Goexit()
		case 'y':
			runtime.Gosched()
		case 'b':
			<-numbers
		case 'd':
			inside, p = block(p)
			defer exec(inside)
		case 'c':
			inside, p = block(p)
			exec(inside)
		}
	}
}

func main() {
	done := make(chan int)
	go func() {
		for {
			numbers <- 1
		}
	}()
	go func() {
		defer close(done)
		exec(os.Args[1])
	}()
	<-done
	fmt.Println("end")
}
