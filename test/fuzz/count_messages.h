/* SPDX-License-Identifier: GPL-2.0-only */
/* How many messages a fuzzer has given in all of its run, told at the end: inputs have many. */
#ifndef PIGTAIL_FUZZ_COUNT_MESSAGES_H
#define PIGTAIL_FUZZ_COUNT_MESSAGES_H

#include <inttypes.h>
#include <stdio.h>

static uint64_t messages_given;

__attribute__((destructor)) static void tell_messages(void)
{
	fprintf(stderr, "stat::number_of_messages:       %" PRIu64 "\n", messages_given);
}

#endif
