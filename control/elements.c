// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Information elements of IEEE 802.11 (9.4.2): u8 id, u8 length, value. */
#include <pigtail/wifi.h>

size_t ptl_elements_whole(const uint8_t *elements, size_t n)
{
	size_t at = 0;

	while (n - at >= 2 && n - at - 2 >= elements[at + 1])
		at += 2 + (size_t)elements[at + 1];
	return at;
}

const uint8_t *ptl_elements_find(const uint8_t *elements, size_t all, uint8_t id, size_t *n)
{
	size_t at = 0;

	*n = 0;
	while (all - at >= 2 && all - at - 2 >= elements[at + 1]) {
		if (elements[at] == id) {
			*n = elements[at + 1];
			return elements + at + 2;
		}
		at += 2 + (size_t)elements[at + 1];
	}
	return NULL;
}
