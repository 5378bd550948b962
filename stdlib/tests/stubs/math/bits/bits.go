package bits

import real "math/bits"

func Len64(x uint64) (n int)                       { return real.Len64(x) }
func TrailingZeros64(x uint64) int                 { return real.TrailingZeros64(x) }
func OnesCount64(x uint64) int                     { return real.OnesCount64(x) }
func Mul64(x, y uint64) (hi, lo uint64)            { return real.Mul64(x, y) }
func divide128(hi, lo, y uint64) (quo, rem uint64) { return real.Div64(hi, lo, y) }
func panicOverflow()                               { real.Div64(1, 0, 1) }
