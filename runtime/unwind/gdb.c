/*
 * gdb.c - commands of gdb for goroutines, in the program itself: gdb reads Python from the section .debug_gdb_scripts
 * of what it debugs (where it trusts the program: docs/debugging.md).
 *
 *     info goroutines              all of them: number, state, where
 *     goroutine N bt               the saved frames of one, innermost first
 *     goroutine all bt
 *
 * The script reads memory and calls nothing, so it works with core files and in a process that has stopped anywhere.
 * The runtime is built without debug information: the table gol_gdb says where things lie, words in the order of
 * FIELDS below.
 * What a running goroutine has on the native stack is for gdb's own bt; its saved frames are below those.
 */
#include "stack/list.h"
#include "unwind/trace.h"

#include <stddef.h>

#define OFFSET(type, member) offsetof(type, member)

/* The first byte says what follows: a name, then Python. gdb takes the section as it is, so there must be no gap in
 * it. */
static const char script[] __attribute__((section(".debug_gdb_scripts"), used, aligned(1))) =
	"\4gol\n"
	"import gdb\n"
	"\n"
	"FIELDS = (\"places reasons id status reason base top last m origin point parent m_id resume below\"\n"
	"          \" name file line flags point_count points files file_count\").split()\n"
	"STATES = [\"dead\", \"runnable\", \"running\", \"parking\", \"readied\", \"waiting\", \"syscall\"]\n"
	"\n"
	"def number(address, size=8):\n"
	"    return int.from_bytes(gdb.selected_inferior().read_memory(address, size).tobytes(), \"little\")\n"
	"\n"
	"def text(address):\n"
	"    return gdb.Value(number(address)).cast(gdb.lookup_type(\"char\").pointer()).string()\n"
	"\n"
	"def table():\n"
	"    try:\n"
	"        at = int(gdb.parse_and_eval(\"(unsigned long)&gol_gdb\"))\n"
	"    except gdb.error:\n"
	"        raise gdb.GdbError(\"this program has no runtime of gol, or no symbols\")\n"
	"    return {name: number(at + 8 * i) for i, name in enumerate(FIELDS)}\n"
	"\n"
	"class G:\n"
	"    def __init__(self, t, at):\n"
	"        self.t, self.at = t, at\n"
	"        self.id, self.status = number(at + t[\"id\"]), number(at + t[\"status\"], 4)\n"
	"\n"
	"    def state(self):\n"
	"        if self.status == 5:\n"
	"            return text(self.t[\"reasons\"] + 8 * number(self.at + self.t[\"reason\"], 4))\n"
	"        m = number(self.at + self.t[\"m\"])\n"
	"        if self.status in (2, 6) and m:\n"
	"            return \"%s on thread %d\" % (STATES[self.status], number(m + self.t[\"m_id\"], 4))\n"
	"        return STATES[self.status]\n"
	"\n"
	"    def frames(self):\n"
	"        at, base = number(self.at + self.t[\"top\"]), number(self.at + self.t[\"base\"])\n"
	"        size = number(self.at + self.t[\"last\"], 4)\n"
	"        while at > base and size > 0:\n"
	"            at -= size\n"
	"            func, point = number(at), number(at + self.t[\"resume\"], 4)\n"
	"            size = number(at + self.t[\"below\"], 4)\n"
	"            if not number(func + self.t[\"flags\"], 4) & 6:\n"
	"                yield func, point\n"
	"\n"
	"    def place(self, func, point):\n"
	"        t = self.t\n"
	"        line, file = number(func + t[\"line\"], 4), text(func + t[\"file\"])\n"
	"        if 0 < point < number(func + t[\"point_count\"], 4):\n"
	"            line = number(number(func + t[\"points\"]) + 8 * point, 4)\n"
	"            files = number(func + t[\"files\"])\n"
	"            for i in range(number(func + t[\"file_count\"], 4)):\n"
	"                if number(files + 16 * i, 4) == point:\n"
	"                    file = text(files + 16 * i + 8)\n"
	"        return \"%s at %s:%d\" % (text(func + t[\"name\"]), file, line)\n"
	"\n"
	"    def origin(self):\n"
	"        func = number(self.at + self.t[\"origin\"])\n"
	"        if not func:\n"
	"            return None\n"
	"        place = self.place(func, number(self.at + self.t[\"point\"], 4))\n"
	"        return \"created by %s in goroutine %d\" % (place, number(self.at + self.t[\"parent\"]))\n"
	"\n"
	"    def show(self):\n"
	"        gdb.write(\"goroutine %d [%s]:\\n\" % (self.id, self.state()))\n"
	"        if self.status == 2:\n"
	"            gdb.write(\"   (newer frames are native: bt of its thread)\\n\")\n"
	"        for i, frame in enumerate(self.frames()):\n"
	"            gdb.write(\"#%-3d %s\\n\" % (i, self.place(*frame)))\n"
	"        if self.origin():\n"
	"            gdb.write(\"     %s\\n\" % self.origin())\n"
	"\n"
	"def goroutines():\n"
	"    t = table()\n"
	"    items = number(number(t[\"places\"]))\n"
	"    for i in range(number(number(t[\"places\"] + 8), 4)):\n"
	"        g = G(t, number(items + 8 * i))\n"
	"        if g.status:\n"
	"            yield g\n"
	"\n"
	"class InfoGoroutines(gdb.Command):\n"
	"    \"List all goroutines: number, state, innermost saved frame.\"\n"
	"    def __init__(self):\n"
	"        super().__init__(\"info goroutines\", gdb.COMMAND_STACK)\n"
	"\n"
	"    def invoke(self, argument, from_tty):\n"
	"        for g in goroutines():\n"
	"            where = next(g.frames(), None)\n"
	"            mark, place = \"*\" if g.status == 2 else \" \", \", \" + g.place(*where) if where else \"\"\n"
	"            gdb.write(\"%s%4d  %s%s\\n\" % (mark, g.id, g.state(), place))\n"
	"\n"
	"class Goroutine(gdb.Command):\n"
	"    \"goroutine N|all bt: the saved frames of a goroutine, or of all, innermost first.\"\n"
	"    def __init__(self):\n"
	"        super().__init__(\"goroutine\", gdb.COMMAND_STACK)\n"
	"\n"
	"    def invoke(self, argument, from_tty):\n"
	"        words = argument.split()\n"
	"        named = len(words) in (1, 2) and (words[0] == \"all\" or words[0].isdigit())\n"
	"        if not named or words[1:] not in ([], [\"bt\"]):\n"
	"            raise gdb.GdbError(\"goroutine N bt, or goroutine all bt\")\n"
	"        found = [g for g in goroutines() if words[0] in (\"all\", str(g.id))]\n"
	"        if not found:\n"
	"            raise gdb.GdbError(\"no goroutine \" + words[0])\n"
	"        for g in found:\n"
	"            g.show()\n"
	"\n"
	"InfoGoroutines()\n"
	"Goroutine()\n";

const uintptr_t gol_gdb[] = {
	(uintptr_t)&g_places, (uintptr_t)trace_wait_reasons,
	OFFSET(G, id), OFFSET(G, status), OFFSET(G, wait_reason), OFFSET(G, base), OFFSET(G, top), OFFSET(G, last),
	OFFSET(G, m),
	OFFSET(G, origin.func), OFFSET(G, origin.point), OFFSET(G, origin.parent), OFFSET(M, id),
	OFFSET(gol_frame, resume), OFFSET(gol_frame, below),
	OFFSET(gol_func_info, name), OFFSET(gol_func_info, file), OFFSET(gol_func_info, line), OFFSET(gol_func_info, flags),
	OFFSET(gol_func_info, point_count), OFFSET(gol_func_info, points),
	OFFSET(gol_func_info, files), OFFSET(gol_func_info, file_count),
	(uintptr_t)script,          /* no field: who keeps the table keeps the script */
};
