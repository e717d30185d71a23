/* SPDX-License-Identifier: GPL-2.0-only */
/* A fuzzer's input, and messages of SPEC 8 that are made right of it. */
#ifndef PIGTAIL_FUZZ_RADIO_MESSAGE_H
#define PIGTAIL_FUZZ_RADIO_MESSAGE_H

#include <pigtail/control.h>

#include <string.h>

struct input {
	const uint8_t *p;
	size_t n;
};

static inline uint8_t take(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

/* A message of that type with fields as its table wants them, values from the input. Each
 * value, of n bytes, goes through better(); NULL: it stays. to has room for PTL_CONTROL_MAX;
 * returns the length. */
static inline size_t well_made(struct input *in, uint8_t type, uint8_t *to,
			       void (*better)(uint8_t tag, uint8_t *value, uint8_t n))
{
	const struct ptl_message_info *info = ptl_message_info(type);
	const uint8_t *lists[2] = {info ? info->needs : NULL, info ? info->may : NULL};
	struct ptl_control_writer writer;

	ptl_control_begin(&writer, (enum ptl_control_type)type, take(in), take(in));
	for (unsigned l = 0; info && l < 2; l++)
		for (const uint8_t *tag = lists[l]; *tag; tag++) {
			const struct ptl_field_info *field = ptl_field_info(*tag);
			uint8_t value[PTL_FIELD_MAX], n = field->least;

			if (l == 1 && take(in) & 1)
				continue;
			if (field->kind >= PTL_KIND_BYTES && field->most > field->least)
				n = (uint8_t)(n + take(in) % (field->most - field->least + 1));
			for (unsigned i = 0; i < n; i++)
				value[i] = take(in);
			if (better)
				better(*tag, value, n);
			if (writer.n + PTL_FIELD_HEADER + n <= PTL_CONTROL_MAX)
				ptl_put_bytes(&writer, (enum ptl_field) * tag, value, n);
		}
	memcpy(to, writer.bytes, writer.n);
	return writer.n;
}

#endif
