package bits

import real "math/bits"

func Len64(x uint64) (n int)                       { return real.Len64(x) }
func TrailingZeros64(x uint64) int                 { return real.TrailingZeros64(x) }
func OnesCount64(x uint64) int                     { return real.OnesCount64(x) }
func divide128(hi, lo, y uint64) (quo, rem uint64) { return real.Div64(hi, lo, y) }
func panicOverflow()                               { real.Div64(1, 0, 1) }
func mulHigh(x, y uint64) uint64                   { hi, _ := real.Mul64(x, y); return hi }
func carryOf(x, y, carry uint64) uint64            { _, c := real.Add64(x, y, carry); return c }
func borrowOf(x, y, borrow uint64) uint64          { _, b := real.Sub64(x, y, borrow); return b }
