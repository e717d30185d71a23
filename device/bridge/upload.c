/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a file says is decoded as it comes, so that a bad record is told at once, and what it
 * decodes to is appended to the flash, whatever its address: runs say what is where. Intel hex
 * with its runs out of order is as welcome. Where bytes without an address go is known when
 * the target is.
 *
 * Nothing of it touches the target before all files were whole, with the right hash, and no
 * byte is given twice.
 */
#include "upload.h"
#include "../http/writer.h"

#include <mbedtls/md5.h>
#include <mbedtls/platform.h>
#include <mbedtls/sha256.h>
#include <pigtail/flash_map.h>
#include <pigtail/ihex.h>

#include <string.h>

#define RUNS	   24u
#define PAGE	   64u /* bytes that are programmed at once */
#define STM32_BASE 0x08000000u

struct run {
	uint32_t address, size;
	uint32_t at;   /* in the flash, from PTL_MAP_FILES on */
	bool based;    /* the address was said from where the target's flash begins; */
	uint32_t base; /* and so much was added for that */
};

struct upload_file {
	struct upload_begin begun;
	mbedtls_sha256_context sum;
	struct ptl_ihex ihex;
	bool hex, whole;
	struct run run[RUNS];
	size_t runs;
	size_t first; /* run of this file; those before are of files before it */
	struct ptl_flasher_segment segment[RUNS];
	size_t segments;
	uint32_t stored; /* bytes in the flash, and in the page */
	uint8_t page[PAGE];
};

/* ---- words ---- */

static bool refuse(struct upload *upload, const char *a, const char *b)
{
	struct writer out = writer_on(upload->why, sizeof(upload->why) - 1);

	write_text(&out, a);
	write_text(&out, b);
	upload->why[out.n] = 0;
	return false;
}

static bool refuse_line(struct upload *upload, enum ptl_ihex_error error)
{
	struct writer out = writer_on(upload->why, sizeof(upload->why) - 1);

	write_text(&out, upload->name);
	write_text(&out, ":");
	write_decimal(&out, upload->file->ihex.line);
	write_text(&out, ": ");
	write_text(&out, ptl_ihex_error_name(error));
	upload->why[out.n] = 0;
	return false;
}

static bool refuse_at(struct upload *upload, const char *what, uint32_t address)
{
	struct writer out = writer_on(upload->why, sizeof(upload->why) - 1);

	write_text(&out, what);
	write_text(&out, " 0x");
	write_hex(&out, address);
	upload->why[out.n] = 0;
	return false;
}

/* ---- the flash ---- */

/* The page before the end of what is stored. */
static bool program(struct upload *upload, uint32_t from)
{
	const struct ptl_flash *flash = upload->flash;

	if (!(from & (flash->sector - 1)) && !flash->erase(flash->user, PTL_MAP_FILES + from))
		return refuse(upload, "the flash here fails", "");
	if (!flash->program(flash->user, PTL_MAP_FILES + from, upload->file->page, PAGE))
		return refuse(upload, "the flash here fails", "");
	memset(upload->file->page, 0xff, PAGE);
	return true;
}

static bool store(struct upload *upload, const uint8_t *bytes, size_t n)
{
	struct upload_file *file = upload->file;

	for (; n > 0; n--) {
		file->page[file->stored++ % PAGE] = *bytes++;
		if (file->stored > PTL_MAP_FILES_SIZE)
			return refuse(upload, "the image is larger than the flash here", "");
		if (file->stored % PAGE == 0 && !program(upload, file->stored - PAGE))
			return false;
	}
	return true;
}

/* Some bytes at an address, based or not. */
static bool add_bytes(struct upload *upload, uint32_t address, bool based, const uint8_t *bytes,
		      size_t n)
{
	struct upload_file *file = upload->file;
	struct run *last = file->runs > file->first ? &file->run[file->runs - 1] : NULL;

	if (!last || last->address + last->size != address) {
		if (file->runs == RUNS)
			return refuse(upload, upload->name, ": it has too many runs of bytes");
		last = &file->run[file->runs++];
		*last = (struct run){address, 0, file->stored, based, 0};
	}
	last->size += (uint32_t)n;
	return store(upload, bytes, n);
}

static bool on_hex(void *user, uint32_t address, const uint8_t *bytes, size_t n)
{
	return add_bytes(user, address, false, bytes, n);
}

/* ---- a file ---- */

static void give_back(struct upload *upload)
{
	if (upload->file)
		mbedtls_sha256_free(&upload->file->sum);
	mbedtls_free(upload->file);
	mbedtls_free(upload->flasher);
	upload->file = NULL;
	upload->flasher = NULL;
}

static bool is_same(const struct upload_begin *a, const struct upload_begin *b)
{
	return a->size == b->size && a->has_offset == b->has_offset && a->offset == b->offset &&
	       a->append == b->append && !memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

/* Only letters that are the same in each way of writing them. */
static void name_it(struct upload *upload, const char *name)
{
	size_t n = 0;

	for (; n < UPLOAD_NAME && name[n]; n++)
		upload->name[n] = name[n] >= ' ' && name[n] <= '~' ? name[n] : '_';
	upload->name[n] = 0;
}

static bool open_file(struct upload *upload, const struct upload_begin *begin)
{
	struct upload_file *file = upload->file;

	file->begun = *begin;
	file->begun.name = NULL; /* it is the caller's */
	file->first = file->runs;
	file->whole = false;
	mbedtls_sha256_init(&file->sum);
	(void)mbedtls_sha256_starts_ret(&file->sum, 0);
	ptl_ihex_init(&file->ihex);
	file->ihex.user = upload;
	file->ihex.data = on_hex;
	upload->size = begin->size;
	upload->have = 0;
	upload->tried = false;
	upload->why[0] = 0;
	upload->changes++;
	name_it(upload, begin->name);
	return true;
}

static void *take_memory(const struct upload *upload, size_t n)
{
	void *memory = mbedtls_calloc(1, n);

	if (memory)
		return memory;
	upload->make_room();
	return mbedtls_calloc(1, n);
}

bool upload_begin(struct upload *upload, const struct upload_begin *begin)
{
	if (!upload->flash)
		return refuse(upload, "there is no flash here to keep an image in", "");
	if (upload->running)
		return refuse(upload, "an image is being written; wait until that is done", "");
	if (upload->file && is_same(&upload->file->begun, begin))
		return true;
	if (begin->append && upload->file) {
		if (!upload->file->whole)
			return refuse(upload, upload->name, ": the file before is not whole");
		return open_file(upload, begin);
	}
	give_back(upload);
	upload->file = take_memory(upload, sizeof(*upload->file));
	if (!upload->file)
		return refuse(upload, "out of memory; hang up a client, then try again", "");
	memset(upload->file->page, 0xff, PAGE);
	return open_file(upload, begin);
}

/* The first bytes tell what it is. */
static bool decode(struct upload *upload, const uint8_t *bytes, size_t n)
{
	struct upload_file *file = upload->file;
	enum ptl_ihex_error error;

	if (!upload->have && !file->begun.has_offset) {
		size_t i = 0;

		while (i < n && strchr(" \t\r\n", bytes[i]) && bytes[i])
			i++;
		file->hex = i < n && bytes[i] == ':';
	}
	if (!file->hex)
		return add_bytes(upload,
				 (file->begun.has_offset ? file->begun.offset : 0) +
					 upload->have,
				 !file->begun.has_offset, bytes, n);
	error = ptl_ihex_read(&file->ihex, (const char *)bytes, n);
	/* Where on_hex() refused, it has said why. */
	return error == PTL_IHEX_OK ||
	       (error != PTL_IHEX_REFUSED && refuse_line(upload, error));
}

/* All of it is here. */
static bool close_file(struct upload *upload)
{
	struct upload_file *file = upload->file;
	enum ptl_ihex_error error = file->hex ? ptl_ihex_finish(&file->ihex) : PTL_IHEX_OK;
	uint8_t sum[32];

	if (mbedtls_sha256_finish_ret(&file->sum, sum) ||
	    memcmp(sum, file->begun.sha256, sizeof(sum)) != 0)
		return refuse(upload, upload->name,
			      ": it was damaged on its way; send it again");
	if (error != PTL_IHEX_OK)
		return refuse_line(upload, error);
	if (file->runs == file->first)
		return refuse(upload, upload->name, ": no bytes for the target are in it");
	file->whole = true;
	return true;
}

bool upload_write(struct upload *upload, uint32_t offset, const uint8_t *bytes, size_t n)
{
	if (!upload->file || upload->running || upload->tried)
		return refuse(upload, "no image was begun: image.begin", "");
	if (offset != upload->have || !n)
		return true;
	if (n > upload->size - upload->have)
		return refuse(upload, "it is more than was announced", "");
	if (mbedtls_sha256_update_ret(&upload->file->sum, bytes, n) ||
	    !decode(upload, bytes, n)) {
		give_back(upload);
		return false;
	}
	upload->have += (uint32_t)n;
	if (upload->have == upload->size && !close_file(upload)) {
		give_back(upload);
		return false;
	}
	return true;
}

/* ---- for the flasher ---- */

static void read_run(const struct upload *upload, const struct run *run, uint32_t address,
		     uint8_t *bytes, size_t n)
{
	const struct upload_file *file = upload->file;
	uint32_t at = run->at + (address - run->address);
	uint32_t in_flash = file->stored - file->stored % PAGE;
	size_t part = at >= in_flash ? 0 : in_flash - at < n ? in_flash - at : n;

	/* The last ones are still in the page. */
	if (part && !upload->flash->read(upload->flash->user, PTL_MAP_FILES + at, bytes, part))
		memset(bytes, 0, part);
	if (part < n)
		memcpy(bytes + part, file->page + (at + part) % PAGE, n - part);
}

static void on_read(void *user, uint32_t address, uint8_t *bytes, size_t n)
{
	const struct upload *upload = user;

	for (size_t i = 0; i < upload->file->runs && n > 0; i++) {
		const struct run *run = &upload->file->run[i];
		size_t part = run->address + run->size - address;

		if (address < run->address || address - run->address >= run->size)
			continue;
		part = part < n ? part : n;
		read_run(upload, run, address, bytes, part);
		address += (uint32_t)part;
		bytes += part;
		n -= part;
	}
}

static void on_md5(void *user, const struct ptl_flasher_segment *segment, uint8_t sum[16])
{
	mbedtls_md5_context md5;
	uint8_t bytes[PAGE];

	mbedtls_md5_init(&md5);
	(void)mbedtls_md5_starts_ret(&md5);
	for (uint32_t at = 0; at < segment->size; at += PAGE) {
		size_t n = segment->size - at < PAGE ? segment->size - at : PAGE;

		on_read(user, segment->address + at, bytes, n);
		(void)mbedtls_md5_update_ret(&md5, bytes, n);
	}
	(void)mbedtls_md5_finish_ret(&md5, sum);
	mbedtls_md5_free(&md5);
}

static void sort_runs(struct upload_file *file, uint32_t base)
{
	for (size_t i = 0; i < file->runs; i++) {
		struct run run = file->run[i];
		size_t to = i;

		if (run.based) {
			run.address += base - run.base;
			run.base = base;
		}
		for (; to > 0 && file->run[to - 1].address > run.address; to--)
			file->run[to] = file->run[to - 1];
		file->run[to] = run;
	}
}

/* The runs in order, those that touch as one. */
static bool make_segments(struct upload *upload, uint32_t base)
{
	struct upload_file *file = upload->file;

	sort_runs(file, base);
	file->segments = 0;
	for (size_t i = 0; i < file->runs; i++) {
		const struct run *run = &file->run[i];
		struct ptl_flasher_segment *last =
			file->segments ? &file->segment[file->segments - 1] : NULL;

		if (run->size - 1 > UINT32_MAX - run->address)
			return refuse_at(upload, "bytes beyond", UINT32_MAX);
		if (last && run->address - last->address < last->size)
			return refuse_at(upload, "bytes are given twice at", run->address);
		if (last && run->address - last->address == last->size)
			last->size += run->size;
		else
			file->segment[file->segments++] =
				(struct ptl_flasher_segment){run->address, run->size};
	}
	return true;
}

static bool is_possible(struct upload *upload, enum ptl_target target)
{
	if (upload->running)
		return refuse(upload, "an image is being written already", "");
	if (programming_is_busy(upload->programming))
		return refuse(upload, "the target is being reset; try again", "");
	if (!upload->file)
		return refuse(upload, "there is no image: image.begin", "");
	if (!upload->file->whole)
		return refuse(upload, upload->name, ": it is not all here; send it again");
	if (target == PTL_TARGET_NONE || target == PTL_TARGET_ANY)
		return refuse(upload, "what the target is must be said: avr, mega, lpc, stm32",
			      " or esp");
	return true;
}

bool upload_flash(struct upload *upload, ptl_time now, enum ptl_target target)
{
	struct ptl_flasher_config config = {
		.target = target,
		.user = upload,
		.read = on_read,
		.md5 = on_md5,
	};

	if (!is_possible(upload, target) ||
	    !make_segments(upload, target == PTL_TARGET_STM32 ? STM32_BASE : 0))
		return false;
	config.segment = upload->file->segment;
	config.segments = upload->file->segments;
	upload->flasher = take_memory(upload, ptl_flasher_size());
	if (!upload->flasher)
		return refuse(upload, "out of memory; hang up a client, then try again", "");
	if (!programming_begin(upload->programming, now, upload->flasher, &config)) {
		mbedtls_free(upload->flasher);
		upload->flasher = NULL;
		return refuse(upload, "there is no way to program that target", "");
	}
	upload->target = target;
	upload->running = true;
	upload->why[0] = 0;
	upload->changes++;
	ptl_flasher_get_state(upload->flasher, &upload->state);
	return true;
}

void upload_abort(struct upload *upload, ptl_time now)
{
	if (upload->running)
		ptl_flasher_abort(upload->flasher, now);
}

/* ---- how it goes ---- */

static void say_why(struct upload *upload)
{
	const char *error = ptl_flasher_error_name(upload->state.error);

	switch (upload->state.error) {
	case PTL_FLASHER_OK:
		upload->why[0] = 0;
		break;
	case PTL_FLASHER_NO_TARGET:
		(void)refuse(upload, error, " after reset");
		break;
	case PTL_FLASHER_NO_VERIFY:
	case PTL_FLASHER_UNKNOWN_CHIP:
	case PTL_FLASHER_ABORTED:
		(void)refuse(upload, error, "");
		break;
	default:
		(void)refuse_at(upload, error, upload->state.address);
		break;
	}
}

static uint8_t percent_of(const struct ptl_flasher_state *state)
{
	uint64_t done = (uint64_t)state->written + state->verified;

	return (uint8_t)(state->total ? done * 50 / state->total : 0);
}

void upload_poll(struct upload *upload, ptl_time now)
{
	enum ptl_flasher_phase before = upload->state.phase;

	if (!upload->running)
		return;
	ptl_flasher_get_state(upload->flasher, &upload->state);
	if (upload->state.phase != before || percent_of(&upload->state) != upload->percent)
		upload->changes++;
	upload->percent = percent_of(&upload->state);
	if (!ptl_flasher_done(upload->flasher))
		return;
	say_why(upload);
	upload->running = false;
	upload->tried = true;
	upload->changes++;
	programming_end(upload->programming, now);
	give_back(upload);
}

const char *upload_state(const struct upload *upload)
{
	if (upload->running)
		return "running";
	if (upload->tried)
		return *upload->why ? "failed" : "verified";
	return upload->file ? "uploading" : "none";
}
