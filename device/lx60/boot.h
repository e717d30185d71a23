/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the image is told at its start: QEMU's -append, as words NAME=VALUE.
 *
 *	framing=pigtail|len16   what is spoken on the wire; pigtail
 *	baud=N                  the line's rate, which paces what is sent; 921600
 *	rtscts=on|off           off: bytes that find the buffer full are lost; on
 *	mac=XX:XX:XX:XX:XX:XX   the device's own; 52:54:00:12:34:56, as QEMU's first
 *	address=ADDR/LEN[,GW]   endpoint and bridge: static, in the place of DHCP
 *	report=on|off           bridge only: its pins and its log leave by frames, see
 *	                        report.h; off
 *	seed=N                  more chance for the session's number, see clock.c
 *	fault=hang|crash|stack|slow
 *				for tests, once, a second after the first host came;
 *				slow: 30 ms in each turn of the loop, for 5 s
 *	faults=N		in so many starts; 1
 */
#ifndef PIGTAIL_LX60_BOOT_H
#define PIGTAIL_LX60_BOOT_H

#include <pigtail/control.h>

enum boot_fault {
	BOOT_NO_FAULT,
	BOOT_HANG,
	BOOT_CRASH,
	BOOT_STACK,
	BOOT_SLOW,
};

struct boot {
	const struct ptl_framing *framing;
	uint32_t baud;
	uint32_t seed;
	bool lossy;
	bool report;
	enum boot_fault fault;
	uint32_t faults;
	enum ptl_boot why; /* it started: of life.h */
	uint8_t mac[6];
	char address[48]; /* empty: none given */
	char bad[24];	  /* the first word that made no sense; empty: none */
};

/* Where QEMU's list of parameters begins, in a2 at the start, also after a reset. */
struct boot_tag {
	uint16_t tag;
	uint16_t n; /* bytes; the next tag is at a multiple of four */
	char at[];
};

/* The framings that the image has, the usual one first, NULL at the end. */
extern const struct ptl_framing *const boot_framings[];

void boot_read(struct boot *boot, const struct boot_tag *tags);

/* What was in a3 at the start: of loader.c, HANDED_SLOT and the slot's number; else nothing
 * that can be relied on. */
#define HANDED_SLOT 0x510700b0u
extern const uint32_t start_handed;

/* What start.S calls: an image's main(). */
_Noreturn void board_main(const struct boot_tag *tags);

#endif
