/* SPDX-License-Identifier: GPL-2.0-only */
/* pigtail qemu IMAGE --net NET: its options, most of which are those of `pigtail up` and
 * `pigtail wire` and are passed on to them as they are. See qemu_run.c for the rest. */
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/command/provision.h"
#include "host/command/qemu_flash.h"
#include "host/command/qemu_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_NET = 0x100,
	KEY_APPEND,
	KEY_AIR,
	KEY_FLASH,
	KEY_FACTORY,
	KEY_SERIAL,
	KEY_PINS,
	KEY_PROVISION,
	KEY_QEMU,
	KEY_UART,
	KEY_NO_RTSCTS,
	KEY_PASSED, /* from here on: for `up` or `wire` as they are */
};

enum group {
	GROUP_OWN = 1,
	GROUP_UP,
	GROUP_WIRE,
	GROUP_BOTH,
};

static const struct argp_option option_list[] = {
	{"net", KEY_NET, "NET", 0, "Where its packets go, as for 'pigtail up'", GROUP_OWN},
	{"append", KEY_APPEND, "WORDS", 0,
	 "For our firmware: address=ADDR/LEN[,GW] mac=MAC and the like", GROUP_OWN},
	{"air", KEY_AIR, "unix:PATH", 0,
	 "For air.elf: the air that it is in, which 'pigtail air' serves", GROUP_OWN},
	{"flash", KEY_FLASH, "FILE", 0,
	 "Its flash, 4 MB; a missing file is made. IMAGE is then boot.elf", GROUP_OWN},
	{"factory", KEY_FACTORY, "FILE", 0, "Signed image that a flash is made with",
	 GROUP_OWN},
	{"serial", KEY_SERIAL, "TTY", 0,
	 "For bridge.elf: the tty of the target, in the place of a link", GROUP_OWN},
	{"pins", KEY_PINS, "PINS", 0,
	 "For bridge.elf: its target's pins, as for 'pigtail bridge'; not dtr and rts",
	 GROUP_OWN},
	{"provision", KEY_PROVISION, "FILE", 0,
	 "For bridge.elf: password and settings, put into the flash", GROUP_OWN},
	{"qemu", KEY_QEMU, "PROGRAM", 0,
	 "Another QEMU (default: qemu-system-xtensa as an ESP8266's core); its machine stands "
	 "behind --",
	 GROUP_OWN},
	{"uart", KEY_UART, "N", 0, "Its UART that is the link, 0 to 3 (0)", GROUP_OWN},
	{"no-rtscts", KEY_NO_RTSCTS, NULL, 0, "Bytes that QEMU is too slow for are lost",
	 GROUP_OWN},
	{"framing", KEY_PASSED, "FRAMING", 0, "What the firmware speaks", GROUP_UP},
	{"ap", KEY_PASSED + 17, "NET", 0, "For the network that the radio makes itself",
	 GROUP_UP},
	{"name", KEY_PASSED + 1, "NAME", 0, "Of the link (default: the image's)", GROUP_UP},
	{"mtu", KEY_PASSED + 2, "BYTES", 0, "Longest IP packet", GROUP_UP},
	{"mac", KEY_PASSED + 3, "MAC", 0, "Of the interface", GROUP_UP},
	{"ip", KEY_PASSED + 4, "ADDR/LEN", 0, "Address for the interface", GROUP_UP},
	{"peer", KEY_PASSED + 5, "ADDR", 0, "Address at the other end of a tun", GROUP_UP},
	{"capture", KEY_PASSED + 6, "FILE", 0, "Record packets and frames (pcapng)", GROUP_UP},
	{"wifi-file", KEY_PASSED + 7, "FILE", 0, "For esp8266-hosted", GROUP_UP},
	{"baud", KEY_PASSED + 8, "N", 0, "Line rate of the wire (921600)", GROUP_BOTH},
	{"ber", KEY_PASSED + 9, "P", 0, "Chance that a bit flips", GROUP_WIRE},
	{"drop", KEY_PASSED + 10, "P", 0, "Chance that a byte vanishes", GROUP_WIRE},
	{"dup", KEY_PASSED + 11, "P", 0, "Chance that a byte comes twice", GROUP_WIRE},
	{"burst", KEY_PASSED + 12, "P,LEN", 0, "Chance of a burst of noise, its length",
	 GROUP_WIRE},
	{"delay", KEY_PASSED + 13, "MS", 0, "Propagation delay", GROUP_WIRE},
	{"fifo", KEY_PASSED + 14, "N", 0, "Receive FIFO, bytes", GROUP_WIRE},
	{"seed", KEY_PASSED + 15, "N", 0, "Of the faults", GROUP_WIRE},
	{"stats", KEY_PASSED + 16, "FILE", 0, "At the end, the wire's counters as JSON",
	 GROUP_WIRE},
	{0},
};

static int pass_on(struct qemu_options *options, int key, const char *value)
{
	const struct argp_option *option = option_list;

	while (option->name && option->key != key)
		option++;
	if (!option->name || key < KEY_PASSED)
		return ARGP_ERR_UNKNOWN;
	/* The rate of `up` is an option of its port. */
	if (option->group != GROUP_UP)
		argv_add(&options->wire, "--%s=%s", option->name, value);
	else
		argv_add(&options->up, "--%s=%s", option->name, value);
	return 0;
}

static void set_pins(struct qemu_options *options, const char *text, struct argp_state *state)
{
	struct pins_options *pins = &options->bridge.pins;
	char error[256];

	if (pins_options_parse(pins, text, error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
	for (int i = 0; i < PTL_TARGET_PINS; i++)
		if (pins->pin[i].kind == PIN_DTR || pins->pin[i].kind == PIN_RTS)
			command_misused(state,
					"--pins '%s': in QEMU the UART has no dtr "
					"and rts to drive",
					text);
}

static void set_air(struct qemu_options *options, const char *text, struct argp_state *state)
{
	static const char kind[] = "unix:";

	if (strncmp(text, kind, strlen(kind)) != 0 || !text[strlen(kind)] || strchr(text, ','))
		command_misused(state, "--air '%s': it is unix:PATH, without a comma", text);
	options->air = text + strlen(kind);
}

static void check_bridge(struct qemu_options *options, struct argp_state *state)
{
	char error[256];

	if (options->up.n || options->wire.n || !options->flow_control || options->uart)
		command_misused(state, "with --serial there is no wire and no link to set");
	if (options->program)
		command_misused(state, "--serial goes with our own machine only");
	if (qemu_bridge_net(&options->bridge, options->net, error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct qemu_options *options = state->input;

	switch (key) {
	case KEY_NET:
		options->net = text;
		return 0;
	case KEY_APPEND:
		options->append = text;
		return 0;
	case KEY_AIR:
		set_air(options, text, state);
		return 0;
	case KEY_FLASH:
		if (strchr(text, ','))
			command_misused(state, "--flash '%s': QEMU takes no comma", text);
		options->flash = text;
		return 0;
	case KEY_FACTORY:
		options->factory = text;
		return 0;
	case KEY_SERIAL:
		if (strchr(text, ','))
			command_misused(state, "--serial '%s': QEMU takes no comma", text);
		options->bridge.tty = text;
		return 0;
	case KEY_PINS:
		set_pins(options, text, state);
		return 0;
	case KEY_PROVISION:
		options->provision = text;
		return 0;
	case KEY_QEMU:
		options->program = text;
		return 0;
	case KEY_UART:
		if (*text < '0' || *text > '3' || text[1])
			command_misused(state, "--uart '%s': must be 0 to 3", text);
		options->uart = (unsigned int)(*text - '0');
		return 0;
	case KEY_NO_RTSCTS:
		options->flow_control = false;
		return 0;
	case ARGP_KEY_ARG:
		if (options->image)
			command_misused(state,
					"'%s' is one argument too many; QEMU's own stand "
					"behind --",
					text);
		options->image = text;
		return 0;
	case ARGP_KEY_END:
		if (!options->image && !options->program)
			command_misused(state, "IMAGE is missing");
		if (options->factory && !options->flash)
			command_misused(state, "--factory wants a --flash to put it in");
		if (!options->net)
			command_misused(state, "--net is missing, such as --net "
					       "user,hostfwd=tcp::8080-:80");
		if (options->provision && !options->flash)
			command_misused(state, "--provision wants a --flash to put it in");
		if (options->air && (options->program || options->bridge.tty))
			command_misused(state, "--air goes with our own machine and its link");
		if (options->bridge.tty)
			check_bridge(options, state);
		else if (options->bridge.pins.pin[PTL_TARGET_RESET].kind != PIN_NONE)
			command_misused(state, "--pins goes with --serial");
		return 0;
	default:
		return pass_on(options, key, text);
	}
}

static const struct argp argp = {
	.options = option_list,
	.parser = parse_option,
	.args_doc = "IMAGE [-- QEMU-ARGUMENT...]",
	.doc = "A firmware image in QEMU at the end of a simulated wire, and the link to it."
	       "\v"
	       "  pigtail qemu build/firmware/endpoint.elf --net user,hostfwd=tcp::8080-:80\n"
	       "  pigtail qemu build/firmware/nic.elf --net tap\n\n"
	       "With a flash, in which it keeps settings and can be updated:\n\n"
	       "  pigtail qemu build/firmware/boot.elf --flash radio.flash \\\n"
	       "          --factory build/firmware/wifi.img --net user\n\n"
	       "A board in an air that others share (pigtail air):\n\n"
	       "  pigtail qemu build/firmware/air.elf --air unix:/tmp/air --name one \\\n"
	       "          --net tap --ap tap\n\n"
	       "The serial bridge, which has a target and no link:\n\n"
	       "  pigtail qemu build/firmware/bridge.elf --flash bridge.flash \\\n"
	       "          --provision bridge.ini --serial /dev/ttyUSB0 \\\n"
	       "          --net user,hostfwd=tcp::2300-:23,hostfwd=tcp::2323-:2323\n\n"
	       "Another machine: what QEMU wants besides the UART stands behind --\n\n"
	       "  pigtail qemu --qemu qemu-system-arm --framing slip --net tun \\\n"
	       "          -- -M lm3s6965evb -kernel zephyr.elf",
};

/* ---- QEMU ---- */

/* The Debian package that has the program, for a person to install. */
static const char *package_of(const char *program)
{
	static const struct {
		const char *end;
		const char *package;
	} packages[] = {
		{"-arm", "qemu-system-arm"},   {"-aarch64", "qemu-system-arm"},
		{"-i386", "qemu-system-x86"},  {"-x86_64", "qemu-system-x86"},
		{"-mips", "qemu-system-mips"}, {"-ppc", "qemu-system-ppc"},
	};

	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (strstr(program, packages[i].end))
			return packages[i].package;
	return "qemu-system-misc";
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];

	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	while (path && *path) {
		size_t n = strcspn(path, ":");

		(void)snprintf(file, sizeof(file), "%.*s/%s", (int)n, path, program);
		if (access(file, X_OK) == 0)
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

static int check(const struct qemu_options *options)
{
	const char *program = options->program ? options->program : qemu_default_program;

	if (options->image && access(options->image, R_OK) < 0) {
		log_line("qemu: cannot read %s: %s", options->image, strerror(errno));
		return EXIT_FAILED;
	}
	if (options->air && access(options->air, W_OK) < 0) {
		log_line("qemu: no air at %s: %s; start one by 'pigtail air FILE --listen "
			 "unix:%s'",
			 options->air, strerror(errno), options->air);
		return EXIT_FAILED;
	}
	if (!in_path(program)) {
		log_line("qemu: there is no %s; install the package %s", program,
			 package_of(program));
		return EXIT_FAILED;
	}
	if (options->flash && qemu_flash_make(options->flash, options->factory))
		return EXIT_FAILED;
	if (options->provision)
		return -provision_flash(options->flash, options->provision);
	return EXIT_DONE;
}

int cmd_qemu(int argc, char **argv)
{
	static char *nothing[] = {NULL};
	struct qemu_options options = {.flow_control = true, .more = nothing};
	int status;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		options.more = argv + i + 1;
		argc = i;
		break;
	}
	command_parse(&argp, argc, argv, &options);
	status = check(&options);
	if (!status)
		status = qemu_run(&options);
	argv_drop(&options.up);
	argv_drop(&options.wire);
	return status;
}
