// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Information elements of IEEE 802.11 (9.4.2): u8 id, u8 length, value. */
#include <pigtail/wifi.h>

#define ELEMENT_RSN  48 /* 9.4.2.24 */
#define MFP_REQUIRED 0x40
#define MFP_CAPABLE  0x80

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

static uint8_t *put_suite(uint8_t *to, uint8_t type)
{
	static const uint8_t oui[3] = {0x00, 0x0f, 0xac};

	for (unsigned i = 0; i < 3; i++)
		to[i] = oui[i];
	to[3] = type;
	return to + 4;
}

size_t ptl_elements_rsn(uint8_t to[PTL_RSN_MAX], uint8_t akms)
{
	/* IEEE 802.11 table 9-151. */
	static const struct {
		uint8_t akm, suite;
	} suites[] = {{PTL_AKM_PSK, 2}, {PTL_AKM_PSK_SHA256, 6}, {PTL_AKM_SAE, 8}};
	uint8_t *at = to + 2, *count;
	uint8_t capabilities = 0;

	if (!(akms & (PTL_AKM_PSK | PTL_AKM_PSK_SHA256 | PTL_AKM_SAE)))
		return 0;
	*at++ = 1; /* version */
	*at++ = 0;
	at = put_suite(at, 4); /* group: CCMP */
	*at++ = 1;
	*at++ = 0;
	at = put_suite(at, 4); /* pairwise: CCMP */
	count = at;
	at[0] = at[1] = 0;
	at += 2;
	for (unsigned i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (akms & suites[i].akm) {
			at = put_suite(at, suites[i].suite);
			(*count)++;
		}
	/* SAE wants protected management frames; beside PSK it can only ask for them. */
	if (akms & PTL_AKM_SAE)
		capabilities = akms & PTL_AKM_PSK ? MFP_CAPABLE : MFP_CAPABLE | MFP_REQUIRED;
	*at++ = capabilities;
	*at++ = 0;
	to[0] = ELEMENT_RSN;
	to[1] = (uint8_t)(at - to - 2);
	return (size_t)(at - to);
}
