package sort

import "reflect"

func sliceLength(x any) int {
	reflect.Swapper(x)
	return reflect.ValueOf(x).Len()
}

func swapElements(x any, i, j int) { reflect.Swapper(x)(i, j) }
