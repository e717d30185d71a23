// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * STK500 version 1, Atmel's AVR061, as far as optiboot and ATmegaBOOT know it. A request
 * ends with 20; an answer is 14, what was asked for, 10. Pages erase themselves.
 */
#include "flasher_state.h"

#include <string.h>

#define INSYNC	      0x14
#define OK	      0x10
#define END	      0x20
#define ENTER_PROG    0x50
#define LEAVE_PROG    0x51
#define LOAD_ADDRESS  0x55
#define PROG_PAGE     0x64
#define READ_PAGE     0x74
#define READ_SIGN     0x75
#define FLASH_MEMORY  0x46
#define SIGNATURE_LEN 3u

static size_t put(struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	memcpy(flash->out, bytes, n);
	return n;
}

/* An address is that of a word. */
static size_t load_address(struct ptl_flasher *flash)
{
	uint32_t word = flash->address / 2;

	return put(flash, (uint8_t[]){LOAD_ADDRESS, (uint8_t)word, (uint8_t)(word >> 8), END},
		   4);
}

static size_t page(struct ptl_flasher *flash, uint8_t command)
{
	uint8_t head[4] = {command, (uint8_t)(flash->page >> 8), (uint8_t)flash->page,
			   FLASH_MEMORY};
	size_t n = put(flash, head, sizeof(head));

	if (command == PROG_PAGE) {
		memcpy(flash->out + n, flash->block, flash->page);
		n += flash->page;
	}
	flash->out[n] = END;
	return n + 1;
}

static size_t request(struct ptl_flasher *flash, unsigned number)
{
	switch (flash->phase) {
	case PTL_FLASHER_IDENTIFY:
		if (number == 0)
			return put(flash, (uint8_t[]){READ_SIGN, END}, 2);
		return number == 1 ? put(flash, (uint8_t[]){ENTER_PROG, END}, 2) : 0;
	case PTL_FLASHER_WRITE:
		if (number == 0)
			return load_address(flash);
		return number == 1 ? page(flash, PROG_PAGE) : 0;
	case PTL_FLASHER_VERIFY:
		if (number == 0)
			return load_address(flash);
		return number == 1 ? page(flash, READ_PAGE) : 0;
	case PTL_FLASHER_LEAVE:
		return number == 0 ? put(flash, (uint8_t[]){LEAVE_PROG, END}, 2) : 0;
	default:
		return 0;
	}
}

static bool answer(struct ptl_flasher *flash, unsigned number, const uint8_t *bytes, size_t n)
{
	bool signature = flash->phase == PTL_FLASHER_IDENTIFY && number == 0;
	bool data = flash->phase == PTL_FLASHER_VERIFY && number == 1;
	size_t body = signature ? SIGNATURE_LEN : data ? flash->page : 0;

	if (bytes[0] != INSYNC) {
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
		return true;
	}
	if (n < body + 2)
		return false;
	if (bytes[body + 1] != OK)
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
	else if (signature)
		(void)ptl_flasher_is_avr(flash, bytes + 1);
	else if (data)
		ptl_flasher_compare(flash, bytes + 1);
	return true;
}

const struct ptl_dialogue ptl_dialogue_stk500 = {PTL_TARGET_AVR, request, answer};
