// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory, time, locks, work and completions, see kernel.h.
 */
#include "kernel.h"
#include "net.h"

#define WORK_MAX    16
#define PATIENCE_US 120000000u /* that anything may be waited for */
#define WAIT_ROUNDS 100000

bool sim_no_memory, sim_lost;
u64 sim_now;
bool sim_spinning;
struct workqueue_struct *system_wq;

static bool rtnl;
static struct work_struct *works[WORK_MAX];
static struct delayed_work *delayed[WORK_MAX];

void sim_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, condition);
	abort();
}

void *kzalloc(size_t size, gfp_t flags)
{
	void *memory;

	if (flags == GFP_KERNEL) {
		might_sleep();
	} else if (sim_no_memory) {
		sim_lost = true;
		return NULL;
	}
	memory = calloc(1, size);
	SIM_REQUIRE(memory);
	return memory;
}

/* ---- locks ---- */

void might_sleep(void)
{
	SIM_REQUIRE(!sim_spinning);
}

void mutex_lock(struct mutex *mutex)
{
	might_sleep();
	SIM_REQUIRE(!mutex->held);
	mutex->held = true;
}

void mutex_unlock(struct mutex *mutex)
{
	SIM_REQUIRE(mutex->held);
	mutex->held = false;
}

void rtnl_lock(void)
{
	might_sleep();
	SIM_REQUIRE(!rtnl);
	rtnl = true;
}

void rtnl_unlock(void)
{
	SIM_REQUIRE(rtnl);
	rtnl = false;
	sim_free_netdevs();
}

bool sim_rtnl_held(void)
{
	return rtnl;
}

/* ---- work ---- */

void schedule_work(struct work_struct *work)
{
	int i = 0;

	if (work->pending)
		return;
	while (i < WORK_MAX && works[i])
		i++;
	SIM_REQUIRE(i < WORK_MAX);
	works[i] = work;
	work->pending = true;
}

/* It would wait for a run, and each takes rtnl (see sim_run_work()). */
void cancel_work_sync(struct work_struct *work)
{
	might_sleep();
	SIM_REQUIRE(!rtnl);
	for (int i = 0; i < WORK_MAX; i++)
		if (works[i] == work)
			works[i] = NULL;
	work->pending = false;
}

void queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
			unsigned long delay)
{
	if (!work->work.pending)
		mod_delayed_work(queue, work, delay);
}

void mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
		      unsigned long delay)
{
	int i = 0;

	work->when = sim_now + (u64)delay * (1000000 / HZ);
	if (work->work.pending)
		return;
	while (i < WORK_MAX && delayed[i])
		i++;
	SIM_REQUIRE(i < WORK_MAX);
	delayed[i] = work;
	work->work.pending = true;
}

void cancel_delayed_work_sync(struct delayed_work *work)
{
	might_sleep();
	for (int i = 0; i < WORK_MAX; i++)
		if (delayed[i] == work)
			delayed[i] = NULL;
	work->work.pending = false;
}

static void run(struct work_struct *work)
{
	work->pending = false;
	work->func(work);
	might_sleep();
}

void sim_run_work(bool all)
{
	might_sleep();
	for (int i = 0; i < WORK_MAX; i++) {
		struct delayed_work *late = delayed[i];
		struct work_struct *work = works[i];

		if (all && work) {
			works[i] = NULL;
			run(work);
		}
		if (late && late->when <= sim_now) {
			delayed[i] = NULL;
			run(&late->work);
		}
	}
}

u64 sim_next_work(void)
{
	u64 next = UINT64_MAX;

	for (int i = 0; i < WORK_MAX; i++)
		if (delayed[i])
			next = min(next, delayed[i]->when);
	return next;
}

bool sim_has_work(void)
{
	for (int i = 0; i < WORK_MAX; i++)
		if (works[i] || delayed[i])
			return true;
	return false;
}

void wait_for_completion(struct completion *completion)
{
	u64 until = sim_now + PATIENCE_US;

	might_sleep();
	for (int i = 0; !completion->done; i++) {
		SIM_REQUIRE(sim_now < until && i < WAIT_ROUNDS);
		sim_meanwhile(true);
	}
	completion->done = false;
}
