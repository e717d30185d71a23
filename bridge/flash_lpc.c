// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * ISP, the boot loader in the ROM of NXP's LPCs (UM10161, 20; UM10360, 32; UM10398, 26): lines
 * of text, each answered by "OK" or by a number, 0 where all is well. Data are uuencoded, 45
 * bytes a line, and a line with their sum is "OK" to the other side. They go to RAM first, and
 * from there into flash, of which whole sectors are prepared and erased.
 *
 * A word among the vectors makes their sum 0; without it the ROM starts no program, so it is
 * written whatever the image has there. The ROM shows its own vectors at address 0, so that the
 * first bytes of flash (`hidden`) cannot be read back by anybody: of these it is the boot
 * loader's word that they were written.
 */
#include "flasher_state.h"

#include <string.h>

#define BLOCK		  512u /* of those that all chips take */
#define LINE		  45u
#define BUFFER		  0x400u /* in RAM: ISP's own is below, its stack at the end */
#define SMALL		  4096u
#define LARGE		  32768u
#define ERASE_PATIENCE_US 40000000u

/* Sectors are small ones, then of 32 KB, then from the 22nd on of 4 KB again. */
struct ptl_lpc_family {
	uint32_t ram;
	uint8_t smalls; /* small sectors */
	uint16_t small; /* a small one's bytes */
	uint8_t check;	/* which vector makes the sum */
	uint16_t hidden;
};

static const struct ptl_lpc_family lpc2100 = {0x40000000, 255, 8192, 5, 64},
				   lpc2103 = {0x40000000, 255, SMALL, 5, 64},
				   lpc2140 = {0x40000000, 8, SMALL, 5, 64},
				   lpc1100 = {0x10000000, 255, SMALL, 7, 512},
				   lpc1700 = {0x10000000, 16, SMALL, 7, 512};

static const struct {
	uint32_t id;
	const char *name;
	const struct ptl_lpc_family *family;
	uint32_t flash; /* KB, without the boot loader's */
} chips[] = {
	{0x0004ff11, "LPC2103", &lpc2103, 32},	   {0xfff0ff12, "LPC2104", &lpc2100, 120},
	{0xfff0ff22, "LPC2105", &lpc2100, 120},	   {0xfff0ff32, "LPC2106", &lpc2100, 120},
	{0x0002ff01, "LPC2131", &lpc2140, 32},	   {0x0002ff11, "LPC2132", &lpc2140, 64},
	{0x0002ff12, "LPC2134", &lpc2140, 128},	   {0x0002ff23, "LPC2136", &lpc2140, 256},
	{0x0002ff25, "LPC2138", &lpc2140, 500},	   {0x0402ff01, "LPC2141", &lpc2140, 32},
	{0x0402ff11, "LPC2142", &lpc2140, 64},	   {0x0402ff12, "LPC2144", &lpc2140, 128},
	{0x0402ff23, "LPC2146", &lpc2140, 256},	   {0x0402ff25, "LPC2148", &lpc2140, 500},
	{0x041e502b, "LPC1111/101", &lpc1100, 8},  {0x2516d02b, "LPC1111/102", &lpc1100, 8},
	{0x0425502b, "LPC1112/201", &lpc1100, 16}, {0x2524902b, "LPC1112/202", &lpc1100, 16},
	{0x0434102b, "LPC1113/301", &lpc1100, 24}, {0x2532102b, "LPC1113/302", &lpc1100, 24},
	{0x0444502b, "LPC1114/201", &lpc1100, 32}, {0x2540902b, "LPC1114/202", &lpc1100, 32},
	{0x0444102b, "LPC1114/301", &lpc1100, 32}, {0x2540102b, "LPC1114/302", &lpc1100, 32},
	{0x00040040, "LPC1114/303", &lpc1100, 32}, {0x00040070, "LPC1114/333", &lpc1100, 56},
	{0x00050080, "LPC1115/303", &lpc1100, 64}, {0x1421102b, "LPC11C12", &lpc1100, 16},
	{0x1440102b, "LPC11C14", &lpc1100, 32},	   {0x1431102b, "LPC11C22", &lpc1100, 16},
	{0x1430102b, "LPC11C24", &lpc1100, 32},	   {0x2c42502b, "LPC1311", &lpc1100, 8},
	{0x2c40102b, "LPC1313", &lpc1100, 32},	   {0x3d01402b, "LPC1342", &lpc1100, 16},
	{0x3d00002b, "LPC1343", &lpc1100, 32},	   {0x25001118, "LPC1751", &lpc1700, 32},
	{0x25001121, "LPC1752", &lpc1700, 64},	   {0x25011722, "LPC1754", &lpc1700, 128},
	{0x25011723, "LPC1756", &lpc1700, 256},	   {0x25013f37, "LPC1758", &lpc1700, 512},
	{0x25113737, "LPC1759", &lpc1700, 512},	   {0x26012033, "LPC1763", &lpc1700, 256},
	{0x26011922, "LPC1764", &lpc1700, 128},	   {0x26013733, "LPC1765", &lpc1700, 256},
	{0x26013f33, "LPC1766", &lpc1700, 256},	   {0x26012837, "LPC1767", &lpc1700, 512},
	{0x26013f37, "LPC1768", &lpc1700, 512},	   {0x26113f37, "LPC1769", &lpc1700, 512},
};

/* ---- lines ---- */

static void put_text(struct ptl_flasher *flash, const char *text)
{
	while (*text)
		flash->out[flash->out_n++] = (uint8_t)*text++;
}

static void put_number(struct ptl_flasher *flash, uint32_t number)
{
	char digits[11];
	size_t n = sizeof(digits);

	digits[--n] = 0;
	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put_text(flash, digits + n);
}

/* A command and its numbers. */
static size_t command(struct ptl_flasher *flash, const char *name, const uint32_t *numbers,
		      size_t n)
{
	put_text(flash, name);
	for (size_t i = 0; i < n; i++) {
		put_text(flash, " ");
		put_number(flash, numbers[i]);
	}
	put_text(flash, "\r\n");
	return flash->out_n;
}

#define COMMAND(flash, name, ...)                                                              \
	command(flash, name, (const uint32_t[]){__VA_ARGS__},                                  \
		sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* The boot loader's lines, as far as they are whole; the echo of ours is left out. */
struct lines {
	const uint8_t *at, *end;
};

static bool is_end(uint8_t byte)
{
	return byte == '\r' || byte == '\n';
}

static struct lines lines_of(const struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	struct lines lines = {bytes, bytes + n};

	for (size_t i = 0; i < flash->out_n && i < n && bytes[i] == flash->out[i]; i++)
		lines.at++;
	return lines;
}

/* false: there is none yet. */
static bool next_line(struct lines *lines, const uint8_t **line, size_t *n)
{
	while (lines->at < lines->end && is_end(*lines->at))
		lines->at++;
	*line = lines->at;
	*n = 0;
	while (lines->at < lines->end && *lines->at != '\n') {
		*n += !is_end(*lines->at);
		lines->at++;
	}
	return lines->at < lines->end;
}

static bool read_number(const uint8_t *line, size_t n, uint32_t *number)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (line[i] < '0' || line[i] > '9' || i == 10)
			return false;
		sum = sum * 10 + (uint64_t)(line[i] - '0');
	}
	*number = (uint32_t)sum;
	return n > 0 && sum <= UINT32_MAX;
}

/* The first line says that all is well. */
static bool is_well(const uint8_t *line, size_t n)
{
	uint32_t status;

	return (n == 2 && line[0] == 'O' && line[1] == 'K') ||
	       (read_number(line, n, &status) && !status);
}

/* ---- data ---- */

static uint8_t letter(uint32_t six)
{
	return (uint8_t)(six ? six + ' ' : '`');
}

static void put_data(struct ptl_flasher *flash, const uint8_t *bytes, size_t n)
{
	flash->out[flash->out_n++] = letter((uint32_t)n);
	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16;

		three |= i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0;
		three |= i + 2 < n ? bytes[i + 2] : 0;
		for (int shift = 18; shift >= 0; shift -= 6)
			flash->out[flash->out_n++] = letter(three >> shift & 0x3f);
	}
	put_text(flash, "\r\n");
}

/* How many bytes are in a line; what it has too few of are zeros. More than fit: 0. */
static size_t get_data(const uint8_t *line, size_t n, uint8_t *bytes, size_t room)
{
	size_t size = (size_t)((line[0] - ' ') & 0x3f);

	if (size > room)
		return 0;
	for (size_t i = 0; i < size; i += 3) {
		uint32_t three = 0;

		for (size_t j = i / 3 * 4 + 1; j <= i / 3 * 4 + 4; j++)
			three = three << 6 | (j < n ? (uint32_t)(line[j] - ' ') & 0x3f : 0);
		for (size_t j = i; j < size && j < i + 3; j++)
			bytes[j] = (uint8_t)(three >> (16 - 8 * (j - i)));
	}
	return size;
}

static uint32_t sum_of(const uint8_t *bytes, size_t n)
{
	uint32_t sum = 0;

	while (n--)
		sum += *bytes++;
	return sum;
}

static uint32_t vector(const struct ptl_flasher *flash, size_t number)
{
	const uint8_t *bytes = flash->block + 4 * number;

	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static void sign_vectors(struct ptl_flasher *flash)
{
	size_t check = flash->own.lpc->check;
	uint32_t sum = 0;

	for (size_t i = 0; i < 8; i++)
		sum -= i == check ? 0 : vector(flash, i);
	for (size_t i = 0; i < 4; i++)
		flash->block[4 * check + i] = (uint8_t)(sum >> 8 * i);
}

static size_t block(struct ptl_flasher *flash)
{
	if (!flash->address)
		sign_vectors(flash);
	for (size_t at = 0; at < BLOCK; at += LINE)
		put_data(flash, flash->block + at, BLOCK - at < LINE ? BLOCK - at : LINE);
	put_number(flash, sum_of(flash->block, BLOCK));
	put_text(flash, "\r\n");
	return flash->out_n;
}

/* ---- sectors ---- */

static uint32_t size_of(const struct ptl_lpc_family *family, uint32_t sector)
{
	if (sector < family->smalls)
		return family->small;
	return sector < 22 ? LARGE : SMALL;
}

static uint32_t begin_of(const struct ptl_lpc_family *family, uint32_t sector)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < sector; i++)
		at += size_of(family, i);
	return at;
}

static uint32_t sector_of(const struct ptl_lpc_family *family, uint32_t address)
{
	uint32_t sector = 0;

	while (begin_of(family, sector + 1) <= address)
		sector++;
	return sector;
}

static bool is_used(const struct ptl_flasher *flash, uint32_t sector)
{
	uint32_t from = begin_of(flash->own.lpc, sector);
	uint32_t to = from + size_of(flash->own.lpc, sector);

	for (size_t i = 0; i < flash->config.segments; i++) {
		const struct ptl_flasher_segment *segment = &flash->config.segment[i];

		if (segment->address < to && segment->address + (uint64_t)segment->size > from)
			return true;
	}
	return false;
}

/* Prepares the used sectors that come next, and erases them; 0: there are no more. */
static size_t erase(struct ptl_flasher *flash, unsigned number)
{
	uint32_t count = sector_of(flash->own.lpc, flash->chip_to - 1) + 1;
	uint32_t first = flash->own.next_page, last;

	while (first < count && !is_used(flash, first))
		first++;
	if (first == count)
		return 0;
	for (last = first; last + 1 < count && is_used(flash, last + 1);)
		last++;
	flash->patience = ERASE_PATIENCE_US;
	if (number % 2 == 0)
		return COMMAND(flash, "P", first, last);
	flash->own.next_page = last + 1;
	return COMMAND(flash, "E", first, last);
}

/* ---- the dialogue ---- */

/* Of a clock in kHz only old chips make use; most boards have that one. */
static size_t identify(struct ptl_flasher *flash, unsigned number)
{
	static const char *const lines[] = {"Synchronized", "12000", "A 0", "U 23130", "J"};

	if (number == sizeof(lines) / sizeof(lines[0]))
		return 0;
	return command(flash, lines[number], NULL, 0);
}

static size_t write(struct ptl_flasher *flash, unsigned number)
{
	uint32_t buffer = flash->own.lpc->ram + BUFFER;
	uint32_t sector = sector_of(flash->own.lpc, flash->address);

	switch (number) {
	case 0:
		return COMMAND(flash, "W", buffer, BLOCK);
	case 1:
		return block(flash);
	case 2:
		return COMMAND(flash, "P", sector, sector);
	case 3:
		return COMMAND(flash, "C", flash->address, buffer, BLOCK);
	default:
		return 0;
	}
}

/* What was read is taken with an OK, to which nothing is said. */
static size_t verify(struct ptl_flasher *flash, unsigned number)
{
	if (number)
		return 0;
	if (flash->own.owes_ok)
		put_text(flash, "OK\r\n");
	flash->own.owes_ok = true;
	return COMMAND(flash, "R", flash->address, BLOCK);
}

static size_t request(struct ptl_flasher *flash, unsigned number)
{
	flash->out_n = 0;
	switch (flash->phase) {
	case PTL_FLASHER_IDENTIFY:
		return identify(flash, number);
	case PTL_FLASHER_ERASE:
		return erase(flash, number);
	case PTL_FLASHER_WRITE:
		return write(flash, number);
	case PTL_FLASHER_VERIFY:
		return verify(flash, number);
	default: /* reset starts the program */
		return 0;
	}
}

static bool answer_id(struct ptl_flasher *flash, struct lines *lines)
{
	const uint8_t *line;
	size_t n;
	uint32_t id;

	if (!next_line(lines, &line, &n))
		return false;
	for (size_t i = 0; read_number(line, n, &id) && i < sizeof(chips) / sizeof(chips[0]);
	     i++) {
		if (chips[i].id != id)
			continue;
		flash->chip = chips[i].name;
		flash->own.lpc = chips[i].family;
		flash->own.next_page = 0;
		flash->own.owes_ok = false;
		flash->chip_to = chips[i].flash * 1024u;
		flash->page = BLOCK;
		return true;
	}
	ptl_flasher_fail(flash, PTL_FLASHER_UNKNOWN_CHIP);
	return true;
}

/* Lines of data, then their sum. */
static bool answer_data(struct ptl_flasher *flash, struct lines *lines)
{
	uint8_t bytes[BLOCK];
	const uint8_t *line;
	size_t n, got = 0, size;
	uint32_t sum;

	while (got < BLOCK) {
		if (!next_line(lines, &line, &n))
			return false;
		size = get_data(line, n, bytes + got, BLOCK - got);
		got += size;
		if (!size)
			goto wrong;
	}
	if (!next_line(lines, &line, &n))
		return false;
	if (!read_number(line, n, &sum) || sum != sum_of(bytes, BLOCK))
		goto wrong;
	if (!flash->address)
		memcpy(bytes, flash->block, flash->own.lpc->hidden);
	ptl_flasher_compare(flash, bytes);
	return true;

wrong:
	ptl_flasher_fail(flash, PTL_FLASHER_NO_ANSWER);
	return true;
}

static bool answer(struct ptl_flasher *flash, unsigned number, const uint8_t *bytes, size_t n)
{
	struct lines lines = lines_of(flash, bytes, n);
	const uint8_t *line;
	size_t size;

	if (!next_line(&lines, &line, &size))
		return false;
	if (!is_well(line, size)) {
		ptl_flasher_fail(flash, PTL_FLASHER_REFUSED);
		return true;
	}
	if (flash->phase == PTL_FLASHER_IDENTIFY && number == 4)
		return answer_id(flash, &lines);
	if (flash->phase == PTL_FLASHER_VERIFY)
		return answer_data(flash, &lines);
	return true;
}

const struct ptl_dialogue ptl_dialogue_lpc = {PTL_TARGET_LPC, request, answer};
