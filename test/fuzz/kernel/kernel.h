/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of a kernel as kernel/wifi*.c want, in a program: one thread, time that stands
 * until the fuzzer moves it, and locks that only look whether they are rightly held. Where a
 * kernel would sleep, hang or say WARN, this one aborts.
 *
 *	kernel.h, kernel.c       memory, time, locks, work items, completions
 *	net.h, net.c             net_device and netlink
 *	cfg80211.h, cfg80211.c   the wireless core: what a driver tells it
 *	nl80211.c                the same: what a user asks of a driver by it
 *	driver.h, driver.c       the rest of the driver, as its Wi-Fi sees it
 *
 * Names are the kernel's, for the files under test are compiled as they are; what else there
 * is begins with sim_. Headers of the kernel that these files include are made by CMake, each
 * one line that includes one of these.
 *
 * Where something waits, or could be preempted for long, sim_meanwhile() of the fuzzer is
 * called, with the locks as they are: other threads, as far as those let them.
 */
#ifndef PIGTAIL_FUZZ_KERNEL_H
#define PIGTAIL_FUZZ_KERNEL_H

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define U16_MAX UINT16_MAX
#define S8_MIN	INT8_MIN
#define S8_MAX	INT8_MAX
#define S16_MAX INT16_MAX

/* ---- what must never be ---- */

#define SIM_REQUIRE(condition)                                                                 \
	do {                                                                                   \
		if (!(condition))                                                              \
			sim_fail(__FILE__, __LINE__, #condition);                              \
	} while (0)

__attribute__((noreturn)) void sim_fail(const char *file, int line, const char *condition);

/* ---- small words ---- */

#define __acquires(lock)
#define __releases(lock)
#define __printf(string, first) __attribute__((format(printf, string, first)))
#define __init
#define likely(condition) (condition)
#define BIT(n)		  (1ul << (n))
#define BIT_ULL(n)	  (1ull << (n))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define READ_ONCE(value)  (value)
#define NSEC_PER_USEC	  1000
#define HZ		  250
#define KERN_ERR	  ""
#define KERN_WARNING	  ""
#define KERN_INFO	  ""
#define KERN_DEBUG	  ""
#define THIS_MODULE	  NULL

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define clamp(value, low, high) min(max(value, low), high)

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *pointer)
{
	return (long)pointer;
}

static inline bool IS_ERR(const void *pointer)
{
	return (unsigned long)pointer >= (unsigned long)-4095;
}

#define ERR_CAST(pointer) ((void *)(pointer))

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name) struct list_head name = {&(name), &(name)}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
}

#define list_for_each_entry(entry, head, member)                                               \
	for (entry = container_of((head)->next, __typeof__(*entry), member);                   \
	     &entry->member != (head);                                                         \
	     entry = container_of(entry->member.next, __typeof__(*entry), member))

/* ---- memory; an atomic allocation fails when the fuzzer wants it ---- */

typedef unsigned int gfp_t;
#define GFP_KERNEL 0
#define GFP_ATOMIC 1

extern bool sim_no_memory;
extern bool sim_lost; /* one has failed since, and maybe a program was not told something */

void *kzalloc(size_t size, gfp_t flags);

static inline void kfree(const void *memory)
{
	free((void *)memory);
}

static inline void memzero_explicit(void *memory, size_t n)
{
	memset(memory, 0, n);
}

/* The same in each run. */
static inline void get_random_bytes(void *to, size_t n)
{
	memset(to, 0x5a, n);
}

static inline void strscpy(char *to, const char *from, size_t size)
{
	snprintf(to, size, "%s", from);
}

/* ---- time ---- */

extern u64 sim_now; /* microseconds since boot */

typedef s64 ktime_t;
#define jiffies			((unsigned long)(sim_now / (1000000 / HZ)))
#define ktime_get_boottime()	((ktime_t)(sim_now * NSEC_PER_USEC))
#define ktime_to_us(time)	((time) / NSEC_PER_USEC)
#define ktime_get_boottime_ns() (sim_now * NSEC_PER_USEC)
#define ktime_get_real_ns()	(sim_now * NSEC_PER_USEC)
#define div_u64(a, b)		((u64)(a) / (b))
#define time_before(a, b)	((long)((a) - (b)) < 0)

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ms * HZ / 1000;
}

static inline unsigned long usecs_to_jiffies(u64 us)
{
	return (unsigned long)((us * HZ + 999999) / 1000000);
}

/* ---- locks ---- */

typedef struct {
	bool held;
} spinlock_t;

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name) struct mutex name

/* The link's: nothing may sleep with it. */
extern bool sim_spinning;

void might_sleep(void);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
void rtnl_lock(void);
/* Interfaces that were unregistered are freed then. */
void rtnl_unlock(void);
bool sim_rtnl_held(void);

/* ---- work ---- */

struct work_struct {
	void (*func)(struct work_struct *work);
	bool pending;
};

struct delayed_work {
	struct work_struct work;
	u64 when;
};

struct workqueue_struct;
extern struct workqueue_struct *system_wq;

#define INIT_WORK(work, function) (*(work) = (struct work_struct){function, false})
#define INIT_DELAYED_WORK(delayed, function)                                                   \
	(*(delayed) = (struct delayed_work){{function, false}, 0})

void schedule_work(struct work_struct *work);
void cancel_work_sync(struct work_struct *work);
void queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
			unsigned long delay);
void mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
		      unsigned long delay);
void cancel_delayed_work_sync(struct delayed_work *work);

/* Runs what is scheduled, and what is due; all: also items that take rtnl. */
void sim_run_work(bool all);
/* When the next delayed work is due; UINT64_MAX: there is none. */
u64 sim_next_work(void);
bool sim_has_work(void);

/* ---- completions ---- */

struct completion {
	bool done;
};

static inline void init_completion(struct completion *completion)
{
	completion->done = false;
}

static inline void reinit_completion(struct completion *completion)
{
	completion->done = false;
}

static inline void complete(struct completion *completion)
{
	completion->done = true;
}

/* Not longer than anybody has patience for. */
void wait_for_completion(struct completion *completion);

/* ---- of the fuzzer ---- */

/* A step of others'. waiting: time may have to pass for it. */
void sim_meanwhile(bool waiting);

/* ---- only named ---- */

enum hrtimer_restart { HRTIMER_NORESTART };
struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};
enum hrtimer_mode { HRTIMER_MODE_ABS };
struct ratelimit_state {
	int unused;
};
struct tty_ldisc_ops {
	int num;
};
struct ktermios;
struct device;
int tty_register_ldisc(struct tty_ldisc_ops *ops);
void tty_unregister_ldisc(struct tty_ldisc_ops *ops);
int device_get_mac_address(struct device *device, char *mac);
void hrtimer_init(struct hrtimer *timer, int clock, enum hrtimer_mode mode);

#define KERNEL_VERSION(major, minor, patch) ((major)*65536 + (minor)*256 + (patch))
#define LINUX_VERSION_CODE		    KERNEL_VERSION(6, 1, 0)

#endif
