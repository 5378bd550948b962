/*
 * sha256.c - SHA-256 of bytes and files, by nettle. Names in the object cache are 64-bit hashes of another kind
 * (driver/place.c); this one is for what formats ask for.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <unistd.h>

_Static_assert((int)SHA256_SIZE == (int)SHA256_DIGEST_SIZE, "one size");

void sha256_bytes(uint8_t digest[SHA256_SIZE], const void *bytes, size_t size)
{
	struct sha256_ctx state;
	sha256_init(&state);
	sha256_update(&state, size, bytes);
	sha256_digest(&state, SHA256_SIZE, digest);
}

bool sha256_file(uint8_t digest[SHA256_SIZE], const char *path, uint64_t *size)
{
	struct sha256_ctx state;
	uint8_t buffer[1 << 16];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	sha256_init(&state);
	for (*size = 0; (n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
		if (n > 0) {
			sha256_update(&state, (size_t)n, buffer);
			*size += (uint64_t)n;
		}
	int error = errno;
	close(fd);
	errno = error;
	sha256_digest(&state, SHA256_SIZE, digest);
	return n == 0;
}
