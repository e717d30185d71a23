/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See says.h. */
#include "says.h"

#include "esp_log.h"

#include <stdlib.h>

static const char tag[] = "pigtail";

void says_line(const char *line)
{
	ESP_LOGI(tag, "%s", line);
}

void says_address(const char *address, const char *source)
{
	ESP_LOGI(tag, "address %s, %s", address, source);
}

void says_memory(unsigned own, unsigned left)
{
	ESP_LOGI(tag, "%u bytes of its own, %u are free", own, left);
}

void says_impossible(const char *what)
{
	ESP_LOGE(tag, "impossible: %s", what);
	abort();
}
