/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Memory of mbedTLS: of the interpreter's heap. What a connection receives into is one piece
 * of 16 KB, which a heap of 128 KB soon has no more though most of it is free: so a piece may
 * be kept, for the connection that finds none.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_TLS_MEMORY_H
#define PIGTAIL_DEVICE_MICROPYTHON_TLS_MEMORY_H

#include <stddef.h>

void *tls_calloc(size_t n, size_t size); /* NULL: there is none */
void tls_free(void *block);		 /* or NULL */

void tls_memory_keep(void);  /* a piece; raises MemoryError */
void tls_memory_let(void);   /* it go, when nobody has it any more */
void tls_memory_reset(void); /* the heap is a new one */

#endif
