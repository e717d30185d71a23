/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control channel of `pigtail device PORT NET` where NET is a radio (net.h): what the
 * host asks goes to the net, what the net says to the host.
 *
 *	endpoint -- control, room --> runner_control --> net_radio_message(), _room()
 *	endpoint <-- runner_send_control() ------------- net_radio_link.send()
 *
 * A radio speaks as soon as a session begins, but that is told within a call of the
 * endpoint. So it is passed on a moment later, by a timer; or by the first message of the
 * session, if that is earlier.
 */
#include "host/run/radio.h"

#include "host/base/log.h"
#include "host/run/runner.h"

static void pass_session(struct runner *runner)
{
	if (!runner->radio.pending)
		return;
	runner->radio.pending = false;
	net_radio_session(runner->net, runner->radio.up);
}

static void on_timer(void *user)
{
	pass_session(user);
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct runner *runner = user;
	struct ptl_info info;

	(void)state;
	(void)reason;
	/* A host without an owner of its control channel is told nothing. */
	runner->framing->info(runner->endpoint, &info);
	runner->radio.pending = true;
	runner->radio.up = info.control;
	timer_set(runner->radio.timer, timer_now());
}

static bool on_message(void *user, const uint8_t *message, size_t n)
{
	struct runner *runner = user;

	pass_session(runner);
	return net_radio_message(runner->net, message, n);
}

static void on_room(void *user)
{
	const struct runner *runner = user;

	net_radio_room(runner->net);
}

/* ---- what the net may ask for ---- */

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	return runner_send_control(user, message, n, NULL) == PTL_OK;
}

static void resume(void *user)
{
	runner_resume_control(user);
}

static struct ptl_share *share_now(void *user)
{
	struct runner *runner = user;
	struct ptl_info info = {0};

	if (runner->endpoint)
		runner->framing->info(runner->endpoint, &info);
	ptl_share_set(&runner->radio.share, port_baud(runner->port), info.waiting > 0,
		      info.messages);
	return &runner->radio.share;
}

int radio_take_control(struct runner *runner, char *error, size_t error_size)
{
	const struct net_radio_link link = {runner, send_message, resume, share_now};

	if (!net_is_radio(runner->net))
		return 0;
	if (runner->role != PTL_DEVICE)
		return complain_usage(error, error_size,
				      "the net '%s' is a radio, which is the other end's: "
				      "'pigtail device PORT %s:...'",
				      net_kind(runner->net), net_kind(runner->net));
	if (!runner->framing->send_control)
		return complain_usage(error, error_size,
				      "the framing %s carries no control messages, so nobody "
				      "could tell a radio what to do; use the framing pigtail",
				      runner->framing->name);
	runner->radio.timer = timer_new(runner->loop, on_timer, runner);
	if (!runner->radio.timer || !net_radio_begin(runner->net, &link))
		return complain(error, error_size, "out of memory or descriptors");
	runner->control = (struct runner_control){
		.user = runner,
		.message = on_message,
		.room = on_room,
		.state = on_state,
	};
	return 0;
}

void radio_release(struct runner *runner)
{
	timer_free(runner->radio.timer);
	runner->radio.timer = NULL;
}
