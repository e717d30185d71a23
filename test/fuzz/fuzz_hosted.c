/* SPDX-License-Identifier: GPL-2.0-only */
/* esp8266-hosted as one_framing.h exercises it. */
#include "one_framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return fuzz_framing(&ptl_framing_esp8266_hosted, data, n);
}
