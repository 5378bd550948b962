// time.go compares golstd/time with the real time: calendar, formats, parsing, durations, zones.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"time"

	own "golstd/time"
)

var bad int

func check(what string, got, want any) {
	g, w := fmt.Sprint(got), fmt.Sprint(want)
	if g != w {
		if bad++; bad < 40 {
			fmt.Printf("%s\n  got  %s\n  want %s\n", what, g, w)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

func main() {
	r := rand.New(rand.NewSource(1))
	layouts := []string{time.Layout, time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano, time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.StampNano, time.DateTime, time.DateOnly, time.TimeOnly, "2006-002 __2 15h3m", "Z07 Z0700 Z070000 Z07:00:00 -07 -070000 -07:00:00", "January Monday 1 2 3 4 5 06 pm", "05.000 05,999 05.9", "Month Mondays Jan. x_2006 20060102150405"}
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Monrovia", "America/St_Johns", "Pacific/Apia", "Local", "Asia/Tehran", "Europe/Dublin"}
	for _, z := range zones {
		l1, e1 := own.LoadLocation(z)
		l2, e2 := time.LoadLocation(z)
		check("load "+z, errText(e1), errText(e2))
		if e2 != nil || e1 != nil {
			continue
		}
		for range 1500 {
			sec := r.Int63n(8e9) - 4e9
			if r.Intn(10) == 0 {
				sec = r.Int63n(1e12) - 5e11
			}
			ns := r.Int63n(1e9)
			if r.Intn(3) == 0 {
				ns = 0
			}
			a, b := own.Unix(sec, ns).In(l1), time.Unix(sec, ns).In(l2)
			what := fmt.Sprint(z, " ", sec, " ", ns)
			check(what, a, b)
			check(what+" go", a.GoString(), b.GoString())
			y, w := a.ISOWeek()
			y2, w2 := b.ISOWeek()
			check(what+" week", []int{y, w, a.YearDay(), int(a.Weekday())}, []int{y2, w2, b.YearDay(), int(b.Weekday())})
			check(what+" dst", a.IsDST(), b.IsDST())
			s1, e1 := a.ZoneBounds()
			s2, e2 := b.ZoneBounds()
			if sec < 2100000000 { // later, Go cuts at the end of a year
				check(what+" bounds", fmt.Sprint(s1, e1), fmt.Sprint(s2, e2))
			}
			layout := layouts[r.Intn(len(layouts))]
			text := b.Format(layout)
			check(what+" "+layout, a.Format(layout), text)
			p1, err1 := own.ParseInLocation(layout, text, l1)
			p2, err2 := time.ParseInLocation(layout, text, l2)
			check(what+" parse "+layout+" "+text, fmt.Sprint(p1, errText(err1)), fmt.Sprint(p2, errText(err2)))
			// Mutate the text to provoke errors.
			m := []byte(text)
			m[r.Intn(len(m))] = "0123459 :-+.,ZTxP"[r.Intn(17)]
			p1, err1 = own.Parse(layout, string(m))
			p2, err2 = time.Parse(layout, string(m))
			check(fmt.Sprintf("parse %q %q", layout, m), fmt.Sprint(p1, errText(err1)), fmt.Sprint(p2, errText(err2)))
			var u1 own.Time
			var u2 time.Time
			err1, err2 = u1.UnmarshalText(m), u2.UnmarshalText(m)
			if layout == time.RFC3339 || layout == time.RFC3339Nano {
				check(fmt.Sprintf("text %q", m), fmt.Sprint(u1, errText(err1)), fmt.Sprint(u2, errText(err2)))
			}
			d := r.Int63n(1<<uint(1+r.Intn(62))) + 1
			check(what+" trunc", a.Truncate(own.Duration(d)), b.Truncate(time.Duration(d)))
			check(what+" round", a.Round(own.Duration(d)), b.Round(time.Duration(d)))
			check(what+" add", a.Add(own.Duration(-d)), b.Add(time.Duration(-d)))
			ys, ms, ds := r.Intn(40)-20, r.Intn(40)-20, r.Intn(100)-50
			check(what+" adddate", a.AddDate(ys, ms, ds), b.AddDate(ys, ms, ds))
			b1, _ := a.MarshalBinary()
			b2, _ := b.MarshalBinary()
			check(what+" binary", b1, b2)
			j1, je1 := a.MarshalJSON()
			j2, je2 := b.MarshalJSON()
			check(what+" json", fmt.Sprint(string(j1), errText(je1)), fmt.Sprint(string(j2), errText(je2)))
			sec2 := sec + r.Int63n(1e11) - 5e10
			check(what+" sub", a.Sub(own.Unix(sec2, 5)), b.Sub(time.Unix(sec2, 5)))
			check(what+" date", own.Date(ys+1990, own.Month(ms), ds, ms, ys, ds, int(ns)*3, l1), time.Date(ys+1990, time.Month(ms), ds, ms, ys, ds, int(ns)*3, l2))
		}
	}
	for range 20000 {
		d := r.Int63() >> uint(r.Intn(63))
		if r.Intn(2) == 0 {
			d = -d
		}
		a, b := own.Duration(d), time.Duration(d)
		check("dur", a, b)
		check("dur f", fmt.Sprint(a.Seconds(), a.Minutes(), a.Hours(), a.Milliseconds(), a.Abs()), fmt.Sprint(b.Seconds(), b.Minutes(), b.Hours(), b.Milliseconds(), b.Abs()))
		m := r.Int63() >> uint(r.Intn(63))
		check("round", fmt.Sprint(a.Round(own.Duration(m)), a.Truncate(own.Duration(m))), fmt.Sprint(b.Round(time.Duration(m)), b.Truncate(time.Duration(m))))
		s := []byte(b.String())
		if r.Intn(2) == 0 {
			s[r.Intn(len(s))] = "0123.hmsnu-+"[r.Intn(12)]
		}
		d1, e1 := own.ParseDuration(string(s))
		d2, e2 := time.ParseDuration(string(s))
		check("parse "+string(s), fmt.Sprint(d1, errText(e1)), fmt.Sprint(d2, errText(e2)))
	}
	for _, s := range []string{"", "0", "+", "1", "1x", ".s", "1.s", "-1h", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "1e3s", "3µs", "3μs", "0.100000000000000000000h", "1h1h"} {
		d1, e1 := own.ParseDuration(s)
		d2, e2 := time.ParseDuration(s)
		check("parse "+s, fmt.Sprint(d1, errText(e1)), fmt.Sprint(d2, errText(e2)))
	}
	check("zero", own.Time{}, time.Time{})
	check("month", fmt.Sprint(own.Month(13), own.Weekday(9), own.March), fmt.Sprint(time.Month(13), time.Weekday(9), time.March))
	_, e1 := own.LoadLocation("No/Where")
	_, e2 := time.LoadLocation("No/Where")
	check("nowhere", e1, e2)
	timers()
	if bad > 0 {
		fmt.Println(bad, "differences")
		os.Exit(1)
	}
}

func timers() {
	start := own.Now()
	t := own.NewTimer(20 * own.Millisecond)
	<-t.C
	if d := own.Since(start); d < 20*own.Millisecond || d > own.Second {
		check("timer", d, "20ms")
	}
	check("stop after", t.Stop(), false)
	check("reset", t.Reset(own.Hour), false)
	check("stop", t.Stop(), true)
	ch := make(chan int)
	own.AfterFunc(own.Millisecond, func() { ch <- 1 })
	<-ch
	tick := own.NewTicker(2 * own.Millisecond)
	<-tick.C
	<-tick.C
	tick.Stop()
	own.Sleep(5 * own.Millisecond)
	select {
	case <-tick.C:
		check("tick", "value", "none")
	default:
	}
}
