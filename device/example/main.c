/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A whole target: a tty is the UART, a tap interface is the radio, and six functions
 * join them to the device. usage: example TTY TAP (the tty raw, at 921600 baud)
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <pigtail/device.h>
#include <pigtail/link.h>

struct board {
	int tty, tap;
	struct device *device;
};

static size_t uart_read(void *user, uint8_t *to, size_t room)
{
	ssize_t n = read(((struct board *)user)->tty, to, room);

	return n > 0 ? (size_t)n : 0;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	ssize_t took = write(((struct board *)user)->tty, bytes, n);

	return took > 0 ? (size_t)took : 0;
}

static bool radio_send(void *user, const uint8_t *frame, size_t n)
{
	return write(((struct board *)user)->tap, frame, n) == (ssize_t)n;
}

static ptl_time radio_poll(void *user, ptl_time now)
{
	struct board *board = user;
	uint8_t frame[1518];
	ssize_t n = read(board->tap, frame, sizeof(frame));

	if (n <= 0)
		return PTL_NEVER; /* it has no timers of its own */
	(void)device_from_radio(board->device, frame, (size_t)n);
	return now; /* there may be another */
}

static ptl_time clock_now(void *user)
{
	struct timespec t;

	(void)user;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (ptl_time)t.tv_sec * 1000000 + (ptl_time)t.tv_nsec / 1000;
}

static void clock_sleep(void *user, ptl_time until)
{
	struct board *board = user;
	struct pollfd events[] = {{board->tty, POLLIN, 0}, {board->tap, POLLIN, 0}};
	ptl_time now = clock_now(user);
	ptl_time us = until > now ? until - now : 0;
	struct timespec t = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};

	(void)ppoll(events, 2, until == PTL_NEVER ? NULL : &t, NULL);
}

int main(int argc, char **argv)
{
	static _Alignas(16) uint8_t memory[20 * 1024];
	struct board board;
	struct device_config config = {
		.framing = &ptl_framing_pigtail,
		.uart = {.user = &board, .read = uart_read, .write = uart_write},
		.radio = {.user = &board, .send = radio_send, .poll = radio_poll},
		.clock = {.user = &board, .now = clock_now, .sleep = clock_sleep},
	};
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

	if (argc != 3)
		return 2;
	board.tty = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK);
	board.tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	strncpy(request.ifr_name, argv[2], IFNAMSIZ - 1);
	if (board.tty < 0 || board.tap < 0 || ioctl(board.tap, TUNSETIFF, &request) < 0) {
		perror("example");
		return 1;
	}
	ptl_config_default(&config.link, PTL_PROFILE_MCU);
	config.link.baud = 921600;
	config.link.drop_when_full = true;
	memcpy(config.link.mac, (const uint8_t[6]){2, 0, 0, 0, 0, 1}, 6);
	(void)getrandom(&config.link.nonce, sizeof(config.link.nonce), 0);
	if (device_init(memory, sizeof(memory), &config, &board.device) != PTL_OK)
		return 1;
	for (;;)
		clock_sleep(&board, device_poll(board.device));
}
