/* cpu_test.c - limits of control groups, from files as Linux writes them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

static char root[] = "/tmp/gol-cpu-XXXXXX";

static void put(const char *path, const char *text)
{
	char name[500];
	snprintf(name, sizeof name, "mkdir -p \"$(dirname '%s%s')\"", root, path);
	cr_assert_eq(system(name), 0);
	snprintf(name, sizeof name, "%s%s", root, path);
	FILE *f = fopen(name, "w");
	cr_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void start(void) { cr_assert(mkdtemp(root)); }

static void end(void)
{
	char command[100];
	snprintf(command, sizeof command, "rm -r %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(cpu, .init = start, .fini = end);

Test(cpu, nothing_known) { cr_assert_eq(os_processor_limit(root), 0); }

Test(cpu, new_kind)
{
	put("/proc/self/cgroup", "0::/user.slice/my app\n");
	put("/proc/self/mountinfo",
	    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
	    "30 22 0:26 / /sys/fs/c\\040group rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
	cr_assert_eq(os_processor_limit(root), 0);
	put("/sys/fs/c group/user.slice/my app/cpu.max", "max 100000\n");
	cr_assert_eq(os_processor_limit(root), 0);
	put("/sys/fs/c group/user.slice/my app/cpu.max", "150000 100000\n");
	cr_assert_eq(os_processor_limit(root), 1.5);
}

/* In a container the mount shows a part of the tree. */
Test(cpu, part_of_the_tree)
{
	put("/proc/self/cgroup", "0::/docker/17/inner\n");
	put("/proc/self/mountinfo",
	    "30 22 0:26 /docker/1 /elsewhere rw - cgroup2 cgroup rw\n"
	    "31 22 0:26 /docker/17 /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
	put("/elsewhere/cpu.max", "900000 100000\n");
	put("/sys/fs/cgroup/inner/cpu.max", "50000 100000\n");
	cr_assert_eq(os_processor_limit(root), 0.5);
}

/* Both kinds are mounted: the old one has the cpu controller. */
Test(cpu, old_kind)
{
	put("/proc/self/cgroup", "9:cpuset:/x\n4:cpuacct,cpu:/job\n1:name=systemd:/y\n0::/z\n");
	put("/proc/self/mountinfo",
	    "29 22 0:25 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	    "30 22 0:26 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
	    "31 22 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpuacct,cpu\n");
	put("/sys/fs/cgroup/unified/z/cpu.max", "700000 100000\n");
	put("/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
	put("/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n");
	cr_assert_eq(os_processor_limit(root), 0);
	put("/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "250000\n");
	cr_assert_eq(os_processor_limit(root), 2.5);
}

Test(cpu, not_what_one_expects)
{
	put("/proc/self/cgroup", "\nno colons\n0::/a\n");
	put("/proc/self/mountinfo", "- \n1 2\n30 22 0:26 / /sys - cgroup2\n30 22 0:26 / /sys rw - cgroup2 x rw\n");
	put("/sys/a/cpu.max", "150000\n");
	cr_assert_eq(os_processor_limit(root), 0);
	put("/sys/a/cpu.max", "many 0\n");
	cr_assert_eq(os_processor_limit(root), 0);
}
