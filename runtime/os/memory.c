/*
 * memory.c - address space and the memory behind it.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <sys/mman.h>

void *os_reserve(uintptr_t hint, size_t size, bool usable)
{
	void *p = mmap((void *)hint, size, usable ? PROT_READ | PROT_WRITE : PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

void os_unreserve(void *p, size_t size) { munmap(p, size); }

bool os_make_usable(uintptr_t at, size_t size) { return mprotect((void *)at, size, PROT_READ | PROT_WRITE) == 0; }

bool os_give_back(uintptr_t at, size_t size) { return madvise((void *)at, size, MADV_DONTNEED) == 0; }

void os_prefer_huge_pages(uintptr_t at, size_t size)
{
#ifdef MADV_HUGEPAGE
	madvise((void *)at, size, MADV_HUGEPAGE);
#else
	(void)at;
	(void)size;
#endif
}
