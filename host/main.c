/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail SUBCOMMAND ...: picks the subcommand and hands over. What a
 * subcommand does, and its options, are in the file of its name.
 */
#include "host/command/commands.h"
#include "host/command/complete.h"
#include "host/base/log.h"
#include "host/base/standard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct subcommand commands[] = {
	{"up", cmd_up, "a network interface over a serial wire"},
	{"device", cmd_device, "the other end: a virtual radio"},
	{"attach", cmd_attach, "gives a tty to the kernel driver"},
	{"flash", cmd_flash, "an image into the microcontroller behind a UART"},
	{"wire", cmd_wire, "a simulated UART cable between two ports"},
	{"bridge", cmd_bridge, "a UART on the network: raw TCP, telnet, RFC 2217"},
	{"passwd", cmd_passwd, "who may log in to a bridge"},
	{"provision", cmd_provision, "what a bridge on a chip is to be, for its flash"},
	{"air", cmd_air, "a scripted air for virtual radios, which hear each other"},
	{"serial", cmd_serial, "a tty here that is a UART there"},
	{"qemu", cmd_qemu, "firmware in QEMU, its UART being a link"},
	{"status", cmd_status, "what the running links are doing"},
	{"stats", cmd_stats, "their counters"},
	{"scan", cmd_scan, "networks in reach of a link's radio"},
	{"join", cmd_join, "joins one of them"},
	{"leave", cmd_leave, "leaves it"},
	{"ap", cmd_ap, "makes the radio an access point, or ends that"},
	{"stations", cmd_stations, "who is in its network"},
	{"info", cmd_info, "what the radio is, can and does"},
	{"set", cmd_set, "settings of the radio"},
	{"get", cmd_get, "one of them"},
	{"log", cmd_log, "what the firmware at the other end says"},
	{"reboot", cmd_reboot, "restarts the radio"},
	{"update", cmd_update, "puts a new firmware into the radio"},
	{"repl", cmd_repl, "talks with the interpreter on a radio"},
	{"run", cmd_run, "runs a script on a radio"},
	{"cp", cmd_cp, "copies a file to or from a radio"},
	{"ls", cmd_ls, "lists the files of a radio"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void help(FILE *to)
{
	(void)fprintf(to, "Usage: pigtail COMMAND [ARGUMENT...]\n"
			  "A real network card over a serial wire.\n\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		(void)fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].what);
	(void)fprintf(to, "\n'pigtail COMMAND --help' tells more, and so does pigtail(1).\n");
}

int main(int argc, char **argv)
{
	char shown[32];

	standard_open();
	log_open();
	(void)atexit(log_flush);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		log_line("no command given; see 'pigtail --help'");
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-?") || !strcmp(argv[1], "help")) {
		help(stdout);
		return standard_printed(EXIT_DONE);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		(void)puts("pigtail " PIGTAIL_VERSION);
		return standard_printed(EXIT_DONE);
	}
	if (!strcmp(argv[1], "complete"))
		return complete(commands, COUNT(commands), argc - 2, argv + 2);
	for (size_t i = 0; i < COUNT(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		(void)snprintf(shown, sizeof(shown), "pigtail %s", commands[i].name);
		argv[1] = shown;
		return standard_printed(commands[i].run(argc - 1, argv + 1));
	}
	log_line("no such command '%s'; see 'pigtail --help'", argv[1]);
	return EXIT_USAGE;
}
