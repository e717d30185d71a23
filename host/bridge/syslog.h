/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines to a syslog server: RFC 5424, each a datagram (RFC 5426), or counted on a TCP
 * connection (RFC 6587, 3.4.1) that is made again when it goes away.
 */
#ifndef PIGTAIL_HOST_SYSLOG_H
#define PIGTAIL_HOST_SYSLOG_H

#include <uv.h>

struct syslog;

/* place: [udp:|tcp:]HOST[:PORT], udp and 514 unless said. name: of the bridge, which becomes
 * MSGID; it stays. -1 or -2 with a line in error. */
int syslog_open(uv_loop_t *loop, const char *place, const char *name, struct syslog **syslog,
		char *error, size_t error_size);

void syslog_line(void *syslog, const char *line);

/* NULL does nothing. */
void syslog_close(struct syslog *syslog);

#endif
