/*
 * size_class.c - which block an allocation of n bytes gets.
 *
 * The classes are Go's, because programs can see them: append rounds the capacity it
 * chooses up to the block's size, and cap() is printed in many a test. Each is
 * at most 12.5% above the one before where that matters; the pages of a span are
 * the fewest that waste at most an eighth of it at its end.
 *
 * Go puts a type word before objects with pointers above 512 bytes; we do not, but its
 * 8 bytes show in capacities, so heap_round_size counts them.
 */
#include "heap/heap.h"

const uint16_t heap_class_size[HEAP_CLASS_COUNT] = {
	0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
		480,
	512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
	5376,
	6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760,
	24576,
	27264, 28672, 32768,
};

uint8_t heap_class_small[1024 / 8 + 1];
uint8_t heap_class_by_128[(HEAP_MAX_SMALL - 1024) / 128 + 1];
uint8_t heap_class_pages[HEAP_CLASS_COUNT];

static uint8_t pages_for(size_t size)
{
	size_t bytes = HEAP_PAGE_SIZE;

	while (bytes % size > bytes / 8)
		bytes += HEAP_PAGE_SIZE;
	return (uint8_t)(bytes / HEAP_PAGE_SIZE);
}

void heap_init_classes(void)
{
	unsigned c = 1;
	size_t size;

	for (size = 8; size <= 1024; size += 8) {
		if (size > heap_class_size[c])
			c++;
		heap_class_small[size / 8] = (uint8_t)c;
	}
	heap_class_small[0] = 1;
	heap_class_by_128[0] = (uint8_t)c;
	for (size = 1024 + 128; size <= HEAP_MAX_SMALL; size += 128) {
		while (size > heap_class_size[c])
			c++;
		heap_class_by_128[(size - 1024) / 128] = (uint8_t)c;
	}
	for (c = 1; c < HEAP_CLASS_COUNT; c++)
		heap_class_pages[c] = pages_for(heap_class_size[c]);
}

size_t heap_round_size(size_t size, bool noscan)
{
	size_t header = !noscan && size > HEAP_BITMAP_MAX ? 8 : 0;

	if (size + 8 <= HEAP_MAX_SMALL)
		return heap_class_size[heap_class_of(size + header)] - header;
	if (size > SIZE_MAX - HEAP_PAGE_SIZE)
		return size;
	return (size + HEAP_PAGE_SIZE - 1) & ~(HEAP_PAGE_SIZE - 1);
}
