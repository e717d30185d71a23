/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tty taken for ourselves alone, by its path, and what is said to a human when it can't
 * be: by a link's port (tty.c), and for the kernel driver (attach_tty.c).
 *
 *	tty_take() -- the taker chooses a rate -- tty_set_up() -- use -- tty_give_back()
 */
#ifndef PIGTAIL_HOST_PORT_TTY_TAKE_H
#define PIGTAIL_HOST_PORT_TTY_TAKE_H

#include "host/port/tty_line.h"

/* What can fail. The last two are attach_tty.c's. */
enum tty_step {
	TTY_OPEN,
	TTY_USE,
	TTY_LOCK,
	TTY_SET_UP,
	TTY_DISCIPLINE,
	TTY_INTERFACE,
};

struct tty_advice {
	enum tty_step step;
	int error;	  /* an errno */
	const char *what; /* to do; NULL ends a list */
};

/* What is said in the taker's own words, as its user would do it. */
struct tty_words {
	const char *baud_option;
	const struct tty_advice *advices; /* before those for all takers */
};

struct tty {
	const char *path; /* the taker's, as words */
	const struct tty_words *words;
	int fd; /* nonblocking; -1: not taken */
	bool is_pty;
	uint32_t clock; /* of a PC's UART that its divider divides; 0: unknown */
	struct tty_line line;
};

/* Opens and locks it. Returns 0, or with a line in error -1, and errno. */
int tty_take(struct tty *tty, const char *path, const struct tty_words *words, char *error,
	     size_t error_size);

/* A pty has no rate, but where it leads into a simulated wire. */
bool tty_has_rate(const struct tty *tty);

/* See tty_line_setup(). Returns as tty_take(); the tty is closed where it fails. */
int tty_set_up(struct tty *tty, uint32_t baud, bool rtscts, char *error, size_t error_size);

/* It is as it was, and free for others once the descriptor is closed, which is left to the
 * caller. */
void tty_give_back(const struct tty *tty);

/* Puts the line into error that says that step failed, by errno, and what to do. Returns
 * -1, and keeps errno. */
int tty_complain(const struct tty *tty, enum tty_step step, char *error, size_t error_size);

#endif
