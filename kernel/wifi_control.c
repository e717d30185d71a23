// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channel to the radio: ptl_wifi of control/, whose requests go by the link's control
 * messages. What waits for room, and what takes too long, is for poll_work, which is started
 * after everything that may have changed a deadline.
 */
#include "wifi.h"

#include <linux/slab.h>

void card_control_init(struct ptl_card *card, const struct ptl_wifi_events *events)
{
	ptl_wifi_init(&card->wifi, events);
}

void card_control_end(struct ptl_card *card)
{
	cancel_delayed_work_sync(&card->poll_work);
	/* Messages that waited may hold a key. */
	memzero_explicit(&card->wifi, sizeof(card->wifi));
}

static enum ptl_status asked(struct ptl_card *card, enum ptl_status status)
{
	if (status == PTL_STATUS_DONE)
		mod_delayed_work(system_wq, &card->poll_work, 0);
	return status;
}

enum ptl_status card_start(struct ptl_card *card, enum ptl_wifi_machine machine,
			   struct ptl_control_writer *message)
{
	return asked(card, ptl_wifi_start(&card->wifi, ptl_dev_now(), machine, message));
}

enum ptl_status card_stop(struct ptl_card *card, enum ptl_wifi_machine machine, u16 reason)
{
	return asked(card, ptl_wifi_stop(&card->wifi, ptl_dev_now(), machine, reason));
}

enum ptl_status card_request(struct ptl_card *card, struct ptl_control_writer *message,
			     struct card_ask *ask)
{
	return asked(card, ptl_wifi_request(&card->wifi, ptl_dev_now(), message, ask));
}

void card_poll_at(struct ptl_card *card, u64 when)
{
	u64 now = ptl_dev_now();

	mod_delayed_work(system_wq, &card->poll_work,
			 when > now ? usecs_to_jiffies(when - now) + 1 : 0);
}

bool card_send(void *user, const u8 *message, size_t n)
{
	struct ptl_card *card = user;

	return ptl_channel_send(card->dev, message, n, NULL) == PTL_OK;
}

void card_answer(void *user, void *token, enum ptl_status status,
		 const struct ptl_control *message)
{
	struct card_ask *ask = token;

	ask->answered(user, ask, status, message);
}

int card_errno(enum ptl_status status)
{
	switch (status) {
	case PTL_STATUS_DONE:
		return 0;
	case PTL_STATUS_UNKNOWN:
	case PTL_STATUS_UNSUPPORTED:
		return -EOPNOTSUPP;
	case PTL_STATUS_BUSY:
	case PTL_STATUS_CHANNEL:
		return -EBUSY;
	case PTL_STATUS_MALFORMED:
	case PTL_STATUS_BAD_VALUE:
		return -EINVAL;
	case PTL_STATUS_STATE:
		return -ENETDOWN;
	case PTL_STATUS_NO_MEMORY:
		return -ENOMEM;
	case PTL_STATUS_NO_SUCH:
		return -ENOENT;
	case PTL_STATUS_DENIED:
		return -EPERM;
	case PTL_STATUS_ABORTED:
		return -ECANCELED;
	case PTL_STATUS_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}
