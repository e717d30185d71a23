/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A name is labels, each with its length before it; a pointer in the place of one leads to
 * labels that stood before. Each has to lead further back than the one before it, so that none
 * leads in a circle. Nothing is copied: names are compared where they stand.
 */
#include "mdns_message.h"

#include <string.h>

#define POINTER 0xc0u

uint16_t mdns_word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* ---- names ---- */

struct place {
	size_t at;
	size_t least; /* pointers have to lead to before that */
};

/* The length of the label at a place, which is then at its text; 0: the name ends; -1: it is
 * broken. */
static int next_label(struct mdns_message message, struct place *place)
{
	while (place->at < message.n) {
		uint8_t c = message.at[place->at];
		size_t to;

		if (c < 64) {
			place->at++;
			return message.n - place->at < c ? -1 : c;
		}
		if (c < POINTER || message.n - place->at < 2)
			return -1;
		to = mdns_word(message.at + place->at) & 0x3fffu;
		if (to >= place->least)
			return -1;
		place->at = place->least = to;
	}
	return -1;
}

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool label_is(const uint8_t *at, size_t n, const char *label)
{
	size_t i = 0;

	while (i < n && label[i] && small(at[i]) == small((uint8_t)label[i]))
		i++;
	return i == n && !label[i];
}

bool mdns_name_is(struct mdns_message message, size_t at, const struct mdns_name *name)
{
	struct place place = {at, at};

	for (size_t i = 0; i < name->n; i++) {
		int n = next_label(message, &place);

		if (n <= 0 || !label_is(message.at + place.at, (size_t)n, name->label[i]))
			return false;
		place.at += (size_t)n;
	}
	return next_label(message, &place) == 0;
}

/* Behind the name there; 0: it isn't whole. */
static size_t skip_name(struct mdns_message message, size_t at)
{
	while (at < message.n) {
		uint8_t c = message.at[at];

		if (!c)
			return at + 1;
		if (c >= POINTER)
			return message.n - at < 2 ? 0 : at + 2;
		if (c >= 64)
			return 0;
		at += 1u + c;
	}
	return 0;
}

/* ---- what has a name ---- */

bool mdns_read_question(struct mdns_message message, size_t *at, struct mdns_question *question)
{
	size_t end = skip_name(message, *at);

	if (!end || message.n - end < 4)
		return false;
	*question = (struct mdns_question){
		.name = *at,
		.type = mdns_word(message.at + end),
		.class = mdns_word(message.at + end + 2),
	};
	*at = end + 4;
	return true;
}

bool mdns_read_record(struct mdns_message message, size_t *at, struct mdns_record *record)
{
	struct mdns_question head;
	size_t end = *at;

	if (!mdns_read_question(message, &end, &head) || message.n - end < 6)
		return false;
	*record = (struct mdns_record){
		.name = head.name,
		.type = head.type,
		.class = head.class,
		.ttl = (uint32_t)mdns_word(message.at + end) << 16 |
		       mdns_word(message.at + end + 2),
		.data = end + 6,
		.n = mdns_word(message.at + end + 4),
	};
	if (message.n - record->data < record->n)
		return false;
	*at = record->data + record->n;
	return true;
}

bool mdns_text_is(struct mdns_message message, const struct mdns_record *record,
		  const char *const *text)
{
	const uint8_t *at = message.at + record->data;
	size_t left = record->n;

	for (; *text; text++) {
		size_t n = strlen(*text);

		if (left < n + 1 || at[0] != n || memcmp(at + 1, *text, n) != 0)
			return false;
		at += n + 1;
		left -= n + 1;
	}
	return left == 0;
}
