/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What kinds of microcontroller a bridge can program, by their boot loaders. */
#ifndef PIGTAIL_TARGET_H
#define PIGTAIL_TARGET_H

enum ptl_target {
	PTL_TARGET_NONE,  /* none at all */
	PTL_TARGET_ANY,	  /* what the programmer's first bytes say */
	PTL_TARGET_AVR,	  /* STK500v1: optiboot, ATmegaBOOT */
	PTL_TARGET_MEGA,  /* STK500v2: stk500boot */
	PTL_TARGET_LPC,	  /* NXP's ISP */
	PTL_TARGET_STM32, /* AN3155, 8E1 */
	PTL_TARGET_ESP,	  /* Espressif's ROM */
	PTL_TARGETS,
};

/* "avr"; NULL: there is no such target. */
const char *ptl_target_name(enum ptl_target target);

#endif
