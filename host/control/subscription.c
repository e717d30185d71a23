/* SPDX-License-Identifier: GPL-2.0-only */
/* They are few: the list is looked through. */
#include "host/control/subscription.h"

#include "host/control/reply.h"

#include <stdlib.h>
#include <string.h>

struct subscription {
	struct subscription *next;
	const struct control_part *part;
	const struct control_event *event;
	cJSON *id;	 /* of the request that began it, or NULL */
	ptl_time period; /* 0: none */
	ptl_time due;
	unsigned int missed;
};

struct subscription **subscription_find(struct subscription **list, const char *event)
{
	while (*list && strcmp((*list)->event->name, event) != 0)
		list = &(*list)->next;
	return list;
}

bool subscription_wants(const struct subscription *list, const struct control_event *event)
{
	while (list && list->event != event)
		list = list->next;
	return list != NULL;
}

bool subscription_begin(struct subscription **list, const struct control_part *part,
			const struct control_event *event, const cJSON *id, ptl_time period)
{
	struct subscription *subscription = calloc(1, sizeof(*subscription));

	if (!subscription)
		return false;
	subscription->part = part;
	subscription->event = event;
	subscription->id = id ? cJSON_Duplicate(id, false) : NULL;
	subscription->period = period;
	subscription->due = timer_now() + period;
	subscription->next = *list;
	*list = subscription;
	return true;
}

void subscription_end(struct subscription **at)
{
	struct subscription *subscription = *at;

	*at = subscription->next;
	cJSON_Delete(subscription->id);
	free(subscription);
}

/* ---- telling ---- */

static cJSON *event_line(const struct subscription *subscription)
{
	cJSON *line = reply_with_id(subscription->id);

	cJSON_AddStringToObject(line, "event", subscription->event->name);
	return line;
}

void subscription_tell(struct subscription *subscription, struct channel *channel,
		       const char *data)
{
	cJSON *line;

	if (channel_waiting(channel) >= CHANNEL_WAITING) {
		subscription->missed++;
		return;
	}
	line = event_line(subscription);
	if (subscription->missed)
		cJSON_AddNumberToObject(line, "missed", subscription->missed);
	subscription->missed = 0;
	cJSON_AddRawToObject(line, "data", data);
	reply_send(channel, line);
}

void subscription_tell_now(struct subscription *subscription, struct channel *channel)
{
	cJSON *data = subscription->event->now(subscription->part->user);
	char *text = cJSON_PrintUnformatted(data);

	cJSON_Delete(data);
	if (text)
		subscription_tell(subscription, channel, text);
	cJSON_free(text);
}

void subscriptions_expire(struct subscription *list, struct channel *channel, ptl_time now)
{
	for (; list; list = list->next) {
		if (!list->period || list->due > now)
			continue;
		subscription_tell_now(list, channel);
		list->due += list->period;
		/* After a pause, not all of them at once. */
		if (list->due <= now)
			list->due = now + list->period;
	}
}

ptl_time subscriptions_due(const struct subscription *list)
{
	ptl_time due = PTL_NEVER;

	for (; list; list = list->next)
		if (list->period && list->due < due)
			due = list->due;
	return due;
}

void subscriptions_forget(struct subscription **list, struct channel *channel,
			  const struct control_part *part)
{
	while (*list) {
		cJSON *line;

		if ((*list)->part != part) {
			list = &(*list)->next;
			continue;
		}
		line = event_line(*list);
		reply_add_error(line, CONTROL_NOT_READY, "no more events of this kind come");
		reply_send(channel, line);
		subscription_end(list);
	}
}
