// SPDX-License-Identifier: GPL-2.0-only
/*
 * What wpa_supplicant says (host/net/wpa_text.h): it passes on names and elements that
 * strangers send. Whatever the text, what is read of it is whole and within its limits.
 */
#include "require.h"

#include "host/net/wpa_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t elements[PTL_ELEMENTS_MAX];
	struct wpa_event event;
	struct ptl_bss bss;
	char *text = malloc(size + 1);
	size_t n;
	const char *line;

	REQUIRE(text);
	memcpy(text, data, size);
	text[size] = 0;
	wpa_event_read(&event, text);
	REQUIRE(strlen(event.country) == 0 || strlen(event.country) == 2);
	(void)wpa_akm(text);
	line = wpa_line(text, "ie", &n);
	REQUIRE(!line || (line >= text && line + n <= text + strlen(text)));
	if (wpa_bss_read(&bss, elements, text)) {
		REQUIRE(bss.channel != 0 && bss.ssid_n <= sizeof(bss.ssid));
		REQUIRE(bss.elements_n <= sizeof(elements));
		REQUIRE(ptl_elements_whole(bss.elements, bss.elements_n) == bss.elements_n);
	}
	free(text);
	return 0;
}
