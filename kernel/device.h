/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A link, an endpoint of link/ at a port, and the interfaces that it carries.
 *
 *	lock.c      the lock, and what waits for its end
 *	say.c       lines in the kernel's log
 *	trouble.c   what is wrong on the wire, in that log
 *	hold.c      packets that were sent, until they have left
 *	pull.c      the pull: pacing, the timer, when to wake
 *	rate.c      the rate that both ends agree on
 *	input.c     bytes from the port
 *	channel.c   control messages, for who configures the radio
 *	receive.c   packets up: NAPI
 *	transmit.c  packets down: copied into the endpoint
 *	events.c    what the endpoint tells
 *	endpoint.c  the endpoint: its memory, its beginning, renewal and end
 *	ethtool.c   what ethtool asks
 *	netdev.c    the net_device: opening, MTU, address, statistics
 *	wifi*.c     for a radio with Wi-Fi, where the kernel has cfg80211: see wifi.h
 *	attach.c    for ports: makes a link and its interface, and unmakes them
 *	ldisc.c, serdev.c   the two kinds of port; main.c registers both
 *
 * Each calls those above it only.
 *
 * The link (struct ptl_dev) lives from attach to detach, whether its interface is up or
 * not; the interface (struct ptl_vif) is a net_device that takes and gives its packets.
 * Its carrier is the endpoint's state. A radio with Wi-Fi has one or two interfaces of
 * cfg80211 in its place, whose carrier is that they are joined.
 *
 * The endpoint serialises nothing itself: `lock` does, and everything below it in
 * the struct needs it. It is taken by transmit (softirqs off), NAPI and the timer
 * (softirq), and the tty's receive worker (process), so always with softirqs off,
 * and never by write_wakeup, which may come in a hard interrupt from within
 * port->write: that only starts the timer.
 *
 * Setting the port may sleep: a work item does it, and nobody waits for that but detach and
 * suspend. The endpoint and its memory change under rtnl, with the lock.
 */
#ifndef PIGTAIL_KERNEL_DEVICE_H
#define PIGTAIL_KERNEL_DEVICE_H

#include "port.h"

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <pigtail/ether.h>
#include <pigtail/link.h>
#include <pigtail/pump.h>
#include <pigtail/trouble.h>

#define PTL_OUT_BYTES	     2048 /* the most that one pull hands down */
#define PTL_MTU_DEFAULT	     1500
#define PTL_NAME_DEFAULT     "ptl%d" /* of Wi-Fi wlan%d */
#define PTL_HEADER_BYTES_MAX 18	     /* Ethernet with a VLAN tag */

/* What the tty told and what this driver did; ethtool shows them after the endpoint's
 * counters. */
#define PTL_LINE_COUNTERS(X)                                                                   \
	X(frame_errors)                                                                        \
	X(parity_errors)                                                                       \
	X(overruns)                                                                            \
	X(breaks)                                                                              \
	X(no_memory)                                                                           \
	X(dry) X(dry_us) X(rx_closed) X(tx_too_long) X(tx_no_sum) X(tx_no_carrier)

struct ptl_line_counters {
#define PTL_LINE_FIELD(name) u64 name;
	PTL_LINE_COUNTERS(PTL_LINE_FIELD)
#undef PTL_LINE_FIELD
};

struct ptl_vif;

/* Who configures the radio by the link's control messages; see channel.c and endpoint.h's
 * events of the same names. All of them, or message is NULL: nobody does. Where another
 * endpoint takes the place of one that was up, state says down: its messages are lost then,
 * and numbers begin anew. */
struct ptl_channel {
	void *user; /* first argument of every call */
	bool (*message)(void *user, const u8 *message, size_t n);
	void (*room)(void *user);
	void (*lost)(void *user, u32 first, u32 count);
	void (*state)(void *user, enum ptl_state state, enum ptl_reason reason);

	/* The other end's firmware says a line. */
	void (*log)(void *user, const u8 *text, size_t n);

	/* Which interface a packet from the wire is for; NULL: none. */
	struct ptl_vif *(*route)(void *user, const u8 *packet, size_t n);
};

/* The address of an interface that has none of its own: from the peer's HELLO, SPEC 7.1. */
enum ptl_mac_from {
	PTL_MAC_OWN,  /* random */
	PTL_MAC_FREE, /* until the peer has said one: that, or if it is in use one made of it */
	PTL_MAC_PEER, /* until the peer has said any */
};

/* What ptl_dev_create() makes a link and its interface of. */
struct ptl_setup {
	const struct ptl_port_ops *ops;
	void *port;
	struct device *parent; /* outlives the interface; may be NULL */
	struct net *net;
	const char *bus;  /* for ethtool -i: ttyS1 */
	const char *name; /* may have %d */
	const char *framing;
	enum ptl_role role;
	u32 baud;
	bool rate_auto;	      /* baud is where the negotiation begins */
	struct ptl_uart uart; /* for that */
	u32 mtu;	      /* bytes; PTL_MTU_DEFAULT, say */
	u8 mac[ETH_ALEN];     /* zeros: random */
	enum ptl_mac_from mac_from;
	char ssid[33];
	char password[65];
};

/* Of an endpoint, and of two packets behind it: for the way down, and for the shim. */
struct ptl_memory {
	void *at; /* NULL: none */
	size_t size;
	size_t packet;	/* bytes for each of the two */
	u16 max_packet; /* what the endpoint takes */
};

/* For what the log is told of an endpoint; see trouble.c. */
struct ptl_watch {
	u64 began, looked;
	bool heard; /* something came, or it was told that nothing does */
	struct ptl_trouble trouble;
};

struct ptl_card;

struct ptl_dev {
	const struct ptl_port_ops *ops;
	void *port;
	const struct ptl_framing *framing;
	enum ptl_role role;
	bool rate_auto;
	struct ptl_uart uart;
	u32 base_baud; /* where a session begins */
	struct device *parent;
	u32 mtu, max_mtu; /* that an interface begins with, and may have */
	bool small;	  /* of memory */
	char bus[32];
	char ssid[33];
	char password[65];
	struct ptl_channel channel;
	struct ptl_card *card;	     /* NULL: no Wi-Fi, whatever the peer is */
	struct ratelimit_state said; /* lines in the kernel's log */
	struct hrtimer timer;
	struct work_struct rate_work; /* see rate.c */

	spinlock_t lock;     /* of all that follows; see above */
	struct ptl_vif *vif; /* the first; NULL: none, or no more. Changes under rtnl */
	struct ptl_endpoint *endpoint;
	struct ptl_memory memory; /* has the endpoint */
	u8 mac[ETH_ALEN];	  /* as the endpoint says it */
	bool stopped;		  /* no pull, no timer, no work */
	u32 baud;		  /* what the port is set to */
	bool setting;		  /* by us, now: no pull */
	u32 rate_wanted;	  /* the work is to set it; or 0 */
	struct ptl_ether ether;	  /* only between Ethernet and bare IP */
	struct ptl_pump pump;
	struct ptl_watch watch;
	bool blocked;		  /* the port took not all */
	u64 blocked_at;		  /* since when */
	u64 wake;		  /* when the timer fires; PTL_NEVER: it is not set */
	struct sk_buff_head held; /* in the endpoint's store; oldest first */
	struct sk_buff_head gone; /* to be freed when the lock is left */
	struct ptl_line_counters line;
	struct ptl_counters past; /* of endpoints that were before this one */
	u8 out[PTL_OUT_BYTES];
};

/* The private part of a net_device. */
struct ptl_vif {
	struct ptl_dev *dev;
	struct net_device *net;
	struct napi_struct napi;
	struct sk_buff_head rx; /* on their way up; has its own lock */
	bool wireless;		/* its carrier is not the link's, its address not HELLO's */
	enum ptl_mac_from mac_from;
	struct work_struct mac_work;

	/* With the link's lock. */
	bool open;
	bool rx_refused; /* packets wait in the endpoint for room in rx */
	u64 rx_packets, rx_bytes;
	u64 tx_packets, tx_bytes; /* given to the endpoint */
	u64 tx_left;		  /* of them those that have left; never falls */
};

/* ---- lock.c ---- */

void ptl_dev_lock(struct ptl_dev *dev) __acquires(&dev->lock);
void ptl_dev_unlock(struct ptl_dev *dev) __releases(&dev->lock);

/* What the endpoint takes for the time. */
static inline u64 ptl_dev_now(void)
{
	return (u64)ktime_to_us(ktime_get_boottime());
}

/* ---- say.c; with the lock ---- */

/* A line of the interface's, or of the port's where there is none; not too many. */
__printf(3, 4) void ptl_say(struct ptl_dev *dev, const char *level, const char *format, ...);

/* ---- trouble.c; with the lock ---- */

/* A new endpoint is there. */
void ptl_trouble_begin(struct ptl_dev *dev);
/* Looks, if it is time. */
void ptl_trouble_run(struct ptl_dev *dev, u64 now);

/* ---- hold.c; with the lock ---- */

/* A copy of it is in the endpoint. Takes it. */
void ptl_hold(struct ptl_dev *dev, struct sk_buff *skb);
/* Lets go what has left. */
void ptl_hold_release(struct ptl_dev *dev, bool all);

/* ---- pull.c ---- */

void ptl_pull_init(struct ptl_dev *dev);
/* A new endpoint is there, which nothing was pulled from. With the lock. */
void ptl_pull_begin(struct ptl_dev *dev);
/* Pulls what may go down now. With the lock. */
void ptl_pull_run(struct ptl_dev *dev);
/* Is it worth while, or does the timer come early enough? With the lock. */
bool ptl_pull_is_due(const struct ptl_dev *dev);
/* Once it is stopped. Sleeps. */
void ptl_pull_end(struct ptl_dev *dev);
/* For ports: takes bytes again. Any context. */
void ptl_dev_wakeup(struct ptl_dev *dev);

/* ---- rate.c ---- */

void ptl_dev_rate_init(struct ptl_dev *dev);
/* A new endpoint is there, or the wire is: with the lock. */
void ptl_dev_rate_begin(struct ptl_dev *dev);
/* The endpoint wants another rate. With the lock. */
void ptl_dev_rate_want(struct ptl_dev *dev, u32 rate);
/* Once it is stopped. Sleeps. */
void ptl_dev_rate_end(struct ptl_dev *dev);

/* ---- input.c, for ports ---- */

/* Bytes from the wire, with the tty's flags (TTY_...) or NULL. Not in hard
 * interrupts. */
void ptl_dev_receive(struct ptl_dev *dev, const u8 *bytes, const char *flags, size_t n);
/* The line's rate is another. Not in hard interrupts. */
void ptl_dev_set_baud(struct ptl_dev *dev, u32 baud);

/* ---- channel.c; with the lock ---- */

/* For events.c. */
void ptl_channel_fill(struct ptl_dev *dev, struct ptl_events *events);
void ptl_channel_tell(struct ptl_dev *dev, enum ptl_state state, enum ptl_reason reason);
void ptl_channel_log(struct ptl_dev *dev, const u8 *text, size_t n);
/* As send_control() of endpoint.h; PTL_REFUSED: this framing, or the peer, has none. Also from
 * within message(). */
enum ptl_error ptl_channel_send(struct ptl_dev *dev, const u8 *message, size_t n, u32 *number);
/* What message() refused is offered again; not from within it. */
void ptl_channel_resume(struct ptl_dev *dev);
/* Of a packet from the wire; NULL: there is nobody who wants it. */
struct ptl_vif *ptl_channel_route(struct ptl_dev *dev, const u8 *packet, size_t n);

/* ---- receive.c ---- */

/* A packet from the wire, with the lock; false: no room now. */
bool ptl_receive_packet(struct ptl_vif *vif, const u8 *packet, size_t n);
int ptl_receive_poll(struct napi_struct *napi, int budget);
/* From ndo_open and ndo_stop: packets are taken, or thrown away. */
void ptl_receive_open(struct ptl_vif *vif);
void ptl_receive_close(struct ptl_vif *vif);

/* ---- transmit.c ---- */

netdev_tx_t ptl_transmit(struct sk_buff *skb, struct net_device *net);

/* ---- events.c ---- */

void ptl_events_fill(struct ptl_dev *dev, struct ptl_events *events);
/* Between Ethernet and a framing of bare IP; scratch holds a packet of size bytes. */
void ptl_events_shim(struct ptl_dev *dev, u8 *scratch, size_t size);

/* ---- endpoint.c; process context ---- */

/* Makes the endpoint of a link that is otherwise filled in; it doesn't begin. */
int ptl_endpoint_make(struct ptl_dev *dev, u32 mtu);
/* Begins, once the port may call. */
void ptl_endpoint_start(struct ptl_dev *dev);
/* Nothing is written to the port after that. */
void ptl_endpoint_stop(struct ptl_dev *dev);
/* Goes on after a stop, at a port that may have lost its settings. */
void ptl_endpoint_resume(struct ptl_dev *dev);
/* The port must not call any more. */
void ptl_endpoint_free(struct ptl_dev *dev);
/* A new endpoint, and session, if this MTU or MAC wants one; -ENOMEM: all is as it was.
 * Under rtnl. */
int ptl_endpoint_fit(struct ptl_dev *dev, u32 mtu);
int ptl_endpoint_rename(struct ptl_dev *dev, const u8 *mac);
/* Takes any lock itself. */
void ptl_endpoint_counters(struct ptl_dev *dev, struct ptl_counters *counters,
			   struct ptl_line_counters *line);

/* ---- ethtool.c ---- */

extern const struct ethtool_ops ptl_ethtool_ops;

/* ---- netdev.c; process context ---- */

/* An interface that is not registered. size: of its private part, which begins with a struct
 * ptl_vif. name may have %d. NULL: no memory. */
struct net_device *ptl_vif_alloc(struct ptl_dev *dev, size_t size, const char *name,
				 const struct net_device_ops *ops);
/* When it is unregistered. */
void ptl_vif_free(struct ptl_vif *vif);
/* Registers the Ethernet interface of a link, and takes it away: both take rtnl. */
struct ptl_vif *ptl_vif_create(struct ptl_dev *dev, const struct ptl_setup *setup);
void ptl_vif_destroy(struct ptl_vif *vif);
/* What every interface does, under rtnl. */
int ptl_vif_open(struct net_device *net);
int ptl_vif_stop(struct net_device *net);
int ptl_vif_change_mtu(struct net_device *net, int mtu);
void ptl_vif_get_stats(struct net_device *net, struct rtnl_link_stats64 *stats);
/* max_mtu: what the framing's own limit leaves. */
const struct ptl_framing *ptl_vif_framing(const char *name, u32 *max_mtu);

/* ---- attach.c, for ports; process context, takes rtnl ---- */

/* Makes a link and its interface. The port must be ready to be written to, but nothing is
 * before ptl_dev_start(): between the two the port learns what to call. */
struct ptl_dev *ptl_dev_create(const struct ptl_setup *setup);
void ptl_dev_start(struct ptl_dev *dev);
/* The interface is gone after that, and nothing is written to the port any more. */
void ptl_dev_unregister(struct ptl_dev *dev);
/* The port must not call any of the functions above any more. */
void ptl_dev_free(struct ptl_dev *dev);
/* Around a sleep of the system, if the port's driver tells of it. */
void ptl_dev_suspend(struct ptl_dev *dev);
void ptl_dev_resume(struct ptl_dev *dev);

/* ---- ldisc.c, serdev.c ---- */

int ptl_ldisc_register(void);
void ptl_ldisc_unregister(void);
int ptl_serdev_register(void);
void ptl_serdev_unregister(void);

#endif
