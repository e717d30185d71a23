/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A small table of addresses, the one that was quiet for longest making room; and for all a
 * bucket that each attempt fills by its share of a minute, and time empties.
 */
#include <pigtail/attempts.h>

#include <string.h>

#define SHARE_US (60000000u / PTL_ATTEMPTS_A_MINUTE)

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static struct ptl_attempts_from owner_of(const struct ptl_attempts_from *from)
{
	struct ptl_attempts_from owner = *from;

	if (memcmp(from->address, mapped, sizeof(mapped)) != 0)
		memset(owner.address + 8, 0, 8);
	return owner;
}

static struct ptl_attempts_place *find(struct ptl_attempts *attempts,
				       const struct ptl_attempts_from *owner)
{
	for (size_t i = 0; i < PTL_ATTEMPTS_PLACES; i++) {
		struct ptl_attempts_place *one = &attempts->place[i];

		if (one->failed && !memcmp(&one->from, owner, sizeof(*owner)))
			return one;
	}
	return NULL;
}

static struct ptl_attempts_place *make(struct ptl_attempts *attempts,
				       const struct ptl_attempts_from *owner)
{
	struct ptl_attempts_place *best = &attempts->place[0];

	for (size_t i = 1; i < PTL_ATTEMPTS_PLACES && best->failed; i++)
		if (!attempts->place[i].failed || attempts->place[i].last < best->last)
			best = &attempts->place[i];
	*best = (struct ptl_attempts_place){.from = *owner};
	return best;
}

void ptl_attempts_init(struct ptl_attempts *attempts, ptl_time now)
{
	memset(attempts, 0, sizeof(*attempts));
	attempts->since = now;
}

static ptl_time wait_of_all(struct ptl_attempts *attempts, ptl_time now)
{
	ptl_time passed = now - attempts->since;

	attempts->since = now;
	attempts->spent -= passed < attempts->spent ? passed : attempts->spent;
	if (attempts->spent + SHARE_US <= SHARE_US * (uint64_t)PTL_ATTEMPTS_A_MINUTE)
		return 0;
	return SHARE_US;
}

static ptl_time next_wait(unsigned failed)
{
	ptl_time wait = PTL_ATTEMPTS_WAIT_US;

	if (failed < PTL_ATTEMPTS_FREE)
		return 0;
	for (unsigned i = PTL_ATTEMPTS_FREE; i < failed && wait < PTL_ATTEMPTS_MOST_US; i++)
		wait *= 2;
	return wait < PTL_ATTEMPTS_MOST_US ? wait : PTL_ATTEMPTS_MOST_US;
}

ptl_time ptl_attempts_begin(struct ptl_attempts *attempts, ptl_time now,
			    const struct ptl_attempts_from *from)
{
	const struct ptl_attempts_from owner = owner_of(from);
	struct ptl_attempts_place *one = find(attempts, &owner);
	ptl_time wait;

	if (one && now - one->last >= PTL_ATTEMPTS_STALE_US) {
		one->failed = 0;
		one = NULL;
	}
	if (one && now < one->until)
		return one->until - now;
	wait = wait_of_all(attempts, now);
	if (wait)
		return wait;
	attempts->spent += SHARE_US;
	if (!one)
		one = make(attempts, &owner);
	one->failed++;
	one->last = now;
	one->until = now + next_wait(one->failed);
	return 0;
}

void ptl_attempts_passed(struct ptl_attempts *attempts, const struct ptl_attempts_from *from)
{
	const struct ptl_attempts_from owner = owner_of(from);
	struct ptl_attempts_place *one = find(attempts, &owner);

	if (!one)
		return;
	one->failed = 0;
	attempts->spent -= attempts->spent < SHARE_US ? attempts->spent : SHARE_US;
}
