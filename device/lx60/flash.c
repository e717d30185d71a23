/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * QEMU's flash: 4 MB, 16 bits wide, with the command set of Intel's (CFI, JESD68), sectors
 * of 64 KB. Between commands it is read as memory. Each program command is one write to
 * its file, so what is programmed at once is what a loss of power can tear.
 *
 * QEMU's model forgives what a flash does not: bits may be raised by programming. The
 * store and the update are tried on one that does not, test/unit/nor.h.
 */
#include "flash.h"
#include "chip.h"

#include <pigtail/flash_map.h>

#include <string.h>

#define BASE	     0x98000000u
#define WORD(at)     (*(volatile uint16_t *)(uintptr_t)(BASE + (at)))
#define SECTOR	     0x10000u
#define SMALL_SECTOR 0x1000u
#define BUFFER	     256u /* bytes programmed at once; the model takes up to 2 KB */
#define WAIT_READS   1000000

#define READ_ARRAY   0xff
#define CLEAR_STATUS 0x50
#define QUERY	     0x98
#define QUERY_AT     (0x55 * 2)
#define QUERY_MARK   (0x10 * 2) /* 'Q', 'R', 'Y' */
#define QUERY_SIZE   (0x27 * 2) /* log2 of bytes */
#define ERASE	     0x20
#define CONFIRM	     0xd0
#define BUFFERED     0xe8
#define STATUS_READY 0x80
#define STATUS_BAD   0x3a /* erase or program failed, voltage, lock */

static bool within(uint32_t at, size_t n)
{
	return at <= PTL_MAP_SIZE && n <= PTL_MAP_SIZE - at;
}

static bool is_ready(uint32_t at)
{
	for (int i = 0; i < WAIT_READS; i++)
		if (WORD(at) & STATUS_READY)
			return true;
	return false;
}

/* Back to memory; whether the command went well. */
static bool finish(uint32_t at)
{
	bool well = is_ready(at) && !(WORD(at) & STATUS_BAD);

	WORD(at) = CLEAR_STATUS;
	WORD(at) = READ_ARRAY;
	return well;
}

static bool flash_read(void *user, uint32_t at, void *to, size_t n)
{
	(void)user;
	if (!within(at, n))
		return false;
	memcpy(to, (const void *)(uintptr_t)(BASE + at), n);
	return true;
}

static bool program_buffer(uint32_t at, const uint8_t *from, uint32_t n)
{
	WORD(at) = BUFFERED;
	if (!is_ready(at))
		return finish(at);
	WORD(at) = (uint16_t)(n / 2 - 1);
	for (uint32_t i = 0; i < n; i += 2)
		WORD(at + i) = (uint16_t)(from[i] | from[i + 1] << 8);
	WORD(at) = CONFIRM;
	return finish(at);
}

static bool flash_program(void *user, uint32_t at, const void *from, size_t n)
{
	const uint8_t *bytes = from;

	(void)user;
	if (!within(at, n) || at % PTL_FLASH_WORD || n % PTL_FLASH_WORD)
		return false;
	while (n > 0) {
		uint32_t part = BUFFER - at % BUFFER;

		part = part < n ? part : (uint32_t)n;
		if (!program_buffer(at, bytes, part))
			return false;
		at += part;
		bytes += part;
		n -= part;
	}
	return true;
}

static bool flash_erase(void *user, uint32_t at)
{
	(void)user;
	if (!within(at, SECTOR) || at % SECTOR)
		return false;
	WORD(at) = ERASE;
	WORD(at) = CONFIRM;
	return finish(at);
}

bool flash_is_there(void)
{
	bool there;

	WORD(QUERY_AT) = QUERY;
	there = (WORD(QUERY_MARK) & 0xff) == 'Q' && (WORD(QUERY_MARK + 2) & 0xff) == 'R' &&
		(WORD(QUERY_MARK + 4) & 0xff) == 'Y' &&
		1u << (WORD(QUERY_SIZE) & 0x1f) >= PTL_MAP_SIZE;
	WORD(0) = READ_ARRAY;
	return there;
}

const struct ptl_flash lx60_flash = {
	.size = PTL_MAP_SIZE,
	.sector = SECTOR,
	.read = flash_read,
	.program = flash_program,
	.erase = flash_erase,
};

static bool erase_small(void *user, uint32_t at)
{
	static const uint8_t ones[BUFFER] = {[0 ... BUFFER - 1] = 0xff};
	bool well = at % SMALL_SECTOR == 0;

	for (uint32_t i = 0; well && i < SMALL_SECTOR; i += BUFFER)
		well = flash_program(user, at + i, ones, BUFFER);
	return well;
}

const struct ptl_flash lx60_files_flash = {
	.size = PTL_MAP_SIZE,
	.sector = SMALL_SECTOR,
	.read = flash_read,
	.program = flash_program,
	.erase = erase_small,
};
