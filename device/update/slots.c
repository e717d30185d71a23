// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See slots.h. */
#include <pigtail/slots.h>

#include <pigtail/flash_map.h>

#include <string.h>

#define CHUNK 256u

#define KEY_START   ".start"
#define KEY_WRITTEN ".written"

static const char *const image_keys[2] = {".image0", ".image1"};

struct start {
	uint8_t slot;
	uint8_t on_trial;
	uint8_t tries;
	uint8_t unused;
	uint32_t starts;
};

struct written {
	uint32_t slot, n;
};

static struct start read_start(const struct ptl_slots *slots)
{
	struct start start = {0};

	if (ptl_store_get(slots->store, KEY_START, &start, sizeof(start)) != sizeof(start) ||
	    start.slot > 1)
		start = (struct start){0};
	return start;
}

static bool write_start(const struct ptl_slots *slots, const struct start *start)
{
	return ptl_store_set(slots->store, KEY_START, start, sizeof(*start));
}

static void turn_back(struct start *start)
{
	start->slot = !start->slot;
	start->on_trial = 0;
	start->tries = 0;
}

int ptl_slots_start(const struct ptl_slots *slots)
{
	struct start start = read_start(slots);

	if (start.on_trial && start.tries++ == PTL_SLOT_TRIALS)
		turn_back(&start);
	if (!ptl_slots_intact(slots, start.slot)) {
		if (!ptl_slots_intact(slots, !start.slot))
			return PTL_NO_SLOT;
		turn_back(&start);
	}
	start.starts++;
	/* A flash that fails is no reason not to start. */
	(void)write_start(slots, &start);
	return start.slot;
}

unsigned ptl_slots_chosen(const struct ptl_slots *slots)
{
	return read_start(slots).slot;
}

uint32_t ptl_slots_starts(const struct ptl_slots *slots)
{
	return read_start(slots).starts;
}

bool ptl_slots_on_trial(const struct ptl_slots *slots, unsigned slot)
{
	struct start start = read_start(slots);

	return start.on_trial && start.slot == slot;
}

bool ptl_slots_keep(const struct ptl_slots *slots, unsigned slot)
{
	struct start start = read_start(slots);

	start.slot = (uint8_t)slot;
	start.on_trial = 0;
	start.tries = 0;
	return write_start(slots, &start);
}

bool ptl_slots_activate(const struct ptl_slots *slots, unsigned slot)
{
	struct start start = read_start(slots);

	start.slot = (uint8_t)slot;
	start.on_trial = 1;
	start.tries = 0;
	return write_start(slots, &start);
}

bool ptl_slots_image(const struct ptl_slots *slots, unsigned slot, struct ptl_image *image)
{
	uint8_t head[PTL_IMAGE_HEAD];

	return ptl_store_get(slots->store, image_keys[slot], head, sizeof(head)) ==
		       sizeof(head) &&
	       ptl_image_read(image, head);
}

bool ptl_slots_set_image(const struct ptl_slots *slots, unsigned slot,
			 const struct ptl_image *image)
{
	uint8_t head[PTL_IMAGE_HEAD];

	ptl_image_write(image, head);
	/* In this order: power may go between the two. */
	return ptl_slots_set_written(slots, slot, 0) &&
	       ptl_store_set(slots->store, image_keys[slot], head, sizeof(head));
}

uint32_t ptl_slots_written(const struct ptl_slots *slots, unsigned slot)
{
	struct written written;

	if (ptl_store_get(slots->store, KEY_WRITTEN, &written, sizeof(written)) !=
		    sizeof(written) ||
	    written.slot != slot)
		return 0;
	return written.n;
}

bool ptl_slots_set_written(const struct ptl_slots *slots, unsigned slot, uint32_t n)
{
	const struct written written = {slot, n};

	return ptl_store_set(slots->store, KEY_WRITTEN, &written, sizeof(written));
}

void ptl_look_begin(struct ptl_look *look, const struct ptl_slots *slots, unsigned slot)
{
	look->slots = slots;
	look->slot = slot;
	look->at = 0;
	look->headed = ptl_slots_image(slots, slot, &look->image);
	(void)crypto_hash_sha256_init(&look->sha);
}

/* The next bytes of the slot; false: the flash fails. */
static bool hash_some(struct ptl_look *look)
{
	const struct ptl_flash *flash = look->slots->flash;
	uint32_t left = look->image.size - look->at;
	uint32_t until = look->at + (left < PTL_LOOK_BYTES ? left : PTL_LOOK_BYTES);
	uint8_t chunk[CHUNK];

	while (look->at < until) {
		uint32_t n = until - look->at < CHUNK ? until - look->at : CHUNK;

		if (!flash->read(flash->user, PTL_MAP_SLOT(look->slot) + look->at, chunk, n))
			return false;
		(void)crypto_hash_sha256_update(&look->sha, chunk, n);
		look->at += n;
	}
	return true;
}

enum ptl_verdict ptl_look_step(struct ptl_look *look)
{
	uint8_t digest[crypto_hash_sha256_BYTES];

	if (!look->headed)
		return look->slots->flashed ? PTL_VERDICT_GOOD : PTL_VERDICT_BAD;
	if (look->image.size > PTL_MAP_SLOT_SIZE || !hash_some(look))
		return PTL_VERDICT_BAD;
	if (look->at < look->image.size)
		return PTL_VERDICT_NONE;
	(void)crypto_hash_sha256_final(&look->sha, digest);
	return memcmp(digest, look->image.digest, sizeof(digest)) == 0 ? PTL_VERDICT_GOOD
								       : PTL_VERDICT_BAD;
}

bool ptl_slots_intact(const struct ptl_slots *slots, unsigned slot)
{
	enum ptl_verdict verdict;
	struct ptl_look look;

	ptl_look_begin(&look, slots, slot);
	do
		verdict = ptl_look_step(&look);
	while (verdict == PTL_VERDICT_NONE);
	return verdict == PTL_VERDICT_GOOD;
}
