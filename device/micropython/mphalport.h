/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What MicroPython's hal wants to know of the port. Nothing here runs in interrupts. */
#include "py/ringbuf.h"

#include <stdint.h>

extern ringbuf_t stdin_ringbuf; /* what os.dupterm_notify() has read */

#define MICROPY_BEGIN_ATOMIC_SECTION()	  0
#define MICROPY_END_ATOMIC_SECTION(state) ((void)(state))

void mp_hal_set_interrupt_char(int c);
