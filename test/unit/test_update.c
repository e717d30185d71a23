/* SPDX-License-Identifier: GPL-2.0-only */
/* A firmware update on the radio's side: what is refused, what resumes, and that whenever
 * power goes one of two images starts. */
#include "radio_flash.h"

static void update_to(const struct body *body)
{
	uint32_t offset;

	assert_int_equal(ask_begin(&body->image, &offset), PTL_STATUS_DONE);
	if (offset < body->image.size)
		send_body(body, offset, UINT32_MAX);
	assert_int_equal(ask_end(&body->image), PTL_STATUS_DONE);
}

static void the_new_firmware_starts_and_stays(void **state)
{
	struct prng prng = story_seed("update", 1);
	const uint32_t sectors[] = {4096, 65536};

	(void)state;
	for (size_t i = 0; i < COUNT(sectors); i++) {
		begin(&prng, sectors[i]);
		update_to(&next);
		assert_int_equal(radio.closed_with, PTL_STATUS_DONE);
		assert_true(slot_has(1, &next));
		assert_true(slot_has(0, &old));
		assert_int_equal(power_up(), 1);
		meet();
		for (int starts = 0; starts < 10; starts++)
			assert_int_equal(power_up(), 1);
		assert_int_equal(ptl_slots_starts(&radio.update.config.slots), 12);
		/* And the next one goes to the other slot. */
		meet();
		update_to(&third);
		assert_int_equal(power_up(), 0);
		assert_true(slot_has(0, &third));
		assert_int_equal(radio.nor.forbidden, 0);
		nor_close(&radio.nor);
	}
}

/* Back and forth: nothing of an earlier image counts as of the present one. */
static void back_to_the_old_firmware(void **state)
{
	struct prng prng = story_seed("back", 2);

	(void)state;
	begin(&prng, 4096);
	update_to(&next);
	assert_int_equal(power_up(), 1);
	meet();
	update_to(&old);
	assert_int_equal(power_up(), 0);
	meet();
	assert_true(slot_has(0, &old));
	update_to(&next);
	assert_int_equal(power_up(), 1);
	assert_true(slot_has(1, &next));
	nor_close(&radio.nor);
}

/* A firmware that never talks to the host is left after three starts. */
static void a_firmware_that_does_not_talk_is_left(void **state)
{
	struct prng prng = story_seed("left", 3);

	(void)state;
	begin(&prng, 4096);
	update_to(&next);
	for (int i = 0; i < PTL_SLOT_TRIALS; i++)
		assert_int_equal(power_up(), 1);
	assert_int_equal(power_up(), 0);
	assert_int_equal(power_up(), 0);
	nor_close(&radio.nor);
}

static void a_session_between_end_and_restart_is_not_the_new_firmwares(void **state)
{
	struct prng prng = story_seed("between", 4);

	(void)state;
	begin(&prng, 4096);
	update_to(&next);
	meet();
	assert_int_equal(power_up(), 1);
	for (int i = 1; i < PTL_SLOT_TRIALS; i++)
		assert_int_equal(power_up(), 1);
	assert_int_equal(power_up(), 0);
	nor_close(&radio.nor);
}

/* What was flashed over wires has no head: the boot loader of the chip's maker answers for
 * it, and an update that fails comes back to it. */
static void a_slot_that_was_flashed_is_started(void **state)
{
	struct prng prng = story_seed("flashed", 15);
	struct ptl_slots slots = {
		.store = &radio.store, .flash = &radio.nor.seam, .flashed = true};

	(void)state;
	make_body(&prng, &next, "next 2", 39000);
	assert_true(nor_open(&radio.nor, PTL_MAP_SIZE, 4096, 1));
	assert_int_equal(power_up(), PTL_NO_SLOT);
	assert_int_equal(ptl_slots_start(&slots), 0);
	radio.update.config.slots = slots;
	radio.update.config.running = 0;
	update_to(&next);
	assert_int_equal(ptl_slots_chosen(&slots), 1);
	for (int i = 0; i < PTL_SLOT_TRIALS; i++)
		assert_int_equal(ptl_slots_start(&slots), 1);
	assert_int_equal(ptl_slots_start(&slots), 0);
	assert_int_equal(ptl_slots_chosen(&slots), 0);
	nor_close(&radio.nor);
}

/* The table of the chip's partitions is the map. */
static void the_chips_partitions_are_the_map(void **state)
{
	static const struct {
		const char *name;
		unsigned at, size;
	} areas[] = {
		{"ota_0", PTL_MAP_SLOT_0, PTL_MAP_SLOT_SIZE},
		{"ota_1", PTL_MAP_SLOT_1, PTL_MAP_SLOT_SIZE},
		{"store0", PTL_MAP_STORE_0, PTL_MAP_STORE_SIZE},
		{"store1", PTL_MAP_STORE_1, PTL_MAP_STORE_SIZE},
		{"files", PTL_MAP_FILES, PTL_MAP_FILES_SIZE},
	};
	FILE *file = fopen(PIGTAIL_PARTITIONS, "r");
	char line[128], name[32];
	unsigned found = 0, at, size;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31[a-z_0-9], %*[a-z], %*[a-z_0-9], %x, %x", name, &at,
			   &size) != 3)
			continue;
		for (size_t i = 0; i < COUNT(areas); i++) {
			if (strcmp(areas[i].name, name) != 0)
				continue;
			assert_int_equal(areas[i].at, at);
			assert_int_equal(areas[i].size, size);
			found++;
		}
	}
	(void)fclose(file);
	assert_int_equal(found, COUNT(areas));
}

/* ---- refusals ---- */

static void expect_refusal(const struct ptl_image *image, enum ptl_status status,
			   const char *word)
{
	uint64_t operations = radio.nor.operations;

	assert_int_equal(ask_begin(image, NULL), status);
	assert_true(*radio.reason);
	assert_non_null(strstr(radio.reason, word));
	/* Nothing was touched. */
	assert_int_equal(radio.nor.operations, operations);
}

static void foreign_images_are_refused(void **state)
{
	struct prng prng = story_seed("foreign", 5);
	struct ptl_image image;
	uint8_t own[64];

	(void)state;
	begin(&prng, 4096);
	/* Each byte of what is signed, and of the signature. */
	for (size_t i = 0; i < sizeof(image.digest); i++) {
		image = next.image;
		image.digest[i] ^= 1;
		expect_refusal(&image, PTL_STATUS_VERIFY, "not signed");
	}
	for (size_t i = 0; i < sizeof(image.signature); i++) {
		image = next.image;
		image.signature[i] ^= (uint8_t)(1u << i % 8);
		expect_refusal(&image, PTL_STATUS_VERIFY, "not signed");
	}
	image = next.image;
	image.size--;
	expect_refusal(&image, PTL_STATUS_VERIFY, "not signed");
	image = next.image;
	memset(image.signature, 0, sizeof(image.signature));
	expect_refusal(&image, PTL_STATUS_VERIFY, "not signed");
	/* Signed, but by another. */
	memcpy(own, radio.secret_key, sizeof(own));
	(void)crypto_sign_keypair(image.digest, radio.secret_key);
	image = next.image;
	sign(&image);
	memcpy(radio.secret_key, own, sizeof(own));
	expect_refusal(&image, PTL_STATUS_VERIFY, "not signed");
	/* Signed by us, for others. */
	image = next.image;
	(void)strcpy(image.board, "other-board");
	sign(&image);
	expect_refusal(&image, PTL_STATUS_DENIED, "another board");
	image = next.image;
	image.size = PTL_MAP_SLOT_SIZE + 1;
	sign(&image);
	expect_refusal(&image, PTL_STATUS_BAD_VALUE, "too large");
	image.size = 0;
	sign(&image);
	expect_refusal(&image, PTL_STATUS_BAD_VALUE, "empty");
	nor_close(&radio.nor);
}

static void a_corrupted_body_is_not_started(void **state)
{
	struct prng prng = story_seed("corrupted", 6);
	uint32_t offset;

	(void)state;
	begin(&prng, 4096);
	next.bytes[20000] ^= 0x10;
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	send_body(&next, offset, UINT32_MAX);
	assert_int_equal(ask_end(&next.image), PTL_STATUS_VERIFY);
	assert_int_equal(power_up(), 0);
	meet();
	/* Nothing of it counts: the right one comes from its beginning. */
	next.bytes[20000] ^= 0x10;
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	assert_int_equal(offset, 0);
	update_to(&next);
	assert_int_equal(power_up(), 1);
	assert_int_equal(radio.nor.forbidden, 0);
	nor_close(&radio.nor);
}

static void a_truncated_body_is_not_started(void **state)
{
	struct prng prng = story_seed("truncated", 7);
	uint32_t offset;

	(void)state;
	begin(&prng, 4096);
	assert_int_equal(ask_end(&next.image), PTL_STATUS_STATE);
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	send_body(&next, offset, next.image.size - 1);
	for (int i = 0; i < 100; i++)
		turn();
	assert_int_equal(ask_end(&next.image), PTL_STATUS_STATE);
	assert_non_null(strstr(radio.reason, "not whole"));
	assert_int_equal(power_up(), 0);
	nor_close(&radio.nor);
}

static void a_stream_that_was_not_begun_is_refused(void **state)
{
	struct prng prng = story_seed("streams", 8);
	uint32_t offset;

	(void)state;
	begin(&prng, 4096);
	send_body(&next, 0, UINT32_MAX);
	assert_int_equal(radio.closed_with, PTL_STATUS_STATE);
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	/* From another place than was said. */
	send_body(&next, 256, UINT32_MAX);
	assert_int_equal(radio.closed_with, PTL_STATUS_BAD_VALUE);
	/* More than the image has. */
	third.image = next.image;
	third.image.size += 100;
	send_body(&third, 0, UINT32_MAX);
	assert_int_equal(radio.closed_with, PTL_STATUS_BAD_VALUE);
	nor_close(&radio.nor);
}

static void without_a_slot_there_is_no_update(void **state)
{
	struct prng prng = story_seed("no slot", 9);

	(void)state;
	begin(&prng, 4096);
	radio.update.config.running = PTL_NO_SLOT;
	expect_refusal(&next.image, PTL_STATUS_UNSUPPORTED, "not started from a slot");
	nor_close(&radio.nor);
}

/* ---- resuming ---- */

static void a_new_session_goes_on_where_it_was(void **state)
{
	struct prng prng = story_seed("session", 10);
	uint32_t offset, before = 0;

	(void)state;
	begin(&prng, 65536);
	for (int sessions = 0;; sessions++) {
		assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
		assert_true(offset >= before);
		assert_true(sessions < 40);
		before = offset;
		if (offset == next.image.size)
			break;
		send_body(&next, offset, 4000);
		for (int i = 0; i < 100; i++)
			turn();
		meet();
	}
	assert_int_equal(ask_end(&next.image), PTL_STATUS_DONE);
	assert_int_equal(power_up(), 1);
	assert_int_equal(radio.nor.forbidden, 0);
	nor_close(&radio.nor);
}

static void an_aborted_update_begins_anew(void **state)
{
	struct prng prng = story_seed("abort", 11);
	struct ptl_control_writer message;
	uint32_t offset;

	(void)state;
	begin(&prng, 4096);
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	send_body(&next, 0, 20000);
	ptl_control_begin(&message, PTL_M_UPDATE_ABORT, 1, PTL_IF_RADIO);
	assert_int_equal(ask(&message, NULL), PTL_STATUS_DONE);
	for (int i = 0; i < 10; i++)
		turn();
	assert_true(radio.closed);
	assert_int_equal(radio.closed_with, PTL_STATUS_ABORTED);
	assert_int_equal(ask_end(&next.image), PTL_STATUS_STATE);
	assert_int_equal(ask_begin(&next.image, &offset), PTL_STATUS_DONE);
	assert_int_equal(offset, 0);
	update_to(&next);
	assert_int_equal(power_up(), 1);
	nor_close(&radio.nor);
}

/* Another image is begun after one was activated: what is on trial would be erased. */
static void another_image_takes_the_place_of_one_on_trial(void **state)
{
	struct prng prng = story_seed("another", 12);
	uint32_t offset;

	(void)state;
	begin(&prng, 4096);
	update_to(&next);
	assert_int_equal(ask_begin(&third.image, &offset), PTL_STATUS_DONE);
	assert_int_equal(offset, 0);
	send_body(&third, 0, 10000);
	assert_int_equal(power_up(), 0);
	assert_false(ptl_slots_on_trial(&radio.update.config.slots, 0));
	meet();
	update_to(&third);
	assert_int_equal(power_up(), 1);
	assert_true(slot_has(1, &third));
	assert_int_equal(radio.nor.forbidden, 0);
	nor_close(&radio.nor);
}

/* ---- loss of power ---- */

/* One update, in which power goes again and again at random operations of the flash, also
 * while it starts. Returns how often it went. */
static unsigned update_under_cuts(struct prng *prng, const struct body *to, int from_slot,
				  uint64_t *resumed)
{
	unsigned cuts = 0;
	uint32_t offset, known = 0;

	for (;;) {
		radio.nor.power_cut_at = radio.nor.operations + prng_below(prng, 120);
		if (ask_begin(&to->image, &offset) == PTL_STATUS_DONE) {
			/* What the store had said is there for good still is. */
			assert_true(offset >= known);
			*resumed += offset > 0;
			if (offset < to->image.size)
				send_body(to, offset, UINT32_MAX);
			if (!radio.nor.dead && ask_end(&to->image) == PTL_STATUS_DONE)
				break;
		}
		assert_true(radio.nor.dead);
		cuts++;
		nor_power_up(&radio.nor);
		if (prng_below(prng, 3) == 0) {
			struct ptl_slots slots = {.store = &radio.store,
						  .flash = &radio.nor.seam};

			radio.nor.power_cut_at = radio.nor.operations + prng_below(prng, 2);
			(void)ptl_store_open(&radio.store, &radio.nor.seam, PTL_MAP_STORE_0,
					     PTL_MAP_STORE_1);
			(void)ptl_slots_start(&slots);
			cuts += radio.nor.dead;
		}
		/* The old one starts; or the new, if its last step was done. */
		if (power_up() != from_slot) {
			assert_int_equal(radio.running, !from_slot);
			assert_true(slot_has(radio.running, to));
			meet();
			return cuts;
		}
		meet();
		known = ptl_slots_written(&radio.update.config.slots, (unsigned)!from_slot);
		known = radio.update.image.size == known ? 0 : known;
	}
	assert_int_equal(power_up(), !from_slot);
	meet();
	return cuts;
}

static void whenever_power_goes_one_of_two_starts(void **state)
{
	struct prng prng = story_seed("power goes", 13);
	const uint32_t sectors[] = {4096, 65536};

	(void)state;
	for (size_t i = 0; i < COUNT(sectors); i++) {
		const struct body *images[] = {&old, &next, &third};
		unsigned cuts = 0, updates = 0;
		uint64_t resumed = 0;

		begin(&prng, sectors[i]);
		while (cuts < 300) {
			const struct body *to = images[++updates % 3];
			int from = radio.running;

			cuts += update_under_cuts(&prng, to, from, &resumed);
			assert_int_equal(radio.running, !from);
			assert_true(slot_has(radio.running, to));
		}
		assert_true(resumed > 50);
		assert_int_equal(radio.nor.forbidden, 0);
		print_message("             sectors of %u: %u cuts, %u updates, %u resumed\n",
			      sectors[i], cuts, updates, (unsigned)resumed);
		nor_close(&radio.nor);
	}
}

/* ---- heads ---- */

static void a_head_is_read_as_it_was_written(void **state)
{
	struct prng prng = story_seed("heads", 14);
	uint8_t head[PTL_IMAGE_HEAD], again[PTL_IMAGE_HEAD];
	struct ptl_image image;

	(void)state;
	begin(&prng, 4096);
	ptl_image_write(&next.image, head);
	assert_true(ptl_image_read(&image, head));
	assert_string_equal(image.board, BOARD);
	assert_string_equal(image.firmware, "next 2");
	assert_int_equal(image.size, 39000);
	/* Whatever is changed, it is refused or written as it was read. */
	for (int i = 0; i < 100000; i++) {
		ptl_image_write(&next.image, head);
		for (uint32_t n = 1 + prng_below(&prng, 4); n > 0; n--)
			head[prng_below(&prng, sizeof(head))] = (uint8_t)prng_next(&prng);
		if (!ptl_image_read(&image, head))
			continue;
		ptl_image_write(&image, again);
		assert_memory_equal(head, again, sizeof(head));
	}
	nor_close(&radio.nor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_new_firmware_starts_and_stays),
		cmocka_unit_test(back_to_the_old_firmware),
		cmocka_unit_test(a_firmware_that_does_not_talk_is_left),
		cmocka_unit_test(a_session_between_end_and_restart_is_not_the_new_firmwares),
		cmocka_unit_test(a_slot_that_was_flashed_is_started),
		cmocka_unit_test(the_chips_partitions_are_the_map),
		cmocka_unit_test(foreign_images_are_refused),
		cmocka_unit_test(a_corrupted_body_is_not_started),
		cmocka_unit_test(a_truncated_body_is_not_started),
		cmocka_unit_test(a_stream_that_was_not_begun_is_refused),
		cmocka_unit_test(without_a_slot_there_is_no_update),
		cmocka_unit_test(a_new_session_goes_on_where_it_was),
		cmocka_unit_test(an_aborted_update_begins_anew),
		cmocka_unit_test(another_image_takes_the_place_of_one_on_trial),
		cmocka_unit_test(whenever_power_goes_one_of_two_starts),
		cmocka_unit_test(a_head_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}
