/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user: libslirp on the loop. The other end sees a network 10.0.2.0/24 (or that of
 * net=) and fd00::/64 with a router, DHCP and a name server. The router's address,
 * 10.0.2.2, is this machine's loopback only where that was asked for: whoever is on
 * the wire is not to be trusted with it. hostfwd= lets connections in. Two ends can
 * both have such a network, if one of them has another number: then programs on this
 * machine talk through the link by hostfwd=.
 *
 * libslirp wants to be asked before each poll which descriptors it waits for,
 * and told after it what came. Each descriptor has a slot of that number with a
 * poller, kept until libslirp drops the descriptor. It is asked again only after
 * something happened to it: `stale`.
 *
 *	prepare: slirp_pollfds_fill() -> pollers, timer
 *	pollers: note what came
 *	check:   when something came or the timer ran out: slirp_input() of what
 *	         the other end sent, slirp_pollfds_poll()
 *
 * What libslirp must not see is user_filter.c's business, names that only IPv6 name
 * servers know are user_names.c's.
 */
#include "host/net/user_filter.h"
#include "host/net/user_names.h"
#include "host/net/user_options.h"
#include "host/base/log.h"
#include "host/net/kind.h"
#include "host/base/poller.h"
#include "host/base/timer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NETMASK	   0xffffff00u
#define HOST	   2u /* in the network */
#define NAMESERVER 3u
#define GUEST	   15u
#define HANDLES	   3

struct slot {
	struct user *user;
	int wanted;
	int came;
	struct poller *poller;
};

/* A packet from the other end, until the loop is done with its descriptors:
 * libslirp answers from within slirp_input(), but our caller is in the middle
 * of something. */
struct incoming {
	struct incoming *next;
	size_t n;
	uint8_t packet[];
};

struct user {
	struct net *net; /* NULL once closed */
	Slirp *slirp;
	struct user_filter *filter;
	struct user_names *names;
	struct incoming *incoming;
	struct incoming **incoming_end;
	struct slot **slots; /* by descriptor; NULL: not one of libslirp's */
	int slot_count;
	bool stale;
	bool due; /* something came or the time is over */
	uv_prepare_t prepare;
	uv_check_t check;
	uv_timer_t timer;
	int handles; /* that are not closed yet */
};

static const struct flag {
	int slirp;
	int uv;
} flags[] = {
	{SLIRP_POLL_IN, UV_READABLE},	  {SLIRP_POLL_OUT, UV_WRITABLE},
	{SLIRP_POLL_PRI, UV_PRIORITIZED}, {SLIRP_POLL_ERR, POLLER_ERROR},
	{SLIRP_POLL_HUP, POLLER_ERROR},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int to_uv(int events)
{
	int uv = 0;

	for (size_t i = 0; i < COUNT(flags); i++)
		if (events & flags[i].slirp)
			uv |= flags[i].uv;
	return uv & (UV_READABLE | UV_WRITABLE | UV_PRIORITIZED);
}

static int to_slirp(int events)
{
	int slirp = 0;

	for (size_t i = 0; i < COUNT(flags); i++)
		if (events & flags[i].uv)
			slirp |= flags[i].slirp;
	return slirp;
}

static void on_slot(void *opaque, int events)
{
	struct slot *slot = opaque;

	slot->came |= events;
	slot->user->due = true;
}

static bool make_room(struct user *user, int fd)
{
	struct slot **grown;

	if (fd < user->slot_count)
		return true;
	grown = realloc(user->slots, sizeof(*grown) * ((size_t)fd + 1));
	if (!grown)
		return false;
	while (user->slot_count <= fd)
		grown[user->slot_count++] = NULL;
	user->slots = grown;
	return true;
}

/* libslirp listens with a queue of one connection: of a burst, most would have to
 * wait for their kernel to try again, and some for ever. */
static void deepen_queue(int fd)
{
	socklen_t size = sizeof(int);
	int listens = 0;

	if (!getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens)
		(void)listen(fd, SOMAXCONN);
}

static struct slot *slot_of(struct user *user, int fd)
{
	struct slot *slot;

	if (!make_room(user, fd))
		return NULL;
	if (user->slots[fd])
		return user->slots[fd];
	slot = calloc(1, sizeof(*slot));
	if (!slot)
		return NULL;
	slot->user = user;
	slot->poller = poller_new(user->net->loop, fd, on_slot, slot);
	if (!slot->poller) {
		free(slot);
		return NULL;
	}
	deepen_queue(fd);
	user->slots[fd] = slot;
	return slot;
}

static void drop_slot(struct user *user, int fd)
{
	if (fd >= user->slot_count || !user->slots[fd])
		return;
	poller_free(user->slots[fd]->poller);
	free(user->slots[fd]);
	user->slots[fd] = NULL;
}

static int on_add_poll(int fd, int events, void *opaque)
{
	struct slot *slot = slot_of(opaque, fd);

	if (!slot)
		return -1;
	slot->wanted = to_uv(events);
	return fd;
}

static int on_get_events(int fd, void *opaque)
{
	const struct user *user = opaque;

	if (fd < 0 || fd >= user->slot_count || !user->slots[fd])
		return 0;
	return to_slirp(user->slots[fd]->came);
}

static void on_timer(uv_timer_t *timer)
{
	struct user *user = timer->data;

	user->due = true;
}

static void on_prepare(uv_prepare_t *prepare)
{
	struct user *user = prepare->data;
	uint32_t timeout = UINT32_MAX;

	if (!user->stale)
		return;
	user->stale = false;
	for (int fd = 0; fd < user->slot_count; fd++)
		if (user->slots[fd])
			user->slots[fd]->wanted = 0;
	slirp_pollfds_fill(user->slirp, &timeout, on_add_poll, user);
	for (int fd = 0; fd < user->slot_count; fd++)
		if (user->slots[fd])
			poller_want(user->slots[fd]->poller, user->slots[fd]->wanted);
	if (timeout == UINT32_MAX)
		(void)uv_timer_stop(&user->timer);
	else
		(void)uv_timer_start(&user->timer, on_timer, timeout, 0);
}

/* What it answers may be answered in turn by the shim, into a new list. */
static void take_incoming(struct user *user)
{
	struct incoming *list;
	struct incoming *next;

	while ((list = user->incoming)) {
		user->incoming = NULL;
		user->incoming_end = &user->incoming;
		user->stale = true;
		for (; list; list = next) {
			next = list->next;
			if (user->net)
				slirp_input(user->slirp, list->packet, (int)list->n);
			free(list);
		}
	}
}

static void on_check(uv_check_t *check)
{
	struct user *user = check->data;
	struct net *net = user->net;

	if (!user->due && !user->incoming)
		return;
	/* It also sends what waited for an answer to its ARP question. */
	do {
		take_incoming(user);
		slirp_pollfds_poll(user->slirp, 0, on_get_events, user);
		for (int fd = 0; fd < user->slot_count; fd++)
			if (user->slots[fd])
				user->slots[fd]->came = 0;
	} while (user->incoming);
	user->due = false;
	user->stale = true;
	net->events.drained(net->events.user);
}

/* What libslirp calls. */

static ssize_t send_packet(const void *packet, size_t n, void *opaque)
{
	const struct user *user = opaque;

	user_filter_out(user->filter, packet, n);
	/* It says good-bye to everybody while it is being closed. */
	if (user->net)
		user->net->events.packet(user->net->events.user, packet, n);
	return (ssize_t)n;
}

static void guest_error(const char *message, void *opaque)
{
	(void)opaque;
	log_detail("user network: %s", message);
}

static int64_t clock_get_ns(void *opaque)
{
	(void)opaque;
	return (int64_t)timer_now() * 1000;
}

struct slirp_timer {
	struct user *user;
	SlirpTimerCb expired;
	void *opaque;
	struct timer *timer;
};

static void on_slirp_timer(void *opaque)
{
	struct slirp_timer *timer = opaque;
	struct user *user = timer->user;

	timer->expired(timer->opaque);
	user->stale = true;
	if (user->net)
		user->net->events.drained(user->net->events.user);
}

static void *new_timer(SlirpTimerCb expired, void *expired_opaque, void *opaque)
{
	struct slirp_timer *timer = calloc(1, sizeof(*timer));
	struct user *user = opaque;

	if (!timer)
		return NULL;
	timer->user = user;
	timer->expired = expired;
	timer->opaque = expired_opaque;
	timer->timer = timer_new(user->net->loop, on_slirp_timer, timer);
	if (!timer->timer) {
		free(timer);
		return NULL;
	}
	return timer;
}

static void free_timer(void *opaque, void *user)
{
	struct slirp_timer *timer = opaque;

	(void)user;
	if (!timer)
		return;
	timer_free(timer->timer);
	free(timer);
}

static void mod_timer(void *opaque, int64_t expire_ms, void *user)
{
	const struct slirp_timer *timer = opaque;

	(void)user;
	if (timer)
		timer_set(timer->timer, expire_ms < 0 ? 0 : (ptl_time)expire_ms * 1000);
}

static void register_fd(int fd, void *opaque)
{
	struct user *user = opaque;

	(void)fd;
	user->stale = true;
}

static void unregister_fd(int fd, void *opaque)
{
	struct user *user = opaque;

	user->stale = true;
	drop_slot(user, fd);
}

static void notify(void *opaque)
{
	struct user *user = opaque;

	user->stale = true;
	user->due = true;
}

static const SlirpCb callbacks = {
	.send_packet = send_packet,
	.guest_error = guest_error,
	.clock_get_ns = clock_get_ns,
	.timer_new = new_timer,
	.timer_free = free_timer,
	.timer_mod = mod_timer,
	.register_poll_fd = register_fd,
	.unregister_poll_fd = unregister_fd,
	.notify = notify,
};

static struct in_addr ipv4(uint32_t address)
{
	return (struct in_addr){htonl(address)};
}

static SlirpConfig slirp_config(const struct user_options *options, uint16_t mtu)
{
	uint32_t network = options->network;
	SlirpConfig config = {
		.version = 1,
		.in_enabled = true,
		.vnetwork = ipv4(network),
		.vnetmask = ipv4(NETMASK),
		.vhost = ipv4(network + HOST),
		.vnameserver = ipv4(network + NAMESERVER),
		.vdhcp_start = ipv4(network + GUEST),
		.in6_enabled = true,
		.vprefix_len = 64,
		.if_mtu = mtu,
		.if_mru = mtu,
		.disable_host_loopback = !options->loopback,
	};

	(void)inet_pton(AF_INET6, "fd00::", &config.vprefix_addr6);
	(void)inet_pton(AF_INET6, "fd00::2", &config.vhost6);
	(void)inet_pton(AF_INET6, "fd00::3", &config.vnameserver6);
	return config;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct user *user = handle->data;

	if (--user->handles == 0)
		free(user);
}

static void close_user(struct net *net)
{
	struct user *user = net->data;

	user->net = NULL;
	take_incoming(user);
	slirp_cleanup(user->slirp);
	for (int fd = 0; fd < user->slot_count; fd++)
		drop_slot(user, fd);
	free(user->slots);
	user_filter_free(user->filter);
	user_names_free(user->names);
	user->handles = HANDLES;
	uv_close((uv_handle_t *)&user->prepare, on_handle_closed);
	uv_close((uv_handle_t *)&user->check, on_handle_closed);
	uv_close((uv_handle_t *)&user->timer, on_handle_closed);
}

static int add_forward(struct user *user, const struct hostfwd *forward, char *error,
		       size_t error_size)
{
	if (slirp_add_hostfwd(user->slirp, forward->udp, forward->host, forward->host_port,
			      forward->guest, forward->guest_port) < 0)
		return complain(error, error_size,
				"cannot forward port %u: %s; choose another port",
				forward->host_port, strerror(errno));
	return 0;
}

static void on_name(void *opaque, const uint8_t *frame, size_t n)
{
	const struct user *user = opaque;
	struct net *net = user->net;

	net->events.packet(net->events.user, frame, n);
	net->events.drained(net->events.user);
}

static int open_user(struct net *net, const struct net_config *config, const char *argument,
		     char *error, size_t error_size)
{
	struct user_options options;
	struct user *user;
	SlirpConfig slirp;
	int status = user_options_parse(argument, &options, error, error_size);

	if (status < 0)
		return status;
	if (config->address || config->peer)
		return complain_usage(
			error, error_size,
			"the net 'user' has no interface that an address could be given to");
	user = calloc(1, sizeof(*user));
	if (!user)
		return complain(error, error_size, "out of memory");
	user->filter = user_filter_new();
	user->names = user_names_new(net->loop, options.network + NAMESERVER, on_name, user);
	if (!user->filter || !user->names) {
		user_filter_free(user->filter);
		user_names_free(user->names);
		free(user);
		return complain(error, error_size, "out of memory");
	}
	user->net = net;
	user->incoming_end = &user->incoming;
	user->stale = true;
	net->data = user;
	(void)uv_prepare_init(net->loop, &user->prepare);
	(void)uv_check_init(net->loop, &user->check);
	(void)uv_timer_init(net->loop, &user->timer);
	user->prepare.data = user;
	user->check.data = user;
	user->timer.data = user;
	slirp = slirp_config(&options, config->mtu);
	user->slirp = slirp_new(&slirp, &callbacks, user);
	(void)uv_prepare_start(&user->prepare, on_prepare);
	(void)uv_check_start(&user->check, on_check);

	for (size_t i = 0; !status && i < options.forward_count; i++)
		status = add_forward(user, &options.forwards[i], error, error_size);
	if (status < 0)
		close_user(net);
	return status;
}

static void write_user(struct net *net, const uint8_t *packet, size_t n)
{
	struct user *user = net->data;
	struct incoming *incoming;

	if (user_names_take(user->names, packet, n))
		return;
	incoming = malloc(sizeof(*incoming) + n);
	if (!incoming)
		return;
	incoming->next = NULL;
	incoming->n = n;
	memcpy(incoming->packet, packet, n);
	if (!user_filter_in(user->filter, incoming->packet, n)) {
		log_detail("user network: a packet for this machine's loopback dropped");
		free(incoming);
		return;
	}
	*user->incoming_end = incoming;
	user->incoming_end = &incoming->next;
}

const struct net_kind net_kind_user = {
	.name = "user",
	.payload = PTL_ETHERNET,
	.open = open_user,
	.write = write_user,
	.close = close_user,
};
