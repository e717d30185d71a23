// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a flasher and its dialogues find wrong. */
#include "flasher_state.h"

void ptl_flasher_fail(struct ptl_flasher *flash, enum ptl_flasher_error error)
{
	if (!flash->error)
		flash->error = error;
}

void ptl_flasher_compare(struct ptl_flasher *flash, const uint8_t *bytes)
{
	for (uint32_t i = 0; i < flash->page; i++) {
		if (bytes[i] == flash->block[i])
			continue;
		flash->address += i;
		ptl_flasher_fail(flash, PTL_FLASHER_DIFFERS);
		return;
	}
}
