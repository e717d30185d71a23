/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of MicroPython, on this computer, as files want. */
#include <alloca.h>
#include <stdint.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_ENABLE_GC	       (1)
#define MICROPY_ENABLE_COMPILER	       (1)
#define MICROPY_GC_SPLIT_HEAP	       (0)
#define MICROPY_LONGINT_IMPL	       (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL	       (MICROPY_FLOAT_IMPL_NONE)
#define MICROPY_ENABLE_EXTERNAL_IMPORT (0)
#define MICROPY_KBD_EXCEPTION	       (0)
#define MICROPY_ENABLE_SCHEDULER       (0)
#define MICROPY_PY_SYS_STDFILES	       (0)
#define MICROPY_PY_TIME		       (0)
#define MICROPY_PY_ASYNCIO	       (0)
#define MICROPY_PY_SELECT	       (0)
#define MICROPY_PY_FRAMEBUF	       (0)
#define MICROPY_PY_SYS_PLATFORM	       "power"
#define MICROPY_USE_INTERNAL_PRINTF    (0)
#define MICROPY_HELPER_REPL	       (0)
#define MICROPY_PY_BUILTINS_HELP       (0)
#define MICROPY_PY_BUILTINS_INPUT      (0)

/* Files as on the device: device/micropython/mpconfigport.h. */
#define MICROPY_USE_INTERNAL_ERRNO (1)
#define MICROPY_STREAMS_POSIX_API  (1)
#define MICROPY_READER_VFS	   (1)
#define MICROPY_VFS		   (1)
#define MICROPY_PY_VFS		   (1)
#define MICROPY_PY_OS_SYNC	   (1)

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;

#define MP_STATE_PORT MP_STATE_VM
