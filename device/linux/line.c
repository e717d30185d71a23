/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One descriptor, nonblocking, and poll(2) as the target's sleep. What is lost is tried
 * again every RETRY_US; meanwhile nothing comes and what is written is gone, as on a
 * wire that nobody holds.
 */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <pigtail/pacer.h>

#define RETRY_US     100000u
#define SLEEP_MAX_US 3600000000u

static ptl_time now(void *user)
{
	struct timespec time;

	(void)user;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (ptl_time)time.tv_sec * 1000000u + (ptl_time)time.tv_nsec / 1000u;
}

/* ---- the descriptor ---- */

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int open_tty(const char *path, uint32_t baud)
{
	static const struct {
		uint32_t baud;
		speed_t speed;
	} speeds[] = {
		{9600, B9600},	     {115200, B115200},	  {230400, B230400},
		{460800, B460800},   {921600, B921600},	  {1000000, B1000000},
		{1500000, B1500000}, {2000000, B2000000}, {3000000, B3000000},
	};
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios tio;

	if (fd < 0 || tcgetattr(fd, &tio) < 0)
		return fd;
	cfmakeraw(&tio);
	tio.c_cflag |= CLOCAL | CREAD;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speeds[i].baud == baud)
			(void)cfsetspeed(&tio, speeds[i].speed);
	(void)tcsetattr(fd, TCSANOW, &tio);
	return fd;
}

static void open_line(struct line *line)
{
	ptl_time time = now(NULL);

	if (line->fd >= 0 || time < line->retry_at)
		return;
	line->retry_at = time + RETRY_US;
	line->blocked = false;
	line->fd = line->is_socket ? connect_to(line->path) : open_tty(line->path, line->baud);
}

static void lose(struct line *line)
{
	(void)close(line->fd);
	line->fd = -1;
	line->blocked = false;
}

void line_init(struct line *line, const char *path, uint32_t baud, const sigset_t *asleep)
{
	memset(line, 0, sizeof(*line));
	line->is_socket = !strncmp(path, "unix:", 5);
	line->path = line->is_socket ? path + 5 : path;
	line->baud = baud;
	line->fd = -1;
	line->asleep = *asleep;
}

void line_close(struct line *line)
{
	if (line->fd >= 0)
		lose(line);
}

/* ---- the seams ---- */

static size_t read_line(void *user, uint8_t *to, size_t room)
{
	struct line *line = user;
	ssize_t n;

	open_line(line);
	if (line->fd < 0)
		return 0;
	n = read(line->fd, to, room);
	if (n > 0)
		return (size_t)n;
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		lose(line);
	return 0;
}

static size_t write_line(void *user, const uint8_t *bytes, size_t n)
{
	struct line *line = user;
	ssize_t written;

	if (line->fd < 0)
		return n;
	written = line->is_socket ? send(line->fd, bytes, n, MSG_NOSIGNAL)
				  : write(line->fd, bytes, n);
	if (written < 0 && errno != EAGAIN && errno != EINTR) {
		lose(line);
		return n;
	}
	line->blocked = written < (ssize_t)n;
	return written < 0 ? 0 : (size_t)written;
}

static size_t queued(void *user)
{
	(void)user;
	return PTL_PACER_UNKNOWN;
}

static void wait_until(void *user, ptl_time until)
{
	struct line *line = user;
	struct pollfd poller = {line->fd, POLLIN, 0};
	ptl_time time = now(NULL);
	struct timespec limit;

	if (line->fd < 0 && until > line->retry_at)
		until = line->retry_at;
	if (line->blocked)
		poller.events |= POLLOUT;
	until = until > time ? until - time : 0;
	if (until > SLEEP_MAX_US)
		until = SLEEP_MAX_US;
	limit.tv_sec = (time_t)(until / 1000000u);
	limit.tv_nsec = (long)(until % 1000000u) * 1000;
	/* Signals come here and nowhere else, so none comes unseen. */
	(void)ppoll(&poller, line->fd >= 0 ? 1 : 0, &limit, &line->asleep);
}

static uint32_t entropy(void *user)
{
	uint32_t value = 0;

	(void)user;
	if (getrandom(&value, sizeof(value), 0) < 0)
		value = (uint32_t)now(NULL) ^ (uint32_t)getpid();
	return value;
}

struct ptl_uart_seam line_uart(struct line *line)
{
	return (struct ptl_uart_seam){
		.user = line,
		.read = read_line,
		.write = write_line,
		.queued = queued,
	};
}

struct ptl_clock line_clock(struct line *line)
{
	return (struct ptl_clock){
		.user = line,
		.now = now,
		.sleep = wait_until,
		.entropy = entropy,
	};
}
