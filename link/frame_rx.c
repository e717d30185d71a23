/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A frame arrived (SPEC 2 to 7): its check, its acknowledgements, its payload.
 * All that comes from the wire is suspect until its check has passed, and its
 * fields still are after that.
 */
#include "state.h"
#include "bytes.h"
#include "crc32c.h"

static const uint32_t check_xors[PTL_ENDINGS] = PTL_CHECK_XORS;

struct ack_entry {
	enum ptl_class class;
	uint16_t next;
	struct ack_range ranges[PTL_ACK_RANGES];
	size_t count;
};

/* Strips the check. Returns false when it is wrong. */
static bool checked(struct ptl_link *link, size_t *n, enum ptl_ending *ending)
{
	const struct cobs_decoder *rx = &link->rx;
	size_t trailer = rx->left > 0 ? PTL_CUT_BYTES : PTL_CHECK_BYTES;
	uint32_t check = 0;
	uint32_t crc;

	if (rx->overflow) {
		link->counters.rx_too_long++;
		return false;
	}
	if (rx->n < PTL_HEADER_BYTES + trailer) {
		link->counters.rx_bad_framing++;
		return false;
	}
	*n = rx->n - trailer;
	crc = crc32c_end(ptl_crc32c_add(CRC32C_START, rx->out, *n));
	if (rx->left > 0) {
		uint32_t high = rx->out[*n + PTL_CUT_BYTES - 1];
		uint8_t marks = PTL_CUT_BIT;

		for (int i = PTL_CUT_BYTES - 1; i >= 0; i--) {
			marks &= rx->out[*n + (size_t)i];
			check = check << 7 | (rx->out[*n + (size_t)i] & 0x7f);
		}
		if (marks == 0 || high > (PTL_CUT_BIT | 0x0f)) {
			link->counters.rx_bad_framing++;
			return false;
		}
	} else {
		check = get_le32(rx->out + *n);
	}
	for (int i = 0; i < (rx->left > 0 ? PTL_GOES_ON + 1 : PTL_ENDINGS); i++)
		if (check == (crc ^ check_xors[i])) {
			*ending = (enum ptl_ending)i;
			return true;
		}
	link->counters.rx_bad_crc++;
	return false;
}

/* Reads one entry; returns its length, or 0 when it is not one. */
static size_t read_ack(const uint8_t *bytes, size_t n, struct ack_entry *entry)
{
	size_t length, pairs, offset = 0;

	if (n < PTL_ACK_BYTES)
		return 0;
	entry->class = (enum ptl_class)(bytes[0] >> PTL_ACK_CLASS_SHIFT & 3);
	entry->count = 0;
	pairs = bytes[0] & PTL_ACK_RANGES;
	entry->next = get_le16(bytes + 1) & PTL_NUMBER_MASK;
	length = PTL_ACK_BYTES + 2 * pairs;
	if (entry->class == PTL_CLASS_LINK || length > n)
		return 0;
	for (size_t i = 0; i < pairs; i++) {
		const uint8_t *pair = bytes + PTL_ACK_BYTES + 2 * i;
		struct ack_range *range = &entry->ranges[entry->count];

		offset += pair[0];
		/* Without a gap it is the rest of a run over 255. */
		if (entry->count > 0 && pair[0] == 0) {
			range--;
		} else {
			range->from = (uint16_t)((entry->next + offset) & PTL_NUMBER_MASK);
			entry->count++;
		}
		offset += pair[1];
		range->to = (uint16_t)((entry->next + offset) & PTL_NUMBER_MASK);
	}
	return offset <= 2 * PTL_WINDOW_MAX ? length : 0;
}

/* Returns the length of all entries; 0: one is malformed, or of a class twice. */
static size_t acks_length(const uint8_t *bytes, size_t n)
{
	struct ack_entry entry;
	unsigned classes = 0;
	size_t at = 0;
	bool more;

	do {
		size_t length = read_ack(bytes + at, n - at, &entry);

		if (length == 0 || (classes & 1u << entry.class))
			return 0;
		classes |= 1u << entry.class;
		more = bytes[at] & PTL_ACK_MORE;
		at += length;
	} while (more);
	return at;
}

/* Entries that are well formed. */
static void take_acks(struct ptl_link *link, const uint8_t *bytes, size_t n)
{
	struct ack_entry entry;

	for (size_t at = 0; at < n;) {
		at += read_ack(bytes + at, n - at, &entry);
		if (link->session.up)
			ptl_sender_acked(sender_of(link, entry.class), &link->sending,
					 entry.next, entry.ranges, entry.count, link->now);
	}
	ptl_frame_room(link);
}

/* Nobody here knows any message: says so. false: there is no room to say it. */
static bool answer_unknown(struct ptl_link *link, uint8_t type)
{
	uint8_t answer[2] = {PTL_CONTROL_UNKNOWN, type};
	uint32_t number;

	if (type == PTL_CONTROL_UNKNOWN)
		return true;
	if (ptl_queue_put_control(&link->queue, link->now, answer, sizeof(answer), &number) !=
	    PTL_OK)
		return false;
	link->counters.rx_unknown++;
	link->counters.tx_control++;
	return true;
}

/* Gives one message to its reader; false: it has no room. */
static bool give_control(struct ptl_link *link, const uint8_t *message, size_t n)
{
	struct ptl_counters *counters = &link->counters;

	if (n > PTL_CONTROL_MAX) {
		counters->rx_too_long++;
		return true;
	}
	if (link->events.control ? !link->events.control(link->events.user, message, n)
				 : !answer_unknown(link, message[0])) {
		counters->rx_refused++;
		return false;
	}
	counters->rx_control++;
	if (message[0] == PTL_CONTROL_UNKNOWN)
		counters->rx_peer_unknown++;
	return true;
}

/* Gives one packet to its reader; false: it has no room. */
static bool give_packet(struct ptl_link *link, const uint8_t *bytes, size_t n)
{
	struct ptl_counters *counters = &link->counters;

	if (n > link->max_packet) {
		counters->rx_too_long++;
		return true;
	}
	if (n < 14) {
		counters->rx_too_short++;
		return true;
	}
	if (!link->events.packet(link->events.user, bytes, n)) {
		counters->rx_refused++;
		return false;
	}
	counters->rx_packets++;
	counters->rx_packet_bytes += n;
	return true;
}

/* Gives one packet or message up. false: its reader has no room. */
static bool give(struct ptl_link *link, enum ptl_class class, uint8_t *bytes, size_t n,
		 enum ptl_ending ending)
{
	struct unpacked unpacked;
	bool taken;

	if (class == PTL_CLASS_CONTROL)
		return give_control(link, bytes, n);
	if (n > link->rx.room) {
		link->counters.rx_too_long++; /* its end never came */
		link->out_of_step = true;
		return true;
	}
	if (!ptl_unpack(&link->packing, class, ending, bytes, n, &unpacked)) {
		link->counters.rx_bad_packed++;
		link->out_of_step = true;
		return true;
	}
	taken = give_packet(link, unpacked.bytes, unpacked.n);
	ptl_unpack_end(&unpacked, taken);
	return taken;
}

void ptl_frame_deliver(struct ptl_link *link, enum ptl_class class)
{
	struct receiver *receiver = receiver_of(link, class);
	enum ptl_ending ending;
	size_t n;

	/* The frame buffer is free now; a packet is gathered there. */
	while (!link->out_of_step &&
	       (n = ptl_receiver_next(receiver, link->rx.out, link->rx.room, &ending)) > 0) {
		receiver->refused = !give(link, class, link->rx.out, n, ending);
		if (receiver->refused)
			return;
		ptl_receiver_drop(receiver);
		receiver->changed = true;
	}
}

/* Ends the session when what the peer packed made no sense: nor would the rest. */
void ptl_frame_keep_step(struct ptl_link *link)
{
	if (!link->out_of_step)
		return;
	link->out_of_step = false;
	ptl_session_end(link, PTL_REASON_OUT_OF_STEP);
}

/* Few messages may be unacknowledged where they are of a stream: who sends them waits. */
static void acknowledge(struct ptl_link *link, enum ptl_class class)
{
	struct receiver *receiver = receiver_of(link, class);
	uint32_t delay = class == PTL_CLASS_CONTROL
				 ? ptl_line_us(link->baud, PTL_ACK_DELAY_BYTES)
				 : link->ack_delay_us;

	if (receiver->changed && receiver->due == PTL_NEVER)
		receiver->due = link->now + delay;
}

static void take_piece(struct ptl_link *link, enum ptl_class class, uint16_t number,
		       uint8_t *bytes, size_t n, enum ptl_ending ending)
{
	struct receiver *receiver = receiver_of(link, class);
	uint16_t missing = receiver->next;

	if (!link->session.up) {
		link->counters.rx_before_up++;
		return;
	}
	if (n == 0) {
		link->counters.rx_too_short++;
		return;
	}
	switch (ptl_receiver_piece(receiver, number, bytes, n, ending)) {
	case RECEIVER_BEYOND:
		link->counters.rx_beyond_credit++;
		return;
	case RECEIVER_DUPLICATE:
		link->counters.rx_duplicates++;
		break;
	case RECEIVER_DIRECT:
		receiver->refused = !give(link, class, bytes, n, ending);
		if (receiver->refused)
			ptl_receiver_store(receiver, number, bytes, n, ending);
		else
			ptl_receiver_took(receiver, n);
		break;
	case RECEIVER_NEW:
		if (number != missing)
			link->counters.rx_out_of_order++;
		break;
	}
	if (!receiver->refused)
		ptl_frame_deliver(link, class);
	acknowledge(link, class);
}

static void answer(struct ptl_link *link, enum ptl_message type, uint32_t value)
{
	struct answers *answers = &link->session.answers;

	if (answers->n == ANSWERS) {
		link->counters.rx_unanswered++;
		return;
	}
	answers->type[answers->n] = (uint8_t)type;
	answers->value[answers->n++] = value;
}

static void take_message(struct ptl_link *link, uint16_t number, const uint8_t *payload,
			 size_t n)
{
	static const uint8_t least[] = {
		[PTL_MSG_HELLO] = PTL_HELLO_BYTES,
		[PTL_MSG_PING] = 4,
		[PTL_MSG_PONG] = 4,
		[PTL_MSG_UNKNOWN] = 1,
		[PTL_MSG_LOG] = 1,
	};
	uint8_t type = (uint8_t)(number & PTL_TYPE_MASK);

	if (type < sizeof(least) && n < least[type]) {
		link->counters.rx_bad_field++;
		return;
	}
	switch (type) {
	case PTL_MSG_ACK:
	case PTL_MSG_PONG:
		break;
	case PTL_MSG_LOG:
		if (n > PTL_LOG_MAX)
			link->counters.rx_bad_field++;
		else if (link->events.log)
			link->events.log(link->events.user, payload, n);
		break;
	case PTL_MSG_HELLO:
		ptl_session_hello(link, payload, n);
		break;
	case PTL_MSG_PING:
		if (link->session.up)
			answer(link, PTL_MSG_PONG, get_le32(payload));
		break;
	case PTL_MSG_UNKNOWN:
		link->counters.rx_peer_unknown++;
		break;
	default:
		if (ptl_rate_take(link, type, payload, n))
			break;
		link->counters.rx_unknown++;
		answer(link, PTL_MSG_UNKNOWN, type);
		break;
	}
}

void ptl_frame_received(struct ptl_link *link)
{
	uint8_t *frame = link->rx.out;
	size_t n, head = PTL_HEADER_BYTES;
	enum ptl_class class;
	uint16_t header;
	enum ptl_ending ending;
	bool good = checked(link, &n, &ending);

	if (link->events.frame && link->rx.n > 0)
		link->events.frame(link->events.user, PTL_RX, good, frame, link->rx.n);
	if (!good)
		return;
	link->counters.rx_frames++;
	header = get_le16(frame);
	class = (enum ptl_class)(header >> PTL_CLASS_SHIFT);
	if (!(class == PTL_CLASS_LINK && (header & PTL_TYPE_MASK) == PTL_MSG_HELLO))
		link->session.heard = link->now;
	/* As it was on the wire: delimiter and one code. */
	ptl_rate_heard(link, class, header & PTL_NUMBER_MASK, link->rx.n + 2);
	if (link->session.up)
		link->session.ping_at = link->now + PTL_PING_AFTER_US;
	/* Only packets are packed, or in pieces. */
	if (class < PTL_CLASS_SPARSE && ending != PTL_ENDS) {
		link->counters.rx_bad_field++;
		return;
	}
	if (header & PTL_HEADER_ACKS) {
		size_t acks = acks_length(frame + head, n - head);

		if (acks == 0) {
			link->counters.rx_bad_field++;
			return;
		}
		take_acks(link, frame + head, acks);
		head += acks;
	}
	if (class == PTL_CLASS_LINK)
		take_message(link, header & PTL_NUMBER_MASK, frame + head, n - head);
	else
		take_piece(link, class, header & PTL_NUMBER_MASK, frame + head, n - head,
			   ending);
	ptl_frame_keep_step(link);
}
