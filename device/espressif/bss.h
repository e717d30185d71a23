/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A scan result of the driver's as the host wants it. The driver keeps neither a beacon's
 * information elements nor its capabilities: they are made up from what it says, as exact
 * as that is. Hosts choose by the RSN element.
 */
#ifndef PIGTAIL_ESPRESSIF_BSS_H
#define PIGTAIL_ESPRESSIF_BSS_H

#include <pigtail/wifi.h>

#include "esp_wifi.h"

#define BSS_ELEMENTS 192 /* the most that are made */

/* elements: BSS_ELEMENTS bytes that stay as long as bss. */
void bss_make(struct ptl_bss *bss, uint8_t *elements, const wifi_ap_record_t *record);

/* enum ptl_akm, bits; 0: one that is none of those (WEP, enterprise). */
uint8_t bss_akms(wifi_auth_mode_t mode);

#endif
