package os

import real "os"

func dieOfBrokenPipe() { real.Exit(141) }
