/*
 * descriptor.h - what a file descriptor is (syscall.c).
 */
#ifndef GOL_FFI_DESCRIPTOR_H
#define GOL_FFI_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

/* A regular file or /dev/null: reading and writing wait for nobody. Asked once, while the descriptor is open. */
bool descriptor_is_direct(int64_t fd);

#endif
