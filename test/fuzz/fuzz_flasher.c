// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flasher and a target that says anything. The first bytes choose the target and the
 * image; then come operations, a byte each with its operands after it: the target says
 * what its boot loader would say first, or any bytes, in pieces or at once; the UART takes
 * bytes or doesn't; time passes; somebody aborts. What must hold: only bytes of the image
 * are asked for, no more is written or verified than there is, success means that all was,
 * and in the end the pins are let go, however it went.
 */
#include "require.h"

#include <pigtail/flasher.h>

#include <stdlib.h>
#include <string.h>

#define SEGMENTS 3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzz {
	struct ptl_flasher *flasher;
	struct ptl_flasher_segment segment[SEGMENTS];
	size_t segments, uart_room;
	ptl_time now;
	const uint8_t *p;
	size_t n;
	bool active[PTL_TARGET_PINS];
	uint32_t read;
};

static const struct {
	enum ptl_target target;
	uint32_t base;
	uint8_t n, first[14]; /* what its boot loader answers to the question of entry.c */
} targets[] = {
	{PTL_TARGET_AVR, 0, 2, {0x14, 0x10}},
	{PTL_TARGET_MEGA, 0, 9, {0x1b, 1, 0, 3, 0x0e, 1, 0, 0, 0x16}},
	{PTL_TARGET_STM32, 0x08000000, 1, {0x79}},
	{PTL_TARGET_ESP, 0, 12, {0xc0, 1, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0xc0}},
	{PTL_TARGET_LPC, 0, 14, "Synchronized\r\n"},
};

static uint8_t next(struct fuzz *fuzz)
{
	if (!fuzz->n)
		return 0;
	fuzz->n--;
	return *fuzz->p++;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	struct fuzz *fuzz = user;
	size_t taken = n < fuzz->uart_room ? n : fuzz->uart_room;

	for (size_t i = 0; i < n; i++) /* all of it can be read */
		fuzz->read += bytes[i];
	return taken;
}

static bool uart_drained(void *user)
{
	return user != NULL;
}

static void uart_format(void *user, struct ptl_serial_format *format)
{
	(void)user;
	REQUIRE(format->data_bits == 8 && format->parity >= 1 && format->parity <= 5);
}

static void uart_line(void *user, enum ptl_serial_line line, bool on)
{
	(void)user;
	(void)line;
	(void)on;
	abort(); /* the pins are not the flasher's own */
}

static unsigned uart_modem(void *user)
{
	(void)user;
	return 0;
}

static void uart_purge(void *user, unsigned what)
{
	(void)user;
	(void)what;
}

static void on_pin(void *user, enum ptl_target_pin pin, bool active)
{
	struct fuzz *fuzz = user;

	REQUIRE(pin < PTL_TARGET_PINS);
	fuzz->active[pin] = active;
}

static void image_read(void *user, uint32_t address, uint8_t *bytes, size_t n)
{
	struct fuzz *fuzz = user;
	bool inside = false;

	for (size_t i = 0; i < fuzz->segments; i++)
		inside |= address >= fuzz->segment[i].address && n <= fuzz->segment[i].size &&
			  address - fuzz->segment[i].address <= fuzz->segment[i].size - n;
	REQUIRE(inside && n);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(address + i);
}

static void image_md5(void *user, const struct ptl_flasher_segment *segment, uint8_t sum[16])
{
	const struct fuzz *fuzz = user;

	REQUIRE(segment >= fuzz->segment && segment < fuzz->segment + fuzz->segments);
	memset(sum, 0x11, 16);
}

static void look(const struct fuzz *fuzz)
{
	struct ptl_flasher_state state;

	ptl_flasher_get_state(fuzz->flasher, &state);
	REQUIRE(state.written <= state.total && state.verified <= state.total);
	REQUIRE(state.phase < PTL_FLASHER_PHASES && state.error < PTL_FLASHER_ERRORS);
	if (state.phase == PTL_FLASHER_DONE && !state.error)
		REQUIRE(state.written == state.total && state.verified == state.total);
}

static void say(struct fuzz *fuzz, const uint8_t *bytes, size_t n, bool in_pieces)
{
	for (size_t at = 0; at < n; at += in_pieces ? 1 : n)
		ptl_flasher_uart(fuzz->flasher, fuzz->now, bytes + at, in_pieces ? 1 : n);
	look(fuzz);
}

static void pass(struct fuzz *fuzz, ptl_time us)
{
	ptl_time until = fuzz->now + us, due = ptl_flasher_poll(fuzz->flasher, fuzz->now);

	for (unsigned i = 0; i < 2000 && due <= until; i++) {
		fuzz->now = due > fuzz->now ? due : fuzz->now;
		due = ptl_flasher_poll(fuzz->flasher, fuzz->now);
	}
	fuzz->now = until;
	look(fuzz);
}

static void operate(struct fuzz *fuzz, unsigned target)
{
	uint8_t operation = next(fuzz);
	size_t n = operation >> 4;

	switch (operation & 7) {
	case 0:
		say(fuzz, targets[target].first, targets[target].n, operation & 8);
		pass(fuzz, 200000);
		break;
	case 1:
		pass(fuzz, (ptl_time)next(fuzz) * 50000);
		break;
	case 2:
		fuzz->uart_room = next(fuzz);
		break;
	case 3:
		if (operation == 0xf3)
			ptl_flasher_abort(fuzz->flasher, fuzz->now);
		break;
	case 4: /* a block of the image, as it would be read back */
		for (unsigned i = 0; i < 256; i++)
			say(fuzz, (const uint8_t[]){(uint8_t)i}, 1, false);
		break;
	default:
		n = n == 15 ? next(fuzz) : n;
		n = n > fuzz->n ? fuzz->n : n;
		say(fuzz, fuzz->p, n, operation & 8);
		fuzz->p += n;
		fuzz->n -= n;
		break;
	}
}

/* In order, and apart. */
static void choose_image(struct fuzz *fuzz, uint32_t base)
{
	uint32_t at = base;

	fuzz->segments = next(fuzz) % SEGMENTS + 1;
	for (size_t i = 0; i < fuzz->segments; i++) {
		uint32_t gap = next(fuzz), size = next(fuzz);

		at += gap << (gap & 15) | (i ? 1 : 0);
		fuzz->segment[i] = (struct ptl_flasher_segment){at, size * 3 + 1};
		at += fuzz->segment[i].size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz fuzz = {.p = data, .n = n, .now = 1000, .uart_room = 4096};
	unsigned target = next(&fuzz) % (sizeof(targets) / sizeof(targets[0]));
	struct ptl_flasher_config config = {
		.target = targets[target].target,
		.serial = {&fuzz, uart_write, uart_drained, uart_format, uart_line, uart_modem,
			   uart_purge},
		.format = PTL_SERIAL_FORMAT_DEFAULT,
		.pins = {.user = &fuzz, .set = on_pin, .has = {true, true}},
		.user = &fuzz,
		.read = image_read,
		.md5 = image_md5,
	};
	void *memory = malloc(ptl_flasher_size());

	choose_image(&fuzz, targets[target].base);
	config.segment = fuzz.segment;
	config.segments = fuzz.segments;
	fuzz.flasher = ptl_flasher_init(memory, &config, fuzz.now);
	REQUIRE(fuzz.flasher);
	pass(&fuzz, 200000);
	while (fuzz.n)
		operate(&fuzz, target);
	ptl_flasher_abort(fuzz.flasher, fuzz.now);
	pass(&fuzz, 60000000);
	REQUIRE(ptl_flasher_done(fuzz.flasher));
	REQUIRE(!fuzz.active[PTL_TARGET_RESET] && !fuzz.active[PTL_TARGET_BOOT]);
	free(memory);
	return 0;
}
