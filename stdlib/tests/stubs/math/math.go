package math

import real "math"

func Sqrt(x float64) float64        { return real.Sqrt(x) }
func Floor(x float64) float64       { return real.Floor(x) }
func Ceil(x float64) float64        { return real.Ceil(x) }
func Trunc(x float64) float64       { return real.Trunc(x) }
func Round(x float64) float64       { return real.Round(x) }
func RoundToEven(x float64) float64 { return real.RoundToEven(x) }
func FMA(x, y, z float64) float64   { return real.FMA(x, y, z) }
func Exp(x float64) float64         { return real.Exp(x) }
func Mod(x, y float64) float64      { return real.Mod(x, y) }
