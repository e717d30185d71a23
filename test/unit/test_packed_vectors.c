/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test vectors of docs/SPEC.md 9 and 10, both ways: for these packets, one after the
 * other, the link sends exactly these payloads, and takes them for what they are.
 * test/vectors/check.py checks the same file without the link.
 *
 * PIGTAIL_PACKETS=FILE reads another file; PIGTAIL_PACKETS_OUT=FILE writes what the
 * link makes, for a new version of the wire.
 */
#include "headers_examples.h"
#include "link_end.h"
#include "packets.h"
#include "vector_file.h"

#ifndef PIGTAIL_PACKETS_FILE
#define PIGTAIL_PACKETS_FILE "test/vectors/packets.txt"
#endif

#define LONGEST 1600

struct vector {
	char name[32];
	unsigned contexts, history[2]; /* of a session that begins with it; else 0 */
	unsigned longest;	       /* agreed; 0: the usual */
	bool begins;
	bool dropped; /* the packet is longer: the session goes on without it */
	unsigned class;
	enum ref_end end;
	uint8_t sent[LONGEST]; /* the payloads of its frames, joined */
	uint8_t packet[LONGEST];
	size_t sent_n, packet_n; /* packet_n 0: malformed */
};

static const char *const end_names[] = {
	[REF_LAST] = "last", [REF_PACKED] = "packed", [REF_ADDED] = "added"};
static const char *const class_names[] = {"link", "control", "sparse", "bulk"};

/* ---- packets ---- */

static const char text[] =
	"static size_t pull(struct end *end, uint8_t *out, size_t room)\n{\n\tsize_t n = 0;\n\n"
	"\twhile (n < room && end->at < end->count)\n\t\tout[n++] = end->bytes[end->at++];\n"
	"\treturn n;\n}\n";

/* A TCP segment of the flow of a port, at `at` of its stream. */
static size_t segment(uint8_t *p, uint8_t port, uint32_t at, const uint8_t *payload, size_t n)
{
	static const uint8_t head[66] = {
		2,    0, 0,    0,    0, 2,  2,	0, 0, 0,  0,	1,    8,    0,	0x45, 0,    0,
		0,    0, 0,    0x40, 0, 64, 6,	0, 0, 10, 0,	0,    1,    10, 0,    0,    2,
		0x9c, 0, 0x14, 0x51, 0, 0,  0,	0, 0, 0,  0x13, 0x88, 0x80, 16, 1,    0xf5, 0,
		0,    0, 0,    1,    1, 8,  10, 0, 1, 0,  0,	0,    2,    0,	0};
	uint16_t sum;

	memcpy(p, head, sizeof(head));
	memcpy(p + sizeof(head), payload, n);
	p[16] = (uint8_t)((n + 52) >> 8);
	p[17] = (uint8_t)(n + 52);
	p[18] = port;
	p[19] = (uint8_t)(at / 100);
	sum = internet_checksum(p + 14, 20);
	p[24] = (uint8_t)(sum >> 8);
	p[25] = (uint8_t)sum;
	p[35] = port;
	p[40] = (uint8_t)(at >> 8);
	p[41] = (uint8_t)at;
	p[50] = port; /* no receiver of the link checks TCP's checksum */
	p[51] = (uint8_t)(at >> 4);
	return sizeof(head) + n;
}

static size_t of_text(uint8_t *p, uint32_t at, size_t n)
{
	uint8_t payload[LONGEST];

	for (size_t i = 0; i < n; i++)
		payload[i] = (uint8_t)text[(at + i) % (sizeof(text) - 1)];
	return segment(p, 1, at, payload, n);
}

static size_t of_one_byte(uint8_t *p, uint32_t at, size_t n)
{
	uint8_t payload[LONGEST];

	memset(payload, 'a', n);
	return segment(p, 1, at, payload, n);
}

static size_t of_noise(uint8_t *p, uint32_t at, size_t n)
{
	uint8_t payload[LONGEST];
	uint32_t seed = at + 1;

	fill_random(payload, n, &seed);
	return segment(p, 2, at, payload, n);
}

/* Half and half, of a third flow. */
static size_t of_both(uint8_t *p, uint32_t at, size_t n)
{
	uint8_t payload[LONGEST];
	uint32_t seed = at + 1;

	fill_random(payload, n / 2, &seed);
	for (size_t i = n / 2; i < n; i++)
		payload[i] = (uint8_t)text[i % (sizeof(text) - 1)];
	return segment(p, 3, at, payload, n);
}

static size_t unknown(uint8_t *p, uint32_t at, size_t n)
{
	make_packet(p, n, 1, 0);
	for (size_t i = 14; i < n; i++)
		p[i] = (uint8_t)text[(at + i) % (sizeof(text) - 1)];
	return n;
}

static size_t from_hex(uint8_t *to, const char *hex)
{
	size_t n = 0;

	for (; *hex; hex += 2 + (hex[2] == ' '))
		to[n++] = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
	return n;
}

static size_t example(uint8_t *p, uint32_t i, size_t n)
{
	(void)n;
	return from_hex(p, examples[i].packet);
}

/* ---- stories ---- */

static const struct story {
	const char *name;
	unsigned contexts, history[2]; /* a session begins */
	bool bulk;
	size_t (*make)(uint8_t *p, uint32_t at, size_t n);
	uint32_t at;
	size_t n;
	const char *malformed; /* what is heard instead, in hexadecimal */
	unsigned longest;
	bool dropped;
} stories[] = {
	/* The examples of section 9.5, on a link without payload compression. */
	{"tcp-first", 4, {0, 0}, false, example, 0, 0, NULL, 0, false},
	{"tcp-next", 0, {0, 0}, false, example, 1, 0, NULL, 0, false},
	{"tcp-ack", 0, {0, 0}, false, example, 2, 0, NULL, 0, false},
	{"ping", 0, {0, 0}, false, example, 3, 0, NULL, 0, false},
	{"ping-padded", 0, {0, 0}, false, example, 4, 0, NULL, 0, false},
	{"udp6", 0, {0, 0}, false, example, 5, 0, NULL, 0, false},
	{"udp6-other-port", 0, {0, 0}, false, example, 6, 0, NULL, 0, false},
	{"udp6-same-port", 0, {0, 0}, false, example, 7, 0, NULL, 0, false},
	{"tcp-back", 0, {0, 0}, false, example, 8, 0, NULL, 0, false},
	{"tcp-copy", 0, {0, 0}, false, example, 9, 0, NULL, 0, false},
	{"tcp-copy-ack", 0, {0, 0}, false, example, 10, 0, NULL, 0, false},
	{"arp", 0, {0, 0}, false, example, 11, 0, NULL, 0, false},
	/* Both compressions; a history of 256 bytes for sparse, 1024 for bulk. */
	{"text", 4, {8, 10}, true, of_text, 0, 300, NULL, 0, false},
	{"text-next", 0, {0, 0}, true, of_text, 300, 300, NULL, 0, false},
	{"overlap", 0, {0, 0}, true, of_one_byte, 600, 400, NULL, 0, false},
	{"too-short", 0, {0, 0}, true, of_text, 1000, 3, NULL, 0, false},
	{"noise-1", 0, {0, 0}, true, of_noise, 0, 200, NULL, 0, false},
	{"noise-2", 0, {0, 0}, true, of_noise, 200, 200, NULL, 0, false},
	{"noise-3", 0, {0, 0}, true, of_noise, 400, 200, NULL, 0, false},
	{"noise-4", 0, {0, 0}, true, of_noise, 600, 200, NULL, 0, false},
	{"noise-gives-up", 0, {0, 0}, true, of_noise, 800, 200, NULL, 0, false},
	{"history-beyond-noise", 0, {0, 0}, true, of_text, 1003, 300, NULL, 0, false},
	{"history-wraps", 0, {0, 0}, true, of_text, 1303, 1440, NULL, 0, false},
	{"sparse-first", 0, {0, 0}, false, unknown, 0, 120, NULL, 0, false},
	{"sparse-next", 0, {0, 0}, false, unknown, 7, 300, NULL, 0, false},
	{"long-literals", 0, {0, 0}, true, of_both, 0, 800, NULL, 0, false},
	/* Payload compression alone. */
	{"payload-only", 0, {0, 12}, true, of_text, 0, 200, NULL, 0, false},
	{"payload-only-next", 0, {0, 0}, true, of_text, 200, 700, NULL, 0, false},
	/* What ends a session: nothing is delivered. */
	{"bad-octet", 2, {0, 0}, true, NULL, 0, 0, "05 01 02", 0, false},
	{"bad-empty-context", 2, {0, 0}, true, NULL, 0, 0, "c1 00 00 00", 0, false},
	{"bad-context", 2, {0, 0}, true, NULL, 0, 0, "12 01 02", 0, false},
	{"bad-offset-0", 0, {0, 8}, true, NULL, 0, 0, "10 61 00 00 10 62", 0, false},
	{"bad-offset-beyond", 0, {0, 8}, true, NULL, 0, 0, "10 61 05 00 10 62", 0, false},
	{"bad-ends-in-match", 0, {0, 8}, true, NULL, 0, 0, "10 61 01 00", 0, false},
	{"bad-cut-literals", 0, {0, 8}, true, NULL, 0, 0, "50 68 65 6c 6c", 0, false},
	{"bad-too-long",
	 0,
	 {0, 8},
	 true,
	 NULL,
	 0,
	 0,
	 "1f 61 01 00 ff ff ff ff ff ff 00 50 61 61 61 61 61",
	 0,
	 false},
	/* With an agreed maximum that is less than what the receiver takes. */
	{"longest", 0, {0, 8}, true, of_one_byte, 0, 534, NULL, 600, false},
	{"too-long", 0, {0, 0}, true, of_one_byte, 0, 535, NULL, 0, true},
	{"goes-on", 0, {0, 0}, true, of_one_byte, 600, 534, NULL, 0, false},
	{"bad-longer",
	 0,
	 {0, 8},
	 true,
	 NULL,
	 0,
	 0,
	 "1f 61 01 00 ff ff 42 50 61 61 61 61 61",
	 600,
	 false},
	{"longest-in-octet", 4, {0, 8}, true, unknown, 0, 600, NULL, 600, false},
	{"bad-longer-in-octet",
	 4,
	 {0, 8},
	 true,
	 NULL,
	 0,
	 0,
	 "1f 00 01 00 ff ff 43 50 61 61 61 61 61",
	 600,
	 false},
};

static bool begins(const struct story *story)
{
	return story->contexts || story->history[0] || story->history[1];
}

struct ends {
	struct one_end a, b;
	bool open;
};

static void end_session(struct ends *ends)
{
	if (ends->open)
		close_pair(&ends->a, &ends->b);
	ends->open = false;
}

static void begin_session(struct ends *ends, const struct vector *vector)
{
	end_session(ends);
	for (int i = 0; i < 2; i++) {
		struct ptl_config config =
			link_config(i ? PTL_DEVICE : PTL_HOST, PTL_PROFILE_HOST);

		config.contexts = (uint8_t)vector->contexts;
		config.history[0] = (uint8_t)vector->history[0];
		config.history[1] = (uint8_t)vector->history[1];
		if (vector->longest && i == 0)
			config.max_packet = (uint16_t)vector->longest;
		end_open(i ? &ends->b : &ends->a, &ptl_framing_pigtail, &config);
	}
	exchange(&ends->a, &ends->b);
	assert_int_equal(ends->a.state, PTL_STATE_UP);
	assert_int_equal(ends->b.state, PTL_STATE_UP);
	ends->open = true;
}

/* All that a sends now, heard by b; the payloads of packets among it. */
static void listen(struct ends *ends, struct vector *vector)
{
	uint8_t bytes[1700];
	struct ref_frame frame;
	size_t n = 0;

	while (end_transmit(&ends->a, bytes + n, 1) == 1) {
		if (bytes[n++] != PTL_DELIMITER)
			continue;
		end_receive(&ends->b, bytes, n, n, NULL);
		if (n > 1) {
			ref_frame_decode(&frame, bytes, n - 1);
			assert_int_not_equal(frame.end, REF_BROKEN);
			if (frame.class >= PTL_CLASS_SPARSE) {
				vector->class = frame.class;
				vector->end = frame.end;
				memcpy(vector->sent + vector->sent_n, frame.body + frame.acks_n,
				       frame.n - frame.acks_n);
				vector->sent_n += frame.n - frame.acks_n;
			}
		}
		n = 0;
	}
}

static void make(const struct story *story, struct ends *ends, struct vector *vector)
{
	struct queue *queue;
	uint32_t sparse_most;

	memset(vector, 0, sizeof(*vector));
	snprintf(vector->name, sizeof(vector->name), "%s", story->name);
	vector->begins = begins(story);
	vector->contexts = story->contexts;
	memcpy(vector->history, story->history, sizeof(vector->history));
	vector->longest = story->longest;
	if (story->malformed) {
		end_session(ends);
		vector->class = PTL_CLASS_BULK;
		vector->end = story->history[1] ? REF_PACKED : REF_LAST;
		vector->sent_n = from_hex(vector->sent, story->malformed);
		return;
	}
	if (story->dropped) { /* no sender makes it */
		vector->dropped = true;
		vector->class = PTL_CLASS_BULK;
		vector->end = REF_LAST;
		vector->packet_n = story->make(vector->packet, story->at, story->n);
		vector->sent_n = vector->packet_n;
		memcpy(vector->sent, vector->packet, vector->packet_n);
		return;
	}
	if (vector->begins)
		begin_session(ends, vector);
	queue = &link_in(&ends->a)->queue;
	sparse_most = queue->sparse_most;
	if (story->bulk)
		queue->sparse_most = 0;
	ends->a.now = ends->b.now += 500000;
	vector->packet_n = story->make(vector->packet, story->at, story->n);
	assert_int_equal(end_send(&ends->a, vector->packet, vector->packet_n), PTL_OK);
	listen(ends, vector);
	queue->sparse_most = sparse_most;
	assert_last_packet(&ends->b, vector->packet, vector->packet_n);
	pass(&ends->a, &ends->b, 20000);
}

/* ---- the file ---- */

static void write_vector(FILE *out, const struct vector *vector)
{
	fprintf(out, "\nname: %s\n", vector->name);
	if (vector->begins)
		fprintf(out, "session: contexts %u, sparse %u, bulk %u", vector->contexts,
			vector->history[0], vector->history[1]);
	if (vector->longest)
		fprintf(out, ", longest %u", vector->longest);
	if (vector->begins)
		fprintf(out, "\n");
	fprintf(out, "class: %s\nend: %s\n", class_names[vector->class],
		end_names[vector->end]);
	write_hex(out, vector->dropped ? "dropped" : "packet", vector->packet,
		  vector->packet_n);
	write_hex(out, "sent", vector->sent, vector->sent_n);
}

static void write_all(const char *name)
{
	FILE *out = fopen(name, "w");
	struct ends ends = {.open = false};
	struct vector vector;

	assert_non_null(out);
	fprintf(out,
		"# Test vectors of docs/SPEC.md 9 and 10: packets of one direction, one\n"
		"# after the other, in hexadecimal. session: begins anew, with so many\n"
		"# contexts in both classes and histories of so many bytes (log2; 0: none),\n"
		"# and an agreed maximum (1518 if it is not there).\n"
		"# packet: as given to the link; without bytes: sent is malformed. dropped:\n"
		"# the packet is over the maximum; the session goes on. sent: the\n"
		"# payloads of its frames, joined. end: what the last one's check says (2.4).\n"
		"# A sender may send otherwise, a receiver takes exactly this.\n"
		"# Read by unit/test_packed_vectors.c and check.py.\n");
	for (size_t i = 0; i < COUNT(stories); i++) {
		make(&stories[i], &ends, &vector);
		write_vector(out, &vector);
	}
	end_session(&ends);
	assert_int_equal(fclose(out), 0);
}

static bool read_vector(FILE *in, struct vector *vector)
{
	char field[16], value[32];

	memset(vector, 0, sizeof(*vector));
	while (read_field(in, field)) {
		if (strcmp(field, "name") == 0) {
			assert_int_equal(fscanf(in, " %31s", vector->name), 1);
		} else if (strcmp(field, "session") == 0) {
			vector->begins = true;
			assert_int_equal(fscanf(in, " contexts %u, sparse %u, bulk %u",
						&vector->contexts, &vector->history[0],
						&vector->history[1]),
					 3);
			if (fscanf(in, ", longest %u", &vector->longest) != 1)
				vector->longest = 0;
		} else if (strcmp(field, "class") == 0 && fscanf(in, " %31s", value) == 1) {
			vector->class = one_of(class_names, COUNT(class_names), value);
		} else if (strcmp(field, "end") == 0 && fscanf(in, " %31s", value) == 1) {
			for (unsigned end = 0; end < COUNT(end_names); end++)
				if (end_names[end] && strcmp(end_names[end], value) == 0)
					vector->end = (enum ref_end)end;
		} else if (strcmp(field, "packet") == 0 || strcmp(field, "dropped") == 0) {
			vector->dropped = field[0] == 'd';
			if (has_hex(in))
				vector->packet_n =
					read_hex(in, vector->packet, sizeof(vector->packet));
		} else {
			assert_string_equal(field, "sent");
			assert_true(has_hex(in));
			vector->sent_n = read_hex(in, vector->sent, sizeof(vector->sent));
			return true;
		}
	}
	return false;
}

static FILE *open_vectors(void)
{
	return open_vector_file("PIGTAIL_PACKETS", PIGTAIL_PACKETS_FILE);
}

/* ---- tests ---- */

static void the_link_sends_these(void **state)
{
	FILE *in = open_vectors();
	struct ends ends = {.open = false};
	struct vector wanted, made;
	size_t n = 0;

	(void)state;
	for (; read_vector(in, &wanted); n++) {
		assert_true(n < COUNT(stories));
		make(&stories[n], &ends, &made);
		assert_string_equal(made.name, wanted.name);
		assert_int_equal(made.begins, wanted.begins);
		assert_int_equal(made.longest, wanted.longest);
		assert_int_equal(made.dropped, wanted.dropped);
		assert_int_equal(made.class, wanted.class);
		assert_int_equal(made.end, wanted.end);
		assert_int_equal(made.packet_n, wanted.packet_n);
		assert_memory_equal(made.packet, wanted.packet, wanted.packet_n);
		assert_int_equal(made.sent_n, wanted.sent_n);
		assert_memory_equal(made.sent, wanted.sent, wanted.sent_n);
	}
	end_session(&ends);
	fclose(in);
	assert_int_equal(n, COUNT(stories));
}

/* b hears one frame with it, which is none of a's. */
static void say(struct one_end *b, const struct vector *vector, unsigned number)
{
	static const uint32_t xors[] = {
		[REF_PACKED] = REF_XOR_PACKED, [REF_ADDED] = REF_XOR_ADDED};
	uint8_t content[REF_MAX], encoded[COBS_MAX(REF_MAX) + 1];

	put_le16(content, (uint16_t)(vector->class << PTL_CLASS_SHIFT | number));
	memcpy(content + PTL_HEADER_BYTES, vector->sent, vector->sent_n);
	end_receive(b, encoded,
		    ref_frame_encode_with(content, PTL_HEADER_BYTES + vector->sent_n,
					  xors[vector->end], encoded),
		    100, NULL);
}

static void the_link_takes_them_for_what_they_are(void **state)
{
	FILE *in = open_vectors();
	struct ends ends = {.open = false};
	unsigned number[PTL_CLASSES] = {0};
	struct vector vector;

	(void)state;
	while (read_vector(in, &vector)) {
		if (vector.begins) {
			begin_session(&ends, &vector);
			memset(number, 0, sizeof(number));
		}
		ends.b.packets = 0;
		say(&ends.b, &vector, number[vector.class]);
		number[vector.class] += PTL_CELLS((unsigned)vector.sent_n);
		assert_int_equal(ends.b.packets, vector.packet_n && !vector.dropped ? 1 : 0);
		if (vector.dropped) {
			assert_int_equal(end_counters(&ends.b)->rx_too_long, 1);
			assert_int_equal(ends.b.state, PTL_STATE_UP);
		} else if (vector.packet_n)
			assert_last_packet(&ends.b, vector.packet, vector.packet_n);
		assert_int_equal(end_counters(&ends.b)->rx_bad_packed, vector.packet_n ? 0 : 1);
		if (!vector.packet_n)
			assert_int_equal(ends.b.reason, PTL_REASON_OUT_OF_STEP);
	}
	end_session(&ends);
	fclose(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_link_sends_these),
		cmocka_unit_test(the_link_takes_them_for_what_they_are),
	};
	const char *out = getenv("PIGTAIL_PACKETS_OUT");

	if (out) {
		write_all(out);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
