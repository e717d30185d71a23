/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What of MicroPython is in it: as much as its port for the ESP8266 has, and what that one
 * leaves out for want of room. */
#include <alloca.h>
#include <stdint.h>
#include <sys/types.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

/* ---- the core ---- */

#define MICROPY_OBJ_REPR		       (MICROPY_OBJ_REPR_C)
#define MICROPY_GC_STACK_ENTRY_TYPE	       uint16_t
#define MICROPY_ALLOC_PATH_MAX		       (128)
#define MICROPY_ENABLE_GC		       (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE   (128)
#define MICROPY_KBD_EXCEPTION		       (1)
#define MICROPY_ENABLE_SCHEDULER	       (1)
#define MICROPY_SCHEDULER_DEPTH		       (16) /* so many timers may be due at once */
#define MICROPY_LONGINT_IMPL		       (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL		       (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_WARNINGS		       (1)
#define MICROPY_USE_INTERNAL_ERRNO	       (1)
#define MICROPY_USE_INTERNAL_PRINTF	       (1)
#define MICROPY_STREAMS_POSIX_API	       (1)
#define MICROPY_HELPER_REPL		       (1)
#define MICROPY_REPL_INFO		       (1)
#define MICROPY_HW_BOARD_NAME		       "Pigtail lx60"
#define MICROPY_HW_MCU_NAME		       "lx106"
#define MICROPY_PY_SYS_PLATFORM		       "pigtail"
#define MICROPY_PY_BUILTINS_COMPLEX	       (0)
#define MICROPY_PY_FRAMEBUF		       (0)

/* ---- time, files ---- */

#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS		(1)
#define MICROPY_PY_TIME_INCLUDEFILE		"modtime.inc"
#define MICROPY_PERSISTENT_CODE_LOAD		(1)
#define MICROPY_VFS				(1)
#define MICROPY_READER_VFS			(1)
#define MICROPY_PY_VFS				(1)

/* ---- the board ---- */

#define MICROPY_PY_MACHINE		    (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE	    "modmachine.inc"
#define MICROPY_PY_MACHINE_RESET	    (1)
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS (0)
#define MICROPY_PY_MACHINE_PIN_BASE	    (1)
#define MICROPY_PY_MACHINE_SIGNAL	    (1)
#define MICROPY_PY_MACHINE_TIMER	    (1)
#define MICROPY_PY_MACHINE_PIN_MAKE_NEW	    pin_make
struct _mp_obj_type_t;
void *pin_make(const struct _mp_obj_type_t *type, size_t n, size_t named, void *const *args);
#define MICROPY_PY_MACHINE_PULSE (0)

/* ---- os ---- */

#define MICROPY_PY_OS_DUPTERM			       (2)
#define MICROPY_PY_OS_DUPTERM_NOTIFY		       (1)
#define MICROPY_PY_OS_DUPTERM_STREAM_DETACHED_ATTACHED (1)
#define MICROPY_PY_OS_SYNC			       (1)
#define MICROPY_PY_OS_UNAME			       (1)
#define MICROPY_PY_OS_URANDOM			       (1)
#define MICROPY_PY_OS_INCLUDEFILE		       "modos.inc"
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC	       (script_random())
uint32_t script_random(void);

/* ---- the network ---- */

#define MICROPY_PY_NETWORK		    (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "pigtail"
#define MICROPY_PY_LWIP_SOCK_RAW	    (1)
#define MICROPY_PY_WEBSOCKET		    (1)
#define MICROPY_PY_HASHLIB_SHA1		    (1)
#define MICROPY_PY_HASHLIB_MD5		    (1)
#define MICROPY_PY_CRYPTOLIB		    (1)
#define MICROPY_PY_CRYPTOLIB_CTR	    (1)
#define MICROPY_TRACKED_ALLOC		    (1)
extern const struct _mp_obj_type_t network_lan_type, network_wlan_type;
#define MICROPY_PORT_NETWORK_INTERFACES                                                        \
	{MP_ROM_QSTR(MP_QSTR_LAN), MP_ROM_PTR(&network_lan_type)},                             \
		{MP_ROM_QSTR(MP_QSTR_WLAN), MP_ROM_PTR(&network_wlan_type)},                   \
		{MP_ROM_QSTR(MP_QSTR_STA_IF), MP_ROM_INT(0)},                                  \
		{MP_ROM_QSTR(MP_QSTR_AP_IF), MP_ROM_INT(1)},                                   \
		{MP_ROM_QSTR(MP_QSTR_STAT_IDLE), MP_ROM_INT(0)},                               \
		{MP_ROM_QSTR(MP_QSTR_STAT_CONNECTING), MP_ROM_INT(1)},                         \
		{MP_ROM_QSTR(MP_QSTR_STAT_WRONG_PASSWORD), MP_ROM_INT(2)},                     \
		{MP_ROM_QSTR(MP_QSTR_STAT_NO_AP_FOUND), MP_ROM_INT(3)},                        \
		{MP_ROM_QSTR(MP_QSTR_STAT_CONNECT_FAIL), MP_ROM_INT(4)},                       \
		{MP_ROM_QSTR(MP_QSTR_STAT_GOT_IP), MP_ROM_INT(5)},

/* ---- who else runs ---- */

void script_poll(void);
void script_wait(int ms);
#define MICROPY_INTERNAL_EVENT_HOOK script_poll()
#define MICROPY_INTERNAL_WFE(ms)    script_wait(ms)
#define MICROPY_VM_HOOK_COUNT	    (64)
#define MICROPY_VM_HOOK_INIT	    static unsigned vm_hook_left = MICROPY_VM_HOOK_COUNT;
#define MICROPY_VM_HOOK_POLL                                                                   \
	if (--vm_hook_left == 0) {                                                             \
		vm_hook_left = MICROPY_VM_HOOK_COUNT;                                          \
		script_poll();                                                                 \
	}
#define MICROPY_VM_HOOK_LOOP   MICROPY_VM_HOOK_POLL
#define MICROPY_VM_HOOK_RETURN MICROPY_VM_HOOK_POLL

/* Timers are looked at between instructions, see timer.c. */
#define MICROPY_PY_PENDSV_ENTER
#define MICROPY_PY_PENDSV_EXIT

/* ---- types ---- */

#define MP_SSIZE_MAX (0x7fffffff)
#define UINT_FMT     "%u"
#define INT_FMT	     "%d"
typedef int mp_int_t;
typedef unsigned mp_uint_t;
typedef long mp_off_t;

#define MP_NEED_LOG2  (1)
#define MP_STATE_PORT MP_STATE_VM
