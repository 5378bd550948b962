/*
 * order.c - see order.h.
 */
#include "base/order.h"

#include "base/fatal.h"
#include "base/options.h"
#include "os/os.h"

bool order_by_fences = true;

void order_init(void) { order_by_fences = gol_stress.fences || !os_barrier_prepare(); }

void order_heavy(void)
{
	if (order_by_fences)
		atomic_fence();
	else
		require(os_barrier());
}
