/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pigtail-endpoint PORT: the endpoint personality (endpoint/) as a Linux program, for
 * tests, sanitizers and debuggers. The firmware is the same but for the seams.
 */
#include "endpoint.h"
#include "line.h"

#include <lwip/arch.h>

#include <pigtail/compat.h>
#include <pigtail/link.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t ending;

static void on_signal(int number)
{
	(void)number;
	ending = 1;
}

void stack_impossible(const char *what)
{
	(void)fprintf(stderr, "pigtail-endpoint: lwIP: %s\n", what);
	abort();
}

static void complain(const char *what, const char *about)
{
	(void)fprintf(stderr, "pigtail-endpoint: %s%s%s\n", what, about ? ": " : "",
		      about ? about : "");
}

static void usage(FILE *to)
{
	(void)fputs("Usage: pigtail-endpoint [OPTION...] PORT\n"
		    "An IP stack with a web server at the end of a serial wire.\n\n"
		    "  PORT              a tty's path, or unix:PATH to connect to\n"
		    "  --baud N          line rate, bits/s (921600)\n"
		    "  --framing NAME    pigtail (the default) or len16\n"
		    "  --address A/LEN[,GATEWAY]   of the endpoint (by DHCP)\n"
		    "  --mac MAC         of the endpoint (02:70:74:00:00:02)\n",
		    to);
}

struct options {
	const char *port;
	const char *address;
	const struct ptl_framing *framing;
	uint32_t baud;
	uint8_t mac[6];
};

static bool parse_baud(const char *text, uint32_t *baud)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < 50 || value > 10000000)
		return false;
	*baud = (uint32_t)value;
	return true;
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
	unsigned int part[6];
	char rest;

	if (strlen(text) != 17 || sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &part[0], &part[1],
					 &part[2], &part[3], &part[4], &part[5], &rest) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)part[i];
	return !(mac[0] & 1);
}

static bool parse_framing(const char *text, const struct ptl_framing **framing)
{
	static const struct ptl_framing *const known[] = {&ptl_framing_pigtail,
							  &ptl_framing_len16};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(text, known[i]->name)) {
			*framing = known[i];
			return true;
		}
	return false;
}

/* Whether to go on; otherwise *status is the exit status. */
static bool parse(int argc, char **argv, struct options *options, int *status)
{
	static const struct option names[] = {
		{"baud", required_argument, NULL, 'b'},
		{"framing", required_argument, NULL, 'f'},
		{"address", required_argument, NULL, 'a'},
		{"mac", required_argument, NULL, 'm'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool good = true;
	int key;

	*status = 2;
	while (good && (key = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (key) {
		case 'b':
			good = parse_baud(optarg, &options->baud);
			break;
		case 'f':
			good = parse_framing(optarg, &options->framing);
			break;
		case 'a':
			options->address = optarg;
			break;
		case 'm':
			good = parse_mac(optarg, options->mac);
			break;
		case 'h':
			usage(stdout);
			*status = 0;
			return false;
		default:
			return false; /* getopt has said why */
		}
		if (!good)
			complain("an option has a value that makes no sense; see --help",
				 optarg);
	}
	if (good && optind + 1 != argc)
		complain("one PORT is needed; see --help", NULL);
	if (!good || optind + 1 != argc)
		return false;
	options->port = argv[optind];
	return true;
}

static int run(const struct options *options, const sigset_t *asleep)
{
	struct device_config config = {.framing = options->framing};
	struct device *device = NULL;
	struct line line;
	void *memory;
	size_t size;
	int status = 1;

	line_init(&line, options->port, options->baud, asleep);
	/* As on the microcontroller. */
	ptl_config_default(&config.link, PTL_PROFILE_MCU);
	memcpy(config.link.mac, options->mac, sizeof(config.link.mac));
	config.link.mac_in_use = true;
	config.link.baud = options->baud;
	config.uart = line_uart(&line);
	config.clock = line_clock(&line);
	config.radio = endpoint_radio();
	size = device_size(&config);
	memory = malloc(size);
	if (!memory || device_init(memory, size, &config, &device) != PTL_OK) {
		complain("cannot start the link", NULL);
	} else if (!endpoint_start(device, &config, options->address)) {
		complain("the address is not ADDRESS/LENGTH[,GATEWAY]", options->address);
		status = 2;
	} else {
		while (!ending)
			config.clock.sleep(config.clock.user, device_poll(device));
		status = 0;
	}
	free(memory);
	line_close(&line);
	return status;
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = on_signal};
	struct options options = {
		.framing = &ptl_framing_pigtail,
		.baud = 921600,
		.mac = {0x02, 0x70, 0x74, 0x00, 0x00, 0x02},
	};
	sigset_t held, asleep;
	int status;

	if (!parse(argc, argv, &options, &status))
		return status;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &held, &asleep);
	return run(&options, &asleep);
}
