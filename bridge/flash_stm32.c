// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The boot loader in the ROM of STM32s, ST's AN3155: a command and its complement, then its
 * parts, each acknowledged by 79. Which chip it is, and the size of its pages, by AN2606;
 * of one that is not in the table all of the flash is erased, which each of them can.
 * The size of the flash is what the largest chip of a family has: where there is less,
 * the boot loader refuses.
 */
#include "flasher_state.h"

#include <string.h>

#define ACK		  0x79
#define GET		  0x00
#define GET_ID		  0x02
#define READ		  0x11
#define GO		  0x21
#define WRITE		  0x31
#define ERASE		  0x43
#define ERASE_LONG	  0x44
#define FLASH_BASE	  0x08000000u
#define FLASH_MAX	  0x00200000u
#define BLOCK		  256u
#define ERASE_AT_ONCE	  64u	    /* pages in a request */
#define ERASE_PATIENCE_US 40000000u /* of all of a large chip */

static const struct {
	uint32_t id;
	const char *name;
	uint32_t flash, page;
} chips[] = {
	{0x410, "STM32F10x medium-density", 128 * 1024, 1024},
	{0x412, "STM32F10x low-density", 32 * 1024, 1024},
	{0x414, "STM32F10x high-density", 512 * 1024, 2048},
	{0x418, "STM32F105/F107", 256 * 1024, 2048},
	{0x420, "STM32F100 medium-density", 128 * 1024, 1024},
	{0x428, "STM32F100 high-density", 512 * 1024, 2048},
	{0x430, "STM32F10x XL-density", 1024 * 1024, 2048},
	{0x440, "STM32F05x", 64 * 1024, 1024},
	{0x442, "STM32F09x", 256 * 1024, 2048},
	{0x444, "STM32F03x", 32 * 1024, 1024},
	{0x445, "STM32F04x", 32 * 1024, 1024},
	{0x448, "STM32F07x", 128 * 1024, 2048},
	{0x422, "STM32F30x", 256 * 1024, 2048},
	{0x438, "STM32F303x8", 64 * 1024, 2048},
	{0x415, "STM32L47x", 1024 * 1024, 2048},
	{0x435, "STM32L43x", 256 * 1024, 2048},
	{0x460, "STM32G07x", 128 * 1024, 2048},
	{0x466, "STM32G03x", 64 * 1024, 2048},
	{0x468, "STM32G43x", 128 * 1024, 2048},
};

static size_t command(struct ptl_flasher *flash, uint8_t code)
{
	flash->out[0] = code;
	flash->out[1] = (uint8_t)~code;
	return 2;
}

/* The n bytes of flash->out that stand there already, and their sum. */
static size_t summed(struct ptl_flasher *flash, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum ^= flash->out[i];
	flash->out[n] = sum;
	return n + 1;
}

static size_t address(struct ptl_flasher *flash, uint32_t at)
{
	for (unsigned i = 0; i < 4; i++)
		flash->out[i] = (uint8_t)(at >> (24 - 8 * i));
	return summed(flash, 4);
}

static size_t data(struct ptl_flasher *flash)
{
	flash->out[0] = (uint8_t)(flash->page - 1);
	memcpy(flash->out + 1, flash->block, flash->page);
	return summed(flash, 1 + flash->page);
}

/* ---- erasing ---- */

/* The image reaches into the page. */
static bool is_used(const struct ptl_flasher *flash, uint32_t page)
{
	uint64_t from = FLASH_BASE + (uint64_t)page * flash->own.erase_page;

	for (size_t i = 0; i < flash->config.segments; i++) {
		const struct ptl_flasher_segment *segment = &flash->config.segment[i];

		if (segment->address < from + flash->own.erase_page &&
		    segment->address + (uint64_t)segment->size > from)
			return true;
	}
	return false;
}

/* The first used page from this one on; false: there is none. */
static bool find_used(const struct ptl_flasher *flash, uint32_t *page)
{
	uint32_t end = (flash->chip_to - FLASH_BASE) / flash->own.erase_page;

	while (*page < end && !is_used(flash, *page))
		++*page;
	return *page < end;
}

static size_t erase_pages(struct ptl_flasher *flash)
{
	bool wide = flash->own.erase == ERASE_LONG;
	size_t n = wide ? 2 : 1;
	uint8_t pages = 0;

	for (; pages < ERASE_AT_ONCE && find_used(flash, &flash->own.next_page); pages++) {
		if (wide)
			flash->out[n++] = (uint8_t)(flash->own.next_page >> 8);
		flash->out[n++] = (uint8_t)flash->own.next_page++;
	}
	flash->out[0] = 0;
	flash->out[wide ? 1 : 0] = (uint8_t)(pages - 1);
	return summed(flash, n);
}

static size_t erase_all(struct ptl_flasher *flash)
{
	if (flash->own.erase == ERASE) {
		flash->out[0] = 0xff;
		flash->out[1] = 0x00;
		return 2;
	}
	flash->out[0] = flash->out[1] = 0xff;
	return summed(flash, 2);
}

/* The command, then the pages; and again for those that are further on. */
static size_t erase(struct ptl_flasher *flash, unsigned number)
{
	bool by_pages = flash->own.erase_page != 0;

	flash->patience = ERASE_PATIENCE_US;
	if (number % 2)
		return by_pages ? erase_pages(flash) : erase_all(flash);
	if (by_pages ? !find_used(flash, &flash->own.next_page) : number > 0)
		return 0;
	return command(flash, flash->own.erase);
}

/* ---- the dialogue ---- */

static size_t memory(struct ptl_flasher *flash, unsigned number, uint8_t code)
{
	switch (number) {
	case 0:
		return command(flash, code);
	case 1:
		return address(flash, flash->address);
	case 2:
		return code == WRITE ? data(flash) : command(flash, (uint8_t)(flash->page - 1));
	default:
		return 0;
	}
}

static size_t request(struct ptl_flasher *flash, unsigned number)
{
	switch (flash->phase) {
	case PTL_FLASHER_IDENTIFY:
		return number < 2 ? command(flash, number == 0 ? GET : GET_ID) : 0;
	case PTL_FLASHER_ERASE:
		return erase(flash, number);
	case PTL_FLASHER_WRITE:
		return memory(flash, number, WRITE);
	case PTL_FLASHER_VERIFY:
		return memory(flash, number, READ);
	case PTL_FLASHER_LEAVE:
		if (number == 0)
			return command(flash, GO);
		return number == 1 ? address(flash, FLASH_BASE) : 0;
	default:
		return 0;
	}
}

/* 79 N VERSION COMMANDS(N) 79 */
static bool answer_get(struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	if (n < 2 || n < (size_t)bytes[1] + 4)
		return false;
	flash->own.erase = 0;
	for (size_t i = 3; i < n - 1; i++)
		if (bytes[i] == ERASE || bytes[i] == ERASE_LONG)
			flash->own.erase = bytes[i];
	if (!flash->own.erase || bytes[n - 1] != ACK)
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
	return true;
}

/* 79 01 ID(2) 79 */
static bool answer_id(struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	uint16_t id;

	if (n < 2 || n < (size_t)bytes[1] + 4)
		return false;
	if (n < 5 || bytes[n - 1] != ACK) {
		ptl_flasher_fail(flash, PTL_FLASHER_UNKNOWN_CHIP);
		return true;
	}
	id = (uint16_t)(bytes[2] << 8 | bytes[3]);
	flash->chip = "STM32";
	flash->chip_from = FLASH_BASE;
	flash->chip_to = FLASH_BASE + FLASH_MAX;
	flash->page = BLOCK;
	flash->own.erase_page = 0;
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		if (chips[i].id != id)
			continue;
		flash->chip = chips[i].name;
		flash->chip_to = FLASH_BASE + chips[i].flash;
		flash->own.erase_page = chips[i].page;
	}
	return true;
}

static bool answer(struct ptl_flasher *flash, unsigned number, const uint8_t *bytes, size_t n)
{
	if (bytes[0] != ACK) {
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
		return true;
	}
	if (flash->phase == PTL_FLASHER_IDENTIFY)
		return number == 0 ? answer_get(flash, bytes, n) : answer_id(flash, bytes, n);
	if (flash->phase != PTL_FLASHER_VERIFY || number != 2)
		return true;
	if (n < flash->page + 1)
		return false;
	ptl_flasher_compare(flash, bytes + 1);
	return true;
}

const struct ptl_dialogue ptl_dialogue_stm32 = {PTL_TARGET_STM32, request, answer};
