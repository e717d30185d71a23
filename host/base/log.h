/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program says to a human: single lines on standard error, each
 * written at once and prefixed with the program's name. Answers to questions
 * (status, stats) are not logs; they go to standard output.
 */
#ifndef PIGTAIL_HOST_LOG_H
#define PIGTAIL_HOST_LOG_H

#include <stdbool.h>
#include <stddef.h>

#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

/* Looks where standard error leads to: at the start, and whenever it leads elsewhere. From
 * then on a line that nobody takes is lost, and its loss is told later: nothing waits. */
void log_open(void);

/* What is left of a line leaves, if it can. */
void log_flush(void);

/* "pigtail: ..." */
void log_line(const char *format, ...) PRINTF_LIKE(1, 2);

/* The same, only after log_set_verbose(true) (option -v). */
void log_detail(const char *format, ...) PRINTF_LIKE(1, 2);
void log_set_verbose(bool verbose);

/*
 * Puts a line into error and returns -1, for functions that hand the reason of
 * their failure up: what failed, on what, why, and what to do.
 */
int complain(char *error, size_t error_size, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same for what was asked wrongly: returns -2. Negated, both results are the
 * program's exit status. */
int complain_usage(char *error, size_t error_size, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
