// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Messages of SPEC 8, read and written. The reader walks the fields anew for each
 * question: a message has at most 512 bytes, and nothing but the message itself is
 * needed to hold it. Every walk is by next_field(), which alone looks at lengths.
 */
#include <pigtail/control.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

struct field {
	uint8_t tag, length;
	const uint8_t *value;
};

/* The field at *at, which then is behind it. false: no more, or *at is not at the end and
 * what is there is no whole field. */
static bool next_field(const uint8_t *bytes, size_t n, size_t *at, struct field *field)
{
	size_t left = n - *at;

	if (left < PTL_FIELD_HEADER || left - PTL_FIELD_HEADER < bytes[*at + 1])
		return false;
	field->tag = bytes[*at];
	field->length = bytes[*at + 1];
	field->value = bytes + *at + PTL_FIELD_HEADER;
	*at += PTL_FIELD_HEADER + (size_t)field->length;
	return true;
}

/* The next of this tag from *at on. */
static bool find(const uint8_t *bytes, size_t n, uint8_t tag, size_t *at, struct field *field)
{
	while (next_field(bytes, n, at, field))
		if (field->tag == tag)
			return true;
	return false;
}

static bool contains(const uint8_t *tags, uint8_t tag)
{
	for (; *tags; tags++)
		if (*tags == tag)
			return true;
	return false;
}

static bool good_field(const struct ptl_field_info *info, const struct field *field)
{
	return field->length >= info->least && field->length <= info->most;
}

/* Tags of a message that have been met. */
struct tags {
	uint8_t bits[32];
};

static bool met(const struct tags *tags, uint8_t tag)
{
	return tags->bits[tag / 8] >> (tag % 8) & 1;
}

enum ptl_status ptl_control_check(const struct ptl_control *message)
{
	const uint8_t *bytes = message->bytes;
	const struct ptl_message_info *info;
	size_t n = message->n, at = PTL_CONTROL_HEADER;
	struct tags tags = {{0}};
	struct field field;

	if (n < PTL_CONTROL_HEADER || n > PTL_CONTROL_MAX)
		return PTL_STATUS_MALFORMED;
	info = ptl_message_info(bytes[0]);
	if (!info)
		return PTL_STATUS_UNKNOWN;
	while (next_field(bytes, n, &at, &field)) {
		const struct ptl_field_info *known = ptl_field_info(field.tag);

		if (!known)
			continue;
		if (!good_field(known, &field))
			return PTL_STATUS_MALFORMED;
		if (met(&tags, field.tag) && known->kind != PTL_KIND_LONG)
			return PTL_STATUS_MALFORMED;
		tags.bits[field.tag / 8] |= (uint8_t)(1u << (field.tag % 8));
	}
	if (at != n)
		return PTL_STATUS_MALFORMED;
	for (const uint8_t *tag = info->needs; *tag; tag++)
		if (!met(&tags, *tag))
			return PTL_STATUS_MALFORMED;
	return PTL_STATUS_DONE;
}

static bool first(const struct ptl_control *message, enum ptl_field tag, struct field *field)
{
	size_t at = PTL_CONTROL_HEADER;

	return find(message->bytes, message->n, (uint8_t)tag, &at, field);
}

bool ptl_control_has(const struct ptl_control *message, enum ptl_field field)
{
	struct field found;

	return first(message, field, &found);
}

static uint64_t little_endian(const struct field *field)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < field->length && i < 8; i++)
		value |= (uint64_t)field->value[i] << (8 * i);
	return value;
}

uint64_t ptl_control_uint(const struct ptl_control *message, enum ptl_field field,
			  uint64_t otherwise)
{
	struct field found;

	return first(message, field, &found) ? little_endian(&found) : otherwise;
}

int64_t ptl_control_int(const struct ptl_control *message, enum ptl_field field,
			int64_t otherwise)
{
	struct field found;
	uint64_t value, sign;

	if (!first(message, field, &found) || found.length == 0 || found.length > 8)
		return otherwise;
	value = little_endian(&found);
	sign = (uint64_t)1 << (8 * found.length - 1);
	return (int64_t)((value ^ sign) - sign);
}

const uint8_t *ptl_control_bytes(const struct ptl_control *message, enum ptl_field field,
				 size_t *n)
{
	struct field found;

	*n = 0;
	if (!first(message, field, &found))
		return NULL;
	*n = found.length;
	return found.value;
}

const uint8_t *ptl_control_piece(const struct ptl_control *message, enum ptl_field field,
				 size_t *at, size_t *n)
{
	struct field found;

	*n = 0;
	if (*at < PTL_CONTROL_HEADER)
		*at = PTL_CONTROL_HEADER;
	if (!find(message->bytes, message->n, (uint8_t)field, at, &found))
		return NULL;
	*n = found.length;
	return found.value;
}

size_t ptl_control_long(const struct ptl_control *message, enum ptl_field field, uint8_t *to,
			size_t room)
{
	size_t at = 0, n, whole = 0;
	const uint8_t *piece;

	while ((piece = ptl_control_piece(message, field, &at, &n))) {
		if (whole < room)
			memcpy(to + whole, piece, n < room - whole ? n : room - whole);
		whole += n;
	}
	return whole;
}

void ptl_control_words(const struct ptl_control *message, enum ptl_field field, char *to,
		       size_t room)
{
	size_t n;
	const uint8_t *text = ptl_control_bytes(message, field, &n);

	if (n > room - 1)
		n = room - 1;
	for (size_t i = 0; i < n; i++)
		to[i] = (char)(text[i] < 0x20 || text[i] > 0x7e ? '.' : text[i]);
	to[n] = '\0';
}

/* ---- writing ---- */

void ptl_control_begin(struct ptl_control_writer *to, enum ptl_control_type type, uint8_t id,
		       uint8_t interface)
{
	to->bytes[0] = (uint8_t)type;
	to->bytes[1] = id;
	to->bytes[2] = interface;
	to->n = PTL_CONTROL_HEADER;
	to->bad = !ptl_message_info((uint8_t)type);
}

/* Where the value of n bytes goes; NULL, and the message is bad, when it must not. */
static uint8_t *put(struct ptl_control_writer *to, enum ptl_field field, size_t n)
{
	const struct ptl_message_info *message = ptl_message_info(to->bytes[0]);
	const struct ptl_field_info *info = ptl_field_info((uint8_t)field);
	uint8_t *at = to->bytes + to->n;

	if (to->bad || !message || !info || n < info->least || n > info->most ||
	    sizeof(to->bytes) - to->n < PTL_FIELD_HEADER + n ||
	    !(contains(message->needs, info->tag) || contains(message->may, info->tag))) {
		to->bad = true;
		return NULL;
	}
	at[0] = info->tag;
	at[1] = (uint8_t)n;
	to->n += PTL_FIELD_HEADER + n;
	return at + PTL_FIELD_HEADER;
}

static uint8_t size_of(enum ptl_field field)
{
	const struct ptl_field_info *info = ptl_field_info((uint8_t)field);

	return info ? info->most : 0;
}

void ptl_put_flag(struct ptl_control_writer *to, enum ptl_field field)
{
	put(to, field, 0);
}

static void put_number(struct ptl_control_writer *to, enum ptl_field field, uint64_t value)
{
	uint8_t size = size_of(field);
	uint8_t *at = put(to, field, size);

	for (unsigned i = 0; at && i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void ptl_put_uint(struct ptl_control_writer *to, enum ptl_field field, uint64_t value)
{
	uint8_t size = size_of(field);

	if (size < 8 && value >> (8 * size))
		to->bad = true;
	put_number(to, field, value);
}

void ptl_put_int(struct ptl_control_writer *to, enum ptl_field field, int64_t value)
{
	uint8_t size = size_of(field);

	if (size > 0 && size < 8) {
		int64_t limit = (int64_t)1 << (8 * size - 1);

		if (value < -limit || value >= limit)
			to->bad = true;
	}
	put_number(to, field, (uint64_t)value);
}

void ptl_put_bytes(struct ptl_control_writer *to, enum ptl_field field, const void *value,
		   size_t n)
{
	const struct ptl_field_info *info = ptl_field_info((uint8_t)field);
	const uint8_t *from = value;

	do {
		size_t piece = n;
		uint8_t *at;

		if (info && info->kind == PTL_KIND_LONG && piece > info->most)
			piece = info->most;
		at = put(to, field, piece);
		if (!at)
			return;
		if (piece > 0)
			memcpy(at, from, piece);
		from += piece;
		n -= piece;
	} while (n > 0);
}

void ptl_put_text(struct ptl_control_writer *to, enum ptl_field field, const char *text)
{
	size_t n = strlen(text), most = size_of(field);

	if (n > most)
		n = most;
	ptl_put_bytes(to, field, text, n);
}

size_t ptl_put_room(const struct ptl_control_writer *to)
{
	size_t left = sizeof(to->bytes) - to->n;
	size_t whole = left / (PTL_FIELD_HEADER + PTL_FIELD_MAX);
	size_t rest = left % (PTL_FIELD_HEADER + PTL_FIELD_MAX);

	return whole * PTL_FIELD_MAX + (rest > PTL_FIELD_HEADER ? rest - PTL_FIELD_HEADER : 0);
}

bool ptl_control_end(const struct ptl_control_writer *to)
{
	struct ptl_control message = {to->bytes, to->n};

	return !to->bad && ptl_control_check(&message) == PTL_STATUS_DONE;
}
