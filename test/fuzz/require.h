/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold whatever the input is: where it doesn't, the fuzzer has found something. */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

#include <stdlib.h>

#define REQUIRE(condition)                                                                     \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

#endif
