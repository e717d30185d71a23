/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See tls_memory.h. */
#include "py/runtime.h"

#include "tls_memory.h"

#include <string.h>

#define LARGE (16384 + 512) /* a record, its head, and what a cipher adds */

MP_REGISTER_ROOT_POINTER(void *tls_kept);
#define kept MP_STATE_VM(tls_kept)

static bool taken, wanted;

static void let_go(void)
{
	if (!taken && !wanted && kept) {
		m_free(kept);
		kept = NULL;
	}
}

void *tls_calloc(size_t n, size_t size)
{
	void *block;

	if (size && n > SIZE_MAX / size)
		return NULL;
	block = m_tracked_calloc(n, size);
	if (block || !kept || taken || n * size <= LARGE / 2 || n * size > LARGE)
		return block;
	taken = true;
	return memset(kept, 0, LARGE);
}

void tls_free(void *block)
{
	if (!block || block != kept) {
		m_tracked_free(block);
		return;
	}
	taken = false;
	let_go();
}

void tls_memory_keep(void)
{
	wanted = true;
	if (!kept)
		kept = m_malloc(LARGE);
}

void tls_memory_let(void)
{
	wanted = false;
	let_go();
}

void tls_memory_reset(void)
{
	kept = NULL;
	taken = wanted = false;
}
