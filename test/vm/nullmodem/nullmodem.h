/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A null-modem cable between two UARTs, all of it made up: for tests in a guest whose
 * emulated UARTs are far too slow and inexact.
 *
 *   /dev/ttyNM0  [buffer]--[FIFO]-- TX ───> RX --[FIFO]--  /dev/ttyNM1
 *                              RX <─── TX       (ttyNM2 and 3 are another pair, ...)
 *                   RTS, DTR  ───>  CTS, DSR and DCD, and back
 *
 *   main.c   module: pairs of ports, and a tty that cannot be written to
 *   port.c   what the tty layer asks of a port
 *   line.c   bytes on their way: pace, noise, FIFO, flow control
 *   sysfs.c  /sys/class/tty/ttyNMn/: settings and counters
 *
 * Locks: one spinlock for a pair. As serial drivers do, it is held while the line
 * discipline is told that there is room: one that writes at once from there would hang
 * on a real port, and does so here.
 */
#ifndef NULLMODEM_H
#define NULLMODEM_H

#include <linux/hrtimer.h>
#include <linux/kfifo.h>
#include <linux/spinlock.h>
#include <linux/tty.h>

#define NM_BUFFER   4096 /* bytes a port holds to send, as serial ports do */
#define NM_FIFO_MAX 256

/* Settings; each is written by sysfs at any time. */
#define NM_SETTINGS(X)                                                                         \
	X(fifo, 16, 1, NM_FIFO_MAX, "bytes in each of the UART's FIFOs")                       \
	X(hold_us, 0, 0, 1000000, "how late an interrupt is that is late")                     \
	X(late_ppm, 0, 0, 1000000, "receive interrupts that are late, per 1e6")                \
	X(ber_ppb, 0, 0, 100000000, "bits sent that flip, per 1e9")                            \
	X(drop_ppb, 0, 0, 1000000000, "bytes sent that vanish, per 1e9")                       \
	X(frame_ppb, 0, 0, 1000000000, "bytes received with a framing error, per 1e9")         \
	X(parity_ppb, 0, 0, 1000000000, "bytes received with a parity error, per 1e9")         \
	X(take, NM_BUFFER, 1, NM_BUFFER,                                                       \
	  "bytes that a write takes; of more it says so at once")                              \
	X(stuck, 0, 0, 1, "takes no bytes, and says of no room")                               \
	X(stubborn, 0, 0, 1, "keeps its speed, whatever it is set to")                         \
	X(seed, 1, 1, UINT_MAX, "of the port's random numbers")

#define NM_COUNTERS(X)                                                                         \
	X(sent, "bytes that left")                                                             \
	X(received, "bytes given to the tty layer")                                            \
	X(flipped, "bytes sent that noise changed")                                            \
	X(dropped, "bytes sent that noise swallowed")                                          \
	X(garbled, "bytes sent at a speed or in a format that the peer has not")               \
	X(unheard, "bytes sent to a closed port")                                              \
	X(framing, "bytes received with a framing error")                                      \
	X(parity, "bytes received with a parity error")                                        \
	X(breaks, "breaks received")                                                           \
	X(overruns, "bytes for which the receive FIFO had no room")                            \
	X(buf_overruns, "bytes for which the tty layer had no room")                           \
	X(wakeups, "times that the line discipline was told of room")

struct nm_settings {
#define NM_FIELD(name, initial, low, high, what) u32 name;
	NM_SETTINGS(NM_FIELD)
#undef NM_FIELD
};

struct nm_counters {
#define NM_FIELD(name, what) u64 name;
	NM_COUNTERS(NM_FIELD)
#undef NM_FIELD
};

struct nm_pair;

struct nm_port {
	struct tty_port port;
	struct nm_pair *pair;
	struct nm_port *peer;
	struct device *device;

	/* All below is under the pair's lock. */
	DECLARE_KFIFO(out, u8, NM_BUFFER); /* its first bytes are in the FIFO */
	struct {
		u8 byte[NM_FIFO_MAX];
		u8 flag[NM_FIFO_MAX];
		u32 count;
		bool overrun; /* since it was read */
		u64 due;      /* when it is read */
	} in;
	struct hrtimer timer;
	bool sending; /* the timer runs */
	u64 done;     /* when the last byte that left had left, ns */
	u32 byte_ns;  /* a byte's time on the line, by termios */
	u32 baud;
	tcflag_t format; /* bits and parity, by termios */
	bool rtscts, rts, dtr, breaking;
	u32 random;
	struct nm_settings set;
	struct nm_counters counters;
};

struct nm_pair {
	spinlock_t lock;
	struct nm_port end[2];
};

/* line.c; under the pair's lock, except for init and stop. */
void nm_line_init(struct nm_port *port);
void nm_line_stop(struct nm_port *port); /* sleeps */
void nm_line_kick(struct nm_port *port); /* there may be something to send */
void nm_line_error(struct nm_port *port, u8 flag);
u32 nm_line_waiting(const struct nm_port *port); /* bytes not yet in the FIFO */

/* port.c */
extern const struct tty_operations nm_tty_ops;
extern const struct tty_port_operations nm_port_ops;

/* sysfs.c */
extern const struct attribute_group *nm_groups[];

#endif
