// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The boot loader in the ROM of ESP32s, Espressif's "Serial Protocol" (esptool's
 * documentation), framed as SLIP (RFC 1055):
 *
 *	c0  00 OP SIZE(2) CHECK(4) BODY             c0	a request
 *	c0  01 OP SIZE(2) VALUE(4) BODY STATUS(2+)  c0	its answer; all little endian
 *
 * It erases what FLASH_BEGIN says, so each run of the image has one, before its first
 * block, and begins at a sector. What is in the flash is known by its MD5. The ROM of an
 *ESP8266 has no MD5, and nothing else to read flash by: it is told apart by a register, and
 *refused.
 */
#include "flasher_state.h"

#include <string.h>

#define END	   0xc0
#define ESC	   0xdb
#define ESC_END	   0xdc
#define ESC_ESC	   0xdd
#define BEGIN	   0x02
#define DATA	   0x03
#define FINISH	   0x04
#define READ_REG   0x0a
#define SPI_ATTACH 0x0d
#define MD5	   0x13
#define BLOCK	   1024u
#define SECTOR	   4096u
#define FLASH_MAX  0x01000000u
#define CHECK	   0xefu
#define HEAD	   8u
#define MD5_TEXT   32u
/* A whole flash is erased, or read for its MD5, in less. */
#define LONG_US 60000000u

#define MAGIC_REGISTER 0x40001000u
#define MAGIC_ESP8266  0xfff0c101u

static void put_u32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void escape(struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != END && bytes[i] != ESC) {
			flash->out[flash->out_n++] = bytes[i];
			continue;
		}
		flash->out[flash->out_n++] = ESC;
		flash->out[flash->out_n++] = bytes[i] == END ? ESC_END : ESC_ESC;
	}
}

/* A body of words, and then more bytes of the block, whose sum it carries. */
static size_t put(struct ptl_flasher *flash, uint8_t op, const uint32_t *words, size_t n,
		  size_t more)
{
	uint8_t head[HEAD] = {0, op}, word[4];
	size_t size = 4 * n + more;
	uint8_t sum = CHECK;

	for (size_t i = 0; i < more; i++)
		sum ^= flash->block[i];
	head[2] = (uint8_t)size;
	head[3] = (uint8_t)(size >> 8);
	head[4] = more ? sum : 0;
	flash->own.op = op;
	flash->out_n = 0;
	flash->out[flash->out_n++] = END;
	escape(flash, head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		put_u32(word, words[i]);
		escape(flash, word, sizeof(word));
	}
	escape(flash, flash->block, more);
	flash->out[flash->out_n++] = END;
	return flash->out_n;
}

static const struct ptl_flasher_segment *run(const struct ptl_flasher *flash)
{
	return &flash->config.segment[flash->segment];
}

/* Blocks are counted from the run's own beginning. */
static size_t write(struct ptl_flasher *flash, unsigned number)
{
	uint32_t start = run(flash)->address;
	uint32_t blocks = (run(flash)->size + BLOCK - 1) / BLOCK;
	uint32_t index = (flash->address - start) / BLOCK;

	if (index > 0)
		number++;
	if (number == 0) {
		flash->patience = LONG_US;
		return put(flash, BEGIN, (uint32_t[]){blocks * BLOCK, blocks, BLOCK, start}, 4,
			   0);
	}
	return number == 1 ? put(flash, DATA, (uint32_t[]){BLOCK, index, 0, 0}, 4, BLOCK) : 0;
}

/* Once for a run, at its first block. */
static size_t verify(struct ptl_flasher *flash, unsigned number)
{
	if (number || flash->address > run(flash)->address)
		return 0;
	flash->patience = LONG_US;
	return put(flash, MD5, (uint32_t[]){run(flash)->address, run(flash)->size, 0, 0}, 4, 0);
}

static size_t request(struct ptl_flasher *flash, unsigned number)
{
	switch (flash->phase) {
	case PTL_FLASHER_IDENTIFY:
		if (number == 0)
			return put(flash, READ_REG, (uint32_t[]){MAGIC_REGISTER}, 1, 0);
		return number == 1 ? put(flash, SPI_ATTACH, (uint32_t[]){0, 0}, 2, 0) : 0;
	case PTL_FLASHER_WRITE:
		return write(flash, number);
	case PTL_FLASHER_VERIFY:
		return verify(flash, number);
	default:
		return 0;
	}
}

/* ---- answers ---- */

static bool is_hex_of(const uint8_t *text, const uint8_t sum[16])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < 16; i++)
		if (text[2 * i] != (uint8_t)digits[sum[i] >> 4] ||
		    text[2 * i + 1] != (uint8_t)digits[sum[i] & 15])
			return false;
	return true;
}

static void identify(struct ptl_flasher *flash, uint32_t value)
{
	flash->chip = value == MAGIC_ESP8266 ? "ESP8266" : "ESP32";
	flash->chip_to = FLASH_MAX;
	flash->page = BLOCK;
	flash->align = SECTOR;
	if (value == MAGIC_ESP8266)
		ptl_flasher_fail(flash, PTL_FLASHER_NO_VERIFY);
}

/* A whole answer, unescaped. */
static void judge(struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	uint8_t sum[16];
	/* An MD5 goes before the status. */
	size_t status = bytes[1] == MD5 ? HEAD + MD5_TEXT : HEAD;

	if (n < status + 2 || bytes[status]) {
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
	} else if (bytes[1] == READ_REG) {
		identify(flash, get_u32(bytes + 4));
	} else if (bytes[1] == MD5) {
		flash->config.md5(flash->config.user, run(flash), sum);
		if (!is_hex_of(bytes + HEAD, sum))
			ptl_flasher_fail(flash, PTL_FLASHER_DIFFERS);
	}
}

/* What is no answer to this request (one of SYNC's that is late, the ROM's text) is let go
 * by. */
static bool answer(struct ptl_flasher *flash, unsigned number, const uint8_t *bytes, size_t n)
{
	uint8_t plain[PTL_FLASHER_IN_MAX];
	size_t size = 0;

	(void)number;
	if (bytes[0] != END) {
		flash->in_n = 0;
		return false;
	}
	if (n < 2 || bytes[n - 1] != END)
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		if (bytes[i] != ESC)
			plain[size++] = bytes[i];
		else if (++i < n - 1)
			plain[size++] = bytes[i] == ESC_END ? END : ESC;
	}
	if (size < HEAD || plain[0] != 1 || plain[1] != flash->own.op) {
		flash->in_n = 1; /* this END may begin the next */
		return false;
	}
	judge(flash, plain, size);
	return true;
}

const struct ptl_dialogue ptl_dialogue_esp = {PTL_TARGET_ESP, request, answer};
