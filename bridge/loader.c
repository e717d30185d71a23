// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The boot loaders, a row each. Sources: optiboot and ATmegaBOOT speak AVR061 (STK500),
 * stk500boot AVR068 (STK500v2); NXP's ISP is in the chips' user manuals (UM10139, 21);
 * STM32's in AN3155; Espressif's in esptool's "Serial Protocol". The times are those that
 * real programmers keep, with room.
 *
 * Pins: RESET goes first and BOOT follows just before RESET is let go, which any chip takes
 * (they look at BOOT when they start), and which also works where DTR and RTS go through
 * the two transistors of an ESP board: there both at once mean neither. The first step lets
 * RESET go for a while, so that a capacitor in its way has been discharged.
 */
#include "loader.h"

#define MS 1000u

#define OFF PTL_PIN_STEP_OFF
#define ON  PTL_PIN_STEP_ON

const struct ptl_pin_step ptl_loader_run[] = {
	{PTL_TARGET_BOOT, OFF, 0},
	{PTL_TARGET_RESET, OFF, 20 * MS},
	{PTL_TARGET_RESET, ON, PTL_PIN_STEP_PULSE},
	{PTL_TARGET_RESET, OFF, 0},
	{0, PTL_PIN_STEP_END, 0},
};

/* BOOT is looked at once; a while later it is an ordinary pin again. */
static const struct ptl_pin_step boot_50[] = {
	{PTL_TARGET_BOOT, OFF, 0},
	{PTL_TARGET_RESET, OFF, 20 * MS},
	{PTL_TARGET_RESET, ON, PTL_PIN_STEP_PULSE},
	{PTL_TARGET_BOOT, ON, 0},
	{PTL_TARGET_RESET, OFF, 50 * MS},
	{PTL_TARGET_BOOT, OFF, 0},
	{0, PTL_PIN_STEP_END, 0},
};

/* For boards whose EN rises slowly. */
static const struct ptl_pin_step boot_550[] = {
	{PTL_TARGET_BOOT, OFF, 0},
	{PTL_TARGET_RESET, OFF, 20 * MS},
	{PTL_TARGET_RESET, ON, PTL_PIN_STEP_PULSE},
	{PTL_TARGET_BOOT, ON, 0},
	{PTL_TARGET_RESET, OFF, 550 * MS},
	{PTL_TARGET_BOOT, OFF, 0},
	{0, PTL_PIN_STEP_END, 0},
};

/* BOOT0 stays: some commands restart the chip, and it is to come back here. */
static const struct ptl_pin_step boot_stays[] = {
	{PTL_TARGET_BOOT, OFF, 0},
	{PTL_TARGET_RESET, OFF, 20 * MS},
	{PTL_TARGET_RESET, ON, PTL_PIN_STEP_PULSE},
	{PTL_TARGET_BOOT, ON, 0},
	{PTL_TARGET_RESET, OFF, 0},
	{0, PTL_PIN_STEP_END, 0},
};

/* ---- answers ---- */

static size_t answer_stk500(const uint8_t *bytes, size_t n)
{
	return n >= 2 && bytes[0] == 0x14 && bytes[1] == 0x10 ? 2 : 0;
}

/* 1b SEQUENCE SIZE(2) 0e BODY CHECKSUM; the body is that of SIGN_ON, and all is well. */
static size_t answer_stk500v2(const uint8_t *bytes, size_t n)
{
	uint8_t sum = 0;
	size_t size;

	if (n < 7 || bytes[0] != 0x1b || bytes[4] != 0x0e || bytes[5] != 0x01 || bytes[6])
		return 0;
	size = ((size_t)bytes[2] << 8 | bytes[3]) + 6;
	if (size > n)
		return 0;
	for (size_t i = 0; i < size; i++)
		sum ^= bytes[i];
	return sum ? 0 : size;
}

static size_t answer_stm32(const uint8_t *bytes, size_t n)
{
	return n && bytes[0] == 0x79;
}

static bool same(const uint8_t *bytes, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != (uint8_t)text[i])
			return false;
	return true;
}

static size_t answer_lpc(const uint8_t *bytes, size_t n)
{
	static const char text[] = "Synchronized\r\n";

	return n >= sizeof(text) - 1 && same(bytes, text, sizeof(text) - 1) ? sizeof(text) - 1
									    : 0;
}

/* c0 01 08 SIZE(2) VALUE(4) BODY c0, escaped; the first of several. The body ends with the
 * status, 2 bytes (ESP8266) or 4; the first of them is 0 when all is well. */
static size_t answer_esp(const uint8_t *bytes, size_t n)
{
	if (n < 3 || bytes[0] != 0xc0 || bytes[1] != 0x01 || bytes[2] != 0x08)
		return 0;
	for (size_t i = 3; i < n; i++)
		if (bytes[i] == 0xc0)
			return i < 11 || bytes[9] ? 0 : i + 1;
	return 0;
}

/* ---- the table ---- */

static const uint8_t ask_stk500[] = {0x30, 0x20};
static const uint8_t ask_stk500v2[] = {0x1b, 0x01, 0x00, 0x01, 0x0e, 0x01, 0x14};
static const uint8_t ask_lpc[] = {0x3f};
static const uint8_t ask_stm32[] = {0x7f};
static const uint8_t ask_esp[] = {
	0xc0, 0x00, 0x08, 0x24, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x07, 0x12,
	0x20, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xc0,
};

static const struct ptl_loader loaders[] = {
	{
		.target = PTL_TARGET_AVR,
		.first = {2, {0x30, 0x20}},
		.repeats = true,
		.refusal = 0x15, /* STK_NOSYNC */
		.last = {2, {0x51, 0x20}},
		.ask = ask_stk500,
		.ask_n = sizeof(ask_stk500),
		.answer = answer_stk500,
		.enter = {ptl_loader_run, ptl_loader_run},
		.pulse = 2 * MS,
		.start = 100 * MS,
		/* Its FIFO takes one question while its light flashes, not two. */
		.again = 400 * MS,
		.window = 1500 * MS,
		.quiet = 300 * MS,
		.idle = 30000 * MS,
		.crossing = 1000 * MS,
		.keep = 400 * MS,
		.ok = 0x10, /* STK_OK */
	},
	{
		.target = PTL_TARGET_MEGA,
		.first = {6, {0x1b, PTL_ANYTHING, 0x00, 0x01, 0x0e, 0x01}},
		.last = {9,
			 {0x1b, PTL_ANYTHING, 0x00, 0x03, 0x0e, 0x11, 0x01, 0x01,
			  PTL_ANYTHING}},
		.ask = ask_stk500v2,
		.ask_n = sizeof(ask_stk500v2),
		.answer = answer_stk500v2,
		.enter = {ptl_loader_run, ptl_loader_run},
		.pulse = 2 * MS,
		.start = 100 * MS,
		.again = 250 * MS,
		.window = 1500 * MS,
		.quiet = 300 * MS,
		.idle = 30000 * MS,
	},
	{
		.target = PTL_TARGET_LPC,
		.first = {1, {0x3f}},
		.typed = true,
		.repeats = true,
		.ask = ask_lpc,
		.ask_n = sizeof(ask_lpc),
		.answer = answer_lpc,
		.once = true,
		.enter = {boot_50, boot_50},
		.pulse = 100 * MS,
		.start = 50 * MS,
		.again = 500 * MS,
		.window = 500 * MS,
		.quiet = 300 * MS,
		.idle = 120000 * MS,
	},
	{
		.target = PTL_TARGET_STM32,
		.first = {1, {0x7f}},
		.typed = true,
		.repeats = true,
		.ask = ask_stm32,
		.ask_n = sizeof(ask_stm32),
		.answer = answer_stm32,
		.once = true,
		.enter = {boot_stays, boot_stays},
		.pulse = 10 * MS,
		.start = 100 * MS,
		.again = 500 * MS,
		.window = 500 * MS,
		.quiet = 300 * MS,
		.idle = 120000 * MS,
		.parity = PTL_PARITY_EVEN,
	},
	{
		.target = PTL_TARGET_ESP,
		.first = {5, {0xc0, 0x00, 0x08, 0x24, 0x00}},
		.ask = ask_esp,
		.ask_n = sizeof(ask_esp),
		.answer = answer_esp,
		.enter = {boot_50, boot_550},
		.pulse = 100 * MS,
		.start = 100 * MS,
		.again = 100 * MS,
		.window = 1000 * MS,
		.copies = 8,
		.idle = 120000 * MS,
	},
};

static const char *const names[PTL_TARGETS] = {"none", "any",	"avr", "mega",
					       "lpc",  "stm32", "esp"};

const char *ptl_target_name(enum ptl_target target)
{
	return target < PTL_TARGETS ? names[target] : NULL;
}

const struct ptl_loader *ptl_loader_of(enum ptl_target target)
{
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (loaders[i].target == target)
			return &loaders[i];
	return NULL;
}

int ptl_pattern_begins(const struct ptl_pattern *pattern, const uint8_t *bytes, size_t n)
{
	size_t most = n < pattern->n ? n : pattern->n;

	for (size_t i = 0; i < most; i++)
		if (pattern->byte[i] != PTL_ANYTHING && pattern->byte[i] != bytes[i])
			return -1;
	return (int)most;
}
