/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control channel of a running link, for the part of the program that it belongs
 * to (runner_control): its messages both ways. What comes within a call of the endpoint
 * is passed on as it is, but for room: its owner would send at once, which is not
 * allowed there. So it is told when the runner has done its turn.
 */
#include "host/run/channel.h"

#include "host/run/runner.h"

bool channel_message(void *user, const uint8_t *message, size_t n)
{
	struct runner *runner = user;

	return runner->control.message(runner->control.user, message, n);
}

void channel_lost(void *user, uint32_t first, uint32_t count)
{
	struct runner *runner = user;

	if (runner->control.lost)
		runner->control.lost(runner->control.user, first, count);
}

void channel_room(void *user)
{
	struct runner *runner = user;

	runner->control_room = true;
}

void channel_tell_room(struct runner *runner)
{
	if (!runner->control_room)
		return;
	runner->control_room = false;
	if (runner->control.room)
		runner->control.room(runner->control.user);
}

enum ptl_error runner_send_control(struct runner *runner, const uint8_t *message, size_t n,
				   uint32_t *number)
{
	enum ptl_error error;

	if (!runner->framing->send_control)
		return PTL_REFUSED;
	error = runner->framing->send_control(runner->endpoint, timer_now(), message, n,
					      number);
	/* By the timer, for this may be within a call of the endpoint. */
	if (error == PTL_OK)
		timer_set(runner->timer, timer_now());
	return error;
}

void runner_resume_control(struct runner *runner)
{
	if (!runner->framing->resume)
		return;
	runner->framing->resume(runner->endpoint, timer_now());
	timer_set(runner->timer, timer_now());
}
