/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See report.h. QEMU takes each frame at once; one that finds no buffer is lost. */
#include "report.h"
#include "ethernet.h"
#include <pigtail/text.h>

#include <string.h>

#define TYPE_HIGH 0x88
#define TYPE_LOW  0xb5
#define HEADER	  14u

static uint8_t own[6];
static bool started;

static void send(const struct ptl_text *line)
{
	uint8_t *frame = started ? ethernet_buffer() : NULL;

	if (!frame)
		return;
	memset(frame, 0xff, sizeof(own));
	memcpy(frame + 6, own, sizeof(own));
	frame[12] = TYPE_HIGH;
	frame[13] = TYPE_LOW;
	memcpy(frame + HEADER, line->at, line->n + 1);
	ethernet_send(HEADER + line->n + 1);
}

void report_start(const uint8_t mac[6])
{
	memcpy(own, mac, sizeof(own));
	started = true;
}

static void set_pin(void *user, enum ptl_target_pin pin, bool active)
{
	struct ptl_text line;

	(void)user;
	ptl_text_clear(&line);
	ptl_text_add(&line, pin == PTL_TARGET_RESET ? "pin reset " : "pin boot ");
	ptl_text_add_number(&line, active);
	send(&line);
}

struct ptl_target_pins_seam report_pins(void)
{
	return (struct ptl_target_pins_seam){
		.set = started ? set_pin : NULL,
		.has = {started, started},
	};
}

void report_log(const char *text)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, "log ");
	ptl_text_add(&line, text);
	send(&line);
}
