/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a radio at the other end has to say of the interface here, and frames of its second
 * one. See runner.h.
 */
#include "host/run/runner.h"

#include <string.h>

void runner_set_on_air(struct runner *runner, bool on)
{
	runner->off_air = !on;
	net_set_carrier(runner->net, on && runner_is_up(runner));
}

int runner_set_mac(struct runner *runner, const uint8_t mac[6])
{
	memcpy(runner->ether.config.own_mac, mac, sizeof(runner->ether.config.own_mac));
	return net_set_mac(runner->net, mac);
}

void runner_send_frame(struct runner *runner, const uint8_t *frame, size_t n)
{
	if (!runner->begun)
		return;
	capture_packet(runner->capture, PTL_TX, frame, n);
	/* What it can't take, it counts. */
	(void)runner->framing->send(runner->endpoint, timer_now(), frame, n);
	timer_set(runner->timer, timer_now());
}
