/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands. Each takes its arguments as main() does, argv[0] being the
 * name to show in help ("pigtail up"), and returns the exit status.
 */
#ifndef PIGTAIL_HOST_COMMANDS_H
#define PIGTAIL_HOST_COMMANDS_H

#include "host/base/exit_status.h"

struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
};

int cmd_up(int argc, char **argv);
int cmd_device(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_flash(int argc, char **argv);
int cmd_wire(int argc, char **argv);
int cmd_bridge(int argc, char **argv);
int cmd_passwd(int argc, char **argv);
int cmd_provision(int argc, char **argv);
int cmd_air(int argc, char **argv);
int cmd_serial(int argc, char **argv);
int cmd_qemu(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_scan(int argc, char **argv);
int cmd_join(int argc, char **argv);
int cmd_leave(int argc, char **argv);
int cmd_ap(int argc, char **argv);
int cmd_stations(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_get(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_reboot(int argc, char **argv);
int cmd_update(int argc, char **argv);
int cmd_repl(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_cp(int argc, char **argv);
int cmd_ls(int argc, char **argv);

#endif
