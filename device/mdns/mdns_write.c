/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A name ends with a pointer where its last labels were written before (RFC 1035, 4.1.4),
 * which is found by the reader's own comparison.
 */
#include "mdns_message.h"

#include <string.h>

struct mdns_writer mdns_write(uint8_t *to, size_t room, uint16_t id, uint16_t flags)
{
	struct mdns_writer out = {.at = to, .room = room};

	mdns_write_word(&out, id);
	mdns_write_word(&out, flags);
	out.n = MDNS_HEADER;
	return out;
}

void mdns_write_bytes(struct mdns_writer *out, const void *bytes, size_t n)
{
	if (out->full || out->room - out->n < n) {
		out->full = true;
		return;
	}
	memcpy(out->at + out->n, bytes, n);
	out->n += n;
}

void mdns_write_word(struct mdns_writer *out, uint16_t word)
{
	const uint8_t bytes[2] = {(uint8_t)(word >> 8), (uint8_t)word};

	mdns_write_bytes(out, bytes, sizeof(bytes));
}

/* Where this stands already; 0: nowhere. */
static uint16_t find(const struct mdns_writer *out, const struct mdns_name *name)
{
	const struct mdns_message written = {out->at, out->n};

	for (size_t i = 0; i < out->labels; i++)
		if (mdns_name_is(written, out->label[i], name))
			return out->label[i];
	return 0;
}

static void write_label(struct mdns_writer *out, const char *label)
{
	size_t start = out->n;
	uint8_t n = (uint8_t)strlen(label);

	mdns_write_bytes(out, &n, 1);
	mdns_write_bytes(out, label, n);
	if (!out->full && out->labels < MDNS_SHORTCUTS)
		out->label[out->labels++] = (uint16_t)start;
}

void mdns_write_name(struct mdns_writer *out, const struct mdns_name *name)
{
	struct mdns_name rest = *name;
	const uint8_t end = 0;

	while (rest.n > 0) {
		uint16_t seen = find(out, &rest);

		if (seen) {
			mdns_write_word(out, seen | 0xc000u);
			return;
		}
		write_label(out, rest.label[0]);
		rest.n--;
		memmove(rest.label, rest.label + 1, rest.n * sizeof(rest.label[0]));
	}
	mdns_write_bytes(out, &end, 1);
}

/* What was begun at start is taken back if it didn't fit. */
static bool keep(struct mdns_writer *out, size_t start)
{
	if (!out->full)
		return true;
	out->n = start;
	while (out->labels > 0 && out->label[out->labels - 1] >= start)
		out->labels--;
	return false;
}

static void write_head(struct mdns_writer *out, const struct mdns_name *name, uint16_t type,
		       uint16_t class)
{
	out->full = false;
	mdns_write_name(out, name);
	mdns_write_word(out, type);
	mdns_write_word(out, class);
}

bool mdns_write_question(struct mdns_writer *out, const struct mdns_name *name, uint16_t type,
			 uint16_t class)
{
	size_t start = out->n;

	write_head(out, name, type, class);
	if (!keep(out, start))
		return false;
	out->count[MDNS_QUESTIONS]++;
	return true;
}

void mdns_write_record(struct mdns_writer *out, const struct mdns_name *name, uint16_t type,
		       uint16_t class, uint32_t ttl)
{
	out->start = out->n;
	write_head(out, name, type, class);
	mdns_write_word(out, (uint16_t)(ttl >> 16));
	mdns_write_word(out, (uint16_t)ttl);
	mdns_write_word(out, 0);
	out->data = out->n;
}

static void set_word(struct mdns_writer *out, size_t at, size_t word)
{
	out->at[at] = (uint8_t)(word >> 8);
	out->at[at + 1] = (uint8_t)word;
}

bool mdns_write_end(struct mdns_writer *out, enum mdns_section section)
{
	if (!keep(out, out->start))
		return false;
	set_word(out, out->data - 2, out->n - out->data);
	out->count[section]++;
	return true;
}

size_t mdns_written(struct mdns_writer *out)
{
	for (size_t i = 0; i < 4; i++)
		set_word(out, 4 + 2 * i, out->count[i]);
	return out->n;
}
