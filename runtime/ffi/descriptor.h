/*
 * descriptor.h - what a file descriptor is (syscall.c).
 */
#ifndef GOL_FFI_DESCRIPTOR_H
#define GOL_FFI_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

/* A regular file or /dev/null: reading and writing wait for nobody. */
bool descriptor_is_direct(int fd);

/* Atomic. Changes when an open number became another file (dup2): what was asked before may not hold any more. */
extern uint32_t descriptor_changes;

#endif
