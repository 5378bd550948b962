/*
 * constraint_test.c - which files belong to a build.
 */
#include "load/constraint.h"

#include <criterion/criterion.h>
#include <string.h>

static const BuildTags here, given = {.given = "red,blue"}, portable = {.portable = true}, other = {.arch = "riscv64"};

static bool header(const char *text, const BuildTags *tags) { return header_matches(text, strlen(text), tags); }

Test(constraint, expressions)
{
	static const struct { const char *text; bool holds; } cases[] = {
		{"linux", true}, {"windows", false}, {"!windows", true}, {"linux && !cgo", true}, {"gc || gccgo", false}, {"unix && (red || green)", true},
		{"red && blue", true}, {"purego", true}, {"go1.26", true}, {"go1.27", false}, {"go1.1 && !go1.99", true}, {"math_big_pure_go", true},
		{"linux &&", false}, {"(linux", false}, {"linux )", false}, {"", false}, {"linux windows", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(constraint_holds(cases[i].text, &given), cases[i].holds, "%s", cases[i].text);
}

Test(constraint, architecture)
{
#if defined(__x86_64__)
	cr_expect(constraint_holds("amd64", &here));
	cr_expect(!constraint_holds("amd64", &portable));
	cr_expect(constraint_holds("!amd64", &portable));
	cr_expect(file_name_matches("x_amd64.go", &here));
	cr_expect(!file_name_matches("x_amd64.go", &portable));
#endif
	cr_expect(file_name_matches("x_linux.go", &portable));
	cr_expect(constraint_holds("riscv64 && !amd64 && !arm64", &other));
	cr_expect(file_name_matches("x_linux_riscv64.go", &other));
	cr_expect(!file_name_matches("x_amd64.go", &other) && !file_name_matches("x_arm64.go", &other));
}

Test(constraint, names)
{
	static const struct { const char *name; bool matches; } cases[] = {
		{"x.go", true}, {"x_test.go", false}, {"gcm_fips140v1.26_test.go", false}, {"x_linux.gol", true}, {"x_windows.go", false}, {"x_zos.go", false},
		{"x_sparc64.go", false}, {"x_linux_riscv.go", false}, {"windows.go", true}, {"_x.go", false}, {".x.go", false}, {"x_unix.go", true},
		{"x_plan9_test.s", false}, {"x_darwin.pb.go", false}, {"x_linux_foo.go", true}, {"linux_s390.go", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(file_name_matches(cases[i].name, &here), cases[i].matches, "%s", cases[i].name);
}

Test(constraint, headers)
{
	static const struct { const char *text; bool matches; } cases[] = {
		{"package x\n", true},
		{"//go:build windows\n\npackage x\n", false},
		{"// Comment.\n\n//go:build linux\npackage x\n", true},
		{"// +build windows\n\npackage x\n", false},
		{"// +build windows\npackage x\n", true},               /* part of the package's comment */
		{"//+build linux darwin\n\npackage x\n", true},
		{"// +build linux,!cgo windows\n\npackage x\n", true},
		{"// +build linux,cgo windows\n\npackage x\n", false},
		{"// +build linux\n// +build windows\n\npackage x\n", false},
		{"// +build\n\npackage x\n", true},
		{"//go:build linux\n// +build windows\n\npackage x\n", true},     /* the newer form decides */
		{"// +build windows\n//go:build linux\n\npackage x\n", true},
		{"/* //go:build windows\n */\npackage x\n", true},
		{"package x\n\n//go:build windows\n", true},
		{"// +buildwindows\n\npackage x\n", true},
		{"//go:build !linux", false},
		{"", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(header(cases[i].text, &here), cases[i].matches, "%s", cases[i].text);
}
