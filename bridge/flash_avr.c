// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * AVRs by the three bytes of their signature. Of the flash the smallest boot section is left
 * out: an image that reaches there would need to overwrite the boot loader, which it cannot.
 */
#include "flasher_state.h"

#include <string.h>

static const struct {
	uint8_t signature[3];
	const char *name;
	uint32_t flash, page, boot;
} chips[] = {
	{{0x1e, 0x93, 0x07}, "ATmega8", 8192, 64, 256},
	{{0x1e, 0x94, 0x06}, "ATmega168", 16384, 128, 256},
	{{0x1e, 0x94, 0x0b}, "ATmega168P", 16384, 128, 256},
	{{0x1e, 0x95, 0x14}, "ATmega328", 32768, 128, 512},
	{{0x1e, 0x95, 0x0f}, "ATmega328P", 32768, 128, 512},
	{{0x1e, 0x95, 0x16}, "ATmega328PB", 32768, 128, 512},
	{{0x1e, 0x96, 0x0a}, "ATmega644P", 65536, 256, 1024},
	{{0x1e, 0x97, 0x03}, "ATmega1280", 131072, 256, 1024},
	{{0x1e, 0x97, 0x05}, "ATmega1284P", 131072, 256, 1024},
	{{0x1e, 0x98, 0x01}, "ATmega2560", 262144, 256, 8192},
};

bool ptl_flasher_is_avr(struct ptl_flasher *flash, const uint8_t signature[3])
{
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		if (memcmp(chips[i].signature, signature, 3) != 0)
			continue;
		flash->chip = chips[i].name;
		flash->chip_to = chips[i].flash - chips[i].boot;
		flash->page = chips[i].page;
		return true;
	}
	ptl_flasher_fail(flash, PTL_FLASHER_UNKNOWN_CHIP);
	return false;
}
