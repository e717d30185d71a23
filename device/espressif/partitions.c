/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See partitions.h. */
#include "partitions.h"

#include "esp_partition.h"

bool partition_is_at(const char *name, uint32_t at, uint32_t size)
{
	const esp_partition_t *partition = esp_partition_find_first(
		ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, name);

	return partition && partition->address == at && partition->size >= size;
}
