/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail attach: gives a tty to the kernel driver, keeps it open, and takes it back
 * at a signal. A tty that hangs up (an adapter that was pulled out) takes its interface
 * with it; it is waited for and attached again, under the same name and MAC.
 */
#include "host/port/attach_tty.h"
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/config/framings.h"
#include "host/config/identity.h"
#include "host/base/log.h"
#include "host/base/standard.h"
#include "host/config/wifi_secret.h"

#include <pigtail/compat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define BAUD_MIN     50
#define BAUD_MAX     10000000
#define MTU_MIN	     68
#define MTU_MAX	     9000
#define MTU_DEFAULT  1500
#define UART_MAX     5000000
#define NAME_MAX_LEN 15
#define RETRY_MS     500

struct options {
	struct attach_config config;
	const char *wifi_file;
	bool mac_given;
	bool rate_given;
	bool daemon;
};

enum key {
	KEY_BAUD = 0x100,
	KEY_DEVICE,
	KEY_MAC,
	KEY_MAX,
	KEY_MTU,
	KEY_RATE,
	KEY_RTSCTS,
	KEY_WIFI_FILE,
};

static const struct argp_option option_list[] = {
	{"baud", KEY_BAUD, "N", 0,
	 "Line rate, bits/s (default: the ends find it, beginning at 115200)", 0},
	{"rate", KEY_RATE, "auto|fixed", 0, "Find the rate in spite of --baud, or don't", 0},
	{"max", KEY_MAX, "N", 0, "Find none higher than this (default 5000000)", 0},
	{"rtscts", KEY_RTSCTS, NULL, 0, "Use RTS and CTS", 0},
	{"name", 'n', "IFNAME", 0, "Name of the interface (default: ptl0, ptl1, ...)", 0},
	{"framing", 'f', "FRAMING", 0,
	 "What is spoken on the wire: pigtail (default), len16, slip, esp8266-hosted", 0},
	{"mtu", KEY_MTU, "BYTES", 0, "Longest IP packet, 68 to 9000 (default 1500)", 0},
	{"mac", KEY_MAC, "MAC", 0,
	 "Of the interface, or 'peer', a radio's (default: made up, always the same)", 0},
	{"device", KEY_DEVICE, NULL, 0, "Be the radio's side of the wire", 0},
	{"wifi-file", KEY_WIFI_FILE, "FILE", 0,
	 "Lines ssid=... and password=..., mode 0600, for esp8266-hosted", 0},
	{"daemon", 'd', NULL, 0, "Go to the background when attached; prints the process id",
	 0},
	{"verbose", 'v', NULL, 0, "Say more", 0},
	{0},
};

static long number(const char *option, const char *text, long from, long to,
		   struct argp_state *state)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < from || value > to)
		command_misused(state, "%s %s: must be %ld to %ld", option, text, from, to);
	return value;
}

static void set_mac(struct options *options, const char *text, struct argp_state *state)
{
	unsigned int part[6];
	char end;

	if (!strcmp(text, "peer")) {
		options->config.mac_peer = true;
		return;
	}
	if (strlen(text) != 17 ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &part[0], &part[1], &part[2], &part[3],
		   &part[4], &part[5], &end) != 6 ||
	    part[0] & 1)
		command_misused(state, "--mac %s: it is 02:00:00:00:00:01, of one station",
				text);
	for (int i = 0; i < 6; i++)
		options->config.mac[i] = (uint8_t)part[i];
	options->mac_given = true;
}

static void set_name(struct options *options, const char *text, struct argp_state *state)
{
	if (!*text || strlen(text) > NAME_MAX_LEN || strpbrk(text, "/%: \t\n") ||
	    !strcmp(text, ".") || !strcmp(text, ".."))
		command_misused(state, "--name %s: no interface can be called so", text);
	options->config.name = text;
}

static void set_path(struct options *options, const char *text, struct argp_state *state)
{
	if (options->config.path)
		command_misused(state, "'%s' is one argument too many; it is PORT", text);
	options->config.path = text;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;
	struct attach_config *config = &options->config;

	switch (key) {
	case 'n':
		set_name(options, text, state);
		return 0;
	case 'f':
		config->framing = framing_by_name(text);
		if (!config->framing)
			command_misused(state, "no such framing '%s'", text);
		return 0;
	case 'd':
		options->daemon = true;
		return 0;
	case 'v':
		log_set_verbose(true);
		return 0;
	case KEY_BAUD:
		config->baud = (uint32_t)number("--baud", text, BAUD_MIN, BAUD_MAX, state);
		return 0;
	case KEY_MAX:
		config->baud_max = (uint32_t)number("--max", text, BAUD_MIN, BAUD_MAX, state);
		return 0;
	case KEY_RATE:
		if (strcmp(text, "auto") != 0 && strcmp(text, "fixed") != 0)
			command_misused(state, "--rate %s: it is auto or fixed", text);
		config->rate_auto = *text == 'a';
		options->rate_given = true;
		return 0;
	case KEY_MTU:
		config->mtu = (uint16_t)number("--mtu", text, MTU_MIN, MTU_MAX, state);
		return 0;
	case KEY_RTSCTS:
		config->rtscts = true;
		return 0;
	case KEY_DEVICE:
		config->role = PTL_DEVICE;
		return 0;
	case KEY_MAC:
		set_mac(options, text, state);
		return 0;
	case KEY_WIFI_FILE:
		options->wifi_file = text;
		return 0;
	case ARGP_KEY_ARG:
		set_path(options, text, state);
		return 0;
	case ARGP_KEY_END:
		if (!config->path)
			command_misused(state, "PORT is missing");
		if (!options->rate_given)
			config->rate_auto = !config->baud;
		config->rate_auto = config->rate_auto && config->framing->rate_done;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int prepare_wifi(struct options *options, struct wifi_secret *secret, char *error,
			size_t error_size)
{
	bool hosted = options->config.framing == &ptl_framing_esp8266_hosted &&
		      options->config.role == PTL_HOST;
	int status;

	if (hosted != (options->wifi_file != NULL))
		return complain_usage(error, error_size,
				      "--framing esp8266-hosted and --wifi-file FILE want "
				      "each other");
	if (!hosted)
		return 0;
	status = wifi_secret_read(options->wifi_file, secret, error, error_size);
	options->config.ssid = secret->ssid;
	options->config.password = secret->password;
	return status;
}

/* ---- running ---- */

struct attachment {
	uv_loop_t loop;
	const struct attach_config *config;
	struct attached attached;
	uv_poll_t poll;
	uv_timer_t retry;
	uv_signal_t signals[3];
	char why[256]; /* the wait for the tty, as told last */
};

static void on_signal(uv_signal_t *signal, int number)
{
	struct attachment *attachment = signal->data;

	(void)number;
	uv_stop(&attachment->loop);
}

static void on_hangup(uv_poll_t *poll, int status, int events);

static void watch(struct attachment *attachment)
{
	(void)uv_poll_init(&attachment->loop, &attachment->poll, attachment->attached.fd);
	attachment->poll.data = attachment;
	(void)uv_poll_start(&attachment->poll, UV_READABLE | UV_DISCONNECT, on_hangup);
	log_line("%s: interface %s, framing %s, %u baud%s", attachment->config->path,
		 attachment->attached.interface, attachment->config->framing->name,
		 attachment->attached.baud,
		 attachment->attached.rate_auto ? " or what the ends find" : "");
}

static void on_retry(uv_timer_t *retry)
{
	struct attachment *attachment = retry->data;
	char error[256];

	if (!attach_tty(attachment->config, &attachment->attached, error, sizeof(error))) {
		(void)uv_timer_stop(retry);
		*attachment->why = 0;
		watch(attachment);
		return;
	}
	if (strcmp(error, attachment->why) != 0 && errno != ENOENT && errno != ENXIO)
		log_line("%s", error);
	(void)snprintf(attachment->why, sizeof(attachment->why), "%s", error);
}

static void after_lost(uv_handle_t *poll)
{
	struct attachment *attachment = poll->data;

	attach_release(&attachment->attached);
	attachment->attached.fd = -1;
	(void)uv_timer_start(&attachment->retry, on_retry, RETRY_MS, RETRY_MS);
}

static void on_hangup(uv_poll_t *poll, int status, int events)
{
	struct attachment *attachment = poll->data;

	(void)status;
	(void)events;
	if (!attached_is_lost(&attachment->attached))
		return;
	log_line("%s hung up, its interface is gone; waiting for it", attachment->config->path);
	uv_close((uv_handle_t *)poll, after_lost);
}

static void watch_signals(struct attachment *attachment)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)uv_signal_init(&attachment->loop, &attachment->signals[i]);
		attachment->signals[i].data = attachment;
		standard_watch(&attachment->signals[i], on_signal, numbers[i]);
	}
}

/* ready: called once the interface is there. */
static int run(const struct attach_config *config, void (*ready)(void *user), void *user)
{
	static struct attachment attachment;
	char error[384];

	attachment.config = config;
	(void)uv_loop_init(&attachment.loop);
	watch_signals(&attachment);
	(void)uv_timer_init(&attachment.loop, &attachment.retry);
	attachment.retry.data = &attachment;
	if (attach_tty(config, &attachment.attached, error, sizeof(error)) < 0) {
		log_line("%s", error);
		return EXIT_FAILED;
	}
	watch(&attachment);
	(void)printf("%s\n", attachment.attached.interface);
	(void)fflush(stdout);
	if (ready)
		ready(user);
	(void)uv_run(&attachment.loop, UV_RUN_DEFAULT);
	if (attachment.attached.fd >= 0)
		attach_release(&attachment.attached);
	return EXIT_DONE;
}

/* ---- in the background ---- */

static void detach_from_terminal(void *user)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int *told = user;

	if (write(*told, "", 1) < 0 || close(*told) < 0)
		log_line("cannot tell that it is attached: %s", strerror(errno));
	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	log_open();
}

/* The process that was started ends when the other one is attached, or failed. */
static int run_daemon(const struct attach_config *config)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends) < 0 || (pid = fork()) < 0) {
		log_line("cannot start another process: %s", strerror(errno));
		return EXIT_FAILED;
	}
	if (!pid) {
		(void)close(ends[0]);
		(void)setsid();
		return run(config, detach_from_terminal, &ends[1]);
	}
	(void)close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return EXIT_FAILED;
	(void)printf("%ld\n", (long)pid);
	return EXIT_DONE;
}

int cmd_attach(int argc, char **argv)
{
	struct options options = {.config = {.role = PTL_HOST,
					     .framing = framings[0],
					     .baud_max = UART_MAX,
					     .mtu = MTU_DEFAULT}};
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "PORT",
		.doc = "Gives a tty to the kernel driver, which makes a network interface of "
		       "it; takes it back when ended.\vPORT is the path of a tty. The "
		       "driver is pigtail.ko, see the project's guide-kernel.md.\n",
	};
	struct wifi_secret secret = {0};
	char error[384];
	int status;

	command_parse(&argp, argc, argv, &options);
	status = prepare_wifi(&options, &secret, error, sizeof(error));
	if (!status && !options.mac_given &&
	    identity_mac("", options.config.role, options.config.path, "kernel",
			 options.config.mac) < 0)
		status = complain(error, sizeof(error), "the kernel gives no random numbers");
	if (status < 0) {
		log_line("%s", error);
		return -status;
	}
	status =
		options.daemon ? run_daemon(&options.config) : run(&options.config, NULL, NULL);
	wifi_secret_wipe(&secret);
	return status;
}
