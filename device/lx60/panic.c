/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Nothing of the device is trusted any more: interrupts are off, the stack is another
 * one (of an exception the end of the device's memory, which nobody needs now), and lines
 * go as frames of their own, byte by byte, to the UART. They begin with a delimiter, so
 * whatever was on the wire is cut off and counted there.
 */
#include "panic.h"
#include "chip.h"
#include "life.h"
#include <pigtail/text.h>
#include "uart.h"

#include <pigtail/link.h>

#define STACK_BYTES ((uint32_t)((uintptr_t)stack_end - (uintptr_t)stack_start))
#define STACK_GUARD 8 /* words at the stack's end that nobody may write */

extern uint32_t stack_start[], stack_end[];

static bool silent;

struct frame panic_registers;

static void say(const char *text, size_t n)
{
	static uint8_t frame[PTL_LOG_FRAME];

	if (!silent)
		uart_write_now(frame, ptl_log_frame(frame, text, n));
}

static _Noreturn void say_all(struct ptl_text *line)
{
	const struct frame *registers = &panic_registers;

	life_ends(PTL_BOOT_CRASH);
	ptl_text_add(line, " at ");
	ptl_text_add_hex(line, registers->pc);
	say(line->at, line->n);
	for (int i = 0; i < 12; i += 6) {
		ptl_text_clear(line);
		ptl_text_add(line, i ? "a6..a11" : "a0..a5");
		for (int j = i; j < i + 6; j++) {
			ptl_text_add(line, " ");
			ptl_text_add_hex(line, registers->a[j]);
		}
		say(line->at, line->n);
	}
	ptl_text_clear(line);
	ptl_text_add(line, "sar ");
	ptl_text_add_hex(line, registers->sar);
	ptl_text_add(line, ", stack used ");
	ptl_text_add_number(line, stack_used());
	ptl_text_add(line, " of ");
	ptl_text_add_number(line, STACK_BYTES);
	ptl_text_add(line, "; restarting");
	say(line->at, line->n);
	for (;;)
		BOARD_RESET = RESET_MAGIC;
}

void panic_exception(uint32_t cause, uint32_t address)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, "panic: exception ");
	ptl_text_add_number(&line, cause);
	ptl_text_add(&line, ", address ");
	ptl_text_add_hex(&line, address);
	say_all(&line);
}

void panic_interrupted(const char *why, const struct frame *frame)
{
	struct ptl_text line;

	(void)chip_irq_off();
	panic_registers = *frame;
	ptl_text_clear(&line);
	ptl_text_add(&line, "panic: ");
	ptl_text_add(&line, why);
	say_all(&line);
}

void panic(const char *why)
{
	struct frame here = {.pc = (uint32_t)(uintptr_t)__builtin_return_address(0)};

	here.a[1] = (uint32_t)(uintptr_t)&here;
	panic_interrupted(why, &here);
}

void panic_silently(void)
{
	silent = true;
}

uint32_t stack_used(void)
{
	uint32_t clean = 0;

	while (clean < STACK_BYTES && stack_start[clean / 4] == STACK_PAINT)
		clean += 4;
	return STACK_BYTES - clean;
}

void panic_if_stack_is_out(void)
{
	for (int i = 0; i < STACK_GUARD; i++)
		if (stack_start[i] != STACK_PAINT)
			panic("the stack is too small");
}
