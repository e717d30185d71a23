// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The tables of control.h as data: what each field and message is, and words for
 * values. Nothing here is written by hand twice: all comes from the lists there.
 */
#include <pigtail/control.h>

#define FIELD_ROW(name, tag, kind, least, most, what)                                          \
	{#name, tag, PTL_KIND_##kind, least, most},
static const struct ptl_field_info fields[] = {PTL_FIELDS(FIELD_ROW)};

#define TAG(name) PTL_F_##name,
#define MESSAGE_NEEDS(name, type, kind, needs, may, what)                                      \
	static const uint8_t needs_##name[] = {needs 0};                                       \
	static const uint8_t may_##name[] = {may 0};
PTL_MESSAGES(MESSAGE_NEEDS, TAG, )

#define NO_TAG(name)
#define MESSAGE_ROW(name, type, kind, needs, may, what)                                        \
	{#name, type, PTL_KIND_##kind, needs_##name, may_##name},
static const struct ptl_message_info messages[] = {PTL_MESSAGES(MESSAGE_ROW, NO_TAG, )};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct ptl_field_info *ptl_field_info(uint8_t tag)
{
	for (size_t i = 0; i < COUNT(fields); i++)
		if (fields[i].tag == tag)
			return &fields[i];
	return NULL;
}

const struct ptl_message_info *ptl_message_info(uint8_t type)
{
	for (size_t i = 0; i < COUNT(messages); i++)
		if (messages[i].type == type)
			return &messages[i];
	return NULL;
}

struct word {
	unsigned value;
	const char *text;
};

#define WORD(name, value, what) {value, what},
static const struct word statuses[] = {PTL_STATUSES(WORD)};
static const struct word failures[] = {PTL_FAILURES(WORD)};
static const struct word bys[] = {PTL_BYS(WORD)};
static const struct word boots[] = {PTL_BOOTS(WORD)};

static const char *word_of(const struct word *words, size_t n, unsigned value)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].value == value)
			return words[i].text;
	return "unknown";
}

const char *ptl_status_text(unsigned status)
{
	return word_of(statuses, COUNT(statuses), status);
}

const char *ptl_failure_text(unsigned failure)
{
	return word_of(failures, COUNT(failures), failure);
}

const char *ptl_by_text(unsigned by)
{
	return word_of(bys, COUNT(bys), by);
}

const char *ptl_boot_text(unsigned boot)
{
	return word_of(boots, COUNT(boots), boot);
}
