/* SPDX-License-Identifier: GPL-2.0-only */
/* See standard.h. libuv ends the program when it is to close one of the three. */
#include "host/base/standard.h"

#include "host/base/exit_status.h"
#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void standard_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* The lowest that is free: this one, for those below are there. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			_exit(EXIT_FAILURE);
	}
}

int standard_printed(int status)
{
	static bool said;

	if (status != EXIT_DONE || (!fflush(stdout) && !ferror(stdout)))
		return status;
	if (!said)
		log_line("cannot write: %s", strerror(errno));
	said = true;
	return EXIT_FAILED;
}

void standard_watch(uv_signal_t *signal, uv_signal_cb heard, int number)
{
	struct sigaction action;

	if (number == SIGHUP && !sigaction(SIGHUP, NULL, &action) &&
	    action.sa_handler == SIG_IGN)
		return;
	(void)uv_signal_start(signal, heard, number);
}
