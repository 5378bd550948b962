/*
 * version_test.c - versions of modules and of Go: which are ones, their order, which paths they fit.
 */
#include "module/private.h"

#include <criterion/criterion.h>
#include <string.h>

Test(version, order)
{
	/* each is less than the next */
	static const char *const sorted[] = {"bad", "v0.0.0-20200101120000-0123456789ab", "v0.0.0", "v0.9.10-rc.1", "v0.9.10", "v1.0.0-1", "v1.0.0-2", "v1.0.0-11",
		"v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0+incompatible", "v10.0.0"};
	for (int i = 0; i < COUNT_OF(sorted); i++)
		for (int k = 0; k < COUNT_OF(sorted); k++)
			cr_expect_eq(version_compare(sorted[i], sorted[k]), (i > k) - (i < k), "%s %s", sorted[i], sorted[k]);
	cr_expect_eq(version_compare("v1", "v1.0.0"), 0);
	cr_expect_eq(version_compare("v1.2.3+a", "v1.2.3+b"), 0);
}

Test(version, canonical)
{
	static const struct { const char *text, *canonical; } cases[] = {
		{"v1", "v1.0.0"}, {"v1.2", "v1.2.0"}, {"v1.2.3", "v1.2.3"}, {"v1.2.3-pre+build", "v1.2.3-pre"}, {"v2.0.0+incompatible", "v2.0.0+incompatible"},
		{"1.2.3", NULL}, {"v01.2.3", NULL}, {"v1.2.3-01", NULL}, {"v1.2.3-", NULL}, {"v1.2.3.4", NULL}, {"v1-pre", NULL}, {"", NULL}, {"v1.2.3-a..b", NULL},
	};
	Compiler *c = compiler_new();
	for (int i = 0; i < COUNT_OF(cases); i++) {
		const char *canonical = version_canonical(c, cases[i].text);
		bool same = canonical && cases[i].canonical ? strcmp(canonical, cases[i].canonical) == 0 : canonical == cases[i].canonical;
		cr_expect(same, "%s: %s", cases[i].text, canonical ? canonical : "none");
		cr_expect_eq(version_is_valid(cases[i].text), canonical != NULL, "%s", cases[i].text);
	}
	compiler_free(c);
}

Test(version, paths)
{
	static const struct { const char *path, *version; bool fits; } cases[] = {
		{"a.com/x", "v0.1.0", true}, {"a.com/x", "v1.1.0", true}, {"a.com/x", "v2.0.0", false}, {"a.com/x", "v2.0.0+incompatible", true},
		{"a.com/x/v2", "v2.3.0", true}, {"a.com/x/v2", "v3.0.0", false}, {"a.com/x/v20", "v2.0.0", false}, {"gopkg.in/x.v1", "v1.0.0", true},
		{"gopkg.in/x.v1", "v0.0.0-20200101120000-0123456789ab", true}, {"gopkg.in/x.v2", "v1.0.0", false}, {"gopkg.in/x.v2-unstable", "v2.0.0", true},
	};
	Compiler *c = compiler_new();
	for (int i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(version_misfit(c, cases[i].path, cases[i].version) == NULL, cases[i].fits, "%s %s", cases[i].path, cases[i].version);
	cr_expect(path_major_is_wrong(c, "a.com/x/v1") && path_major_is_wrong(c, "a.com/x/v02") && path_major_is_wrong(c, "gopkg.in/x"));
	cr_expect(!path_major_is_wrong(c, "a.com/v2x") && !path_major_is_wrong(c, "a.com/x/v2") && !path_major_is_wrong(c, "v2"));
	compiler_free(c);
}

Test(version, go)
{
	static const char *const sorted[] = {NULL, "1.9", "1.18", "1.20rc1", "1.20", "1.20.1", "1.21", "1.21rc1", "1.21rc2", "1.21.0", "1.21.10", "1.26", "2.0"};
	for (int i = 0; i < COUNT_OF(sorted); i++)
		for (int k = 0; k < COUNT_OF(sorted); k++)
			cr_expect_eq(go_version_compare(sorted[i], sorted[k]), (i > k) - (i < k), "%s %s", sorted[i] ? sorted[i] : "", sorted[k] ? sorted[k] : "");
	cr_expect_eq(go_version_compare("1.20", "1.20.0"), 0);
}
