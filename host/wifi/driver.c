/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See driver.h. The kernel answers a request before sendmsg() returns, so its word whether
 * it was taken is waited for without blocking. What else comes meanwhile is kept in a list
 * and told from the loop, for driver_send() is called from within what is told.
 *
 * A socket that overflowed has lost something: then the link counts as gone.
 */
#include "host/wifi/driver.h"

#include "host/base/poller.h"
#include "host/base/timer.h"

#include <pigtail/control.h>

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <pigtail_genl.h>
#include <stdlib.h>
#include <string.h>

#define WAITING 1

struct event {
	struct event *next;
	uint8_t command;
	bool up;
	uint32_t rate;
	size_t n;
	uint8_t bytes[PTL_CONTROL_MAX];
};

struct driver {
	struct nl_sock *socket;
	int family;
	int status; /* of a request: WAITING, 0, or a negative errno */
	struct event *first, **end;
	struct driver_links *links; /* while they are listed */
	struct driver_events events;
	struct poller *poller;
	struct timer *timer;
};

struct driver_links {
	struct driver_link *at;
	size_t n, most;
};

/* ---- what comes ---- */

static struct event *add_event(struct driver *driver, uint8_t command)
{
	struct event *event = calloc(1, sizeof(*event));

	if (!event)
		return NULL;
	event->command = command;
	*driver->end = event;
	driver->end = &event->next;
	return event;
}

static void add_link(struct driver_links *links, struct nlattr *attributes[])
{
	struct nlattr *index = attributes[PTL_GENL_A_IFINDEX];
	struct driver_link *link = &links->at[links->n];

	if (!index || links->n == links->most)
		return;
	memset(link, 0, sizeof(*link));
	link->index = nla_get_u32(index);
	link->up = attributes[PTL_GENL_A_UP] != NULL;
	if (attributes[PTL_GENL_A_RATE])
		link->rate = nla_get_u32(attributes[PTL_GENL_A_RATE]);
	if (attributes[PTL_GENL_A_BUS])
		(void)nla_strlcpy(link->bus, attributes[PTL_GENL_A_BUS], sizeof(link->bus));
	if (if_indextoname(link->index, link->name))
		links->n++;
}

static int on_message(struct nl_msg *message, void *user)
{
	struct nlattr *attributes[PTL_GENL_A_END], *bytes;
	struct driver *driver = user;
	struct event *event;
	uint8_t command;

	if (nlmsg_get_src(message)->nl_pid != 0 ||
	    nlmsg_hdr(message)->nlmsg_type != driver->family ||
	    genlmsg_parse(nlmsg_hdr(message), 0, attributes, PTL_GENL_A_END - 1, NULL) < 0)
		return NL_SKIP;
	command = genlmsg_hdr(nlmsg_hdr(message))->cmd;
	if (driver->links) {
		add_link(driver->links, attributes);
		return NL_OK;
	}
	event = add_event(driver, command);
	if (!event)
		return NL_SKIP;
	event->up = attributes[PTL_GENL_A_UP] != NULL;
	if (attributes[PTL_GENL_A_RATE])
		event->rate = nla_get_u32(attributes[PTL_GENL_A_RATE]);
	bytes = attributes[command == PTL_GENL_LINK  ? PTL_GENL_A_READY
			   : command == PTL_GENL_LOG ? PTL_GENL_A_TEXT
						     : PTL_GENL_A_MESSAGE];
	if (bytes && nla_len(bytes) <= (int)sizeof(event->bytes)) {
		event->n = (size_t)nla_len(bytes);
		memcpy(event->bytes, nla_data(bytes), event->n);
	}
	return NL_OK;
}

static int on_done(struct nl_msg *message, void *user)
{
	struct driver *driver = user;

	(void)message;
	driver->status = 0;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *user)
{
	struct driver *driver = user;

	(void)from;
	driver->status = error->error;
	return NL_STOP;
}

/* All that is there, up to the answer of a request. */
static void receive(struct driver *driver)
{
	int status;

	do
		status = nl_recvmsgs_default(driver->socket);
	while (status >= 0 && driver->status == WAITING);
	if (status == -NLE_NOMEM)
		(void)add_event(driver, PTL_GENL_GONE);
	if (driver->status == WAITING)
		driver->status = -EIO;
}

/* Frees the message. */
static int request(struct driver *driver, struct nl_msg *message, int put)
{
	if (!message)
		return -ENOMEM;
	if (put >= 0)
		put = nl_send_auto(driver->socket, message);
	nlmsg_free(message);
	if (put < 0)
		return -ENOMEM;
	driver->status = WAITING;
	receive(driver);
	return driver->status;
}

static struct nl_msg *new_request(const struct driver *driver, uint8_t command, int flags)
{
	struct nl_msg *message = nlmsg_alloc();

	if (message && genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, driver->family, 0, flags,
				   command, PTL_GENL_VERSION))
		return message;
	nlmsg_free(message);
	return NULL;
}

/* ---- telling it ---- */

static void tell(struct driver *driver, const struct event *event)
{
	const struct driver_events *events = &driver->events;

	switch (event->command) {
	case PTL_GENL_LINK:
		events->link(events->user, event->up, event->rate, event->bytes, event->n);
		break;
	case PTL_GENL_MESSAGE:
		events->message(events->user, event->bytes, event->n);
		break;
	case PTL_GENL_ROOM:
		events->room(events->user);
		break;
	case PTL_GENL_LOG:
		events->log(events->user, event->bytes, event->n);
		break;
	case PTL_GENL_GONE:
		events->gone(events->user);
		break;
	default:
		break;
	}
}

static void tell_all(void *user)
{
	struct driver *driver = user;
	struct event *event;

	while ((event = driver->first) != NULL) {
		driver->first = event->next;
		if (!driver->first)
			driver->end = &driver->first;
		tell(driver, event);
		free(event);
	}
}

static void on_readable(void *user, int events)
{
	struct driver *driver = user;

	(void)events;
	poller_want(driver->poller, UV_READABLE);
	receive(driver);
	tell_all(driver);
}

/* ---- sending ---- */

static const struct {
	int error;
	enum ptl_status status;
	const char *text;
} refusals[] = {
	{EOPNOTSUPP, PTL_STATUS_UNSUPPORTED,
	 "the kernel driver has this link: iw, nmcli and ip link set it"},
	{EBUSY, PTL_STATUS_BUSY, "all streams of this link are in use"},
	{ENETDOWN, PTL_STATUS_STATE, ""},
	{EINVAL, PTL_STATUS_MALFORMED, "the kernel driver is another version's"},
};

/* As the radio would: a stream is closed, a request answered. */
static void refuse(struct driver *driver, int error, const uint8_t *message)
{
	const struct ptl_message_info *info = ptl_message_info(*message);
	struct event *event = add_event(driver, PTL_GENL_MESSAGE);
	enum ptl_status status = PTL_STATUS_FAILED;
	struct ptl_control_writer answer;
	const char *text = strerror(error);

	if (!event || !info)
		return;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].error == error) {
			status = refusals[i].status;
			text = refusals[i].text;
		}
	if (info->kind == PTL_KIND_STREAM)
		ptl_control_begin(&answer, PTL_M_STREAM_CLOSE, 0, message[2]);
	else
		ptl_control_begin(&answer, PTL_M_ANSWER, message[1], message[2]);
	ptl_put_uint(&answer, PTL_F_STATUS, status);
	ptl_put_text(&answer, PTL_F_TEXT, text);
	memcpy(event->bytes, answer.bytes, answer.n);
	event->n = answer.n;
}

bool driver_send(struct driver *driver, const uint8_t *bytes, size_t n)
{
	struct nl_msg *message = new_request(driver, PTL_GENL_MESSAGE, NLM_F_ACK);
	int put = message ? nla_put(message, PTL_GENL_A_MESSAGE, (int)n, bytes) : 0;
	int status = request(driver, message, put);

	timer_set(driver->timer, timer_now());
	if (status == -EAGAIN)
		return false;
	if (status < 0)
		refuse(driver, -status, bytes);
	return true;
}

/* ---- begin and end ---- */

static struct driver *dial(void)
{
	struct driver *driver = calloc(1, sizeof(*driver));

	if (!driver)
		return NULL;
	driver->end = &driver->first;
	driver->socket = nl_socket_alloc();
	if (!driver->socket || genl_connect(driver->socket) < 0)
		goto bad;
	driver->family = genl_ctrl_resolve(driver->socket, PTL_GENL_NAME);
	if (driver->family < 0) {
		driver_free(driver);
		errno = ENOENT;
		return NULL;
	}
	/* What it tells by itself has no number. */
	nl_socket_disable_seq_check(driver->socket);
	nl_socket_modify_cb(driver->socket, NL_CB_VALID, NL_CB_CUSTOM, on_message, driver);
	nl_socket_modify_cb(driver->socket, NL_CB_ACK, NL_CB_CUSTOM, on_done, driver);
	nl_socket_modify_cb(driver->socket, NL_CB_FINISH, NL_CB_CUSTOM, on_done, driver);
	nl_socket_modify_err_cb(driver->socket, NL_CB_CUSTOM, on_error, driver);
	nl_socket_set_nonblocking(driver->socket);
	return driver;

bad:
	driver_free(driver);
	errno = ENOMEM;
	return NULL;
}

int driver_links(struct driver_link *links, size_t most)
{
	struct driver_links list = {links, 0, most};
	struct driver *driver = dial();
	int status;

	if (!driver)
		return -1;
	driver->links = &list;
	status = request(driver, new_request(driver, PTL_GENL_LINK, NLM_F_DUMP), 0);
	driver_free(driver);
	errno = -status;
	return status < 0 ? -1 : (int)list.n;
}

struct driver *driver_open(unsigned int index)
{
	struct driver *driver = dial();
	struct nl_msg *message;
	int status;

	if (!driver)
		return NULL;
	message = new_request(driver, PTL_GENL_OPEN, NLM_F_ACK);
	status = request(driver, message,
			 message ? nla_put_u32(message, PTL_GENL_A_IFINDEX, index) : 0);
	if (!status)
		return driver;
	driver_free(driver);
	errno = -status;
	return NULL;
}

int driver_begin(struct driver *driver, uv_loop_t *loop, const struct driver_events *events)
{
	driver->events = *events;
	driver->timer = timer_new(loop, tell_all, driver);
	driver->poller =
		poller_new(loop, nl_socket_get_fd(driver->socket), on_readable, driver);
	if (!driver->timer || !driver->poller)
		return -1;
	poller_want(driver->poller, UV_READABLE);
	tell_all(driver);
	return 0;
}

void driver_free(struct driver *driver)
{
	if (!driver)
		return;
	while (driver->first) {
		struct event *event = driver->first;

		driver->first = event->next;
		free(event);
	}
	poller_free(driver->poller);
	timer_free(driver->timer);
	nl_socket_free(driver->socket);
	free(driver);
}
