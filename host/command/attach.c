/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail attach: gives a tty to the kernel driver, keeps it open, and takes it back
 * at a signal. A tty that hangs up (an adapter that was pulled out) takes its interface
 * with it; it is waited for and attached again, under the same name and MAC.
 */
#include "host/port/attach_tty.h"
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/config/identity.h"
#include "host/config/link_options.h"
#include "host/base/log.h"
#include "host/base/standard.h"

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
#define UART_MAX     5000000
#define NAME_MAX_LEN 15
#define RETRY_MS     500

struct options {
	struct attach_config config;
	struct link_options *link; /* those that it has in common with `pigtail up` */
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

static void set_common(struct options *options, enum link_option option, const char *text,
		       struct argp_state *state)
{
	char error[256];

	if (link_options_set(options->link, option, text, error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
}

static void set_mac(struct options *options, const char *text, struct argp_state *state)
{
	options->config.mac_peer = !strcmp(text, "peer");
	if (!options->config.mac_peer)
		set_common(options, LINK_MAC, text, state);
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
		set_common(options, LINK_FRAMING, text, state);
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
		set_common(options, LINK_MTU, text, state);
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
		set_common(options, LINK_WIFI_FILE, text, state);
		return 0;
	case ARGP_KEY_ARG:
		set_path(options, text, state);
		return 0;
	case ARGP_KEY_END:
		if (!config->path)
			command_misused(state, "PORT is missing");
		if (!options->rate_given)
			config->rate_auto = !config->baud;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int prepare_wifi(struct options *options, char *error, size_t error_size)
{
	struct attach_config *config = &options->config;
	struct wifi_secret *secret = &options->link->secret;
	const char *file = options->link->values[LINK_WIFI_FILE];
	bool hosted =
		config->framing == &ptl_framing_esp8266_hosted && config->role == PTL_HOST;

	if (hosted != (file != NULL))
		return complain_usage(error, error_size,
				      "--framing esp8266-hosted and --wifi-file FILE want "
				      "each other");
	if (!hosted)
		return 0;
	config->ssid = secret->ssid;
	config->password = secret->password;
	return wifi_secret_read(file, secret, error, error_size);
}

/* What depends on several options. */
static int prepare(struct options *options, char *error, size_t error_size)
{
	struct attach_config *config = &options->config;
	const struct link_config *link = &options->link->config;

	config->framing = link->framing;
	config->mtu = link->mtu;
	config->rate_auto = config->rate_auto && config->framing->rate_done;
	memcpy(config->mac, link->mac, sizeof(config->mac));
	if (!options->link->values[LINK_MAC] &&
	    identity_mac("", config->role, config->path, "kernel", config->mac) < 0)
		return complain(error, error_size, "the kernel gives no random numbers");
	return prepare_wifi(options, error, error_size);
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
	(void)uv_poll_init(&attachment->loop, &attachment->poll, attachment->attached.tty.fd);
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
	if (attachment.attached.tty.fd >= 0)
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
	struct options options = {
		.config = {.role = PTL_HOST, .baud_max = UART_MAX},
		.link = link_options_new(PTL_HOST),
	};
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "PORT",
		.doc = "Gives a tty to the kernel driver, which makes a network interface of "
		       "it; takes it back when ended.\vPORT is the path of a tty. The "
		       "driver is pigtail.ko, see the project's guide-kernel.md.\n",
	};
	char error[384];
	int status;

	if (!options.link) {
		log_line("out of memory");
		return EXIT_FAILED;
	}
	command_parse(&argp, argc, argv, &options);
	status = prepare(&options, error, sizeof(error));
	if (status < 0) {
		log_line("%s", error);
		status = -status;
	} else {
		status = options.daemon ? run_daemon(&options.config)
					: run(&options.config, NULL, NULL);
	}
	link_options_free(options.link);
	return status;
}
