#!/bin/sh
# frames.sh ARGUMENTS...: gcc, or what FRAMES_CC says, that refuses native frames above 16 KiB and says no word about anything
# else. CC=testdata/frames.sh makes gol, which silences its C compiler, compile program and library with it.
for argument; do
	shift
	[ "$argument" = -w ] || set -- "$@" "$argument"
done
exec ${FRAMES_CC:-gcc} "$@" -Wframe-larger-than=${FRAMES_LIMIT:-16384} -Werror
