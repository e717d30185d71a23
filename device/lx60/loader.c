/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * boot.elf, which QEMU starts as its -kernel each time: chooses a slot of the flash
 * (slots.h), copies the program in it to where it runs, and goes there. It runs in memory
 * that no program of ours uses, with interrupts off but where it has nothing to start.
 *
 * A slot's program is an ELF file without symbols: of it the segments that are loaded
 * count, by their physical address. That it is what was signed has been seen before; that
 * it is one for this board is looked at here.
 */
#include "boot.h"
#include "chip.h"
#include "flash.h"
#include <pigtail/text.h>
#include "uart.h"

#include <pigtail/flash_map.h>
#include <pigtail/link.h>
#include <pigtail/slots.h>

#include <string.h>

#define SEGMENTS_MAX 8
#define TYPE_EXEC    2
#define MACHINE	     94 /* Xtensa */
#define SEGMENT_LOAD 1

/* ELF's own names: Elf32_Ehdr, Elf32_Phdr. */
struct elf_head {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

/* Where a program may be loaded: lx60.ld's. */
static const struct {
	uint32_t at, size;
} places[] = {
	{0x40100000, 0x8000},
	{0x40200000, 0x100000},
};

static void say(const char *words, int slot)
{
	static uint8_t frame[PTL_LOG_FRAME];
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, "boot: ");
	if (slot != PTL_NO_SLOT) {
		ptl_text_add(&line, "slot ");
		ptl_text_add_number(&line, (uint32_t)slot);
	}
	ptl_text_add(&line, words);
	uart_write_now(frame, ptl_log_frame(frame, line.at, line.n));
}

/* It is said at once, and once more to who comes later: a link calls for its other end. */
static _Noreturn void halt(const char *words)
{
	uint8_t byte;

	say(words, PTL_NO_SLOT);
	uart_start(true);
	(void)chip_irq_off();
	while (lx60_uart.read(lx60_uart.user, &byte, 1) == 0) {
		chip_wait();
		(void)chip_irq_off();
	}
	say(words, PTL_NO_SLOT);
	for (;;)
		__asm__ volatile("waiti 15");
}

static bool is_place(uint32_t at, uint32_t size)
{
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (at >= places[i].at && at - places[i].at <= places[i].size &&
		    size <= places[i].size - (at - places[i].at))
			return true;
	return false;
}

static bool read_slot(int slot, uint32_t at, void *to, uint32_t n)
{
	return at <= PTL_MAP_SLOT_SIZE && n <= PTL_MAP_SLOT_SIZE - at &&
	       lx60_flash.read(lx60_flash.user, PTL_MAP_SLOT(slot) + at, to, n);
}

/* Returns where it begins; 0: it is no program for this board. */
static uint32_t load(int slot)
{
	static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* LSB */};
	struct elf_segment segment;
	struct elf_head head;

	if (!read_slot(slot, 0, &head, sizeof(head)) ||
	    memcmp(head.ident, ident, sizeof(ident)) != 0 || head.type != TYPE_EXEC ||
	    head.machine != MACHINE || head.phentsize != sizeof(segment) ||
	    head.phnum > SEGMENTS_MAX || !is_place(head.entry, 4))
		return 0;
	for (uint32_t i = 0; i < head.phnum; i++) {
		if (!read_slot(slot, head.phoff + i * sizeof(segment), &segment,
			       sizeof(segment)))
			return 0;
		if (segment.type != SEGMENT_LOAD || segment.filesz == 0)
			continue;
		if (!is_place(segment.paddr, segment.filesz) ||
		    !read_slot(slot, segment.offset, (void *)(uintptr_t)segment.paddr,
			       segment.filesz))
			return 0;
	}
	return head.entry;
}

static _Noreturn void go(uint32_t entry, const struct boot_tag *tags, int slot)
{
	register uint32_t a2 __asm__("a2") = (uint32_t)(uintptr_t)tags;
	register uint32_t a3 __asm__("a3") = HANDED_SLOT ^ (uint32_t)slot;

	__asm__ volatile("jx %0" : : "r"(entry), "r"(a2), "r"(a3));
	__builtin_unreachable();
}

void board_main(const struct boot_tag *tags)
{
	struct ptl_store store;
	const struct ptl_slots slots = {.store = &store, .flash = &lx60_flash};
	uint32_t entry;
	int slot;

	if (!flash_is_there())
		halt("there is no flash; 'pigtail qemu --flash FILE' gives one");
	if (!ptl_store_open(&store, &lx60_flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1))
		halt("the flash fails");
	slot = ptl_slots_start(&slots);
	if (slot == PTL_NO_SLOT)
		halt("neither slot has an image that is whole; 'pigtail qemu --factory "
		     "IMAGE' puts one into a new flash");
	entry = load(slot);
	if (entry)
		go(entry, tags, slot);
	/* Signed, but of no use: when it was on trial the old one comes back. */
	say(" has no program for this board", slot);
	for (;;)
		BOARD_RESET = RESET_MAGIC;
}
