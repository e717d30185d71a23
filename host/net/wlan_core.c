/* SPDX-License-Identifier: GPL-2.0-only */
/* See wlan_core.h. */
#include "host/net/wlan_core.h"

#include <stdio.h>
#include <string.h>

static struct wlan_saying *put(struct wlan_core *core)
{
	if (core->count == WLAN_QUEUE) {
		core->lost++;
		return NULL;
	}
	core->wake(core->user);
	return &core->queue[(core->first + core->count++) % WLAN_QUEUE];
}

void wlan_say(struct wlan_core *core, const struct ptl_control_writer *event)
{
	struct wlan_saying *saying = put(core);

	if (saying)
		*saying = (struct wlan_saying){.event = *event};
}

void wlan_answer(struct wlan_core *core, uint8_t id, uint8_t interface, enum ptl_status status,
		 const char *reason)
{
	struct wlan_saying *saying = put(core);

	if (saying)
		*saying = (struct wlan_saying){.answer = true,
					       .id = id,
					       .interface = interface,
					       .status = status,
					       .reason = reason};
}

bool wlan_flush(struct wlan_core *core)
{
	while (core->count > 0) {
		const struct wlan_saying *first = &core->queue[core->first];
		bool went = first->answer ? ptl_radio_answer(&core->control, first->id,
							     first->interface, first->status,
							     first->reason)
					  : ptl_radio_say(&core->control, &first->event);

		/* Without a session it is nobody's. */
		if (!went && core->control.up)
			return false;
		core->first = (core->first + 1) % WLAN_QUEUE;
		core->count--;
	}
	return true;
}

void wlan_clear(struct wlan_core *core)
{
	core->count = 0;
}

bool wlan_has_channel(const struct wlan_core *core, uint8_t channel)
{
	return memchr(core->channels, channel, core->channel_count) != NULL;
}

bool wlan_is_ok(const char *answer)
{
	return answer && strncmp(answer, "OK", 2) == 0;
}

/* The channels of an answer to GET_CAPABILITY freq: " 1 = 2412 MHz". */
static void read_channels(struct wlan_core *core, const char *text)
{
	for (; text; text = strchr(text, '\n')) {
		unsigned number, mhz;
		uint8_t channel;

		text += *text == '\n';
		if (sscanf(text, " %u = %u MHz", &number, &mhz) != 2)
			continue;
		channel = wpa_channel(mhz);
		if (channel && !wlan_has_channel(core, channel) &&
		    core->channel_count < sizeof(core->channels))
			core->channels[core->channel_count++] = channel;
	}
}

bool wlan_learn(struct wlan_core *core)
{
	char answer[WPA_ANSWER_MAX];

	if (!wpa_control_ask_now(core->station, "GET_CAPABILITY freq", answer, sizeof(answer)))
		return false;
	read_channels(core, answer);
	if (!wpa_control_ask_now(core->station, "GET_CAPABILITY key_mgmt", answer,
				 sizeof(answer)))
		return false;
	core->akms = PTL_AKM_OPEN | PTL_AKM_PSK | PTL_AKM_PSK_SHA256 | PTL_AKM_WPA1;
	if (strstr(answer, "SAE"))
		core->akms |= PTL_AKM_SAE;
	return core->channel_count > 0;
}
