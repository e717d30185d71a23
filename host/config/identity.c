/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address is a hash (64-bit FNV-1a, of which 46 bits are used) of the
 * machine's id and of what tells its links apart.
 */
#include "host/config/identity.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static uint64_t hash(uint64_t so_far, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		so_far = (so_far ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
	return so_far;
}

/* With its NUL, so that "a", "bc" is not "ab", "c". */
static uint64_t hash_string(uint64_t so_far, const char *text)
{
	return hash(so_far, text, strlen(text) + 1);
}

static ssize_t read_machine_id(char *id, size_t size)
{
	int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, id, size);
	(void)close(fd);
	/* "uninitialized" and the like are no ids. */
	return n >= 32 ? n : -1;
}

int identity_mac(enum ptl_role role, const char *port, const char *net, uint8_t mac[6])
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);
	char id[64];
	ssize_t n = read_machine_id(id, sizeof(id));

	if (n > 0) {
		value = hash(value, id, (size_t)n);
		value = hash_string(value, role == PTL_HOST ? "host" : "device");
		value = hash_string(value, port);
		value = hash_string(value, net);
		value ^= value >> 48;
	} else if (getrandom(&value, sizeof(value), 0) < 0) {
		return -1;
	}
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)(value >> (8 * i));
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
	return 0;
}
