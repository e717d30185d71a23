/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail up and pigtail device: one end of a link each, alike but for the role.
 * Reads the options, opens everything, runs the loop until a signal ends it, and
 * takes everything down again.
 */
#include "commands.h"
#include "control.h"
#include "framings.h"
#include "identity.h"
#include "interface.h"
#include "log.h"
#include "report.h"
#include "runner.h"
#include "wifi_secret.h"

#include <pigtail/compat.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MTU_MIN	    68
#define MTU_MAX	    9000
#define MTU_DEFAULT 1500
#define NAMES_TRIED 100

/* What a network behind `user` would hand out. */
#define USER_LEASE   "10.0.2.15/24"
#define USER_GATEWAY "10.0.2.2"

struct options {
	struct runner_config runner;
	const char *name;
	const char *wifi_file;
	const char *gateway;
	bool mac_given;
	int arguments;
};

enum key {
	KEY_CAPTURE = 0x100,
	KEY_GATEWAY,
	KEY_IP,
	KEY_MAC,
	KEY_MTU,
	KEY_PEER,
	KEY_WIFI_FILE,
};

static const struct argp_option option_list[] = {
	{"name", 'n', "NAME", 0,
	 "Name of the link for status and stats (default: the interface's)", 0},
	{"framing", 'f', "FRAMING", 0, "What is spoken on the wire:", 0},
	{"capture", KEY_CAPTURE, "FILE", 0, "Record packets and frames (pcapng)", 0},
	{"mtu", KEY_MTU, "BYTES", 0, "Longest IP packet, 68 to 9000 (default 1500)", 0},
	{"mac", KEY_MAC, "MAC", 0,
	 "Of the tap interface (default: one made up, always the same)", 0},
	{"ip", KEY_IP, "ADDR/LEN", 0,
	 "Address for the interface; of an esp8266-hosted device: the one it hands out", 0},
	{"peer", KEY_PEER, "ADDR", 0, "Address at the other end of a tun", 0},
	{"gateway", KEY_GATEWAY, "ADDR", 0, "Gateway that an esp8266-hosted device hands out",
	 0},
	{"wifi-file", KEY_WIFI_FILE, "FILE", 0,
	 "Lines ssid=... and password=..., mode 0600, for esp8266-hosted", 0},
	{"verbose", 'v', NULL, 0, "Say more", 0},
	{0},
};

static const char doc[] =
	"\vPORT\n"
	"  /dev/ttyUSB0                       any tty's path\n"
	"  pty:LINK                           make a pty and a link to it\n"
	"  tcp:HOST:PORT, unix:PATH           connect\n"
	"  tcp-listen:[HOST:]PORT, unix-listen:PATH   wait for a peer\n"
	"  then ,baud=N (default 921600) ,rtscts=on|off (default off) ,wait (a tty may be "
	"missing)\n"
	"NET\n"
	"  tap[:IFNAME], tun[:IFNAME]         an interface\n"
	"  bridge:BRIDGE                      a tap put into a bridge\n"
	"  user[,hostfwd=tcp|udp:[ADDR]:PORT-[ADDR]:PORT]...   no root needed\n";

static int parse_mac(const char *text, uint8_t mac[6])
{
	unsigned int part[6];
	char end;

	if (strlen(text) != 17 || sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &part[0], &part[1],
					 &part[2], &part[3], &part[4], &part[5], &end) != 6)
		return -1;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)part[i];
	return mac[0] & 1 ? -1 : 0;
}

static void set_framing(struct options *options, const char *name, struct argp_state *state)
{
	options->runner.framing = framing_by_name(name);
	if (!options->runner.framing)
		command_misused(state, "no such framing '%s'", name);
}

static void set_mtu(struct options *options, const char *text, struct argp_state *state)
{
	char *end;
	long mtu = strtol(text, &end, 10);

	if (!*text || *end || mtu < MTU_MIN || mtu > MTU_MAX)
		command_misused(state, "--mtu %s: must be %d to %d", text, MTU_MIN, MTU_MAX);
	options->runner.mtu = (uint16_t)mtu;
}

static void set_argument(struct options *options, const char *text, struct argp_state *state)
{
	if (options->arguments == 0)
		options->runner.port = text;
	else if (options->arguments == 1)
		options->runner.net = text;
	else
		command_misused(state, "'%s' is one argument too many; it is PORT NET", text);
	options->arguments++;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'n':
		if (!control_name_ok(text))
			command_misused(
				state,
				"--name %s: a name has 1 to %d letters, digits, '_', '-', '.'",
				text, CONTROL_NAME_MAX);
		options->name = text;
		return 0;
	case 'f':
		set_framing(options, text, state);
		return 0;
	case 'v':
		log_set_verbose(true);
		return 0;
	case KEY_CAPTURE:
		options->runner.capture = text;
		return 0;
	case KEY_MTU:
		set_mtu(options, text, state);
		return 0;
	case KEY_MAC:
		if (parse_mac(text, options->runner.mac) < 0)
			command_misused(state,
					"--mac %s: it is 02:00:00:00:00:01, of one station",
					text);
		options->mac_given = true;
		return 0;
	case KEY_IP:
		if (!interface_address_ok(text))
			command_misused(state, "--ip %s: it is ADDR/LEN, IPv4 or IPv6", text);
		options->runner.address = text;
		return 0;
	case KEY_PEER:
		options->runner.peer = text;
		return 0;
	case KEY_GATEWAY:
		options->gateway = text;
		return 0;
	case KEY_WIFI_FILE:
		options->wifi_file = text;
		return 0;
	case ARGP_KEY_ARG:
		set_argument(options, text, state);
		return 0;
	case ARGP_KEY_END:
		if (options->arguments < 2)
			command_misused(state, "%s missing",
					options->arguments ? "NET is" : "PORT and NET are");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Lists the framings under their option. */
static char *filter_help(int key, const char *text, void *input)
{
	char *list;
	size_t size;
	FILE *out;

	(void)input;
	if (key != 'f')
		return (char *)text;
	out = open_memstream(&list, &size);
	if (!out)
		return (char *)text;
	(void)fputs(text, out);
	for (size_t i = 0; framings[i]; i++)
		(void)fprintf(out, " %s (%s)%s", framings[i]->name, framings[i]->what,
			      framings[i + 1] ? ";" : "; the first is the default");
	(void)fclose(out);
	return list;
}

/* ---- what the framing esp8266-hosted wants beyond ---- */

static int prepare_lease(struct options *options, char *error, size_t error_size)
{
	struct runner_config *config = &options->runner;
	const char *address = config->address;
	const char *gateway = options->gateway;
	uint32_t netmask;

	if (!address && !strncmp(config->net, "user", 4)) {
		address = USER_LEASE;
		gateway = gateway ? gateway : USER_GATEWAY;
	}
	if (!address)
		return complain_usage(
			error, error_size,
			"an esp8266-hosted device hands out an address: give it by "
			"--ip ADDR/LEN, and --gateway ADDR");
	if (ipv4_parse(address, &config->lease_address, &config->lease_netmask) < 0)
		return complain_usage(error, error_size,
				      "--ip %s: it is an IPv4 address and /LEN", address);
	if (gateway && ipv4_parse(gateway, &config->lease_gateway, &netmask) < 0)
		return complain_usage(error, error_size, "--gateway %s is no IPv4 address",
				      gateway);
	config->address = NULL;
	return 0;
}

static int prepare_hosted(struct options *options, struct wifi_secret *secret, char *error,
			  size_t error_size)
{
	struct runner_config *config = &options->runner;
	int status;

	if (config->framing != &ptl_framing_esp8266_hosted) {
		if (options->wifi_file || options->gateway)
			return complain_usage(error, error_size,
					      "--wifi-file and --gateway are for --framing "
					      "esp8266-hosted only");
		return 0;
	}
	if (options->wifi_file) {
		status = wifi_secret_read(options->wifi_file, secret, error, error_size);
		if (status < 0)
			return status;
		config->ssid = secret->ssid;
		config->password = secret->password;
	}
	if (config->role == PTL_DEVICE)
		return prepare_lease(options, error, error_size);
	if (!options->wifi_file)
		return complain_usage(
			error, error_size,
			"the framing esp8266-hosted needs --wifi-file FILE with the "
			"lines ssid=... and password=...");
	return 0;
}

/* ---- running ---- */

struct link {
	uv_loop_t loop;
	struct runner runner;
	struct control *control;
	uv_signal_t signals[3];
	int status;
};

static cJSON *answer(void *user, const char *question)
{
	const struct link *link = user;

	return report(&link->runner, question);
}

static void on_failed(void *user)
{
	struct link *link = user;

	link->status = EXIT_FAILED;
	uv_stop(&link->loop);
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct link *link = signal->data;

	(void)number;
	uv_stop(&link->loop);
}

/* The interface's name, or what is telling of the port's: of "pty:/tmp/radio"
 * "radio", of "tcp:localhost:5556" "tcp-localhost-5556". */
static void default_name(const struct runner *runner, char *name, size_t size)
{
	const char *interface = net_interface(runner->net);
	const char *from = port_name(runner->port);
	const char *slash = strrchr(from, '/');
	char *at;

	(void)snprintf(name, size, "%s", interface ? interface : slash ? slash + 1 : from);
	for (at = name; *at; at++)
		if (!strchr("_-.", *at) && !(*at >= '0' && *at <= '9') &&
		    !((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z'))
			*at = '-';
	if (*name == '.' || !*name)
		*name = '-';
}

/* A name that was asked for must be free; a default one gets a number. */
static int claim_name(struct link *link, const char *wanted, char *error, size_t error_size)
{
	char base[CONTROL_NAME_MAX - 3];
	char name[CONTROL_NAME_MAX + 1];
	int status = 1;

	default_name(&link->runner, base, sizeof(base));
	(void)snprintf(name, sizeof(name), "%s", wanted ? wanted : base);
	for (int i = 2; i < NAMES_TRIED && status == 1; i++) {
		runner_set_name(&link->runner, name);
		status = control_open(&link->loop, name, answer, link, &link->control, error,
				      error_size);
		if (wanted)
			break;
		(void)snprintf(name, sizeof(name), "%s-%d", base, i);
	}
	return status ? -1 : 0;
}

static void watch_signals(struct link *link)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)uv_signal_init(&link->loop, &link->signals[i]);
		link->signals[i].data = link;
		(void)uv_signal_start(&link->signals[i], on_signal, numbers[i]);
	}
}

static void take_down(struct link *link)
{
	control_close(link->control);
	runner_close(&link->runner);
	for (size_t i = 0; i < sizeof(link->signals) / sizeof(link->signals[0]); i++)
		uv_close((uv_handle_t *)&link->signals[i], NULL);
	/* A name being looked up can hold the loop, and exit(), for long. */
	for (int i = 0; i < 10 && uv_loop_alive(&link->loop); i++)
		(void)uv_run(&link->loop, UV_RUN_NOWAIT);
	if (uv_loop_close(&link->loop) < 0)
		_exit(link->status);
}

static void introduce(const struct runner *runner)
{
	const char *interface = net_interface(runner->net);

	log_line("%s: %s%s%s, %s%s%s, framing %s, %u baud", runner->name,
		 port_name(runner->port), *port_detail(runner->port) == '/' ? " at " : "",
		 *port_detail(runner->port) == '/' ? port_detail(runner->port) : "",
		 net_kind(runner->net), interface ? " " : "", interface ? interface : "",
		 runner->framing->name, port_baud(runner->port));
}

static int run(const struct options *options)
{
	static struct link link;
	char error[384];

	(void)uv_loop_init(&link.loop);
	watch_signals(&link);
	link.runner.failed = on_failed;
	link.runner.user = &link;
	link.status =
		-runner_open(&link.runner, &link.loop, &options->runner, error, sizeof(error));
	if (!link.status)
		link.status = -claim_name(&link, options->name, error, sizeof(error));
	if (link.status) {
		log_line("%s", error);
	} else {
		introduce(&link.runner);
		(void)uv_run(&link.loop, UV_RUN_DEFAULT);
	}
	take_down(&link);
	return link.status;
}

static int command(enum ptl_role role, const char *description, int argc, char **argv)
{
	struct options options = {
		.runner = {.role = role, .framing = framings[0], .mtu = MTU_DEFAULT}};
	char text[sizeof(doc) + 256];
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "PORT NET",
		.doc = text,
		.help_filter = filter_help,
	};
	struct wifi_secret secret;
	char error[384];
	int status;

	(void)snprintf(text, sizeof(text), "%s%s", description, doc);
	command_parse(&argp, argc, argv, &options);
	status = prepare_hosted(&options, &secret, error, sizeof(error));
	if (!status && !options.mac_given &&
	    identity_mac(role, options.runner.port, options.runner.net, options.runner.mac) < 0)
		status = complain(error, sizeof(error), "the kernel gives no random numbers");
	if (status < 0) {
		log_line("%s", error);
		return -status;
	}
	status = run(&options);
	wifi_secret_wipe(&secret);
	return status;
}

int cmd_up(int argc, char **argv)
{
	return command(PTL_HOST, "A network interface over a serial wire.", argc, argv);
}

int cmd_device(int argc, char **argv)
{
	return command(PTL_DEVICE, "The other end of the wire: a virtual radio.", argc, argv);
}
