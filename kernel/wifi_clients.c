// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that ask the radio by the family (uapi/pigtail_genl.h): each is a netlink socket,
 * known by its port. Their requests go by ptl_wifi as the driver's own do, under ids of its;
 * the answer is told under the id that the program gave. Their streams have numbers on the
 * wire that are ours, and what comes on them goes to whose they are:
 *
 *	client A, stream 0 ---- 0 ---- radio
 *	client B, stream 0 ---- 2 ----
 *
 * A number is free again when both sides have said CLOSE. For a client that went we say it.
 *
 * What nl80211 or ip link sets is not set behind their backs. The share of the line that
 * streams may have (share.h) is held here, for a program does not see whether packets wait.
 *
 * All of it with the link's lock.
 */
#include "wifi.h"

#include <linux/string.h>
#include <net/genetlink.h>
#include <pigtail_genl.h>

/* ---- telling ---- */

static struct sk_buff *begin_telling(const struct card_client *client, u8 command, size_t n,
				     void **head)
{
	struct sk_buff *skb = genlmsg_new(n, GFP_ATOMIC);

	if (!skb)
		return NULL;
	*head = genlmsg_put(skb, 0, 0, client->family, 0, command);
	if (*head)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/* Without memory, or room in its socket, it is lost: a read there fails with ENOBUFS. */
static void tell(const struct card_client *client, u8 command, int attribute, const void *value,
		 size_t n)
{
	void *head;
	struct sk_buff *skb =
		begin_telling(client, command, attribute ? nla_total_size(n) : 0, &head);

	if (!skb)
		return;
	if (attribute && nla_put(skb, attribute, n, value)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_unicast(client->net, skb, client->portid);
}

static void tell_all(struct ptl_card *card, u8 command, int attribute, const void *value,
		     size_t n)
{
	for (int i = 0; i < CARD_CLIENTS; i++)
		if (card->clients.all[i].family)
			tell(&card->clients.all[i], command, attribute, value, n);
}

int card_put_link(struct ptl_card *card, struct sk_buff *skb)
{
	const struct ptl_dev *dev = card->dev;
	const struct card_clients *clients = &card->clients;
	struct ptl_info info = {};

	dev->framing->info(dev->endpoint, &info);
	if ((dev->vif && nla_put_u32(skb, PTL_GENL_A_IFINDEX, dev->vif->net->ifindex)) ||
	    nla_put_string(skb, PTL_GENL_A_BUS, dev->bus) ||
	    nla_put_u32(skb, PTL_GENL_A_RATE, dev->baud) ||
	    (info.control && nla_put_flag(skb, PTL_GENL_A_UP)))
		return -EMSGSIZE;
	return clients->ready_n &&
			       nla_put(skb, PTL_GENL_A_READY, clients->ready_n, clients->ready)
		       ? -EMSGSIZE
		       : 0;
}

static void tell_link(struct ptl_card *card, const struct card_client *client)
{
	void *head;
	struct sk_buff *skb = begin_telling(client, PTL_GENL_LINK, CARD_LINK_BYTES, &head);

	if (!skb)
		return;
	if (card_put_link(card, skb)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_unicast(client->net, skb, client->portid);
}

/* ---- questions ---- */

static void tell_answer(const struct card_question *question, enum ptl_status status,
			const struct ptl_control *message)
{
	struct ptl_control_writer answer;

	ptl_control_begin(&answer, PTL_M_ANSWER, question->id, PTL_IF_RADIO);
	if (message) {
		memcpy(answer.bytes, message->bytes, message->n);
		answer.n = message->n;
		answer.bytes[1] = question->id;
	} else {
		ptl_put_uint(&answer, PTL_F_STATUS, status);
	}
	tell(question->client, PTL_GENL_MESSAGE, PTL_GENL_A_MESSAGE, answer.bytes, answer.n);
}

static void on_answer(struct ptl_card *card, struct card_ask *ask, enum ptl_status status,
		      const struct ptl_control *message)
{
	struct card_question *question = container_of(ask, struct card_question, ask);

	if (question->client)
		tell_answer(question, status, message);
	question->id = 0;
}

static struct card_question *free_question(struct ptl_card *card)
{
	for (int i = 0; i < CARD_QUESTIONS; i++)
		if (!card->clients.questions[i].id)
			return &card->clients.questions[i];
	return NULL;
}

static bool may_ask(const struct ptl_control *message)
{
	static const u8 types[] = {
		PTL_M_INFO,	    PTL_M_GET,	      PTL_M_SET,	  PTL_M_STATS,
		PTL_M_UPDATE_BEGIN, PTL_M_UPDATE_END, PTL_M_UPDATE_ABORT, PTL_M_UPDATE_CONFIRM,
		PTL_M_RESTART};
	static const u8 foreign[] = {PTL_F_MAC,	     PTL_F_COUNTRY,   PTL_F_POWER_SAVE,
				     PTL_F_TX_POWER, PTL_F_MULTICAST, PTL_F_ALL_MULTICAST};
	u8 type = ptl_control_type(message);

	for (size_t i = 0; type == PTL_M_SET && i < ARRAY_SIZE(foreign); i++)
		if (ptl_control_has(message, foreign[i]))
			return false;
	return memchr(types, type, sizeof(types));
}

static int refuse(struct netlink_ext_ack *extack, enum ptl_status status)
{
	switch (status) {
	case PTL_STATUS_DONE:
		return 0;
	case PTL_STATUS_BUSY:
		NL_SET_ERR_MSG(extack, "no room now");
		return -EAGAIN;
	case PTL_STATUS_STATE:
		NL_SET_ERR_MSG(extack, "no radio is there that says it is ready");
		return -ENETDOWN;
	default:
		NL_SET_ERR_MSG(extack, "no message of this version");
		return -EINVAL;
	}
}

static int ask(struct ptl_card *card, struct card_client *client,
	       const struct ptl_control *message, struct netlink_ext_ack *extack)
{
	struct card_question *question = free_question(card);
	struct ptl_control_writer request = {.n = message->n};
	enum ptl_status status = PTL_STATUS_BUSY;

	if (!may_ask(message)) {
		NL_SET_ERR_MSG(extack, "that goes by nl80211 or ip link");
		return -EOPNOTSUPP;
	}
	if (!ptl_control_id(message))
		return refuse(extack, PTL_STATUS_MALFORMED);
	memcpy(request.bytes, message->bytes, message->n);
	if (question) {
		question->ask.answered = on_answer;
		question->client = client;
		question->id = ptl_control_id(message);
		status = card_request(card, &request, &question->ask);
		if (status != PTL_STATUS_DONE)
			question->id = 0;
	}
	return refuse(extack, status);
}

/* ---- streams ---- */

static u8 wire_number(const struct ptl_card *card, const struct card_stream *stream)
{
	return 2 * (u8)(stream - card->clients.streams);
}

static struct card_stream *free_stream(struct ptl_card *card)
{
	for (int i = 0; i < CARD_STREAMS; i++)
		if (!card->clients.streams[i].used)
			return &card->clients.streams[i];
	return NULL;
}

static struct card_stream *stream_of(struct ptl_card *card, const struct card_client *client,
				     u8 number)
{
	for (int i = 0; i < CARD_STREAMS; i++) {
		struct card_stream *stream = &card->clients.streams[i];

		if (stream->used && stream->client == client && stream->number == number)
			return stream;
	}
	return NULL;
}

/* The line's share as the line is now. */
static struct ptl_share *share_now(struct ptl_card *card)
{
	const struct ptl_dev *dev = card->dev;
	struct ptl_info info = {};

	dev->framing->info(dev->endpoint, &info);
	ptl_share_set(&card->clients.share, dev->baud, info.waiting > 0, info.messages);
	return &card->clients.share;
}

/* Without packets that wait, programs pace themselves. Twice as many messages may be under
 * way then as share.h has it: that they are not any more is seen jiffies later. */
static bool share_is_free(struct ptl_card *card)
{
	const struct ptl_share *share = share_now(card);

	return share->packets ? ptl_share_free(share, ptl_dev_now())
			      : share->messages < 2 * PTL_SHARE_AHEAD;
}

static void said_close(struct card_stream *stream)
{
	stream->closed = true;
	stream->used = !stream->ended;
}

static int send(struct ptl_card *card, struct card_stream *stream,
		const struct ptl_control *message)
{
	struct ptl_control_writer copy = {.n = message->n};

	memcpy(copy.bytes, message->bytes, message->n);
	copy.bytes[1] = 0;
	copy.bytes[2] = wire_number(card, stream);
	switch (ptl_channel_send(card->dev, copy.bytes, copy.n, NULL)) {
	case PTL_OK:
		ptl_share_book(share_now(card), ptl_dev_now(), copy.n);
		return 0;
	case PTL_FULL:
		return -EAGAIN;
	default:
		return -ENETDOWN;
	}
}

static int pass_stream(struct ptl_card *card, const struct card_client *client,
		       const struct ptl_control *message, struct netlink_ext_ack *extack)
{
	u8 type = ptl_control_type(message), number = ptl_control_interface(message);
	struct card_stream *stream = stream_of(card, client, number);
	bool opens = type == PTL_M_STREAM_OPEN;
	int status;

	if (opens ? stream || number % 2 || number >= PTL_STREAMS
		  : !stream || stream->closed || type == PTL_M_STREAM_OPENED) {
		NL_SET_ERR_MSG(extack, "no such stream, or it is open already");
		return -ENOENT;
	}
	if (opens)
		stream = free_stream(card);
	if (!stream) {
		NL_SET_ERR_MSG(extack, "all streams are in use");
		return -EBUSY;
	}
	if (type == PTL_M_STREAM_DATA && !share_is_free(card)) {
		card_poll_at(card, ptl_share_next(&card->clients.share, ptl_dev_now()));
		return -EAGAIN;
	}
	status = send(card, stream, message);
	if (status)
		return status;
	if (opens)
		*stream =
			(struct card_stream){.used = true, .client = client, .number = number};
	else if (type == PTL_M_STREAM_CLOSE)
		said_close(stream);
	return 0;
}

/* Its client went. */
static void close_stream(struct ptl_card *card, struct card_stream *stream)
{
	struct ptl_control_writer end;
	struct ptl_control message = {end.bytes};

	ptl_control_begin(&end, PTL_M_STREAM_CLOSE, 0, 0);
	ptl_put_uint(&end, PTL_F_STATUS, PTL_STATUS_ABORTED);
	message.n = end.n;
	if (send(card, stream, &message) != -EAGAIN)
		said_close(stream);
}

/* There is no service here that a radio could want. */
static void refuse_stream(struct ptl_card *card, u8 number)
{
	struct ptl_control_writer end;

	ptl_control_begin(&end, PTL_M_STREAM_CLOSE, 0, number);
	ptl_put_uint(&end, PTL_F_STATUS, PTL_STATUS_NO_SUCH);
	(void)ptl_channel_send(card->dev, end.bytes, end.n, NULL);
}

static void hear_stream(struct ptl_card *card, const struct ptl_control *message)
{
	u8 type = ptl_control_type(message), number = ptl_control_interface(message);
	struct ptl_control_writer copy = {.n = message->n};
	struct card_stream *stream;

	if (type == PTL_M_STREAM_OPEN && number % 2) {
		refuse_stream(card, number);
		return;
	}
	if (number % 2 || number >= PTL_STREAMS)
		return;
	stream = &card->clients.streams[number / 2];
	if (!stream->used || stream->ended)
		return;
	if (stream->client) {
		memcpy(copy.bytes, message->bytes, message->n);
		copy.bytes[2] = stream->number;
		tell(stream->client, PTL_GENL_MESSAGE, PTL_GENL_A_MESSAGE, copy.bytes, copy.n);
	}
	if (type == PTL_M_STREAM_CLOSE) {
		stream->ended = true;
		stream->used = !stream->closed;
	}
}

/* ---- clients ---- */

struct card_client *card_client(struct ptl_card *card, const struct net *net, u32 portid)
{
	for (int i = 0; i < CARD_CLIENTS; i++) {
		struct card_client *client = &card->clients.all[i];

		if (client->family && client->net == net && client->portid == portid)
			return client;
	}
	return NULL;
}

int card_client_open(struct ptl_card *card, const struct genl_family *family, struct net *net,
		     u32 portid)
{
	for (int i = 0; i < CARD_CLIENTS; i++) {
		struct card_client *client = &card->clients.all[i];

		if (client->family)
			continue;
		*client = (struct card_client){family, net, portid, false};
		tell_link(card, client);
		return 0;
	}
	return -EUSERS;
}

void card_client_close(struct ptl_card *card, struct card_client *client)
{
	for (int i = 0; i < CARD_QUESTIONS; i++)
		if (card->clients.questions[i].client == client)
			card->clients.questions[i].client = NULL;
	for (int i = 0; i < CARD_STREAMS; i++) {
		struct card_stream *stream = &card->clients.streams[i];

		if (stream->client != client)
			continue;
		stream->client = NULL;
		if (stream->used && !stream->closed)
			close_stream(card, stream);
	}
	client->family = NULL;
}

int card_client_message(struct ptl_card *card, struct card_client *client, const u8 *bytes,
			size_t n, struct netlink_ext_ack *extack)
{
	struct ptl_control message = {bytes, n};
	enum ptl_status good = ptl_control_check(&message);
	int status;

	if (good != PTL_STATUS_DONE)
		return refuse(extack, PTL_STATUS_MALFORMED);
	if (!ptl_wifi_ready(&card->wifi))
		return refuse(extack, PTL_STATUS_STATE);
	switch (ptl_message_info(*bytes)->kind) {
	case PTL_KIND_REQUEST:
		status = ask(card, client, &message, extack);
		break;
	case PTL_KIND_STREAM:
		status = pass_stream(card, client, &message, extack);
		break;
	default:
		status = refuse(extack, PTL_STATUS_MALFORMED);
	}
	client->waits |= status == -EAGAIN;
	return status;
}

/* ---- from the link ---- */

void card_clients_hear(struct ptl_card *card, const u8 *bytes, size_t n)
{
	struct card_clients *clients = &card->clients;
	struct ptl_control message = {bytes, n};

	if (ptl_control_check(&message) != PTL_STATUS_DONE)
		return;
	if (ptl_message_info(*bytes)->kind == PTL_KIND_STREAM) {
		hear_stream(card, &message);
		return;
	}
	if (*bytes == PTL_M_READY) {
		memcpy(clients->ready, bytes, n);
		clients->ready_n = n;
	}
	if (clients->ready_n && (*bytes == PTL_M_READY || *bytes == PTL_M_CHANGED))
		tell_all(card, PTL_GENL_MESSAGE, PTL_GENL_A_MESSAGE, bytes, n);
}

void card_clients_log(void *user, const u8 *text, size_t n)
{
	tell_all(user, PTL_GENL_LOG, PTL_GENL_A_TEXT, text, n);
}

void card_clients_session(struct ptl_card *card)
{
	card->clients.ready_n = 0;
	memset(card->clients.streams, 0, sizeof(card->clients.streams));
	for (int i = 0; i < CARD_CLIENTS; i++)
		if (card->clients.all[i].family)
			tell_link(card, &card->clients.all[i]);
}

u64 card_clients_poll(struct ptl_card *card)
{
	struct card_clients *clients = &card->clients;
	u64 next = PTL_NEVER;

	for (int i = 0; i < CARD_STREAMS; i++) {
		struct card_stream *stream = &clients->streams[i];

		if (stream->used && !stream->client && !stream->closed)
			close_stream(card, stream);
	}
	for (int i = 0; i < CARD_CLIENTS; i++) {
		struct card_client *client = &clients->all[i];

		if (!client->family || !client->waits)
			continue;
		if (!share_is_free(card)) {
			next = ptl_share_next(&clients->share, ptl_dev_now());
			continue;
		}
		client->waits = false;
		tell(client, PTL_GENL_ROOM, 0, NULL, 0);
	}
	return next;
}

void card_clients_end(struct ptl_card *card)
{
	for (int i = 0; i < CARD_CLIENTS; i++) {
		struct card_client *client = &card->clients.all[i];

		if (!client->family)
			continue;
		tell(client, PTL_GENL_GONE, 0, NULL, 0);
		card_client_close(card, client);
	}
}
