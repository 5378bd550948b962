/*
 * generated.h - what every generated C file includes: the contract, after switching
 * off the warnings about things that generated code does on purpose.
 */
#ifndef GOL_GENERATED_H
#define GOL_GENERATED_H

#ifdef __GNUC__     /* what generated C does on purpose */
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-label"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Warray-bounds"     /* a type switch over a box in the frame: gcc looks into cases of larger types */
#pragma GCC diagnostic ignored "-Wsign-compare"     /* x == ^y of uint8 and uint16: gcc looks through the conversion back */
#if __GNUC__ >= 10      /* gcc takes the word behind a field of type [0]T for its element when it copies the struct */
#pragma GCC diagnostic ignored "-Wzero-length-bounds"
#endif
#else
#pragma clang diagnostic ignored "-Wsometimes-uninitialized"
#pragma clang diagnostic ignored "-Wconditional-uninitialized"
#pragma clang diagnostic ignored "-Wuninitialized"
#pragma clang diagnostic ignored "-Wself-assign"
#endif
#endif

#include "abi.h"

#endif
