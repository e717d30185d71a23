/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See boot.h. */
#include "boot.h"

#include <pigtail/link.h>

#include <string.h>

#define TAG_FIRST    0x7b0b
#define TAG_LAST     0x7e0b
#define TAG_COMMAND  0x1001
#define TAGS_AT_MOST 16
#define WORD	     64

static const char *command_line(const struct boot_tag *tag)
{
	if (!tag || tag->tag != TAG_FIRST)
		return "";
	for (int i = 0; i < TAGS_AT_MOST && tag->tag != TAG_LAST; i++) {
		if (tag->tag == TAG_COMMAND)
			return tag->at;
		tag = (const struct boot_tag *)(tag->at + ((tag->n + 3u) & ~3u));
	}
	return "";
}

static bool number(const char *text, uint32_t *value)
{
	*value = 0;
	if (!*text)
		return false;
	for (; *text >= '0' && *text <= '9' && *value < UINT32_MAX / 10; text++)
		*value = *value * 10 + (uint32_t)(*text - '0');
	return !*text;
}

static bool set_framing(struct boot *boot, const char *value)
{
	for (const struct ptl_framing *const *at = boot_framings; *at; at++)
		if (strcmp(value, (*at)->name) == 0) {
			boot->framing = *at;
			return true;
		}
	return !*boot_framings; /* it has no link */
}

static bool set_baud(struct boot *boot, const char *value)
{
	return number(value, &boot->baud) && boot->baud >= 50 && boot->baud <= 10000000;
}

static bool set_seed(struct boot *boot, const char *value)
{
	return number(value, &boot->seed);
}

static bool set_rtscts(struct boot *boot, const char *value)
{
	boot->lossy = strcmp(value, "off") == 0;
	return boot->lossy || strcmp(value, "on") == 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool set_mac(struct boot *boot, const char *value)
{
	uint8_t mac[6];

	if (strlen(value) != 17)
		return false;
	for (int i = 0; i < 6; i++, value += 3) {
		int high = digit(value[0]), low = digit(value[1]);

		if (high < 0 || low < 0 || (i < 5 && value[2] != ':'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	if (mac[0] & 1)
		return false;
	memcpy(boot->mac, mac, sizeof(mac));
	return true;
}

static bool set_address(struct boot *boot, const char *value)
{
	if (strlen(value) >= sizeof(boot->address))
		return false;
	strcpy(boot->address, value);
	return true;
}

static bool set_report(struct boot *boot, const char *value)
{
	boot->report = strcmp(value, "on") == 0;
	return boot->report || strcmp(value, "off") == 0;
}

static bool set_fault(struct boot *boot, const char *value)
{
	static const char *const names[] = {[BOOT_HANG] = "hang",
					    [BOOT_CRASH] = "crash",
					    [BOOT_STACK] = "stack",
					    [BOOT_SLOW] = "slow"};

	for (enum boot_fault fault = BOOT_HANG; fault <= BOOT_SLOW; fault++)
		if (strcmp(value, names[fault]) == 0) {
			boot->fault = fault;
			return true;
		}
	return false;
}

static bool set_faults(struct boot *boot, const char *value)
{
	return number(value, &boot->faults);
}

static const struct {
	const char *name;
	bool (*set)(struct boot *boot, const char *value);
} options[] = {
	{"framing", set_framing}, {"baud", set_baud},	    {"rtscts", set_rtscts},
	{"mac", set_mac},	  {"address", set_address}, {"seed", set_seed},
	{"fault", set_fault},	  {"faults", set_faults},   {"report", set_report},
};

static bool take(struct boot *boot, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return false;
	*value++ = 0;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(word, options[i].name) == 0)
			return options[i].set(boot, value);
	return false;
}

void boot_read(struct boot *boot, const struct boot_tag *tags)
{
	static const uint8_t usual[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	const char *at = command_line(tags);

	memset(boot, 0, sizeof(*boot));
	boot->framing = boot_framings[0];
	boot->baud = 921600;
	boot->faults = 1;
	memcpy(boot->mac, usual, sizeof(usual));
	while (*at) {
		char word[WORD];
		size_t n = strcspn(at, " ");
		size_t kept = n < sizeof(word) ? n : sizeof(word) - 1;
		struct boot before = *boot;

		memcpy(word, at, kept);
		word[kept] = 0;
		if (n > 0 && (n != kept || !take(boot, word))) {
			*boot = before;
			if (!*boot->bad)
				memcpy(boot->bad, at,
				       n < sizeof(boot->bad) ? n : sizeof(boot->bad) - 1);
		}
		at += n + (at[n] == ' ');
	}
}
