/* SPDX-License-Identifier: GPL-2.0-only */
/* MicroPython's hal has no more to know of this port. */
