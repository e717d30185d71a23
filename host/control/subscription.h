/* SPDX-License-Identifier: GPL-2.0-only */
/* The subscriptions of one client of a control socket: a list, one for each event. */
#ifndef PIGTAIL_HOST_CONTROL_SUBSCRIPTION_H
#define PIGTAIL_HOST_CONTROL_SUBSCRIPTION_H

#include "host/control/channel.h"
#include "host/control/request.h"

struct subscription;

/* Where the one to the event of that name is in the list; NULL is there: there is none. */
struct subscription **subscription_find(struct subscription **list, const char *event);
bool subscription_wants(const struct subscription *list, const struct control_event *event);

/* Puts one in front of the list. id: of the request, or NULL. period: us, 0 for none.
 * false: out of memory. */
bool subscription_begin(struct subscription **list, const struct control_part *part,
			const struct control_event *event, const cJSON *id, ptl_time period);

/* Takes it out of the list. */
void subscription_end(struct subscription **at);

/* Tells data (JSON), or what the event's now() says. While much has not been taken by the
 * client, it is only counted. */
void subscription_tell(struct subscription *subscription, struct channel *channel,
		       const char *data);
void subscription_tell_now(struct subscription *subscription, struct channel *channel);

/* Tells those that are due periodically; when the next one is. */
void subscriptions_expire(struct subscription *list, struct channel *channel, ptl_time now);
ptl_time subscriptions_due(const struct subscription *list);

/* Ends those to events of the part, and says so. */
void subscriptions_forget(struct subscription **list, struct channel *channel,
			  const struct control_part *part);

#endif
