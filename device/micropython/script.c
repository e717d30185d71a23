/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See script.h. One life of the interpreter after the other, each begun by a soft reset:
 *
 *	_boot.py (frozen: mounts the files)  boot.py  main.py  REPL
 *
 * What makes the device restart by a crash or the watchdog three times in a row is most
 * likely main.py, and if that is left out, boot.py (boots.h counts). Both are left out then
 * until the device was asked to restart, and the REPL and the host's log say so.
 */
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "extmod/modnetwork.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"
#include "shared/runtime/softtimer.h"

#include "chance.h"
#include "files.h"
#include "script.h"
#include "stack_link.h"
#include "terminal.h"
#include "tls_memory.h"
#include "webrepl.h"
#include "wlan.h"

#include <string.h>

/* Of the stack, for a turn of the main loop and an interrupt above any script. */
#define TURN_BYTES 4096

#define NOTICE_AFTER_US 6000000u

#define BAD_BOOTS_WITHOUT_MAIN BOOTS_FAILED
#define BAD_BOOTS_WITHOUT_BOOT (2 * BOOTS_FAILED)

struct script script;

/* ---- the card: a device without a radio ---- */

static struct ptl_radio_control no_radio;

static void no_info(void *user, struct ptl_control_writer *to)
{
	(void)user;
	ptl_put_bytes(to, PTL_F_MAC, script.mac, sizeof(script.mac));
}

static enum ptl_status no_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	(void)user;
	(void)message;
	(void)answer;
	*reason = "a script has the radio";
	return PTL_STATUS_UNSUPPORTED;
}

static void no_reset(void *user)
{
	(void)user;
}

static void card_restart(void *user, uint8_t how)
{
	(void)user;
	(void)how;
	script.board.restart();
}

/* ---- the network ---- */

static void on_host(bool up)
{
	/* It may be another host with another net. */
	netif_set_link_down(&stack_link.netif);
	if (up)
		netif_set_link_up(&stack_link.netif);
}

static void on_polled(void)
{
	netif_poll_all();
}

static const struct stack_link_owner stack_is_ours = {.polled = on_polled, .host_up = on_host};

/* ---- start ---- */

void script_init(struct device_config *config, const struct script_board *board)
{
	static struct device_service list[1 + FILES_SERVICES];
	const struct ptl_radio_ops ops = {
		.board = board->name,
		.firmware = "pigtail script 0.1.0",
		.capabilities = PTL_CAN_CLOCK,
		.info = no_info,
		.request = no_request,
		.reset = no_reset,
	};
	const struct device_card_config card = {
		.control = &no_radio,
		.streams = &script.services.streams,
		.owners = &chance_owner,
		.owner_count = 1,
		.board = board->name,
		.firmware = ops.firmware,
		.boot = board->boot,
		.restart = card_restart,
	};

	list[0] = terminal_service;
	memcpy(list + 1, files_services, sizeof(files_services));
	script.board = *board;
	memcpy(script.mac, config->link.mac, sizeof(script.mac));
	ptl_radio_init(&no_radio, &ops, &script.card.share);
	device_services_init(&script.services, list, 1 + FILES_SERVICES, TERMINAL_WINDOW,
			     &script.card.share);
	device_card_init(&script.card, &card);
	config->radio = stack_link_radio(&stack_is_ours);
	config->link.mac_in_use = true;
	config->control = device_card_control(&script.card);
}

bool script_start(struct device *device, const struct device_config *config)
{
	script.device = device;
	device_services_attach(&script.services, device);
	device_card_attach(&script.card, device, script_now());
	if (!stack_link_begin(device, config))
		return false;
	stack_link.netif.hostname = mod_network_hostname_data;
	return !script.board.radio || wlan_start(script.board.radio);
}

/* ---- lives ---- */

/* For each who comes to the REPL; and, once, for the host, when it is there and has taken what
 * a crash says. */
static void leave_out(const char *text)
{
	if (!script.left_out)
		script.notice = text;
	script.left_out = text;
}

void script_notify(void)
{
	ptl_time now = script_now();

	if (!script.notice || !device_host_up(script.device))
		script.notify_at = now + NOTICE_AFTER_US;
	else if (now >= script.notify_at) {
		device_log(script.device, script.notice);
		script.notice = NULL;
	}
}

static void run_files(void)
{
	int status = 1;

	pyexec_frozen_module("_boot.py", false);
	if (script.board.bad_boots >= BAD_BOOTS_WITHOUT_BOOT)
		leave_out("boot.py and main.py are left out: too many restarts by a crash");
	else
		status = pyexec_file_if_exists("boot.py");
	if (status == 0 || pyexec_mode_kind != PYEXEC_MODE_FRIENDLY_REPL)
		return;
	if (script.board.bad_boots >= BAD_BOOTS_WITHOUT_BOOT)
		return;
	if (script.board.bad_boots >= BAD_BOOTS_WITHOUT_MAIN)
		leave_out("main.py is left out: three restarts by a crash");
	else
		(void)pyexec_file_if_exists("main.py");
}

static void run_repl(void)
{
	for (;;) {
		int ended = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl()
								     : pyexec_friendly_repl();

		if (ended)
			return;
	}
}

void script_run(void)
{
	mp_uint_t room = (mp_uint_t)(script.board.stack_end - script.board.stack_start);

	for (;;) {
		mp_stack_set_top(script.board.stack_end);
		mp_stack_set_limit(room - TURN_BYTES);
		gc_init(script.board.heap, script.board.heap + script.board.heap_bytes);
		mp_init();
		tls_memory_reset();
		mod_network_init();
		files_reset();
		webrepl_reset();
		mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_lib));
		readline_init0();
		run_files();
		run_repl();
		mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
		soft_timer_deinit();
		gc_sweep_all();
		mp_deinit();
	}
}
