/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test vectors of docs/SPEC.md, both ways: the link makes exactly these bytes,
 * and takes them for what they are. test/vectors/check.py checks the same file
 * without the link.
 *
 * PIGTAIL_VECTORS=FILE reads another file; PIGTAIL_VECTORS_OUT=FILE writes what the
 * link makes, for a new version of the wire.
 */
#include "link_end.h"
#include "rate_says.h"
#include "vector_file.h"

#ifndef PIGTAIL_VECTORS_FILE
#define PIGTAIL_VECTORS_FILE "test/vectors/frames.txt"
#endif

#define LONG 600

struct vector {
	char name[32];
	uint8_t content[1600]; /* header, acknowledgements, payload; no check */
	uint8_t planned[1600]; /* of a cut frame: its payload without the cut */
	uint8_t encoded[1700];
	size_t content_n, planned_n, encoded_n;
	enum ref_end end;
	unsigned class, number;
	size_t acks_n;
};

static const char *const end_names[] = {"last", "continued", "cut"};
static const char *const class_names[] = {"link", "control", "sparse", "bulk"};

/* Stories in which the link comes to say each of them. */

static uint8_t packet[1518];

static struct one_end *opened(void)
{
	static struct one_end end;

	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	return &end;
}

static struct one_end *met(void)
{
	struct one_end *end = opened();

	meet_peer(end);
	end->now += 400000;
	return end;
}

/* A packet whose bytes count up, without zeros or with many. */
static void counted(size_t n, unsigned zero_each)
{
	make_packet(packet, n, 1, 0);
	for (size_t i = 14; i < n; i++)
		packet[i] =
			zero_each && i % zero_each < zero_each / 2 ? 0 : (uint8_t)(1 + i % 255);
}

static struct one_end *says_hello(void)
{
	struct one_end *end = opened();
	struct hello hello = peer_hello(end);

	hear_hello(end, &hello);
	return end;
}

static struct one_end *says_ack(void)
{
	struct one_end *end = met();

	counted(200, 0);
	hear(end, PTL_CLASS_SPARSE, 0, NULL, 0, packet, 64, true);
	for (unsigned number = 0; number < 35; number += 14)
		hear(end, PTL_CLASS_BULK, number, NULL, 0, packet, 200, true);
	return end;
}

static struct one_end *says_ping(void)
{
	struct one_end *end = met();

	end->now += 1000000;
	return end;
}

static struct one_end *says_pong(void)
{
	struct one_end *end = met();

	hear_message(end, PTL_MSG_PING, "\x78\x56\x34\x12", 4);
	return end;
}

static struct one_end *says_unknown(void)
{
	struct one_end *end = met();

	hear_message(end, 99, NULL, 0);
	return end;
}

static struct one_end *says_control(void)
{
	struct one_end *end = met();

	ptl_link_send_control(link_in(end), end->now, (const uint8_t *)"\x01scan", 5, NULL);
	return end;
}

static struct one_end *says_sparse(void)
{
	struct one_end *end = met();

	counted(60, 0);
	end_send(end, packet, 60);
	return end;
}

static struct one_end *says_zeros(void)
{
	struct one_end *end = met();

	counted(400, 16);
	end_send(end, packet, 400);
	return end;
}

static struct one_end *says_run(void)
{
	struct one_end *end = met();

	counted(LONG, 0);
	end_send(end, packet, LONG);
	return end;
}

/* With an acknowledgement on it. */
static struct one_end *says_acked(void)
{
	struct one_end *end = met();

	counted(400, 100);
	hear(end, PTL_CLASS_BULK, 0, NULL, 0, packet, 200, true);
	end_send(end, packet, 400);
	return end;
}

/* Credit for 48 of 64 cells is used: 16 are left of it. */
static struct one_end *says_continued(void)
{
	struct one_end *end = met();
	struct ref_frame frame;

	counted(1514, 0);
	end_send(end, packet, 1514);
	assert_true(says(end, &frame));
	counted(LONG, 50);
	end_send(end, packet, LONG);
	return end;
}

/* A control message comes when so many bytes of the frame have been pulled. */
static struct one_end *cut_after(size_t n, unsigned zero_each, uint8_t *bytes)
{
	struct one_end *end = met();

	counted(LONG, zero_each);
	end_send(end, packet, LONG);
	assert_int_equal(end_transmit(end, bytes, n), n);
	ptl_link_send_control(link_in(end), end->now, (const uint8_t *)"\x01", 1, NULL);
	return end;
}

static const struct story {
	const char *name;
	struct one_end *(*says)(void);
	size_t cut_after;
	unsigned zero_each;
} stories[] = {
	{"hello", says_hello, 0, 0},
	{"ack-ranges", says_ack, 0, 0},
	{"ping", says_ping, 0, 0},
	{"pong", says_pong, 0, 0},
	{"unknown", says_unknown, 0, 0},
	{"control", says_control, 0, 0},
	{"sparse-whole", says_sparse, 0, 0},
	{"bulk-zeros", says_zeros, 0, 0},
	{"bulk-long-run", says_run, 0, 0},
	{"bulk-with-ack", says_acked, 0, 0},
	{"bulk-continued", says_continued, 0, 0},
	{"bulk-cut-in-block", NULL, 100, 0},
	{"bulk-cut-at-block", NULL, 200, 16},
	{"rate-hello", says_rate_hello, 0, 0},
	{"rate-propose", says_propose, 0, 0},
	{"rate-accept", says_accept, 0, 0},
	{"rate-refuse", says_refuse, 0, 0},
	{"rate-probe", says_probe, 0, 0},
	{"rate-confirm", says_confirm, 0, 0},
	{"rate-confirmed", says_confirmed, 0, 0},
	{"rate-fall", says_fall, 0, 0},
};

/* The bytes of a story: an idle line, so a delimiter at both ends. */
static void make(const struct story *story, struct vector *vector)
{
	struct ref_frame frame;
	struct one_end *end;
	size_t n = 0;

	memset(vector, 0, sizeof(*vector));
	snprintf(vector->name, sizeof(vector->name), "%s", story->name);
	if (story->says) {
		end = story->says();
	} else {
		end = cut_after(story->cut_after, story->zero_each, vector->encoded);
		n = story->cut_after;
		vector->planned_n = LONG;
		memcpy(vector->planned, packet, LONG);
	}
	do
		assert_int_equal(end_transmit(end, vector->encoded + n, 1), 1);
	while (vector->encoded[n++] != PTL_DELIMITER || n == 1);
	vector->encoded_n = n;
	n = vector->encoded[0] == PTL_DELIMITER ? 1 : 0;
	ref_frame_decode(&frame, vector->encoded + n, vector->encoded_n - n - 1);
	assert_int_not_equal(frame.end, REF_BROKEN);
	vector->end = frame.end;
	vector->class = frame.class;
	vector->number = frame.number;
	vector->acks_n = frame.acks_n;
	vector->content_n = frame.content_n;
	memcpy(vector->content, frame.content, frame.content_n);
	/* Cut where its pieces go on as planned: not what this vector is for. */
	if (!story->says && vector->end == REF_LAST)
		fail_msg("%s was not cut", story->name);
	if (vector->end != REF_CUT && story->says)
		vector->planned_n = 0;
	end_close(end);
}

static void write_vector(FILE *out, const struct vector *vector)
{
	size_t head = PTL_HEADER_BYTES + vector->acks_n;

	fprintf(out, "\nname: %s\nclass: %s\nnumber: %u\nend: %s\n", vector->name,
		class_names[vector->class], vector->number, end_names[vector->end]);
	write_hex(out, "acks", vector->content + PTL_HEADER_BYTES, vector->acks_n);
	write_hex(out, "payload", vector->content + head, vector->content_n - head);
	if (vector->planned_n > 0)
		write_hex(out, "planned", vector->planned, vector->planned_n);
	write_hex(out, "content", vector->content, vector->content_n);
	write_hex(out, "encoded", vector->encoded, vector->encoded_n);
}

static void write_all(const char *name)
{
	FILE *out = fopen(name, "w");
	struct vector vector;

	assert_non_null(out);
	fprintf(out,
		"# Test vectors of docs/SPEC.md, one frame each, in hexadecimal.\n"
		"# class, number: of the header. end: last, continued (2.4) or cut (2.3).\n"
		"# acks, payload: the parts of the content; planned: what the payload would\n"
		"# be without the cut. content: header, acks, payload, no check.\n"
		"# encoded: what is on the wire, delimiters included; the first of them only\n"
		"# because the line was idle. Read by unit/test_vectors.c and check.py.\n");
	for (size_t i = 0; i < COUNT(stories); i++) {
		make(&stories[i], &vector);
		write_vector(out, &vector);
	}
	assert_int_equal(fclose(out), 0);
}

/* The next vector; false: no more. */
static bool read_vector(FILE *in, struct vector *vector)
{
	uint8_t parts[1600];
	char field[16], value[32];

	memset(vector, 0, sizeof(*vector));
	while (read_field(in, field)) {
		if (strcmp(field, "name") == 0)
			assert_int_equal(fscanf(in, " %31s", vector->name), 1);
		else if (strcmp(field, "number") == 0)
			assert_int_equal(fscanf(in, "%u", &vector->number), 1);
		else if (strcmp(field, "class") == 0 && fscanf(in, " %31s", value) == 1)
			vector->class = one_of(class_names, COUNT(class_names), value);
		else if (strcmp(field, "end") == 0 && fscanf(in, " %31s", value) == 1)
			vector->end = (enum ref_end)one_of(end_names, COUNT(end_names), value);
		else if (!has_hex(in))
			continue;
		else if (strcmp(field, "content") == 0)
			vector->content_n =
				read_hex(in, vector->content, sizeof(vector->content));
		else if (strcmp(field, "planned") == 0)
			vector->planned_n =
				read_hex(in, vector->planned, sizeof(vector->planned));
		else if (strcmp(field, "acks") == 0)
			vector->acks_n = read_hex(in, parts, sizeof(parts));
		else if (strcmp(field, "encoded") != 0)
			read_hex(in, parts, sizeof(parts));
		else {
			vector->encoded_n =
				read_hex(in, vector->encoded, sizeof(vector->encoded));
			return true;
		}
	}
	return false;
}

static FILE *open_vectors(void)
{
	return open_vector_file("PIGTAIL_VECTORS", PIGTAIL_VECTORS_FILE);
}

static void the_link_makes_these_bytes(void **state)
{
	FILE *in = open_vectors();
	struct vector wanted, made;
	size_t n = 0;

	(void)state;
	for (; read_vector(in, &wanted); n++) {
		assert_true(n < COUNT(stories));
		make(&stories[n], &made);
		assert_string_equal(made.name, wanted.name);
		assert_int_equal(made.encoded_n, wanted.encoded_n);
		assert_memory_equal(made.encoded, wanted.encoded, wanted.encoded_n);
		assert_int_equal(made.end, wanted.end);
		assert_int_equal(made.class, wanted.class);
		assert_int_equal(made.number, wanted.number);
		assert_int_equal(made.content_n, wanted.content_n);
		assert_memory_equal(made.content, wanted.content, wanted.content_n);
	}
	fclose(in);
	assert_int_equal(n, COUNT(stories));
}

/* Records the one frame that the link takes. */
struct taken {
	unsigned good, bad, packets, messages;
	size_t n, packet_n;
	uint8_t frame[1700], packet[1700];
};

static void take_frame(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		       size_t n)
{
	struct taken *taken = user;

	if (direction == PTL_TX)
		return;
	taken->good += ok;
	taken->bad += !ok;
	taken->n = n;
	memcpy(taken->frame, frame, n);
}

static bool take_packet(void *user, const uint8_t *bytes, size_t n)
{
	struct taken *taken = user;

	taken->packets++;
	taken->packet_n = n;
	memcpy(taken->packet, bytes, n);
	return true;
}

static bool take_control(void *user, const uint8_t *bytes, size_t n)
{
	return take_packet(user, bytes, n);
}

/* A link that is up, has sent 35 cells of bulk and two of sparse, and awaits the
 * frame of that number in that class. */
static struct ptl_link *reader(void *memory, size_t size, struct taken *taken,
			       const struct vector *vector)
{
	struct ptl_config config = link_config(PTL_DEVICE, PTL_PROFILE_MCU);
	struct ptl_events events = {.user = taken,
				    .packet = take_packet,
				    .control = take_control,
				    .frame = take_frame};
	uint8_t bytes[2000], payload[PTL_HELLO_BYTES];
	struct ptl_link *link;
	size_t n;

	config.nonce = PEER_NONCE;
	assert_int_equal(ptl_link_init(memory, size, &config, &events, 1000000, &link), PTL_OK);
	memset(payload, 0, sizeof(payload));
	payload[PTL_HELLO_VERSION] = payload[PTL_HELLO_VERSION_MIN] = 1;
	put_le32(payload + PTL_HELLO_NONCE, 0x11111111);
	put_le32(payload + PTL_HELLO_SEEN, PEER_NONCE);
	put_le16(payload + PTL_HELLO_MAX_PACKET, 1518);
	for (int i = 0; i < 3; i++)
		put_le16(payload + PTL_HELLO_WINDOWS + 2 * i, i ? 64 : 32);
	memmove(bytes + 2, payload, sizeof(payload));
	put_le16(bytes, PTL_MSG_HELLO);
	memcpy(packet, bytes, 2 + sizeof(payload));
	if (strcmp(vector->name, "hello") != 0) {
		n = ref_frame_encode(packet, 2 + sizeof(payload), true, bytes);
		ptl_link_receive(link, 1000000, bytes, n);
		memset(taken, 0, sizeof(*taken));
		make_packet(packet, 64, 2, 1);
		assert_int_equal(ptl_link_send(link, 1000000, packet, 64), PTL_OK);
		link->queue.sparse_most = 0; /* all others are bulk */
		counted(200, 0);
		for (int i = 0; i < 5; i++)
			assert_int_equal(ptl_link_send(link, 1000000, packet, 200), PTL_OK);
		while (ptl_link_transmit(link, 1000000, bytes, sizeof(bytes)) > 0)
			;
		assert_int_equal(sender_of(link, PTL_CLASS_SPARSE)->next, 2);
		assert_int_equal(sender_of(link, PTL_CLASS_BULK)->next, 35);
	}
	if (vector->class != PTL_CLASS_LINK) {
		struct receiver *receiver = receiver_of(link, (enum ptl_class)vector->class);

		receiver->head = receiver->next = receiver->high = (uint16_t)vector->number;
	}
	return link;
}

static void the_link_takes_them_for_what_they_are(void **state)
{
	struct ptl_config config = link_config(PTL_DEVICE, PTL_PROFILE_MCU);
	size_t size = ptl_link_size(&config);
	void *memory = malloc(size);
	FILE *in = open_vectors();
	struct vector vector;

	(void)state;
	assert_non_null(memory);
	while (read_vector(in, &vector)) {
		size_t head = PTL_HEADER_BYTES + vector.acks_n;
		const uint8_t *payload = vector.content + head;
		size_t n = vector.content_n - head;
		struct taken taken = {0};
		struct ptl_link *link = reader(memory, size, &taken, &vector);

		ptl_link_receive(link, 1000000, vector.encoded, vector.encoded_n);
		assert_int_equal(taken.good, 1);
		assert_int_equal(taken.bad, 0);
		assert_int_equal(taken.n, vector.content_n + (vector.end == REF_CUT ? 5 : 4));
		assert_memory_equal(taken.frame, vector.content, vector.content_n);
		assert_int_equal(ptl_link_counters(link)->rx_bad_field, 0);
		assert_int_equal(ptl_link_counters(link)->rx_bad_ack, 0);
		if (vector.class == PTL_CLASS_LINK) {
			assert_int_equal(taken.packets, 0);
		} else if (vector.end == REF_LAST) {
			assert_int_equal(taken.packets, 1);
			assert_int_equal(taken.packet_n, n);
			assert_memory_equal(taken.packet, payload, n);
		} else {
			const struct receiver *receiver =
				receiver_of(link, (enum ptl_class)vector.class);
			size_t cells = PTL_CELLS(n);

			assert_int_equal(taken.packets, 0);
			assert_int_equal(receiver->next, vector.number + cells);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(receiver->cells[((vector.number * 32 + i) %
								  (receiver->window * 32u))],
						 payload[i]);
		}
		if (strcmp(vector.name, "hello") == 0)
			assert_int_equal(link->session.peer_nonce, 0x11111111);
		if (strcmp(vector.name, "pong") == 0)
			assert_memory_equal(payload, "\x78\x56\x34\x12", 4);
		if (strcmp(vector.name, "ping") == 0)
			assert_true(link->session.answers.n == 1);
		if (strcmp(vector.name, "unknown") == 0)
			assert_int_equal(ptl_link_counters(link)->rx_peer_unknown, 1);
		if (strcmp(vector.name, "ack-ranges") == 0) {
			const struct sender *sender = sender_of(link, PTL_CLASS_BULK);

			assert_int_equal(sender->acked, 7);
			assert_int_equal(sender->count, 4);
			for (unsigned i = 0; i < 4; i++)
				assert_int_equal(
					sender->pieces[(sender->first + i) % sender->size]
						.state,
					i % 2 ? PIECE_ACKED : PIECE_LOST);
		}
	}
	fclose(in);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_link_makes_these_bytes),
		cmocka_unit_test(the_link_takes_them_for_what_they_are),
	};
	const char *out = getenv("PIGTAIL_VECTORS_OUT");

	if (out) {
		write_all(out);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
