/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A radio whose firmware is updated, without a link between: its flash, in which power may
 * go, and streams at both ends of a queue of messages. Its images are random bytes with a
 * head signed by a key that the test makes.
 */
#ifndef TEST_RADIO_FLASH_H
#define TEST_RADIO_FLASH_H

#include "story.h"

#include "nor.h"

#include <pigtail/flash_map.h>
#include <pigtail/update.h>
#include <sodium.h>

#define BOARD	  "test-board"
#define QUEUE	  64
#define BODY_MOST 40000u
#define WINDOW	  PTL_UPDATE_WINDOW

struct body {
	struct ptl_image image;
	uint8_t bytes[BODY_MOST];
};

struct queue {
	struct ptl_control_writer message[QUEUE];
	unsigned first, count;
};

struct radio {
	struct nor nor;
	struct ptl_store store;
	struct ptl_update update;
	struct device_owner owner;
	struct ptl_radio_control control;
	struct ptl_control_writer answer;
	struct ptl_share share;
	struct ptl_streams streams, host; /* at the radio, at the host */
	struct queue to_radio, to_host;
	uint8_t public_key[32], secret_key[64];
	ptl_time now;
	int running;
	bool opened, closed; /* the host's stream */
	enum ptl_status closed_with;
	char reason[256];
};

static struct radio radio;
static struct body old, next, third;

static bool put(struct queue *queue, const uint8_t *message, size_t n)
{
	struct ptl_control_writer *to;

	if (queue->count == QUEUE)
		return false;
	to = &queue->message[(queue->first + queue->count++) % QUEUE];
	memcpy(to->bytes, message, n);
	to->n = n;
	return true;
}

static bool radio_sends(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return put(&radio.to_host, message, n);
}

static bool host_sends(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return put(&radio.to_radio, message, n);
}

/* What the radio's control says, READY and answers. */
static bool radio_says(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	memcpy(radio.answer.bytes, message, n);
	radio.answer.n = n;
	return true;
}

static void no_info(void *user, struct ptl_control_writer *to)
{
	(void)user;
	(void)to;
}

static void no_reset(void *user)
{
	(void)user;
}

static void host_opened(void *user, unsigned stream)
{
	(void)user;
	(void)stream;
	radio.opened = true;
}

static void host_closed(void *user, unsigned stream, enum ptl_status status,
			const uint8_t *text, size_t n)
{
	(void)user;
	(void)text;
	(void)n;
	radio.closed = true;
	radio.closed_with = status;
	ptl_stream_close(&radio.host, stream, PTL_STATUS_DONE, NULL);
}

static void deliver(struct queue *queue, struct ptl_streams *to)
{
	while (queue->count > 0) {
		const struct ptl_control_writer *first = &queue->message[queue->first];
		struct ptl_control message = {first->bytes, first->n};

		assert_int_equal(ptl_control_check(&message), PTL_STATUS_DONE);
		ptl_streams_message(to, &message);
		queue->first = (queue->first + 1) % QUEUE;
		queue->count--;
	}
}

static void turn(void)
{
	radio.now += 1000;
	deliver(&radio.to_radio, &radio.streams);
	(void)ptl_streams_poll(&radio.streams, radio.now);
	deliver(&radio.to_host, &radio.host);
	(void)ptl_streams_poll(&radio.host, radio.now);
}

/* A session begins. */
static void meet(void)
{
	radio.to_host.count = radio.to_radio.count = 0;
	ptl_streams_session(&radio.streams);
	ptl_streams_session(&radio.host);
	radio.owner.session(radio.owner.user, radio.now, true);
	ptl_radio_session(&radio.control, radio.now, true);
	radio.opened = radio.closed = false;
}

/* Power comes, or comes back: the boot loader, and what it starts. Returns the slot. */
static int power_up(void)
{
	const struct ptl_stream_events radio_events = {
		.user = &radio.update,
		.send = radio_sends,
		.open = ptl_update_open,
		.data = ptl_update_data,
		.closed = ptl_update_closed,
	};
	const struct ptl_stream_events host_events = {
		.send = host_sends, .opened = host_opened, .closed = host_closed};
	struct ptl_update_config config = {
		.slots = {.store = &radio.store, .flash = &radio.nor.seam},
		.streams = &radio.streams,
		.control = &radio.control,
		.board = BOARD,
		.key = radio.public_key,
	};

	struct ptl_radio_ops ops = {
		.board = BOARD,
		.firmware = "test",
		.send = radio_says,
		.info = no_info,
		.reset = no_reset,
	};

	nor_power_up(&radio.nor);
	assert_true(ptl_store_open(&radio.store, &radio.nor.seam, PTL_MAP_STORE_0,
				   PTL_MAP_STORE_1));
	radio.running = config.running = ptl_slots_start(&config.slots);
	ptl_share_set(&radio.share, 921600, false, 0);
	ptl_streams_init(&radio.streams, PTL_DEVICE, WINDOW, &radio_events, &radio.share);
	ptl_streams_init(&radio.host, PTL_HOST, 512, &host_events, &radio.share);
	ptl_update_init(&radio.update, &config);
	radio.owner = ptl_update_owner(&radio.update);
	ops.user = radio.owner.user;
	ops.request = radio.owner.request;
	ptl_radio_init(&radio.control, &ops, &radio.share);
	ptl_radio_session(&radio.control, radio.now, true);
	return radio.running;
}

static int make_key(void **state)
{
	static const uint8_t seed[32] = "a key for tests, made by a test";

	(void)state;
	return crypto_sign_seed_keypair(radio.public_key, radio.secret_key, seed);
}

static void sign(struct ptl_image *image)
{
	uint8_t head[PTL_IMAGE_HEAD];

	ptl_image_write(image, head);
	assert_int_equal(crypto_sign_detached(image->signature, NULL, head, PTL_IMAGE_SIGNED,
					      radio.secret_key),
			 0);
}

static void make_body(struct prng *prng, struct body *body, const char *firmware, uint32_t size)
{
	memset(&body->image, 0, sizeof(body->image));
	(void)snprintf(body->image.board, sizeof(body->image.board), "%s", BOARD);
	(void)snprintf(body->image.firmware, sizeof(body->image.firmware), "%s", firmware);
	body->image.size = size;
	random_bytes(prng, body->bytes, size);
	(void)crypto_hash_sha256(body->image.digest, body->bytes, size);
	sign(&body->image);
}

/* An image is in slot 0, as from the factory, and runs. */
static void make_radio(uint64_t seed, uint32_t sector, const struct body *factory)
{
	struct ptl_slots slots = {.store = &radio.store, .flash = &radio.nor.seam};

	radio.now = 0;
	assert_true(nor_open(&radio.nor, PTL_MAP_SIZE, sector, seed));
	assert_true(ptl_store_open(&radio.store, &radio.nor.seam, PTL_MAP_STORE_0,
				   PTL_MAP_STORE_1));
	memcpy(radio.nor.bytes + PTL_MAP_SLOT_0, factory->bytes, factory->image.size);
	assert_true(ptl_slots_set_image(&slots, 0, &factory->image));
	assert_int_equal(power_up(), 0);
	meet();
}

/* A radio with the old image, and others for it. */
static void begin(struct prng *prng, uint32_t sector)
{
	make_body(prng, &old, "old 1", 30001);
	make_body(prng, &next, "next 2", 39000);
	make_body(prng, &third, "third 3", 20000);
	make_radio(prng_next(prng), sector, &old);
}

/* The answer, when it has come. */
static enum ptl_status ask(const struct ptl_control_writer *message, uint32_t *offset)
{
	struct ptl_control answer = {radio.answer.bytes, 0};

	radio.answer.n = 0;
	assert_true(ptl_control_end(message));
	assert_true(ptl_radio_message(&radio.control, radio.now, message->bytes, message->n));
	while (radio.answer.n == 0)
		(void)radio.owner.poll(radio.owner.user, radio.now);
	answer.n = radio.answer.n;
	assert_int_equal(ptl_control_check(&answer), PTL_STATUS_DONE);
	assert_int_equal(ptl_control_type(&answer), PTL_M_ANSWER);
	ptl_control_words(&answer, PTL_F_TEXT, radio.reason, sizeof(radio.reason));
	if (offset)
		*offset = (uint32_t)ptl_control_uint(&answer, PTL_F_OFFSET, UINT32_MAX);
	return (enum ptl_status)ptl_control_uint(&answer, PTL_F_STATUS, 0);
}

static void make_begin(struct ptl_control_writer *message, const struct ptl_image *image)
{
	ptl_control_begin(message, PTL_M_UPDATE_BEGIN, 1, PTL_IF_RADIO);
	ptl_put_uint(message, PTL_F_SIZE, image->size);
	ptl_put_bytes(message, PTL_F_DIGEST, image->digest, sizeof(image->digest));
	ptl_put_bytes(message, PTL_F_SIGNATURE, image->signature, sizeof(image->signature));
	ptl_put_text(message, PTL_F_BOARD, image->board);
	ptl_put_text(message, PTL_F_FIRMWARE, image->firmware);
}

static enum ptl_status ask_begin(const struct ptl_image *image, uint32_t *offset)
{
	struct ptl_control_writer message;

	make_begin(&message, image);
	return ask(&message, offset);
}

static void make_end(struct ptl_control_writer *message, const struct ptl_image *image)
{
	ptl_control_begin(message, PTL_M_UPDATE_END, 1, PTL_IF_RADIO);
	ptl_put_bytes(message, PTL_F_DIGEST, image->digest, sizeof(image->digest));
}

static enum ptl_status ask_end(const struct ptl_image *image)
{
	struct ptl_control_writer message;

	make_end(&message, image);
	return ask(&message, NULL);
}

/* The rest of a body from offset on, until all is taken, power is gone or the stream ended.
 * most: of bytes. */
static void send_body(const struct body *body, uint32_t offset, uint32_t most)
{
	const uint8_t from[4] = {(uint8_t)offset, (uint8_t)(offset >> 8),
				 (uint8_t)(offset >> 16), (uint8_t)(offset >> 24)};
	uint32_t until = most < body->image.size - offset ? offset + most : body->image.size;
	int stream;

	radio.opened = radio.closed = false;
	stream = ptl_stream_open(&radio.host, PTL_UPDATE_SERVICE, from, sizeof(from));
	assert_true(stream >= 0);
	while (!radio.closed && !radio.nor.dead && (!radio.opened || offset < until)) {
		offset += (uint32_t)ptl_stream_write(&radio.host, radio.now, (unsigned)stream,
						     body->bytes + offset, until - offset);
		turn();
	}
	if (most < UINT32_MAX)
		return;
	ptl_stream_close(&radio.host, (unsigned)stream, PTL_STATUS_DONE, NULL);
	while (!radio.closed && !radio.nor.dead)
		turn();
}

static bool slot_has(int slot, const struct body *body)
{
	return memcmp(radio.nor.bytes + PTL_MAP_SLOT(slot), body->bytes, body->image.size) == 0;
}

#endif
