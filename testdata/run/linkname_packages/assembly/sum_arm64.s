// The sum of a slice; never read by gol.
TEXT ·sum(SB), 4, $0-32
	RET
