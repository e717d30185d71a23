// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams between two ends, over a control class that takes, refuses, and delays: every
 * byte once and in order, each stream's end told once, the line's share kept.
 */
#define PLACES 6 /* messages under way, each direction */
#include "control_way.h"

#include <pigtail/streams.h>

#define WINDOW 2048u

struct flow {
	bool open, ended; /* as the owner knows it */
	uint64_t written, read, took;
	uint64_t total; /* to be written */
	unsigned closes;
	enum ptl_status status;
	uint8_t salt;
};

struct end {
	struct ptl_streams streams;
	struct ptl_share share;
	struct way out;
	uint64_t sent; /* bytes */
	size_t longest;
	struct flow flows[PTL_STREAMS];
	ptl_time now;
	bool refuses_all;
	struct prng *prng; /* when to take what came; NULL: at once */
	char opened_name[40];
};

static uint8_t byte_at(uint8_t salt, uint64_t at)
{
	return (uint8_t)(at * 7 + (at >> 8) * 13 + salt);
}

static bool on_send(void *user, const uint8_t *message, size_t n)
{
	struct end *end = user;

	if (!put(&end->out, message, n))
		return false;
	end->sent += n;
	end->longest = n > end->longest ? n : end->longest;
	return true;
}

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *name, size_t name_n,
			       const uint8_t *argument, size_t argument_n)
{
	struct end *end = user;

	if (name_n != 4 || memcmp(name, "echo", 4) != 0)
		return PTL_STATUS_NO_SUCH;
	memcpy(end->opened_name, name, name_n);
	end->flows[stream] = (struct flow){.open = true};
	if (argument_n > 0)
		end->flows[stream].salt = argument[0];
	return PTL_STATUS_DONE;
}

static void on_opened(void *user, unsigned stream)
{
	((struct end *)user)->flows[stream].open = true;
}

static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	struct end *end = user;
	struct flow *flow = &end->flows[stream];

	for (size_t i = 0; i < n; i++)
		assert_int_equal(bytes[i], byte_at(flow->salt, flow->read + i));
	flow->read += n;
	assert_true(flow->read - flow->took <= WINDOW);
	if (!end->prng) {
		ptl_stream_took(&end->streams, stream, n);
		flow->took += n;
	}
}

static void write_more(struct end *end, unsigned stream)
{
	struct flow *flow = &end->flows[stream];
	uint8_t bytes[700];
	size_t n, taken;

	do {
		n = flow->total - flow->written < sizeof(bytes)
			    ? (size_t)(flow->total - flow->written)
			    : sizeof(bytes);
		for (size_t i = 0; i < n; i++)
			bytes[i] = byte_at(flow->salt, flow->written + i);
		taken = ptl_stream_write(&end->streams, end->now, stream, bytes, n);
		assert_true(taken <= n);
		flow->written += taken;
	} while (taken > 0);
}

static void on_room(void *user, unsigned stream)
{
	write_more(user, stream);
}

static void on_closed(void *user, unsigned stream, enum ptl_status status, const uint8_t *text,
		      size_t n)
{
	struct end *end = user;
	struct flow *flow = &end->flows[stream];

	(void)text;
	(void)n;
	flow->closes++;
	flow->status = status;
	flow->ended = true;
	flow->open = false;
}

static void begin(struct end *end, enum ptl_role role)
{
	const struct ptl_stream_events events = {
		.user = end,
		.send = on_send,
		.open = on_open,
		.opened = on_opened,
		.data = on_data,
		.room = on_room,
		.closed = on_closed,
	};

	memset(end, 0, sizeof(*end));
	ptl_share_set(&end->share, 115200, false, 0);
	ptl_streams_init(&end->streams, role, WINDOW, &events, &end->share);
}

/* Carries one message. false: there was none. */
static bool carry(struct end *from, struct end *to)
{
	struct way *way = &from->out;
	struct ptl_control message = {way->bytes[way->first], way->n[way->first]};

	if (way->count == 0)
		return false;
	assert_int_equal(ptl_control_check(&message), PTL_STATUS_DONE);
	ptl_streams_message(&to->streams, &message);
	drop_first(way);
	return true;
}

static void take_some(struct end *end)
{
	for (unsigned i = 0; end->prng && i < PTL_STREAMS; i++) {
		struct flow *flow = &end->flows[i];
		uint64_t some = prng_below(end->prng, flow->read - flow->took + 1);

		ptl_stream_took(&end->streams, i, (size_t)some);
		flow->took += some;
	}
}

/* Time goes on by a millisecond; all that is under way arrives. */
static void tick(struct end ends[2], uint32_t line, bool packets)
{
	for (unsigned i = 0; i < 2; i++) {
		ends[i].now += 1000;
		take_some(&ends[i]);
		ptl_share_set(&ends[i].share, line, packets, 0);
		ptl_streams_poll(&ends[i].streams, ends[i].now);
	}
	while (carry(&ends[0], &ends[1]) || carry(&ends[1], &ends[0]))
		;
}

static int open_one(struct end ends[2], uint64_t total)
{
	uint8_t salt = 9;
	int stream = ptl_stream_open(&ends[0].streams, "echo", &salt, 1);

	assert_int_equal(stream, 0);
	ends[0].flows[stream] = (struct flow){.total = total, .salt = salt};
	for (unsigned i = 0; i < 3; i++)
		tick(ends, 921600, false);
	assert_true(ends[0].flows[stream].open);
	assert_true(ends[1].flows[stream].open);
	return stream;
}

static void both_say_the_end(void **state)
{
	struct end ends[2];
	unsigned stream;

	(void)state;
	begin(&ends[0], PTL_HOST);
	begin(&ends[1], PTL_DEVICE);
	stream = (unsigned)open_one(ends, 20000);
	while (ends[1].flows[stream].read < 20000) {
		write_more(&ends[0], stream);
		tick(ends, 921600, false);
	}
	ptl_stream_close(&ends[0].streams, stream, PTL_STATUS_DONE, "all of it");
	for (unsigned i = 0; i < 5; i++)
		tick(ends, 921600, false);
	assert_int_equal(ends[1].flows[stream].closes, 1);
	assert_int_equal(ends[1].flows[stream].status, PTL_STATUS_DONE);
	assert_int_equal(ends[1].streams.stream[stream].state, PTL_STREAM_ENDED);
	/* The number is in use until the other side has said its word. */
	assert_int_equal(ptl_stream_open(&ends[0].streams, "echo", NULL, 0), 2);
	assert_int_equal(ends[0].flows[stream].closes, 0);
	ptl_stream_close(&ends[1].streams, stream, PTL_STATUS_VERIFY, "it does not verify");
	for (unsigned i = 0; i < 5; i++)
		tick(ends, 921600, false);
	assert_int_equal(ends[0].flows[stream].closes, 1);
	assert_int_equal(ends[0].flows[stream].status, PTL_STATUS_VERIFY);
	assert_int_equal(ends[0].streams.stream[stream].state, PTL_STREAM_CLOSED);
	assert_int_equal(ends[1].streams.stream[stream].state, PTL_STREAM_CLOSED);
}

static void what_nobody_serves_is_refused(void **state)
{
	struct end ends[2];
	int stream;

	(void)state;
	begin(&ends[0], PTL_HOST);
	begin(&ends[1], PTL_DEVICE);
	stream = ptl_stream_open(&ends[1].streams, "nosuch", NULL, 0);
	assert_int_equal(stream, 1);
	for (unsigned i = 0; i < 5; i++)
		tick(ends, 115200, false);
	assert_int_equal(ends[1].flows[1].closes, 1);
	assert_int_equal(ends[1].flows[1].status, PTL_STATUS_NO_SUCH);
	assert_int_equal(ends[1].streams.stream[1].state, PTL_STREAM_CLOSED);
	assert_int_equal(ptl_stream_open(&ends[1].streams,
					 "a name that is far too long for one", NULL, 0),
			 -1);
}

/* While packets wait a transfer has a quarter of the line, headers included, and no
 * message is longer than 5 ms. */
static void packets_have_three_quarters(void **state)
{
	static const uint32_t lines[] = {115200, 921600, 3000000};

	(void)state;
	for (size_t l = 0; l < COUNT(lines); l++) {
		struct end ends[2];
		unsigned stream;
		uint64_t before, share, alone;

		begin(&ends[0], PTL_HOST);
		begin(&ends[1], PTL_DEVICE);
		stream = (unsigned)open_one(ends, UINT64_MAX / 2);
		for (unsigned i = 0; i < 100; i++)
			tick(ends, lines[l], true);
		ends[0].longest = 0;
		before = ends[0].sent;
		write_more(&ends[0], stream);
		for (unsigned i = 0; i < 10000; i++)
			tick(ends, lines[l], true);
		share = ends[0].sent - before;
		assert_true(share <= lines[l] / 4 + PTL_CONTROL_MAX);
		assert_true(share >= lines[l] / 4 * 8 / 10);
		assert_true(ends[0].longest <= ptl_share_message(&ends[0].share));
		before = ends[0].sent;
		for (unsigned i = 0; i < 10000; i++)
			tick(ends, lines[l], false);
		alone = ends[0].sent - before;
		assert_true(alone <= lines[l] + PTL_CONTROL_MAX);
		assert_true(alone > 2 * share);
	}
}

static void more_than_the_credit_is_not_taken(void **state)
{
	struct ptl_control_writer to;
	struct ptl_control message = {to.bytes, 0};
	uint8_t bytes[500];
	struct end ends[2];
	unsigned stream;

	(void)state;
	begin(&ends[0], PTL_HOST);
	begin(&ends[1], PTL_DEVICE);
	stream = (unsigned)open_one(ends, 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = byte_at(9, i % 500);
	ends[1].prng = NULL;
	ends[1].streams.stream[stream].granted = 499;
	ptl_control_begin(&to, PTL_M_STREAM_DATA, 0, (uint8_t)stream);
	ptl_put_bytes(&to, PTL_F_DATA, bytes, sizeof(bytes));
	message.n = to.n;
	ptl_streams_message(&ends[1].streams, &message);
	assert_int_equal(ends[1].flows[stream].read, 0);
	assert_int_equal(ends[1].flows[stream].closes, 1);
	assert_int_equal(ends[1].streams.malformed, 1);
	for (unsigned i = 0; i < 5; i++)
		tick(ends, 921600, false);
	assert_int_equal(ends[0].flows[stream].status, PTL_STATUS_MALFORMED);
	ptl_stream_close(&ends[0].streams, stream, PTL_STATUS_DONE, NULL);
	for (unsigned i = 0; i < 5; i++)
		tick(ends, 921600, false);
	assert_int_equal(ends[1].streams.stream[stream].state, PTL_STREAM_CLOSED);
	assert_int_equal(ends[1].flows[stream].closes, 1);
}

static void a_session_ends_all(void **state)
{
	struct end ends[2];
	unsigned stream;

	(void)state;
	begin(&ends[0], PTL_HOST);
	begin(&ends[1], PTL_DEVICE);
	stream = (unsigned)open_one(ends, 1000);
	for (unsigned i = 0; i < 2; i++) {
		ptl_streams_session(&ends[i].streams);
		ptl_streams_session(&ends[i].streams);
		assert_int_equal(ends[i].flows[stream].closes, 1);
		assert_int_equal(ends[i].flows[stream].status, PTL_STATUS_ABORTED);
	}
	memset(&ends[0].out, 0, sizeof(ends[0].out));
	assert_int_equal(open_one(ends, 10), stream);
}

static void on_closed_open_two(void *user, unsigned stream, enum ptl_status status,
			       const uint8_t *text, size_t n)
{
	struct end *end = user;

	on_closed(user, stream, status, text, n);
	if (stream == 0) {
		assert_int_equal(ptl_stream_open(&end->streams, "echo", NULL, 0), 0);
		assert_int_equal(ptl_stream_open(&end->streams, "echo", NULL, 0), 2);
	}
}

/* What an owner opens when it hears of a stream's end is of the new session. */
static void a_session_spares_what_is_opened_in_it(void **state)
{
	struct end end;

	(void)state;
	begin(&end, PTL_HOST);
	end.streams.events.closed = on_closed_open_two;
	assert_int_equal(ptl_stream_open(&end.streams, "echo", NULL, 0), 0);
	ptl_streams_session(&end.streams);
	assert_int_equal(end.out.count, 3);
	assert_int_equal(end.streams.stream[0].state, PTL_STREAM_OPENING);
	assert_int_equal(end.streams.stream[2].state, PTL_STREAM_OPENING);
	assert_int_equal(end.flows[2].closes, 0);
}

/* Many streams, random owners, a class with little room: nothing lost or mixed up. */
static void every_byte_once_and_in_order(void **state)
{
	struct prng prng = story_seed("streams", 21);
	uint64_t delivered = 0;

	(void)state;
	for (unsigned story = 0; story < 60; story++) {
		struct end ends[2];

		begin(&ends[0], PTL_HOST);
		begin(&ends[1], PTL_DEVICE);
		ends[0].prng = ends[1].prng = &prng;
		for (unsigned step = 0; step < 3000; step++) {
			struct end *end = &ends[prng_below(&prng, 2)];
			struct end *other = end == &ends[0] ? &ends[1] : &ends[0];
			unsigned any = (unsigned)prng_below(&prng, PTL_STREAMS);
			struct flow *flow = &end->flows[any];
			uint8_t salt = (uint8_t)prng_next(&prng);
			int stream;

			switch (prng_below(&prng, 12)) {
			case 0:
				stream = ptl_stream_open(&end->streams, "echo", &salt, 1);
				if (stream >= 0)
					end->flows[stream] = (struct flow){
						.total = prng_below(&prng, 9000), .salt = salt};
				break;
			case 1:
				if (flow->open && flow->written == flow->total) {
					ptl_stream_close(&end->streams, any, PTL_STATUS_DONE,
							 NULL);
					flow->open = false;
				}
				break;
			case 2:
				if (flow->ended) {
					delivered += flow->read;
					assert_int_equal(flow->closes, 1);
					ptl_stream_close(&end->streams, any, PTL_STATUS_DONE,
							 NULL);
					*flow = (struct flow){0};
				}
				break;
			case 3:
				if (flow->open)
					write_more(end, any);
				break;
			case 4:
			case 5:
				end->now += prng_below(&prng, 5000);
				take_some(end);
				ptl_share_set(&end->share, 921600, prng_below(&prng, 2), 0);
				ptl_streams_poll(&end->streams, end->now);
				break;
			default:
				carry(end, other);
			}
		}
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(ends[i].streams.malformed, 0);
			assert_int_equal(ends[i].streams.unexpected, 0);
		}
	}
	assert_true(delivered > 100000);
}

/* After a silence one message may go, not two. */
static void a_share_is_not_saved_up(void **state)
{
	struct ptl_share share = {0};
	ptl_time now = 10000000;

	(void)state;
	ptl_share_set(&share, 115200, false, 0);
	for (int i = 0; i < 3; i++) {
		assert_true(ptl_share_free(&share, now));
		ptl_share_book(&share, now, 64);
		assert_false(ptl_share_free(&share, now + 5000));
		now += 5556; /* of 64 bytes */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_is_not_saved_up),
		cmocka_unit_test(both_say_the_end),
		cmocka_unit_test(what_nobody_serves_is_refused),
		cmocka_unit_test(packets_have_three_quarters),
		cmocka_unit_test(more_than_the_credit_is_not_taken),
		cmocka_unit_test(a_session_ends_all),
		cmocka_unit_test(a_session_spares_what_is_opened_in_it),
		cmocka_unit_test(every_byte_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
