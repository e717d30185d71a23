// SPDX-License-Identifier: GPL-2.0-only
/*
 * The endpoint's place in the kernel: memory, lock, time, and the pull.
 *
 * ptl_engine_service() runs whenever something changed (a packet was queued, bytes
 * came, the timer fired, the port takes bytes again), with the lock, and pulls as
 * many bytes as the pacer lets go. Below are never more than 2 ms of the line: what
 * the driver says that it holds and what the clock says are both asked, and the
 * smaller room counts. The driver doesn't see what is in the FIFO, the clock doesn't
 * see a line that CTS has stopped. While less than 1 ms is free nothing is pulled.
 *
 * One hrtimer, in softirq mode, is all that drives it: the next pull, or the
 * endpoint's own deadline, whichever is due. The clock is CLOCK_BOOTTIME, so that
 * a sleep of the system counts as silence of the peer, and the session begins anew.
 */
#include "device.h"
#include "versions.h"

#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

/* While the port takes nothing, the endpoint's own timers run this often. */
#define IDLE_US 100000u
/* The driver still holds what the clock thinks has gone: it is asked again after so
 * long, and less and less often when nothing leaves it. */
#define DRAIN_US     500u
#define DRAIN_MAX_US 16000u
/* What late timers had added to the bytes below shrinks by 1/32 every: */
#define AHEAD_DECAY_US 100000u
/* Bytes taken from the tty under the lock at once. */
#define RECEIVE_SLICE 512u

u64 ptl_dev_now(void)
{
	return (u64)ktime_to_us(ktime_get_boottime());
}

void ptl_dev_lock(struct ptl_dev *dev) __acquires(&dev->lock)
{
	spin_lock_bh(&dev->lock);
}

/* Packets are freed without the lock: their senders' callbacks run then. */
void ptl_dev_unlock(struct ptl_dev *dev) __releases(&dev->lock)
{
	struct sk_buff_head gone;
	struct sk_buff *skb;

	__skb_queue_head_init(&gone);
	skb_queue_splice_init(&dev->gone, &gone);
	spin_unlock_bh(&dev->lock);
	while ((skb = __skb_dequeue(&gone)))
		dev_consume_skb_any(skb);
}

/* ---- the pull ---- */

/* Bytes that may be pulled; 0 while it is not worth it. */
static size_t pacer_room(const struct ptl_dev *dev, u64 now)
{
	/* A little less than what next_room() aims at: it rounds. */
	size_t enough = dev->ahead / 2 - dev->ahead / 16;
	size_t room = ptl_pacer_room(&dev->pacer, now, PTL_PACER_UNKNOWN);
	size_t queued;

	if (room < enough)
		return 0;
	queued = dev->ops->queued(dev->port);
	if (queued != PTL_PACER_UNKNOWN)
		room = min(room, ptl_pacer_room(&dev->pacer, now, queued));
	return room < enough ? 0 : min_t(size_t, room, sizeof(dev->out));
}

void ptl_engine_pace(struct ptl_dev *dev, u32 baud)
{
	dev->baud = baud;
	ptl_pacer_init(&dev->pacer, baud);
	dev->ahead = dev->pacer.limit;
}

/*
 * Where timers are late (a busy virtual machine, a driver that keeps interrupts off),
 * 2 ms do not last, and the line runs dry although there is more to send. Each time adds
 * half a millisecond to what may be below, up to 16 ms; time takes it away again.
 */
static void adapt_ahead(struct ptl_dev *dev, u64 now)
{
	struct ptl_pacer *pacer = &dev->pacer;
	u64 now_ns = now * NSEC_PER_USEC;

	if (dev->more && pacer->busy_until_ns < now_ns) {
		dev->line.dry++;
		dev->line.dry_us += (u32)(now_ns - pacer->busy_until_ns) / NSEC_PER_USEC;
		pacer->limit = min(pacer->limit + dev->ahead / 4, 4 * dev->ahead);
		dev->ahead_at = now;
	} else if (now - dev->ahead_at > AHEAD_DECAY_US) {
		pacer->limit -= (pacer->limit - dev->ahead + 31) / 32;
		dev->ahead_at = now;
	}
}

/* Gives the port what is in out; whether all went. */
static bool flush_out(struct ptl_dev *dev)
{
	if (dev->out_n > dev->out_at)
		dev->out_at += dev->ops->write(dev->port, dev->out + dev->out_at,
					       dev->out_n - dev->out_at);
	dev->blocked = dev->out_at < dev->out_n;
	return !dev->blocked;
}

static void wake_at(struct ptl_dev *dev, u64 at)
{
	if (at == dev->wake)
		return;
	dev->wake = at;
	if (at == PTL_NEVER)
		hrtimer_try_to_cancel(&dev->timer);
	else if (!READ_ONCE(dev->stopping))
		hrtimer_start(&dev->timer, ns_to_ktime(at * NSEC_PER_USEC),
			      HRTIMER_MODE_ABS_SOFT);
}

/* More is to be sent, but there was no room for it: when will there be? */
static u64 next_room(struct ptl_dev *dev, u64 now)
{
	const struct ptl_pacer *pacer = &dev->pacer;
	u64 keep_ns = (pacer->limit - dev->ahead / 2) * pacer->byte_ns_q8 >> 8;
	u64 now_ns = now * NSEC_PER_USEC;
	u64 at;

	if (pacer->busy_until_ns > now_ns + keep_ns) {
		/* Not more than 20 ms, and never down to the microsecond before. */
		return now + 1 + (u32)(pacer->busy_until_ns - now_ns - keep_ns) / NSEC_PER_USEC;
	}
	at = now + dev->drain_us;
	dev->drain_us = min(2 * dev->drain_us, DRAIN_MAX_US);
	return at;
}

void ptl_engine_service(struct ptl_dev *dev)
{
	u64 now = ptl_dev_now();
	size_t room;
	u64 wake;

	if (!dev->endpoint)
		return;
	if (!flush_out(dev)) {
		dev->framing->transmit(dev->endpoint, now, dev->out, 0);
		wake = dev->framing->deadline(dev->endpoint);
		wake_at(dev, max_t(u64, wake, now + IDLE_US));
		return;
	}
	if (dev->rate_wanted) /* rate.c goes on when it is done */
		return;
	room = pacer_room(dev, now);
	dev->out_at = 0;
	dev->out_n = dev->framing->transmit(dev->endpoint, now, dev->out, room);
	adapt_ahead(dev, now);
	if (dev->out_n) {
		ptl_pacer_sent(&dev->pacer, now, dev->out_n);
		dev->drain_us = DRAIN_US;
		flush_out(dev);
	}
	ptl_transmit_release(dev, false);
	wake = dev->framing->deadline(dev->endpoint);
	if (dev->rate_wanted)
		return;
	dev->more = wake <= now;
	if (dev->more)
		wake = next_room(dev, now);
	wake_at(dev, wake);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct ptl_dev *dev = container_of(timer, struct ptl_dev, timer);

	ptl_dev_lock(dev);
	dev->wake = PTL_NEVER;
	ptl_engine_service(dev);
	ptl_dev_unlock(dev);
	return HRTIMER_NORESTART;
}

void ptl_engine_init(struct ptl_dev *dev)
{
	spin_lock_init(&dev->lock);
	skb_queue_head_init(&dev->rx);
	__skb_queue_head_init(&dev->held);
	__skb_queue_head_init(&dev->gone);
	dev->stopping = true;
	ptl_dev_rate_init(dev);
	ptl_hrtimer_setup(&dev->timer, on_timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
}

/* ---- from the port ---- */

/* The timer's softirq does the work: this may be a hard interrupt, and the caller
 * may be port->write, inside of the lock. */
void ptl_dev_wakeup(struct ptl_dev *dev)
{
	if (!READ_ONCE(dev->stopping))
		hrtimer_start(&dev->timer, 0, HRTIMER_MODE_ABS_SOFT);
}

/*
 * A byte with a bad stop bit or parity may be right for all that: it is passed on,
 * and the frame's check judges. A break and an overrun are no bytes of the peer's,
 * but a place where bytes are missing: for our own framing that is the end of a
 * frame, so that what follows begins at once.
 */
static void receive_flagged(struct ptl_dev *dev, u64 now, u8 byte, char flag)
{
	static const u8 delimiter;
	bool missing = flag == TTY_BREAK || flag == TTY_OVERRUN;

	switch (flag) {
	case TTY_FRAME:
		dev->line.frame_errors++;
		break;
	case TTY_PARITY:
		dev->line.parity_errors++;
		break;
	case TTY_OVERRUN:
		dev->line.overruns++;
		break;
	case TTY_BREAK:
		dev->line.breaks++;
		break;
	}
	if (!missing)
		dev->framing->receive(dev->endpoint, now, &byte, 1);
	else if (dev->framing == &ptl_framing_pigtail)
		dev->framing->receive(dev->endpoint, now, &delimiter, 1);
}

static void receive_slice(struct ptl_dev *dev, const u8 *bytes, const char *flags, size_t n)
{
	u64 now = ptl_dev_now();
	size_t at = 0;

	while (at < n) {
		size_t end = at;

		while (end < n && (!flags || flags[end] == TTY_NORMAL))
			end++;
		if (end > at)
			dev->framing->receive(dev->endpoint, now, bytes + at, end - at);
		if (end < n)
			receive_flagged(dev, now, bytes[end], flags[end]);
		at = end + 1;
	}
}

/* The tty gives what it has every few bytes. Where the timer is set for the next room,
 * or early enough, there is nothing to pull for them. */
static bool is_due(const struct ptl_dev *dev)
{
	return !dev->more && dev->framing->deadline(dev->endpoint) < dev->wake;
}

void ptl_dev_receive(struct ptl_dev *dev, const u8 *bytes, const char *flags, size_t n)
{
	while (n) {
		size_t part = min_t(size_t, n, RECEIVE_SLICE);

		ptl_dev_lock(dev);
		if (dev->endpoint) {
			receive_slice(dev, bytes, flags, part);
			if (is_due(dev))
				ptl_engine_service(dev);
		}
		ptl_dev_unlock(dev);
		bytes += part;
		flags = flags ? flags + part : NULL;
		n -= part;
	}
}

void ptl_dev_set_baud(struct ptl_dev *dev, u32 baud)
{
	ptl_dev_lock(dev);
	if (baud && baud != dev->baud && !dev->rate_wanted) {
		ptl_engine_pace(dev, baud);
		if (dev->endpoint && dev->framing->set_baud)
			dev->framing->set_baud(dev->endpoint, baud);
		ptl_engine_service(dev);
	}
	ptl_dev_unlock(dev);
}

/* ---- events of the endpoint, with the lock ---- */

static void shim_to_link(void *user, const u8 *packet, size_t n)
{
	struct ptl_dev *dev = user;

	/* What it can't take, it counts. */
	(void)dev->framing->send(dev->endpoint, ptl_dev_now(), packet, n);
}

static void shim_to_net(void *user, const u8 *packet, size_t n)
{
	(void)ptl_receive_packet(user, packet, n);
}

static bool on_packet(void *user, const u8 *packet, size_t n)
{
	struct ptl_dev *dev = user;

	if (dev->framing->payload == PTL_ETHERNET)
		return ptl_receive_packet(dev, packet, n);
	ptl_ether_from_link(&dev->ether, packet, n);
	return true;
}

static void on_rate(void *user, u32 rate)
{
	ptl_dev_rate_want(user, rate);
}

static void on_log(void *user, const u8 *text, size_t n)
{
	struct ptl_dev *dev = user;

	if (__ratelimit(&dev->said))
		netdev_info(dev->net, "the other end says: %*pE\n", (int)n, text);
}

static void tell_up(struct ptl_dev *dev, const struct ptl_info *info, enum ptl_reason reason)
{
	unsigned int header = dev->framing->payload == PTL_ETHERNET ? ETH_HLEN : 0;

	if (!__ratelimit(&dev->said))
		return;
	netdev_info(dev->net, "up, peer %pM%s\n", info->peer_mac,
		    reason == PTL_REASON_PEER_RESTARTED ? " (restarted)" : "");
	if (info->ip_address) {
		__be32 address = htonl(info->ip_address);

		netdev_info(dev->net, "the other end assigned the address %pI4\n", &address);
	}
	if (info->max_packet && info->max_packet < dev->net->mtu + header)
		netdev_warn(dev->net,
			    "the other end takes packets of at most %u bytes; set MTU %u\n",
			    info->max_packet, info->max_packet - header);
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct ptl_dev *dev = user;
	struct ptl_info info;

	if (state != PTL_STATE_UP) {
		netif_carrier_off(dev->net);
		if (__ratelimit(&dev->said))
			netdev_info(dev->net, "down, %s\n", ptl_reason_name(reason));
		return;
	}
	dev->framing->info(dev->endpoint, &info);
	if (!is_zero_ether_addr(info.peer_mac))
		ptl_ether_set_peer(&dev->ether, info.peer_mac);
	if (dev->mac_peer)
		schedule_work(&dev->mac_work);
	netif_carrier_on(dev->net);
	tell_up(dev, &info, reason);
}

/* ---- making and unmaking the endpoint, under rtnl ---- */

/*
 * Half a megabyte for an interface. Local senders have a few packets each below
 * them (see transmit.c), so the store is for forwarded flows: 256 KB is a second of
 * 2 Mbaud, and CoDel keeps it shorter. Blocks of 512 bytes, so that acknowledgements
 * don't fill it.
 */
static void configure(const struct ptl_dev *dev, u16 max_packet, struct ptl_config *config)
{
	ptl_config_default(config, PTL_PROFILE_HOST);
	config->role = dev->role;
	ether_addr_copy(config->mac, dev->net->dev_addr);
	config->nonce = max_t(u32, get_random_u32(), 1);
	config->baud = dev->baud;
	config->rate_auto = dev->rate_auto;
	config->uart = dev->uart;
	config->max_packet = max_packet;
	config->tx_packets = 512;
	config->tx_blocks = 512;
	config->tx_block_size = 512;
	config->history[1] = 15;
	config->ssid = *dev->ssid ? dev->ssid : NULL;
	config->password = *dev->password ? dev->password : NULL;
}

static void prepare_shim(struct ptl_dev *dev, u8 *scratch, size_t size)
{
	struct ptl_ether_config ether = {
		.net = PTL_ETHERNET,
		.link = dev->framing->payload,
		.user = dev,
		.to_net = shim_to_net,
		.to_link = shim_to_link,
	};

	ether_addr_copy(ether.own_mac, dev->net->dev_addr);
	/* Any address that is not our own. */
	ether_addr_copy(ether.peer_mac, ether.own_mac);
	ether.peer_mac[5] ^= 1;
	ether.peer_mac[0] = 0x02;
	(void)ptl_ether_init(&dev->ether, &ether, scratch, size);
}

static void add_counters(struct ptl_counters *to, const struct ptl_counters *from)
{
	const u64 *part = (const u64 *)from;
	u64 *sum = (u64 *)to;

	for (int i = 0; i < PTL_COUNTER_COUNT; i++)
		sum[i] += part[i];
}

/* Its counters are kept. */
static void forget_endpoint(struct ptl_dev *dev)
{
	ptl_dev_lock(dev);
	if (dev->endpoint) {
		add_counters(&dev->past, dev->framing->counters(dev->endpoint));
		dev->endpoint = NULL;
		ptl_transmit_release(dev, true);
		netif_carrier_off(dev->net);
	}
	ptl_dev_unlock(dev);
	ptl_dev_rate_stop(dev);
	kvfree(dev->memory);
	dev->memory = NULL;
}

static unsigned int header_bytes(const struct ptl_dev *dev)
{
	return dev->framing->payload == PTL_ETHERNET ? PTL_HEADER_BYTES_MAX : 0;
}

/* With the lock: memory has the endpoint, and behind it two packets: one for the way
 * down, one for the shim. */
static enum ptl_error begin_endpoint(struct ptl_dev *dev, const struct ptl_config *config,
				     void *memory, size_t size, size_t packet)
{
	const struct ptl_events events = {
		.user = dev,
		.packet = on_packet,
		.state = on_state,
		.log = on_log,
		.rate = on_rate,
	};
	enum ptl_error error;

	error = dev->framing->init(memory, size, config, &events, ptl_dev_now(),
				   &dev->endpoint);
	if (error != PTL_OK)
		return error;
	dev->memory = memory;
	dev->max_packet = config->max_packet;
	dev->scratch = (u8 *)memory + size;
	prepare_shim(dev, dev->scratch + packet, packet);
	dev->out_at = 0;
	dev->out_n = 0;
	dev->blocked = false;
	dev->rx_refused = false;
	dev->more = false;
	dev->wake = PTL_NEVER;
	dev->drain_us = DRAIN_US;
	ptl_engine_pace(dev, dev->baud);
	ptl_engine_service(dev);
	return PTL_OK;
}

/* In the place of the one that is there, if any, which stays when there is no memory. */
static int make_endpoint(struct ptl_dev *dev, u32 mtu)
{
	size_t packet = ALIGN(mtu + 256, 64);
	enum ptl_error error;
	struct ptl_config config;
	size_t size;
	void *memory;
	int status;

	configure(dev, mtu + header_bytes(dev), &config);
	size = ALIGN(dev->framing->size(&config), 64);
	if (!size)
		return -EINVAL;
	memory = kvzalloc(size + 2 * packet, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	forget_endpoint(dev);
	status = ptl_dev_rate_start(dev);
	if (status) {
		kvfree(memory);
		return status;
	}
	config.baud = dev->baud;
	ptl_dev_lock(dev);
	error = begin_endpoint(dev, &config, memory, size, packet);
	ptl_dev_unlock(dev);
	if (error == PTL_OK)
		return 0;
	kvfree(memory);
	return -EINVAL;
}

int ptl_engine_start(struct ptl_dev *dev, u32 mtu)
{
	WRITE_ONCE(dev->stopping, false);
	return make_endpoint(dev, mtu);
}

void ptl_engine_stop(struct ptl_dev *dev)
{
	WRITE_ONCE(dev->stopping, true);
	forget_endpoint(dev);
	hrtimer_cancel(&dev->timer);
}

int ptl_engine_fit(struct ptl_dev *dev, u32 mtu)
{
	return dev->max_packet >= mtu + header_bytes(dev) ? 0 : make_endpoint(dev, mtu);
}

void ptl_engine_counters(struct ptl_dev *dev, struct ptl_counters *counters,
			 struct ptl_line_counters *line)
{
	ptl_dev_lock(dev);
	*counters = dev->past;
	if (dev->endpoint)
		add_counters(counters, dev->framing->counters(dev->endpoint));
	*line = dev->line;
	ptl_dev_unlock(dev);
}
