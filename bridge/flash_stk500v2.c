// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * STK500 version 2, Atmel's AVR068, as far as stk500boot knows it:
 *
 *	1b NUMBER SIZE(2) 0e BODY CHECKSUM        an answer's body: COMMAND STATUS ...
 *
 * The answer has the request's number. Pages erase themselves.
 */
#include "flasher_state.h"

#include <string.h>

#define START	       0x1b
#define TOKEN	       0x0e
#define HEAD	       5u
#define LOAD_ADDRESS   0x06
#define ENTER_PROG     0x10
#define LEAVE_PROG     0x11
#define PROGRAM_FLASH  0x13
#define READ_FLASH     0x14
#define READ_SIGNATURE 0x1b
#define SIGNATURE_LEN  3u
#define FAR	       0x80000000u /* an address beyond 64 K words */

/* A request with that body, of which the last more bytes are the block. */
static size_t put(struct ptl_flasher *flash, const uint8_t *body, size_t n, size_t more)
{
	uint8_t *out = flash->out, sum = 0;
	size_t size = n + more;

	out[0] = START;
	out[1] = ++flash->own.sequence;
	out[2] = (uint8_t)(size >> 8);
	out[3] = (uint8_t)size;
	out[4] = TOKEN;
	memcpy(out + HEAD, body, n);
	memcpy(out + HEAD + n, flash->block, more);
	for (size_t i = 0; i < HEAD + size; i++)
		sum ^= out[i];
	out[HEAD + size] = sum;
	return HEAD + size + 1;
}

static size_t load_address(struct ptl_flasher *flash)
{
	uint32_t word = flash->address / 2 | FAR;
	uint8_t body[5] = {LOAD_ADDRESS, (uint8_t)(word >> 24), (uint8_t)(word >> 16),
			   (uint8_t)(word >> 8), (uint8_t)word};

	return put(flash, body, sizeof(body), 0);
}

static size_t in_identify(struct ptl_flasher *flash, unsigned number)
{
	/* Of both, the rest is about an AVR on wires: no boot loader looks at it. */
	static const uint8_t enter[12] = {ENTER_PROG, 200, 100, 25, 32, 0, 0x53, 3, 0xac, 0x53};
	uint8_t signature[6] = {READ_SIGNATURE, 4, 0x30, 0, (uint8_t)(number - 1), 0};

	if (number == 0)
		return put(flash, enter, sizeof(enter), 0);
	return number <= SIGNATURE_LEN ? put(flash, signature, sizeof(signature), 0) : 0;
}

static size_t request(struct ptl_flasher *flash, unsigned number)
{
	uint8_t high = (uint8_t)(flash->page >> 8), low = (uint8_t)flash->page;
	uint8_t program[10] = {PROGRAM_FLASH, high, low, 0xc1, 10, 0x40, 0x4c, 0x20};
	uint8_t read[4] = {READ_FLASH, high, low, 0x20};
	static const uint8_t leave[3] = {LEAVE_PROG, 1, 1};

	if (flash->phase == PTL_FLASHER_IDENTIFY)
		return in_identify(flash, number);
	if (flash->phase == PTL_FLASHER_LEAVE)
		return number == 0 ? put(flash, leave, sizeof(leave), 0) : 0;
	if (flash->phase == PTL_FLASHER_ERASE || number > 1)
		return 0;
	if (number == 0)
		return load_address(flash);
	return flash->phase == PTL_FLASHER_WRITE
		       ? put(flash, program, sizeof(program), flash->page)
		       : put(flash, read, sizeof(read), 0);
}

/* body: of size bytes, the command and the status among them. */
static void judge(struct ptl_flasher *flash, unsigned number, const uint8_t *body, size_t size)
{
	if (size < 2 || body[0] != flash->out[HEAD] || body[1]) {
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
	} else if (body[0] == READ_SIGNATURE) {
		flash->block[number - 1] = size > 2 ? body[2] : 0;
		if (number == SIGNATURE_LEN)
			(void)ptl_flasher_is_avr(flash, flash->block);
	} else if (body[0] == READ_FLASH) {
		if (size < flash->page + 2)
			ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
		else
			ptl_flasher_compare(flash, body + 2);
	}
}

static bool answer(struct ptl_flasher *flash, unsigned number, const uint8_t *bytes, size_t n)
{
	uint8_t sum = 0;
	size_t size;

	if (bytes[0] != START) {
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
		return true;
	}
	if (n < HEAD + 1)
		return false;
	size = (size_t)bytes[2] << 8 | bytes[3];
	if (n < HEAD + size + 1)
		return false;
	for (size_t i = 0; i < n; i++)
		sum ^= bytes[i];
	if (sum || bytes[1] != flash->out[1] || bytes[4] != TOKEN)
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
	else
		judge(flash, number, bytes + HEAD, size);
	return true;
}

const struct ptl_dialogue ptl_dialogue_stk500v2 = {PTL_TARGET_MEGA, request, answer};
