/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The frame on the wire: which is next, its bytes, and cutting it (SPEC 2, 3).
 *
 * A frame is encoded whole when it begins, then pulled. If something more
 * urgent turns up meanwhile, what has not been pulled is replaced by a trailer
 * that says "the packet goes on", and the rest becomes a piece of its own.
 *
 * Order: rate negotiation (SPEC 12), hello, other link messages, an urgent acknowledgement,
 * control, sparse, bulk, an acknowledgement that is due. Acknowledgements ride in any frame
 * that goes anyway.
 */
#include "state.h"
#include "bytes.h"
#include "crc32c.h"

/* Not worth a cut: its trailer and the next header take about as much. */
#define CUT_MIN_REST 32
/* How far a cut may look for a place, encoded bytes. */
#define CUT_MAX_SEARCH 64
/* Bytes moved at a time from the store into a frame. */
#define COPY_CHUNK 256

static const uint32_t check_xors[PTL_ENDINGS] = PTL_CHECK_XORS;

struct frame_builder {
	struct cobs_encoder encoder;
	uint32_t crc;
};

static void add(struct frame_builder *builder, const uint8_t *bytes, size_t n)
{
	builder->crc = ptl_crc32c_add(builder->crc, bytes, n);
	ptl_cobs_put(&builder->encoder, bytes, n);
}

static size_t put_acks(struct ptl_link *link, uint8_t *to)
{
	size_t n = 0;
	size_t last = 0;

	if (!link->session.up)
		return 0;
	for (int i = 0; i < DATA_CLASSES; i++) {
		if (!link->receivers[i].changed)
			continue;
		if (n > 0)
			to[last] |= PTL_ACK_MORE;
		last = n;
		n += ptl_receiver_ack(&link->receivers[i], (enum ptl_class)(i + 1), to + n);
	}
	return n;
}

static void begin(struct ptl_link *link, struct frame_builder *builder, enum ptl_class class,
		  uint16_t number, bool acks)
{
	struct tx_frame *tx = &link->tx;
	uint8_t head[PTL_HEADER_BYTES + PTL_ACK_MAX_BYTES];
	size_t n = acks ? put_acks(link, head + PTL_HEADER_BYTES) : 0;

	put_le16(head, (uint16_t)((unsigned)class << PTL_CLASS_SHIFT |
				  (n > 0 ? PTL_HEADER_ACKS : 0) | number));
	tx->start = tx->line_idle;
	tx->bytes[0] = PTL_DELIMITER;
	tx->at = 0;
	tx->head = PTL_HEADER_BYTES + n;
	tx->class = class;
	tx->number = number;
	tx->length = 0;
	tx->final = class == PTL_CLASS_LINK || class == PTL_CLASS_CONTROL;
	ptl_cobs_begin(&builder->encoder, tx->bytes + tx->start);
	builder->crc = CRC32C_START;
	add(builder, head, tx->head);
}

static void end(struct ptl_link *link, struct frame_builder *builder, enum ptl_ending ending)
{
	struct tx_frame *tx = &link->tx;
	uint8_t check[PTL_CHECK_BYTES];

	put_le32(check, crc32c_end(builder->crc) ^ check_xors[ending]);
	ptl_cobs_put(&builder->encoder, check, sizeof(check));
	tx->n = tx->start + ptl_cobs_end(&builder->encoder);
	tx->bytes[tx->n++] = PTL_DELIMITER;
	tx->line_idle = false;
	link->counters.tx_frames++;
}

static void send_message(struct ptl_link *link, enum ptl_message type, const uint8_t *payload,
			 size_t n, bool acks)
{
	struct frame_builder builder;

	begin(link, &builder, PTL_CLASS_LINK, (uint16_t)type, acks);
	add(&builder, payload, n);
	end(link, &builder, PTL_ENDS);
}

/* The oldest. */
static void send_answer(struct ptl_link *link)
{
	struct answers *answers = &link->session.answers;
	enum ptl_message type = (enum ptl_message)answers->type[0];
	uint8_t payload[4];

	put_le32(payload, answers->value[0]);
	answers->n--;
	memmove(answers->type, answers->type + 1, answers->n);
	memmove(answers->value, answers->value + 1, answers->n * sizeof(answers->value[0]));
	/* All of the state, for the peer may have missed some. */
	for (int i = 0; i < DATA_CLASSES && type == PTL_MSG_PONG; i++)
		link->receivers[i].changed = true;
	send_message(link, type, payload, type == PTL_MSG_PONG ? 4 : 1, true);
}

static bool send_due_message(struct ptl_link *link)
{
	struct session *session = &link->session;
	uint8_t payload[SESSION_HELLO_BYTES];

	if (session->hello_due) {
		size_t n = ptl_session_hello_payload(link, payload);

		send_message(link, PTL_MSG_HELLO, payload, n, false);
	} else if (session->answers.n > 0) {
		send_answer(link);
	} else if (session->ping_due) {
		session->ping_due = false;
		put_le32(payload, (uint32_t)link->now);
		send_message(link, PTL_MSG_PING, payload, 4, true);
	} else if (link->log_n > 0) {
		send_message(link, PTL_MSG_LOG, link->log, link->log_n, true);
		link->log_n = 0;
	} else {
		return false;
	}
	return true;
}

static void send_rate_message(struct ptl_link *link)
{
	uint8_t payload[RATE_PAYLOAD_MAX];
	size_t n;
	enum ptl_message type = ptl_rate_message(link, payload, &n);

	send_message(link, type, payload, n, false);
}

static void send_acks(struct ptl_link *link)
{
	link->counters.tx_acks++;
	send_message(link, PTL_MSG_ACK, NULL, 0, true);
}

static void send_piece(struct ptl_link *link, enum ptl_class class, const struct piece *piece)
{
	const struct queue *queue = &link->queue;
	struct frame_builder builder;
	size_t done = 0;

	begin(link, &builder, class, piece->number, true);
	while (done < piece->length) {
		size_t part = min_size(piece->length - done, COPY_CHUNK);
		uint8_t chunk[COPY_CHUNK];

		ptl_queue_read(queue, piece->packet, piece->offset + done, chunk, part);
		add(&builder, chunk, part);
		done += part;
	}
	end(link, &builder,
	    piece->last ? (enum ptl_ending)queue->packets[piece->packet].ending : PTL_GOES_ON);
	link->tx.length = piece->length;
}

static bool ack_urgent(const struct ptl_link *link)
{
	for (int i = 0; i < DATA_CLASSES; i++)
		if (link->receivers[i].urgent ||
		    link->receivers[i].unacked >= link->receivers[i].window / 2)
			return true;
	return false;
}

/* Soon, though not at the cost of a cut. */
static bool ack_due(const struct ptl_link *link)
{
	for (int i = 0; i < DATA_CLASSES; i++)
		if (link->now >= link->receivers[i].due ||
		    link->receivers[i].unacked >= link->receivers[i].window / 4)
			return true;
	return ack_urgent(link);
}

static bool message_due(const struct ptl_link *link)
{
	const struct session *session = &link->session;

	return session->hello_due || session->answers.n > 0 || session->ping_due ||
	       link->log_n > 0;
}

bool ptl_frame_pending(struct ptl_link *link)
{
	enum ptl_rate_lets lets = ptl_rate_lets(link);

	if (link->tx.at < link->tx.n || ptl_rate_says(link))
		return true;
	if (lets == RATE_LETS_RATE)
		return false;
	if (message_due(link))
		return true;
	if (!link->session.up)
		return false;
	for (int i = 0; i < DATA_CLASSES && lets == RATE_LETS_ALL; i++)
		if (ptl_sender_ready(&link->senders[i], &link->sending,
				     (enum ptl_class)(i + 1)))
			return true;
	return ack_due(link);
}

bool ptl_frame_next(struct ptl_link *link)
{
	enum ptl_rate_lets lets = ptl_rate_lets(link);

	if (ptl_rate_says(link)) {
		send_rate_message(link);
		return true;
	}
	if (lets == RATE_LETS_RATE)
		return false;
	if (send_due_message(link))
		return true;
	if (!link->session.up)
		return false;
	for (enum ptl_class class = PTL_CLASS_CONTROL;
	     class < PTL_CLASSES && lets == RATE_LETS_ALL; class ++) {
		struct sender *sender = sender_of(link, class);
		const struct piece *piece;

		if (class == PTL_CLASS_BULK && ack_urgent(link)) {
			send_acks(link);
			return true;
		}
		piece = ptl_sender_next(sender, &link->sending, class, link->now);
		if (piece) {
			send_piece(link, class, piece);
			return true;
		}
	}
	if (!ack_due(link))
		return false;
	send_acks(link);
	return true;
}

static bool overtaken(struct ptl_link *link)
{
	if (ptl_rate_lets(link) != RATE_LETS_ALL || ptl_rate_says(link) ||
	    ptl_sender_ready(sender_of(link, PTL_CLASS_CONTROL), &link->sending,
			     PTL_CLASS_CONTROL))
		return true;
	if (link->tx.class != PTL_CLASS_BULK)
		return false;
	return ack_urgent(link) || ptl_sender_ready(sender_of(link, PTL_CLASS_SPARSE),
						    &link->sending, PTL_CLASS_SPARSE);
}

/* CRC of what a receiver decodes from the first n encoded bytes. */
static uint32_t crc_of_encoded(const uint8_t *encoded, size_t n)
{
	static const uint8_t zero = 0;
	uint32_t crc = CRC32C_START;
	size_t i = 0;

	while (i < n) {
		size_t run = min_size((size_t)encoded[i] - 1, n - i - 1);

		crc = ptl_crc32c_add(crc, encoded + i + 1, run);
		if (run + 1u == encoded[i] && encoded[i] != COBS_BLOCK)
			crc = ptl_crc32c_add(crc, &zero, 1);
		i += run + 1;
	}
	return crc32c_end(crc);
}

static void cut_at(struct ptl_link *link, size_t at, const struct cobs_place *place)
{
	struct tx_frame *tx = &link->tx;
	uint8_t *encoded = tx->bytes + tx->start;
	uint32_t check = crc_of_encoded(encoded, at) ^ check_xors[PTL_GOES_ON];

	if (place->promised == 0) {
		struct cobs_encoder encoder;
		uint8_t bytes[PTL_CHECK_BYTES];

		put_le32(bytes, check);
		ptl_cobs_begin(&encoder, encoded + at);
		ptl_cobs_put(&encoder, bytes, sizeof(bytes));
		at += ptl_cobs_end(&encoder);
	} else {
		for (int i = 0; i < PTL_CUT_BYTES; i++, check >>= 7)
			encoded[at++] = (uint8_t)(PTL_CUT_BIT | (check & 0x7f));
	}
	encoded[at++] = PTL_DELIMITER;
	tx->n = tx->start + at;
	tx->length = (uint16_t)(place->raw - tx->head);
	tx->final = true;
	link->counters.tx_cuts++;
}

void ptl_frame_preempt(struct ptl_link *link)
{
	struct tx_frame *tx = &link->tx;
	struct cobs_place place;
	struct sender *sender;
	size_t at = tx->at > tx->start ? tx->at - tx->start : 0;
	size_t stop;

	if (tx->final || tx->n - tx->at < CUT_MIN_REST || !overtaken(link))
		return;
	sender = sender_of(link, tx->class);
	stop = min_size(tx->n - tx->start - CUT_MIN_REST, at + CUT_MAX_SEARCH);
	place = ptl_cobs_place_at(tx->bytes + tx->start, at);
	for (; at <= stop; ptl_cobs_place_step(&place, tx->bytes[tx->start + at++])) {
		size_t payload;

		/* The trailer must end inside of the block, or begin one. */
		if (place.raw <= tx->head ||
		    (place.promised > 0 && place.promised <= PTL_CUT_BYTES))
			continue;
		payload = place.raw - tx->head;
		if (payload < tx->length &&
		    ptl_sender_cut(sender, tx->number, (uint16_t)payload) == payload) {
			cut_at(link, at, &place);
			return;
		}
	}
}

void ptl_frame_done(struct ptl_link *link)
{
	struct tx_frame *tx = &link->tx;
	/* Not so where the wire was cut, or the session ended, within it. */
	bool whole = tx->at == tx->n && (tx->class == PTL_CLASS_LINK || tx->length > 0);

	if (tx->class != PTL_CLASS_LINK && tx->length > 0)
		ptl_sender_sent(sender_of(link, tx->class), &link->sending, tx->number,
				tx->length, link->now);
	if (link->events.frame) {
		struct cobs_decoder decoder = {.out = tx->bytes, .room = tx->n};

		ptl_cobs_reset(&decoder);
		ptl_cobs_take(&decoder, tx->bytes + tx->start, tx->at - tx->start);
		if (decoder.n > 0)
			link->events.frame(link->events.user, PTL_TX, whole, tx->bytes,
					   decoder.n);
	}
	tx->n = tx->at = 0;
}
