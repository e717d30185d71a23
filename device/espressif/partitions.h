/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The partition table, as it is in the flash: partitions.csv, or another. */
#ifndef PIGTAIL_ESPRESSIF_PARTITIONS_H
#define PIGTAIL_ESPRESSIF_PARTITIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is one for data of this name, there, with at least size bytes. */
bool partition_is_at(const char *name, uint32_t at, uint32_t size);

#endif
