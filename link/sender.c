/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See sender.h. */
#include "sender.h"
#include "arithmetic.h"
#include "bytes.h"

#define BACKOFF_MAX  3
#define TIMER_MAX_US 1000000u
#define PIECE_MIN    (4 * PTL_CELL_BYTES) /* worth a frame when credit is short */

static uint16_t after(uint16_t number, size_t bytes)
{
	return (uint16_t)((number + PTL_CELLS(bytes)) & PTL_NUMBER_MASK);
}

static struct piece *piece_at(struct sender *sender, uint16_t i)
{
	uint32_t at = (uint32_t)sender->first + i;

	return &sender->pieces[at < sender->size ? at : at - sender->size];
}

static struct piece *piece_find(struct sender *sender, uint16_t number, uint16_t *index)
{
	for (uint16_t i = sender->count; i-- > 0;) {
		struct piece *piece = piece_at(sender, i);

		if (piece->number == number) {
			*index = i;
			return piece;
		}
	}
	return NULL;
}

void ptl_sender_init(struct sender *sender, struct piece *pieces, uint16_t size)
{
	memset(sender, 0, sizeof(*sender));
	sender->pieces = pieces;
	sender->size = size;
	sender->packet = QUEUE_NONE;
	sender->timer = PTL_NEVER;
}

static void set_all_sent(struct queue *queue, struct packet *packet, bool all_sent)
{
	if (packet->flow != QUEUE_NONE)
		queue->all_sent = (uint16_t)(queue->all_sent + all_sent - packet->all_sent);
	packet->all_sent = all_sent;
}

/* The last of a packet is given up. */
static void count_flushed(struct sending *shared, uint16_t index)
{
	if (shared->queue->packets[index].flow == QUEUE_NONE)
		shared->counters->drop_control++;
	else
		shared->counters->drop_flushed++;
}

/* A piece is done with; so is its packet, if that was the last of it. */
static void release(struct sending *shared, uint16_t index)
{
	struct packet *packet = &shared->queue->packets[index];

	packet->pieces--;
	if (packet->pieces == 0 && packet->all_sent)
		ptl_queue_done(shared->queue, index);
}

void ptl_sender_reset(struct sender *sender, struct sending *shared, uint16_t window,
		      ptl_time now)
{
	if (sender->packet != QUEUE_NONE) {
		struct packet *packet = &shared->queue->packets[sender->packet];

		set_all_sent(shared->queue, packet, true);
		if (packet->pieces == 0) {
			count_flushed(shared, sender->packet);
			ptl_queue_done(shared->queue, sender->packet);
		}
	}
	for (uint16_t i = 0; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);

		if (shared->queue->packets[piece->packet].pieces == 1)
			count_flushed(shared, piece->packet);
		release(shared, piece->packet);
	}
	ptl_sender_init(sender, sender->pieces, sender->size);
	sender->window = window;
	sender->progress = now;
}

/* Makes piece i end after length bytes; the rest becomes a piece of its own. */
static bool split(struct sender *sender, struct sending *shared, uint16_t i, uint16_t length)
{
	struct piece *piece;
	struct piece *rest;

	if (sender->count == sender->size)
		return false;
	for (uint16_t j = sender->count; j > i + 1; j--)
		*piece_at(sender, j) = *piece_at(sender, (uint16_t)(j - 1));
	sender->count++;
	piece = piece_at(sender, i);
	rest = piece_at(sender, (uint16_t)(i + 1));
	*rest = *piece;
	rest->number = after(piece->number, length);
	rest->offset = (uint16_t)(piece->offset + length);
	rest->length = (uint16_t)(piece->length - length);
	piece->length = length;
	piece->last = false;
	shared->queue->packets[piece->packet].pieces++;
	return true;
}

/* SPEC 2.4: a control message is one frame, whatever the noise and the credit. */
static bool divisible(enum ptl_class class)
{
	return class != PTL_CLASS_CONTROL;
}

static struct piece *resend(struct sender *sender, struct sending *shared, enum ptl_class class)
{
	uint16_t i = 0;
	struct piece *piece;

	while (piece_at(sender, i)->state != PIECE_LOST)
		i++;
	piece = piece_at(sender, i);
	if (divisible(class) && piece->length > shared->noise.limit &&
	    split(sender, shared, i, shared->noise.limit)) {
		shared->counters->tx_splits++;
		sender->lost++;
	}
	piece->state = PIECE_FLYING;
	sender->lost--;
	sender->flying++;
	sender->sending = true;
	piece->stamp = sender->stamp++;
	if (!piece->guess)
		piece->proof = piece->stamp;
	return piece;
}

static uint32_t credit_bytes(const struct sender *sender)
{
	return (uint32_t)(sender->window - ahead(sender->acked, sender->next)) * PTL_CELL_BYTES;
}

/* Payload bytes of the packet in hand that may go in one frame now. */
static uint16_t allowed(const struct sender *sender, const struct sending *shared,
			enum ptl_class class)
{
	uint16_t left =
		(uint16_t)(shared->queue->packets[sender->packet].length - sender->offset);
	bool whole = !divisible(class) || left < shared->noise.limit;
	uint16_t length = whole ? left : shared->noise.limit;
	uint32_t credit = credit_bytes(sender);

	if (credit >= length)
		return length;
	return divisible(class) && credit >= PIECE_MIN ? (uint16_t)credit : 0;
}

/* Takes a packet in hand; false: none, or no credit, or no record for it. */
static bool new_ready(struct sender *sender, struct sending *shared, enum ptl_class class)
{
	if (sender->count == sender->size)
		return false;
	if (allowed(sender, shared, class) > 0) {
		sender->blocked = false;
		return true;
	}
	if (!sender->blocked) {
		sender->blocked = true;
		shared->counters->tx_blocked++;
	}
	return false;
}

bool ptl_sender_ready(struct sender *sender, struct sending *shared, enum ptl_class class)
{
	uint32_t least = divisible(class) ? PIECE_MIN : PTL_CONTROL_MAX;

	if (sender->lost > 0)
		return true;
	if (sender->packet != QUEUE_NONE)
		return new_ready(sender, shared, class);
	if (!ptl_queue_ready(shared->queue, class))
		return false;
	/* A packet stays in the queue, where it can be overtaken, until some of
	 * it can go. */
	if (sender->count < sender->size && credit_bytes(sender) >= least) {
		sender->blocked = false;
		return true;
	}
	if (!sender->blocked) {
		sender->blocked = true;
		shared->counters->tx_blocked++;
	}
	return false;
}

struct piece *ptl_sender_next(struct sender *sender, struct sending *shared,
			      enum ptl_class class, ptl_time now)
{
	struct packet *packet;
	struct piece *piece;
	uint16_t length;

	if (!ptl_sender_ready(sender, shared, class))
		return NULL;
	if (sender->lost > 0)
		return resend(sender, shared, class);
	if (sender->packet == QUEUE_NONE) {
		sender->packet = ptl_queue_take(shared->queue, now, class);
		sender->offset = 0;
		sender->cuts = 0;
		ptl_pack(shared->packing, shared->queue, sender->packet, class);
		if (class == PTL_CLASS_SPARSE)
			shared->counters->tx_sparse++;
	}
	/* What has arrived and waits for its reader is no measure of progress. */
	if (sender->flying == 0)
		sender->progress = now;
	length = allowed(sender, shared, class);
	packet = &shared->queue->packets[sender->packet];
	piece = piece_at(sender, sender->count++);
	piece->stamp = piece->proof = sender->stamp++;
	piece->sent_at = (uint32_t)now;
	piece->number = sender->next;
	piece->length = length;
	piece->packet = sender->packet;
	piece->offset = sender->offset;
	piece->state = PIECE_FLYING;
	piece->guess = false;
	sender->sending = true;
	sender->flying++;
	packet->pieces++;
	sender->next = after(sender->next, length);
	sender->offset = (uint16_t)(sender->offset + length);
	piece->last = sender->offset == packet->length;
	if (piece->last) {
		set_all_sent(shared->queue, packet, true);
		sender->packet = QUEUE_NONE;
	}
	return piece;
}

static uint32_t timer_us(const struct sender *sender, const struct sending *shared)
{
	uint32_t us = shared->floor_us;
	uint32_t most = us > TIMER_MAX_US ? us : TIMER_MAX_US;

	if (shared->trip.smooth_us + 4 * shared->trip.spread_us > us)
		us = shared->trip.smooth_us + 4 * shared->trip.spread_us;
	us <<= sender->backoff;
	return us < most ? us : most;
}

uint16_t ptl_sender_cut(struct sender *sender, uint16_t number, uint16_t at_least)
{
	uint16_t i;
	struct piece *piece = piece_find(sender, number, &i);
	bool newest = piece && (uint16_t)(i + 1) == sender->count &&
		      sender->complete == piece->number;

	if (!piece || piece->state != PIECE_FLYING)
		return 0;
	/* Off the grid only what has never been sent in full, and not so often
	 * that the packet outgrows the window. */
	if (!newest || sender->cuts == PTL_MAX_CUTS)
		at_least = (uint16_t)((at_least + PTL_CELL_BYTES - 1) & ~(PTL_CELL_BYTES - 1));
	if (at_least == 0 || at_least >= piece->length)
		return 0;
	if (!newest && sender->count == sender->size)
		return 0;
	return at_least;
}

void ptl_sender_sent(struct sender *sender, struct sending *shared, uint16_t number,
		     uint16_t length, ptl_time now)
{
	uint16_t i;
	struct piece *piece = piece_find(sender, number, &i);

	sender->sending = false;
	if (!piece || piece->state != PIECE_FLYING)
		return; /* acknowledged meanwhile: an older copy had arrived */
	if (length < piece->length && sender->complete == piece->number) {
		/* Cut at its first sending: what is left is no piece yet. */
		if (length % PTL_CELL_BYTES)
			sender->cuts++;
		if (piece->last) {
			sender->packet = piece->packet;
			set_all_sent(shared->queue, &shared->queue->packets[piece->packet],
				     false);
			piece->last = false;
		}
		sender->offset = (uint16_t)(piece->offset + length);
		piece->length = length;
		sender->next = after(piece->number, length);
	} else if (length < piece->length && split(sender, shared, i, length)) {
		piece_at(sender, (uint16_t)(i + 1))->state = PIECE_LOST;
		sender->lost++;
		piece = piece_at(sender, i);
	}
	if (sender->complete == piece->number)
		sender->complete = after(piece->number, piece->length);
	piece->sent_at = (uint32_t)now;
	sender->timer = now + timer_us(sender, shared);
}

static void measure(struct round_trip *trip, uint32_t us)
{
	uint32_t off;

	if (trip->smooth_us == 0) {
		trip->smooth_us = us;
		trip->spread_us = us / 2;
		return;
	}
	off = us > trip->smooth_us ? us - trip->smooth_us : trip->smooth_us - us;
	trip->spread_us += off / 4;
	trip->spread_us -= trip->spread_us / 4;
	trip->smooth_us += us / 8;
	trip->smooth_us -= trip->smooth_us / 8;
}

static bool within(uint16_t from, uint16_t to, uint16_t start, uint16_t end)
{
	return ahead(from, start) < PTL_HALF_SPACE && ahead(end, to) < PTL_HALF_SPACE;
}

static bool covered(const struct piece *piece, uint16_t next, const struct ack_range *ranges,
		    size_t count)
{
	uint16_t end = after(piece->number, piece->length);

	if (ahead(end, next) < PTL_HALF_SPACE)
		return true;
	for (size_t i = 0; i < count; i++)
		if (within(ranges[i].from, ranges[i].to, piece->number, end))
			return true;
	return false;
}

/* Everything older than the newest proof that still flies is lost. */
static void find_lost(struct sender *sender, struct sending *shared, uint16_t proof)
{
	for (uint16_t i = 0; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);

		if (piece->state != PIECE_FLYING || (int16_t)(piece->stamp - proof) >= 0)
			continue;
		piece->state = PIECE_LOST;
		piece->guess = false;
		sender->flying--;
		sender->lost++;
		shared->counters->tx_lost++;
		ptl_noise_lost(&shared->noise, piece->length);
	}
}

/* Makes one record of neighbours that have arrived, so that a packet in many
 * small pieces cannot fill the ring with what only waits for its rest. */
static void merge(struct sender *sender, struct sending *shared)
{
	uint16_t kept = 0;

	for (uint16_t i = 1; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);
		struct piece *before = piece_at(sender, kept);

		if (before->state == PIECE_ACKED && piece->state == PIECE_ACKED &&
		    before->packet == piece->packet) {
			uint16_t end = after(piece->number, piece->length);

			before->length =
				(uint16_t)(ahead(before->number, end) * PTL_CELL_BYTES);
			shared->queue->packets[piece->packet].pieces--;
			continue;
		}
		kept++;
		if (kept != i)
			*piece_at(sender, kept) = *piece;
	}
	if (sender->count > 0)
		sender->count = (uint16_t)(kept + 1);
}

void ptl_sender_acked(struct sender *sender, struct sending *shared, uint16_t next,
		      const struct ack_range *ranges, size_t count, ptl_time now)
{
	bool progress = next != sender->acked;
	bool proved = false;
	uint16_t proof = 0;
	uint32_t trip = 0; /* 0: not measured, either copy may have arrived */

	if (ahead(sender->acked, next) >= PTL_HALF_SPACE)
		return; /* older than what is known */
	if (ahead(sender->acked, next) > ahead(sender->acked, sender->complete) ||
	    (count > 0 && ahead(sender->acked, ranges[count - 1].to) >
				  ahead(sender->acked, sender->complete))) {
		shared->counters->rx_bad_ack++;
		return;
	}
	for (uint16_t i = 0; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);

		if (piece->state == PIECE_ACKED || !covered(piece, next, ranges, count))
			continue;
		progress = true;
		if (piece->state == PIECE_LOST) {
			sender->lost--;
		} else {
			sender->flying--;
			if (!proved || (int16_t)(piece->proof - proof) > 0) {
				proof = piece->proof;
				proved = true;
				trip = piece->proof == piece->stamp
					       ? (uint32_t)now - piece->sent_at
					       : 0;
			}
		}
		ptl_noise_delivered(&shared->noise, piece->length);
		piece->state = PIECE_ACKED;
	}
	sender->acked = next;
	while (sender->count > 0) {
		const struct piece *piece = piece_at(sender, 0);

		if (ahead(after(piece->number, piece->length), next) >= PTL_HALF_SPACE)
			break;
		release(shared, piece->packet);
		sender->first =
			(uint16_t)(sender->first + 1 == sender->size ? 0 : sender->first + 1);
		sender->count--;
	}
	merge(sender, shared);
	if (trip > 0)
		measure(&shared->trip, trip);
	if (proved)
		find_lost(sender, shared, proof);
	if (progress) {
		sender->backoff = 0;
		sender->progress = now;
		sender->timer = now + timer_us(sender, shared);
	}
	if (sender->count == 0)
		sender->timer = PTL_NEVER;
}

bool ptl_sender_expired(struct sender *sender, struct sending *shared, ptl_time now)
{
	struct piece *newest = NULL;

	if (sender->sending) {
		sender->timer = now + shared->floor_us;
		return false;
	}
	if (sender->count == 0 && !sender->blocked) {
		sender->timer = PTL_NEVER;
		return false;
	}
	for (uint16_t i = 0; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);

		if (piece->state == PIECE_FLYING &&
		    (!newest || (int16_t)(piece->stamp - newest->stamp) > 0))
			newest = piece;
	}
	if (sender->backoff < BACKOFF_MAX)
		sender->backoff++;
	sender->timer = now + timer_us(sender, shared);
	if (!newest)
		return sender->lost == 0;
	shared->counters->tx_timeouts++;
	/* The newest one makes the peer say what else it lacks. If that did not
	 * help, the noise is so bad that all are tried, in smaller pieces. */
	for (uint16_t i = 0; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);

		if (piece != newest && (piece->state != PIECE_FLYING || sender->backoff < 2))
			continue;
		piece->state = PIECE_LOST;
		piece->guess = true;
		sender->flying--;
		sender->lost++;
		ptl_noise_lost(&shared->noise, piece->length);
	}
	return false;
}

void ptl_sender_watch(struct sender *sender, const struct sending *shared, ptl_time now)
{
	if (sender->timer == PTL_NEVER && (sender->blocked || sender->count > 0))
		sender->timer = now + timer_us(sender, shared);
}

void ptl_sender_refresh(struct sender *sender, const struct sending *shared, ptl_time now,
			bool lost)
{
	for (uint16_t i = 0; i < sender->count; i++) {
		struct piece *piece = piece_at(sender, i);
		bool on_wire = sender->sending && piece->stamp == (uint16_t)(sender->stamp - 1);

		piece->sent_at = (uint32_t)now;
		if (!lost || on_wire || piece->state != PIECE_FLYING)
			continue;
		piece->state = PIECE_LOST;
		piece->guess = false;
		sender->flying--;
		sender->lost++;
	}
	sender->backoff = 0;
	if (sender->timer != PTL_NEVER)
		sender->timer = now + timer_us(sender, shared);
}
