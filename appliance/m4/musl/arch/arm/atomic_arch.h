/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of musl's file: one core of ARMv7-M, which has the exclusive accesses and no
 * barrier but the plain one. musl makes all else of these.
 */
#define a_ll a_ll
static inline int a_ll(volatile int *word)
{
	int value;

	__asm__ volatile("ldrex %0, %1" : "=r"(value) : "Q"(*word));
	return value;
}

#define a_sc a_sc
static inline int a_sc(volatile int *word, int value)
{
	int failed;

	__asm__ volatile("strex %0, %2, %1"
			 : "=&r"(failed), "=Q"(*word)
			 : "r"(value)
			 : "memory");
	return !failed;
}

#define a_barrier a_barrier
static inline void a_barrier(void)
{
	__asm__ volatile("dmb" : : : "memory");
}

#define a_pre_llsc  a_barrier
#define a_post_llsc a_barrier

#define a_crash a_crash
static inline void a_crash(void)
{
	__asm__ volatile("udf #0" : : : "memory");
}
