/*
 * help.c - gol help.
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>

static const char general[] =
	"Gol compiles Go programs (.gol and .go files) to C and runs them.\n\n"
	"Usage:\n\n\tgol <command> [arguments]\n\n"
	"The commands are:\n\n"
	"\tbuild       compile packages and dependencies\n"
	"\tclean       remove object files and cached files\n"
	"\tdoc         show documentation for package or symbol\n"
	"\tenv         print Gol environment information\n"
	"\tescape-diff compare what two programs put into the heap\n"
	"\texplain     say what a line makes, where it is, and why\n"
	"\tfmt         gofmt (reformat) package sources\n"
	"\tgenerate    generate Go files by processing source\n"
	"\tget         add dependencies to current module and install them\n"
	"\tinstall     compile and install packages and dependencies\n"
	"\tlist        list packages or modules\n"
	"\tmod         module maintenance\n"
	"\trun         compile and run Gol program\n"
	"\ttest        test packages\n"
	"\ttool        run specified tool of the Go source tree\n"
	"\ttrace       make a page for the browser from the record of a run\n"
	"\ttree        list Go source trees, or get one\n"
	"\tversion     print Gol version\n"
	"\tvet         report likely mistakes in packages\n"
	"\twork        workspace maintenance\n\n"
	"Use \"gol help <command>\" for more information about a command.\n\n"
	"Additional help topics:\n\n"
	"\tbuildconstraint build constraints\n"
	"\tcache           build and test caching\n"
	"\tenvironment     environment variables\n"
	"\tpackages        package lists and patterns\n\n"
	"Use \"gol help <topic>\" for more information about that topic.\n\n";

static const struct { const char *verb, *text; } topics[] = {
	{"build",
	 "usage: gol build [-o output] [build flags] [packages]\n\n"
	 "Build compiles the packages named, along with what they import, and, where one\n"
	 "package main is named, links a program called after its folder or first file.\n"
	 "Several packages, or one that is not main, are compiled and the result is dropped.\n\n"
	 "\t-o FILE          write the program there; into a folder if one is named\n"
	 "\t-O0 -O1 -O2 -O3  optimisation of the C compiler (default -O2)\n"
	 "\t-versions=1|2    framed functions only, or fast versions beside them (default 2 from -O2 on)\n"
	 "\t-emit=c -o DIR   write the C of the program and the runtime into DIR and stop;\n"
	 "\t                 `cc *.c -lpthread -lm` builds it\n"
	 "\t-g               for debuggers: lines and, at -O0, variables (docs/debugging.md)\n"
	 "\t-dump=STAGE      print ast, types, ir or c of the package and stop; objects: the cached\n"
	 "\t                 objects of the standard packages it uses\n"
	 "\t-gcflags '[PATTERN=]FLAGS'\n"
	 "\t                 -m (escape decisions, as Go words them), -m=frames (what is done about\n"
	 "\t                 each, see gol help explain), -m=html (the same as a page), -e (all errors), -N (as -O0 -g), -lang=go1.N,\n"
	 "\t                 -noline (no #line in the C); -l: nothing is inlined;\n"
	 "\t                 -d=inline=N: functions that cost up to N are (without: 80, as in Go)\n"
	 "\t                 -d=facts=0: -m speaks of the standard library's bodies here, not of Go's\n"
	 "\t-m               the same as -gcflags=-m\n"
	 "\t-a               compile all packages anew\n"
	 "\t-p N             run up to N C compilers at once (default: one a processor)\n"
	 "\t-C DIR           change to DIR first; the first flag\n"
	 "\t-tags a,b        build constraints that hold\n"
	 "\t-mod MODE        readonly (the default), vendor (the default with a folder vendor), mod\n"
	 "\t-modfile FILE    read FILE instead of go.mod\n"
	 "\t-trimpath        record import paths instead of folders in the program\n"
	 "\t-ldflags '[PATTERN=]FLAGS'\n"
	 "\t                 -s, -w, -X path.name=value, -extldflags 'FLAGS' of the C linker\n"
	 "\t-buildmode MODE  exe (default) or pie\n"
	 "\t-overlay FILE    read files elsewhere: JSON, {\"Replace\": {\"path\": \"other path\"}}\n"
	 "\t-json            print what is wrong as JSON, one event a line, on standard output\n"
	 "\t-race            have races between goroutines reported while the program runs\n"
	 "\t-asan            the same as CFLAGS=-fsanitize=address, and the tag asan\n"
	 "\t-progress        every ten seconds a line of progress where there is no terminal\n"
	 "\t-v               print the names of packages as they are compiled\n"
	 "\t-x               print the commands\n"
	 "\t-n               print the commands but do not run them\n"
	 "\t-work            print the name of the work folder and keep it\n\n"
	 "CC and CFLAGS name the C compiler and flags for the program's own packages.\n\n"
	 "All build flags of Go, what they do here and which are refused: docs/command.md.\n\n"
	 "See also: gol run, gol clean, gol help packages.\n"},
	{"explain",
	 "usage: gol explain [-list] [build flags] [file[:line[:column]] | package]\n\n"
	 "Explain tells what the program makes on a line, or in a file or package, that needs memory:\n"
	 "variables whose address is wanted, new objects, literals, boxes of values in interfaces,\n"
	 "closures, text, what append grows. Each is\n\n"
	 "\tframe   in the frame of its function, which costs nothing\n"
	 "\tsmall   in the frame if it has few bytes, else in the heap\n"
	 "\theap    an object of the heap\n"
	 "\tgrows   an object of the heap where append finds no room\n"
	 "\tshared  text that is not copied\n"
	 "\tdata    the same every time, part of the program\n"
	 "\tnone    without size\n\n"
	 "For what is in the heap the way of its address is told, step by step, and what would change\n"
	 "without the last step. Where neither file nor package is named it is the package of the current\n"
	 "folder, and only what is in the heap is told.\n\n"
	 "-list prints a line for each, with fields divided by tabs: function, kind, number of its kind\n"
	 "in the function, place, text, position, reason. gol escape-diff reads such lists.\n\n"
	 "gol build -gcflags=-m=frames prints the same in remarks; gol build -gcflags=-m=html writes a\n"
	 "page with the source and marks to standard output.\n"},
	{"escape-diff",
	 "usage: gol escape-diff [build flags] old new\n\n"
	 "Escape-diff compares where two programs put what they make. Each is a package, a file, or a\n"
	 "list that gol explain -list wrote. Things are told apart by function, kind and number, so that\n"
	 "lines may move. The exit status is 1 if anything is in the heap that was not before.\n"},
	{"run",
	 "usage: gol run [build flags] [-exec xprog] package [arguments...]\n\n"
	 "Run compiles and runs the named main package: a list of .gol files of one folder, a\n"
	 "folder, or an import path. It compiles fast and optimises little (-O0; -O2 asks for\n"
	 "more). With -exec the program is run as 'xprog program arguments...'.\n\n"
	 "If the program fails, its exit status is printed and that of gol run is 1.\n\n"
	 "For more about build flags, see 'gol help build'.\n"},
	{"fmt",
	 "usage: gol fmt [-n] [-x] [packages]\n\n"
	 "Fmt runs gofmt -l -w on the Go files of the packages named and prints the names of those\n"
	 "that it changes. The gofmt is that of the Go source tree, compiled when it is first wanted.\n"
	 "-n prints the command but does not run it, -x prints it and runs it.\n"},
	{"test",
	 "usage: gol test [build/test flags] [packages] [build/test flags & test binary flags]\n\n"
	 "Test compiles the packages named (default: that of the current folder) with their _test\n"
	 "files and package testing of the Go source tree, runs what comes out in the folder of each\n"
	 "package, and prints a line a package: ok, FAIL, or ? where there are no tests. Output of\n"
	 "tests is shown if they fail, with -v, and where no package is named.\n\n"
	 "\t-c               compile the test programs, do not run them\n"
	 "\t-o FILE          where a test program is written to; it is run all the same without -c\n"
	 "\t-exec xprog      run the test programs as 'xprog program arguments...'\n"
	 "\t-json            print events in JSON\n"
	 "\t-args            what follows is for the test programs\n\n"
	 "For build flags see 'gol help build', for those of the test programs 'gol help testflag'.\n"
	 "docs/testing.md tells what differs from go test.\n"},
	{"testflag",
	 "These flags are understood by gol test and handed to the test programs, where they are\n"
	 "called -test.run and so on:\n\n"
	 "\t-run regexp, -skip regexp, -list regexp, -bench regexp\n"
	 "\t-v, -short, -failfast, -fullpath, -benchmem, -artifacts\n"
	 "\t-count n, -parallel n, -cpu 1,2,4, -shuffle off|on|N\n"
	 "\t-timeout d (default 10m), -benchtime d, -outputdir dir\n\n"
	 "Coverage: -cover prints the share of statements that ran, -covermode set|count|atomic,\n"
	 "-coverprofile file writes what go tool cover reads, -coverpkg p,q names the packages that count.\n\n"
	 "-vet=off, -vet=all, -vet=name,name say what packages are vetted with before they are tested (see 'gol\n"
	 "help vet'). Without it that is atomic, bool, buildtags, directive, errorsas, ifaceassert, nilfunc,\n"
	 "printf, slog, stringintconv and tests, if vet is in the cache: gol vet and -vet bring it there.\n\n"
	 "Not supported yet, and refused: -fuzz (seeds run as tests), -cpuprofile,\n"
	 "-memprofile, -blockprofile, -mutexprofile, -trace.\n"},
	{"generate",
	 "usage: gol generate [-run regexp] [-n] [-v] [-x] [build flags] [file.go... | packages]\n\n"
	 "Generate runs the commands in lines '//go:generate command argument...' of the packages'\n"
	 "files, in the folder of each. Words in double quotes are Go strings; $NAME is replaced,\n"
	 "also by $GOFILE, $GOLINE, $GOPACKAGE, $GOOS, $GOARCH, $GOROOT and $DOLLAR. A line\n"
	 "'//go:generate -command name words...' defines a command for the rest of the file.\n\n"
	 "\t-run regexp      only lines that match; -skip regexp: only those that do not\n"
	 "\t-v               print the names of files\n"
	 "\t-x               print the commands; -n: and do not run them\n"},
	{"install",
	 "usage: gol install [build flags] [packages]\n\n"
	 "Install compiles the packages named as gol build does and puts programs into $GOBIN, or\n"
	 "bin below the first folder of $GOPATH, or ~/go/bin; those for another machine into\n"
	 "linux_$GOARCH there.\n\n"
	 "With versions, as in 'gol install p@v', programs of other modules are built as their own go.mod\n"
	 "says, whatever module the current folder is in; the first time Go's own command is compiled\n"
	 "from the Go source tree, which takes minutes. 'gol run p@v' is the same.\n"},
	{"list",
	 "usage: gol list [-f format] [-json] [-m] [list flags] [build flags] [packages]\n\n"
	 "List prints the import paths of the packages named, one a line.\n\n"
	 "\t-json[=A,B]      JSON instead, with the fields of go list, or those named of them\n"
	 "\t-deps            all packages that they depend on before them\n"
	 "\t-f FORMAT        a template of package text/template for each, with the fields of -json and\n"
	 "\t                 the functions join, context and module\n"
	 "\t-test            what the tests of the packages named add: p.test, p [p.test], p_test\n"
	 "\t-e               packages with errors are listed too (with -json: and say which)\n"
	 "\t-find            imports are not followed\n"
	 "\t-m               modules instead: the main one, 'all', or those whose paths match\n"
	 "\t-u -versions -retracted -reuse FILE, path@version (with -m)\n"
	 "\t                 what proxies have: by Go's own command, compiled from the Go source tree\n\n"
	 "Not supported yet, and refused: -compiled, -export. docs/command.md says what differs from\n"
	 "go list.\n"},
	{"clean",
	 "usage: gol clean [-i] [-r] [-cache] [-testcache] [-modcache] [-fuzzcache] [build flags] [packages]\n\n"
	 "Clean removes the programs that gol build left in the folders of the packages named\n"
	 "(default: the current folder). -cache removes every cached object instead, -testcache\n"
	 "the results of tests, -modcache all downloaded modules. -n prints what would be removed,\n"
	 "-x prints it and removes it. -i and -r are refused.\n"},
	{"env", "usage: gol env [-json] [-changed] [-u] [-w] [var ...]\n\nEnv prints the environment gol works in, or the values of the names given, one a line.\n\n"
	 "\t-json            in JSON\n"
	 "\t-changed         only what differs from the defaults\n"
	 "\t-w NAME=value... changes the defaults of Go's variables: in Go's env file ($GOENV, else\n"
	 "\t                 go/env in the user's configuration folder), which go reads too\n"
	 "\t-u NAME...       takes them out of it\n\n"
	 "Variables of the environment win over the file. gol's own (CFLAGS, GOLCACHE, GOLTREES) are read\n"
	 "from the environment alone.\n"},
	{"vet", "usage: gol vet [build flags] [vet flags] [packages]\n\n"
	 "Vet looks for likely mistakes in the packages named (default: that of the current folder) and\n"
	 "their tests: with the analyzers of the Go source tree, compiled when they are first wanted, which takes\n"
	 "minutes. It prints file:line:column: message, and ends with 1 if there is something to say.\n\n"
	 "\t-NAME, -NAME=false   only these analyzers; all but these\n"
	 "\t-NAME.FLAG=VALUE     a flag of an analyzer\n"
	 "\t-json                JSON, on standard output; then the exit status is 0\n"
	 "\t-c N                 the lines in question, with N lines around them\n"
	 "\t-n -x                print the command; -n: and do not run it\n\n"
	 "'gol tool vet help' lists the analyzers. -vettool, -fix and -diff are refused.\n"
	 "gol test vets packages too: see 'gol help testflag'.\n"},
	{"doc", "usage: gol doc [doc flags] [package|[package.]symbol[.methodOrField]]\n\n"
	 "Doc prints documentation comments. It is Go's own command, compiled from the Go source tree when\n"
	 "it is first wanted; standard packages are shown as they are there. -http is refused.\n"},
	{"tool", "usage: gol tool [-n] command [args...]\n\n"
	 "Tool runs the command named: a program of the Go source tree, compiled when it is first\n"
	 "wanted and kept in the cache. -n prints where it is kept and does not run it.\n"},
	{"get", "usage: gol get [-t] [-u] [-tool] [build flags] [packages]\n\n"
	 "Get changes go.mod and go.sum so that the packages named, path@version, can be used, raises\n"
	 "or lowers what they need, and downloads it; @none removes. It is Go's own command, compiled\n"
	 "from the Go source tree: 'gol tool go help get' says all.\n"},
	{"work", "usage: gol work <command> [arguments]\n\n"
	 "Work maintains a go.work file: init, use, edit, sync, vendor. It is Go's own command, compiled\n"
	 "from the Go source tree: 'gol tool go help work' says all.\n"},
	{"mod", "usage: gol mod download [-json] [modules]\n"
	 "       gol mod verify\n"
	 "       gol mod edit|graph|init|tidy|vendor|why [arguments]\n\n"
	 "Download brings modules into the module cache: those that go.mod requires (before go 1.17 and in a\n"
	 "workspace all that are needed), or those named: path, path@version, path@query, patterns with '...',\n"
	 "all. What go.sum has is verified, what it lacks is added. -json prints what is where.\n\n"
	 "Verify checks that what the module cache has of the modules of this one is still what was downloaded.\n\n"
	 "The others are Go's own commands, compiled from the Go source tree when they are first\n"
	 "wanted, which takes minutes: 'gol tool go help mod tidy' says what they do.\n"},
	{"trace", "usage: gol trace [-from d] [-to d] [-o file] file\n\n"
	 "Trace makes a page for the browser from the record that a program made by gol writes\n"
	 "when it runs with GODEBUG=goltrace=file: which goroutine ran where and when, what made\n"
	 "it ready, what it waited for, where its frames were saved, collections and stops.\n\n"
	 "\t-o FILE     write the page there, - for standard output (default: the file's name and .html)\n"
	 "\t-from D -to D\n"
	 "\t            only what happened between these times after the start (1.5s, 20ms)\n"},
	{"tree", "usage: gol tree [get [version]]\n\n"
	 "Tree lists the Go source trees found, from one of which standard packages are read that gol does not\n"
	 "have itself. The one marked with * is used: $GOROOT; else the newest of those that\n"
	 "gol tree get brought; else the newest of those of Go and of Debian's golang-src.\n\n"
	 "Get brings the sources of a release of Go (default go1.26.8) through GOPROXY, about 70 MB, into\n"
	 "$GOLTREES, and prints the folder. It is verified, and done once.\n"},
	{"version", "usage: gol version [-m] [-v] [-json] [file ...]\n\nVersion prints the version of gol, or of Go that the programs named were built with; in\n"
	 "folders, of all programs. -m prints what they were built from, -json in JSON; -v names files\n"
	 "of folders that are no such programs.\n"},
	{"buildconstraint",
	 "A file belongs to a build if the //go:build line above its package clause holds: tags\n"
	 "joined by ||, &&, ! and parentheses. Tags that hold: linux, unix, gol, the architecture,\n"
	 "go1.1 to go1.26, and those given with -tags. Names that end in _GOOS, _GOARCH or\n"
	 "_GOOS_GOARCH mean the same; _test files are left out. Files given by name always belong.\n"},
	{"cache",
	 "Compiled packages are kept in $GOLCACHE, $XDG_CACHE_HOME/gol or ~/.cache/gol under a\n"
	 "hash of all that went into them. 'gol clean -cache' empties it. Several gol may use it\n"
	 "at once. The C of packages built with -g is kept there too.\n"},
	{"environment",
	 "CC, CFLAGS       the C compiler (default gcc) and flags for the program's own packages\n"
	 "GOLCACHE         folder of compiled packages\n"
	 "GOLTREES         folder of Go source trees that gol tree get brought\n"
	 "GOFLAGS          flags, as if they came first on the command line\n"
	 "GOTMPDIR, TMPDIR where work folders are made\n"
	 "GOARCH           amd64, arm64 or riscv64; for another machine than this one CC must name a C\n"
	 "                 compiler for it, and gol run uses the program go_linux_$GOARCH_exec\n"
	 "GOOS             linux; GOAMD64=v1; GOEXPERIMENT, GOFIPS140 and GO111MODULE=off are refused\n\n"
	 "Programs read GOMAXPROCS, GOGC, GOMEMLIMIT, GOTRACEBACK and GODEBUG as Go's do, and\n"
	 "GOLSTRESS, which makes rare events common: freeze=N:seed, window=N, gc=N, stats.\n"},
	{"packages",
	 "Packages are named by files of one folder (a.gol b.gol), by a folder (. ./x /x), or by an\n"
	 "import path: of the module whose go.mod or gol.mod stands in the working directory or\n"
	 "above it, or of the standard library. '...' in a path stands for any text: ./... means all\n"
	 "packages below the current folder (not those in testdata, nor in folders whose names\n"
	 "start with . or _). A folder outside of any module is a package too.\n"},
};

int help_without_verb(void)
{
	fputs(general, stderr);
	return EXIT_USAGE;
}

int help_command(int argc, char **argv)
{
	if (argc == 0) {
		fputs(general, stdout);
		return EXIT_OK;
	}
	for (int i = 0; i < COUNT_OF(topics) && argc == 1; i++)
		if (strcmp(topics[i].verb, argv[0]) == 0) {
			fputs(topics[i].text, stdout);
			return EXIT_OK;
		}
	fputs("gol help", stderr);
	for (int i = 0; i < argc; i++)
		fprintf(stderr, " %s", argv[i]);
	bool known = false;
	for (int i = 0; i < COUNT_OF(topics); i++)
		known |= strcmp(topics[i].verb, argv[0]) == 0;
	fprintf(stderr, ": unknown help topic. Run 'gol help%s%s'.\n", known ? " " : "", known ? argv[0] : "");
	return EXIT_USAGE;
}

int undefined_flag(Driver *d, const char *arg)
{
	arg += arg[1] == '-';
	if (strcmp(arg, "-h") != 0 && strcmp(arg, "-help") != 0)
		fprintf(stderr, "flag provided but not defined: %.*s\n", (int)strcspn(arg, "="), arg);
	usage_line(d);
	return EXIT_USAGE;
}
