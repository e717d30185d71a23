// SPDX-License-Identifier: GPL-2.0-only
/*
 * An Arduino in a program: an AVR (simavr) with a real boot loader, at the pace of the wall
 * clock. Its UART is a pty, its RESET pin a socket.
 *
 *	bridge_avr BOOTLOADER.hex TTY_LINK RESET_SOCKET [MCU]
 *
 * A datagram to RESET_SOCKET is the level of the pin: "0" holds the chip in reset, "1" lets
 * it start. What arrives while it is held, or during the start-up time of an Uno's fuses, is
 * lost, as on a real one. The pty's speed as its user set it is compared with the AVR's: over
 * 3 % apart, every byte arrives broken and with a framing error.
 *
 * At SIGTERM one line tells how often the chip was started, whether RESET is low, and what
 * went over the UART.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <asm/termbits.h>
#include <time.h>
#include <unistd.h>

#include <simavr/sim_avr.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_hex.h>

#define SLICE_NS    1000000
#define LATE_NS	    50000000 /* more is not caught up with: it would be a burst */
#define START_UP_MS 65
#define UBRR0L	    0xC4
#define UBRR0H	    0xC5
#define UCSR0A	    0xC0
#define U2X0	    2u

struct target {
	avr_t *avr;
	avr_irq_t *rxd;
	int pty, reset;
	bool held;		      /* RESET is low */
	avr_cycle_count_t starts_at;  /* the end of the start-up time */
	avr_cycle_count_t next_byte;  /* when RXD is free again */
	uint8_t in[4096], out[65536]; /* between pty and UART */
	size_t in_n, out_n;
	unsigned long starts, deaf, received, sent, lost, misread;
};

static volatile sig_atomic_t ended;

static void on_term(int signal)
{
	(void)signal;
	ended = 1;
}

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	struct timespec until = {ns / 1000000000, ns % 1000000000};

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

__attribute__((noreturn)) static void die(const char *what)
{
	(void)fprintf(stderr, "bridge_avr: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the chip ---- */

static void on_txd(avr_irq_t *irq, uint32_t value, void *user)
{
	struct target *target = user;

	(void)irq;
	if (target->out_n == sizeof(target->out)) {
		target->lost++;
		return;
	}
	target->out[target->out_n++] = (uint8_t)value;
	target->sent++;
}

static void start(struct target *target)
{
	avr_reset(target->avr);
	/* An external reset; without this optiboot starts the sketch at once. */
	avr_regbit_set(target->avr, target->avr->reset_flags.extrf);
	target->held = false;
	target->starts++;
	target->starts_at = target->avr->cycle + target->avr->frequency / 1000 * START_UP_MS;
}

static bool is_deaf(const struct target *target)
{
	return target->held || target->avr->cycle < target->starts_at;
}

/* Bits a second, by the AVR's own divider. */
static double avr_baud(const avr_t *avr)
{
	unsigned divider = avr->data[UBRR0L] | (avr->data[UBRR0H] & 15u) << 8;

	return avr->frequency / ((divider + 1.0) * (avr->data[UCSR0A] & U2X0 ? 8 : 16));
}

static bool speeds_agree(const struct target *target)
{
	struct termios2 settings;
	double ratio;

	if (ioctl(target->pty, TCGETS2, &settings) < 0 || settings.c_ospeed == 0)
		return true;
	ratio = settings.c_ospeed / avr_baud(target->avr);
	return ratio > 0.97 && ratio < 1.03;
}

/* One byte on RXD. No cycle timer does this: a watchdog reset forgets them all. */
static void give_byte(struct target *target)
{
	double bits = 10 * (double)target->avr->frequency;
	uint32_t byte = target->in[0];

	if (!speeds_agree(target)) {
		byte = ((byte * 7) & 0xff) | UART_INPUT_FE;
		target->misread++;
	}
	memmove(target->in, target->in + 1, --target->in_n);
	target->received++;
	target->next_byte =
		target->avr->cycle + (avr_cycle_count_t)(bits / avr_baud(target->avr));
	avr_raise_irq(target->rxd, byte);
}

static void run_until(struct target *target, avr_cycle_count_t goal)
{
	if (is_deaf(target))
		target->avr->cycle = goal;
	while (!target->held && target->avr->cycle < goal) {
		int state;

		if (target->in_n && target->avr->cycle >= target->next_byte)
			give_byte(target);
		state = avr_run(target->avr);
		if (state == cpu_Done || state == cpu_Crashed) {
			(void)fprintf(stderr, "bridge_avr: the AVR stopped at 0x%04x\n",
				      (unsigned)target->avr->pc);
			target->held = true; /* as a board that hangs */
		}
	}
}

/* ---- pty and socket ---- */

static void look_outside(struct target *target)
{
	struct pollfd fds[2] = {{target->reset, POLLIN, 0}, {target->pty, POLLIN, 0}};
	char level;
	ssize_t n;

	(void)poll(fds, 2, 0);
	while (fds[0].revents & POLLIN && recv(target->reset, &level, 1, MSG_DONTWAIT) == 1) {
		if (level == '0')
			target->held = true;
		else if (level == '1' && target->held)
			start(target);
	}
	if (fds[1].revents & POLLIN && target->in_n < sizeof(target->in)) {
		n = read(target->pty, target->in + target->in_n,
			 sizeof(target->in) - target->in_n);
		if (n > 0)
			target->in_n += (size_t)n;
	}
	if (is_deaf(target)) {
		target->deaf += target->in_n;
		target->in_n = 0;
	}
	if (target->out_n) {
		n = write(target->pty, target->out, target->out_n);
		if (n > 0) {
			target->out_n -= (size_t)n;
			memmove(target->out, target->out + n, target->out_n);
		}
	}
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(path);
	return fd;
}

/* Raw, 115200 until its user sets another speed. The slave is kept open: else the master
 * reads an error between two users. */
static int open_pty(const char *link)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	struct termios2 settings;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		die("pty");
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || ioctl(slave, TCGETS2, &settings) < 0)
		die("pty");
	settings.c_iflag = 0;
	settings.c_oflag = 0;
	settings.c_lflag = 0;
	settings.c_cflag = CS8 | CREAD | CLOCAL | BOTHER;
	settings.c_ispeed = settings.c_ospeed = 115200;
	if (ioctl(slave, TCSETS2, &settings) < 0 || fcntl(master, F_SETFL, O_NONBLOCK) < 0)
		die("pty");
	(void)unlink(link);
	if (symlink(ptsname(master), link) < 0)
		die(link);
	return master;
}

/* ---- all of it ---- */

static avr_t *make_avr(const char *mcu, const char *boot_loader)
{
	avr_t *avr = avr_make_mcu_by_name(mcu);
	ihex_chunk_p pieces = NULL;
	int n = read_ihex_chunks(boot_loader, &pieces);

	if (!avr || n < 1) {
		(void)fprintf(stderr, "bridge_avr: no %s, or nothing in %s\n", mcu,
			      boot_loader);
		exit(1);
	}
	avr_init(avr);
	avr->frequency = 16000000;
	for (int i = 0; i < n; i++) {
		if (pieces[i].baseaddr + pieces[i].size > avr->flashend + 1) {
			(void)fprintf(stderr, "bridge_avr: %s is not for %s\n", boot_loader,
				      mcu);
			exit(1);
		}
		memcpy(avr->flash + pieces[i].baseaddr, pieces[i].data, pieces[i].size);
	}
	avr->reset_pc = pieces[0].baseaddr; /* as the fuse BOOTRST says */
	avr->pc = avr->reset_pc;
	avr->codeend = avr->flashend;
	avr->log = LOG_ERROR;
	free_ihex_chunks(pieces);
	return avr;
}

static void attach_uart(struct target *target)
{
	uint32_t no_flags = 0;

	(void)avr_ioctl(target->avr, AVR_IOCTL_UART_SET_FLAGS('0'), &no_flags);
	target->rxd = avr_io_getirq(target->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
	avr_irq_register_notify(
		avr_io_getirq(target->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_txd,
		target);
}

int main(int argc, char **argv)
{
	static struct target target;
	avr_cycle_count_t goal;
	int64_t wake = now_ns();

	if (argc < 4 || argc > 5) {
		(void)fprintf(stderr,
			      "usage: bridge_avr BOOTLOADER.hex TTY_LINK RESET_SOCKET [MCU]\n");
		return 2;
	}
	(void)signal(SIGTERM, on_term);
	target.avr = make_avr(argc > 4 ? argv[4] : "atmega328p", argv[1]);
	target.reset = open_socket(argv[3]);
	attach_uart(&target);
	start(&target);
	target.pty = open_pty(argv[2]); /* last: who waits for it finds all there */
	goal = target.avr->cycle;
	while (!ended) {
		look_outside(&target);
		goal += target.avr->frequency / (1000000000 / SLICE_NS);
		run_until(&target, goal);
		if (target.held)
			target.avr->cycle = goal;
		wake += SLICE_NS;
		if (wake < now_ns() - LATE_NS)
			wake = now_ns();
		sleep_until(wake);
	}
	(void)fprintf(
		stderr,
		"starts %lu reset %s received %lu deaf %lu misread %lu sent %lu lost %lu\n",
		target.starts, target.held ? "low" : "high", target.received, target.deaf,
		target.misread, target.sent, target.lost);
	(void)unlink(argv[2]);
	(void)unlink(argv[3]);
	return 0;
}
