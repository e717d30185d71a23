// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control channel, for the part that configures the radio (struct ptl_channel): its
 * messages both ways. A link without such a part has no channel, and its peer hears that
 * each message is unknown.
 *
 * Everything here comes with the link's lock. message() may send; room(), lost() and state()
 * come from where the endpoint must not be called, so what they cause is for a work item.
 */
#include "device.h"

static bool on_message(void *user, const u8 *message, size_t n)
{
	struct ptl_dev *dev = user;

	return dev->channel.message(dev->channel.user, message, n);
}

static void on_room(void *user)
{
	struct ptl_dev *dev = user;

	dev->channel.room(dev->channel.user);
}

static void on_lost(void *user, u32 first, u32 count)
{
	struct ptl_dev *dev = user;

	dev->channel.lost(dev->channel.user, first, count);
}

void ptl_channel_fill(struct ptl_dev *dev, struct ptl_events *events)
{
	if (!dev->channel.message)
		return;
	events->control = on_message;
	events->control_room = on_room;
	events->control_lost = on_lost;
}

void ptl_channel_tell(struct ptl_dev *dev, enum ptl_state state, enum ptl_reason reason)
{
	if (dev->channel.message)
		dev->channel.state(dev->channel.user, state, reason);
}

void ptl_channel_log(struct ptl_dev *dev, const u8 *text, size_t n)
{
	if (dev->channel.message)
		dev->channel.log(dev->channel.user, text, n);
}

enum ptl_error ptl_channel_send(struct ptl_dev *dev, const u8 *message, size_t n, u32 *number)
{
	enum ptl_error error;

	if (!dev->framing->send_control)
		return PTL_REFUSED;
	error = dev->framing->send_control(dev->endpoint, ptl_dev_now(), message, n, number);
	/* By the timer, for this may be within a call of the endpoint. */
	if (error == PTL_OK)
		ptl_dev_wakeup(dev);
	return error;
}

struct ptl_vif *ptl_channel_route(struct ptl_dev *dev, const u8 *packet, size_t n)
{
	if (!dev->channel.message)
		return dev->vif;
	return dev->channel.route(dev->channel.user, packet, n);
}

void ptl_channel_resume(struct ptl_dev *dev)
{
	if (dev->framing->resume)
		dev->framing->resume(dev->endpoint, ptl_dev_now());
	ptl_pull_run(dev);
}
