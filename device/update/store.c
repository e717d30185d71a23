// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * See store.h. One of the two sectors is the active one: a header, then records, each
 * newer than those before it.
 *
 *	header: u32 magic, u32 sequence, u32 erases, u32 CRC-32C of these
 *	record: u8 kind, u8 key's length, u16 value's length, u32 CRC-32C of all else,
 *	        key, value; filled up to a multiple of PTL_FLASH_WORD with ff
 *
 * When it is full, or ends in a record that power interrupted, what counts is copied to
 * the other sector, whose header is written last and has the higher sequence: with its
 * last word that sector is the active one. The old one stays as it is until the next time.
 *
 * Numbers are little endian, as the CPUs are that have such flash.
 */
#include <pigtail/store.h>

#include "link/crc32c.h"

#include <string.h>

#define MAGIC	   0x31535450u /* PTS1 */
#define CHUNK	   32u
#define RECORD_MAX (RECORD_HEADER + PTL_STORE_KEY_MAX + PTL_STORE_VALUE_MAX + PTL_FLASH_WORD)

enum record_kind {
	KIND_VALUE = 0x56,
	KIND_REMOVED = 0x52,
	KIND_NONE = 0xff,
};

struct header {
	uint32_t magic, sequence, erases, crc;
};

struct record {
	uint8_t kind, key_n;
	uint16_t value_n;
	uint32_t crc;
};

#define HEADER	      ((uint32_t)sizeof(struct header))
#define RECORD_HEADER ((uint32_t)sizeof(struct record))

/* ---- reading ---- */

static uint32_t crc_of(const void *bytes, size_t n)
{
	return crc32c_end(ptl_crc32c_add(CRC32C_START, bytes, n));
}

static bool read(const struct ptl_store *store, uint32_t at, void *to, size_t n)
{
	const struct ptl_flash *flash = store->flash;

	return flash->read(flash->user, store->sector[store->active] + at, to, n);
}

static uint32_t record_size(const struct record *record)
{
	uint32_t n = RECORD_HEADER + record->key_n + record->value_n;

	return (n + PTL_FLASH_WORD - 1) & ~(PTL_FLASH_WORD - 1);
}

/* Its header, if it can be one. */
static bool read_record(const struct ptl_store *store, uint32_t at, struct record *record)
{
	return at + RECORD_HEADER <= store->room && read(store, at, record, sizeof(*record)) &&
	       (record->kind == KIND_VALUE || record->kind == KIND_REMOVED) &&
	       record->key_n >= 1 && record->key_n <= PTL_STORE_KEY_MAX &&
	       record->value_n <= PTL_STORE_VALUE_MAX &&
	       at + record_size(record) <= store->room;
}

static bool record_is_whole(const struct ptl_store *store, uint32_t at,
			    const struct record *record)
{
	uint32_t left = (uint32_t)record->key_n + record->value_n;
	uint32_t crc = ptl_crc32c_add(CRC32C_START, &record->kind, RECORD_HEADER - sizeof(crc));

	for (at += RECORD_HEADER; left > 0;) {
		uint8_t chunk[CHUNK];
		uint32_t n = left < CHUNK ? left : CHUNK;

		if (!read(store, at, chunk, n))
			return false;
		crc = ptl_crc32c_add(crc, chunk, n);
		at += n;
		left -= n;
	}
	return crc32c_end(crc) == record->crc;
}

static bool is_blank(const struct ptl_store *store, uint32_t at)
{
	while (at < store->room) {
		uint32_t words[CHUNK / 4];
		uint32_t n = store->room - at;

		n = n < CHUNK ? n : CHUNK;
		if (!read(store, at, words, n))
			return false;
		for (uint32_t i = 0; i < n / 4; i++)
			if (words[i] != UINT32_MAX)
				return false;
		at += n;
	}
	return true;
}

/* Where records end. One that is not whole, or anything behind the last, is what power
 * interrupted: nothing can be written there. */
static void find_end(struct ptl_store *store)
{
	struct record record;
	uint32_t at = HEADER;

	while (read_record(store, at, &record) && record_is_whole(store, at, &record))
		at += record_size(&record);
	store->end = at;
	store->torn = !is_blank(store, at);
}

/* The header of a sector, if it has one. */
static bool read_header(const struct ptl_store *store, unsigned which, struct header *header)
{
	const struct ptl_flash *flash = store->flash;

	return flash->read(flash->user, store->sector[which], header, sizeof(*header)) &&
	       header->magic == MAGIC &&
	       header->crc == crc_of(header, sizeof(*header) - sizeof(header->crc));
}

static bool has_key(const struct ptl_store *store, uint32_t at, const struct record *record,
		    const char *key, size_t key_n)
{
	char here[PTL_STORE_KEY_MAX];

	return record->key_n == key_n && read(store, at + RECORD_HEADER, here, key_n) &&
	       memcmp(here, key, key_n) == 0;
}

/* The last record of a key before the end, 0: none. */
static uint32_t find(const struct ptl_store *store, const char *key, size_t key_n,
		     struct record *found)
{
	struct record record;
	uint32_t last = 0;

	for (uint32_t at = HEADER; at < store->end && read_record(store, at, &record);
	     at += record_size(&record)) {
		if (!has_key(store, at, &record, key, key_n))
			continue;
		last = at;
		*found = record;
	}
	return last;
}

int ptl_store_get(const struct ptl_store *store, const char *key, void *to, size_t room)
{
	struct record record;
	size_t key_n = strlen(key);
	uint32_t at = find(store, key, key_n, &record);

	if (!at || record.kind != KIND_VALUE)
		return -1;
	if (room > record.value_n)
		room = record.value_n;
	return read(store, at + RECORD_HEADER + record.key_n, to, room) ? record.value_n : -1;
}

/* ---- writing ---- */

static bool program(const struct ptl_store *store, uint32_t at, const void *bytes, uint32_t n)
{
	const struct ptl_flash *flash = store->flash;
	const uint8_t *wanted = bytes;
	uint8_t is[CHUNK];

	if (!flash->program(flash->user, at, bytes, n))
		return false;
	for (uint32_t i = 0; i < n; i += CHUNK) {
		uint32_t part = n - i < CHUNK ? n - i : CHUNK;

		if (!flash->read(flash->user, at + i, is, part) || memcmp(is, wanted + i, part))
			return false;
	}
	return true;
}

/* Makes a record in to; returns its size. */
static uint32_t make(uint8_t to[RECORD_MAX], enum record_kind kind, const char *key,
		     size_t key_n, const void *value, size_t n)
{
	struct record record = {(uint8_t)kind, (uint8_t)key_n, (uint16_t)n, 0};
	uint32_t size = record_size(&record), crc;

	memset(to, 0xff, RECORD_MAX);
	memcpy(to + RECORD_HEADER, key, key_n);
	if (n > 0)
		memcpy(to + RECORD_HEADER + key_n, value, n);
	crc = ptl_crc32c_add(CRC32C_START, &record.kind, RECORD_HEADER - sizeof(crc));
	record.crc = crc32c_end(ptl_crc32c_add(crc, to + RECORD_HEADER, key_n + n));
	memcpy(to, &record, sizeof(record));
	return size;
}

/* Copies the records that count, but for the key, to the other sector, from *end on. */
static bool copy_live(const struct ptl_store *store, const char *key, size_t key_n,
		      uint32_t *end)
{
	uint32_t to = store->sector[!store->active];
	struct record record, newest;
	uint8_t bytes[RECORD_MAX];

	for (uint32_t at = HEADER; at < store->end && read_record(store, at, &record);
	     at += record_size(&record)) {
		uint32_t size = record_size(&record);

		if (!read(store, at, bytes, size))
			return false;
		if (record.kind != KIND_VALUE || has_key(store, at, &record, key, key_n) ||
		    find(store, (const char *)bytes + RECORD_HEADER, record.key_n, &newest) !=
			    at)
			continue;
		if (!program(store, to + *end, bytes, size))
			return false;
		*end += size;
	}
	return true;
}

/* Bytes that copy_live() will take. */
static uint32_t live_size(const struct ptl_store *store, const char *key, size_t key_n)
{
	struct record record, newest;
	char here[PTL_STORE_KEY_MAX];
	uint32_t n = HEADER;

	for (uint32_t at = HEADER; at < store->end && read_record(store, at, &record);
	     at += record_size(&record)) {
		if (record.kind == KIND_VALUE && !has_key(store, at, &record, key, key_n) &&
		    read(store, at + RECORD_HEADER, here, record.key_n) &&
		    find(store, here, record.key_n, &newest) == at)
			n += record_size(&record);
	}
	return n;
}

static bool write_header(struct ptl_store *store, unsigned which)
{
	struct header header = {MAGIC, store->sequence + 1, store->erases + 1, 0};

	header.crc = crc_of(&header, sizeof(header) - sizeof(header.crc));
	if (!program(store, store->sector[which], &header, sizeof(header)))
		return false;
	store->active = which;
	store->sequence++;
	store->erases++;
	return true;
}

/* Goes to the other sector, with what counts and the new record of the key. */
static bool change_sectors(struct ptl_store *store, const char *key, size_t key_n,
			   const uint8_t *bytes, uint32_t size)
{
	const struct ptl_flash *flash = store->flash;
	uint32_t other = store->sector[!store->active], end = HEADER;

	if (live_size(store, key, key_n) + size > store->room)
		return false;
	if (!flash->erase(flash->user, other) || !copy_live(store, key, key_n, &end))
		return false;
	if (size > 0 && !program(store, other + end, bytes, size))
		return false;
	if (!write_header(store, !store->active))
		return false;
	store->end = end + size;
	store->torn = false;
	return true;
}

static bool append(struct ptl_store *store, const char *key, size_t key_n, const uint8_t *bytes,
		   uint32_t size)
{
	if (!store->torn && store->end + size <= store->room) {
		if (program(store, store->sector[store->active] + store->end, bytes, size)) {
			store->end += size;
			return true;
		}
		store->torn = true;
	}
	return change_sectors(store, key, key_n, bytes, size);
}

static bool is_stored(const struct ptl_store *store, const char *key, const void *value,
		      size_t n)
{
	uint8_t now[PTL_STORE_VALUE_MAX];
	int now_n = ptl_store_get(store, key, now, sizeof(now));

	return now_n == (int)n && (n == 0 || memcmp(now, value, n) == 0);
}

static bool key_ok(const char *key, size_t n)
{
	if (n < 1 || n > PTL_STORE_KEY_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (key[i] < 0x21 || key[i] > 0x7e)
			return false;
	return true;
}

bool ptl_store_set(struct ptl_store *store, const char *key, const void *value, size_t n)
{
	uint8_t bytes[RECORD_MAX];
	size_t key_n = strlen(key);

	if (!key_ok(key, key_n) || n > PTL_STORE_VALUE_MAX)
		return false;
	if (is_stored(store, key, value, n))
		return true;
	return append(store, key, key_n, bytes, make(bytes, KIND_VALUE, key, key_n, value, n));
}

bool ptl_store_remove(struct ptl_store *store, const char *key)
{
	uint8_t bytes[RECORD_MAX];
	size_t key_n = strlen(key);
	struct record record;

	if (!find(store, key, key_n, &record) || record.kind == KIND_REMOVED)
		return true;
	return append(store, key, key_n, bytes, make(bytes, KIND_REMOVED, key, key_n, NULL, 0));
}

/* ---- opening ---- */

bool ptl_store_open(struct ptl_store *store, const struct ptl_flash *flash, uint32_t one,
		    uint32_t other)
{
	bool found = false;

	*store = (struct ptl_store){.flash = flash, .sector = {one, other}, .active = 1};
	store->room = flash->sector < PTL_STORE_ROOM ? flash->sector : PTL_STORE_ROOM;
	for (unsigned i = 0; i < 2; i++) {
		struct header header;

		if (!read_header(store, i, &header) ||
		    (found && (int32_t)(header.sequence - store->sequence) < 0))
			continue;
		store->active = i;
		store->sequence = header.sequence;
		store->erases = header.erases;
		found = true;
	}
	if (found) {
		find_end(store);
		return true;
	}
	store->end = HEADER;
	return change_sectors(store, "", 0, NULL, 0);
}
