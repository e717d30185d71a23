/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Calls of MicroPython's C that take as long as a script likes. The interpreter serves the link
 * between two of a script's instructions, and one may be sum(range(10 ** 9)), a sort, an int of
 * 20 000 digits, or a pattern that is tried in all ways. So these come here:
 *
 *	iterators, operators	by the linker (--wrap), and from here go on to MicroPython
 *	mpz, modre		at the begin of each function (Makefile: -finstrument-functions)
 *	objstr			at each branch (-fsanitize-coverage=trace-pc): it calls nothing
 *	the text of an int	by the linker: it is one call, of all of these the longest
 *
 * The link is served, and Ctrl-C raises, as it does between instructions; all of these may
 * raise anyhow. And they are stopped before the stack ends: a list may contain itself, a
 * pattern groups in groups.
 */
#include "py/mphal.h"
#include "py/mpz.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#include "script.h"

#include <string.h>

#define CALLS	 256u /* between two looks at the clock */
#define BRANCHES 64u  /* behind each may be a memcmp() of what a script likes */

static void look(void)
{
	script_poll();
	if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING &&
	    MP_STATE_THREAD(mp_pending_exception) != MP_OBJ_NULL)
		mp_handle_pending(true);
}

static void called(void)
{
	static unsigned left = CALLS;

	if (--left > 0)
		return;
	left = CALLS;
	look();
}

void __sanitizer_cov_trace_pc(void);
void __cyg_profile_func_enter(void *function, void *from);
void __cyg_profile_func_exit(void *function, void *from);

void __sanitizer_cov_trace_pc(void)
{
	static unsigned left = BRANCHES;

	if (--left > 0)
		return;
	left = BRANCHES;
	look();
}

void __cyg_profile_func_enter(void *function, void *from)
{
	called();
	MP_STACK_CHECK();
}

void __cyg_profile_func_exit(void *function, void *from)
{
}

/* ---- iterators, operators ---- */

mp_obj_t __real_mp_iternext(mp_obj_t iterator);
mp_obj_t __wrap_mp_iternext(mp_obj_t iterator);
mp_obj_t __real_mp_unary_op(mp_unary_op_t op, mp_obj_t of);
mp_obj_t __wrap_mp_unary_op(mp_unary_op_t op, mp_obj_t of);
mp_obj_t __real_mp_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
mp_obj_t __wrap_mp_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
bool __real_mp_obj_equal(mp_obj_t left, mp_obj_t right);
bool __wrap_mp_obj_equal(mp_obj_t left, mp_obj_t right);

mp_obj_t __wrap_mp_iternext(mp_obj_t iterator)
{
	called();
	/* It may be a script's own, so any of its callbacks may run here: files, WebREPL. */
	if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING)
		mp_handle_pending(true);
	return __real_mp_iternext(iterator);
}

mp_obj_t __wrap_mp_unary_op(mp_unary_op_t op, mp_obj_t of)
{
	called();
	MP_STACK_CHECK();
	return __real_mp_unary_op(op, of);
}

mp_obj_t __wrap_mp_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right)
{
	called();
	MP_STACK_CHECK();
	return __real_mp_binary_op(op, left, right);
}

bool __wrap_mp_obj_equal(mp_obj_t left, mp_obj_t right)
{
	called();
	MP_STACK_CHECK();
	return __real_mp_obj_equal(left, right);
}

/* ---- the text of an int ---- */

size_t __wrap_mpz_as_str_inpl(const mpz_t *of, unsigned base, const char *prefix, char ten,
			      char comma, char *text);

struct digits {
	mpz_dig_t *of;
	size_t n;
};

/* Divides them, and returns the rest. */
static unsigned divide(struct digits *digits, unsigned by)
{
	mpz_dbl_dig_t rest = 0;

	for (size_t i = digits->n; i-- > 0;) {
		mpz_dbl_dig_t quotient;

		rest = rest << MPZ_DIG_SIZE | digits->of[i];
		quotient = rest / by;
		rest -= quotient * by;
		digits->of[i] = (mpz_dig_t)quotient;
	}
	while (digits->n > 0 && digits->of[digits->n - 1] == 0)
		digits->n--;
	return (unsigned)rest;
}

/* The last first. As many at once as one digit of mpz holds. base: 2 to 32. */
static char *put_backwards(char *to, struct digits *digits, unsigned base, char ten, char comma)
{
	unsigned by = base, most = 1, count = 0;

	for (; by * base < 1u << MPZ_DIG_SIZE; most++)
		by *= base;
	do {
		unsigned part = divide(digits, by), i = 0;

		do {
			unsigned digit = part % base;

			part /= base;
			if (comma && count > 0 && count % 3 == 0)
				*to++ = comma;
			*to++ = (char)(digit < 10 ? '0' + (char)digit
						  : ten + (char)(digit - 10));
			count++;
		} while (++i < most && (digits->n > 0 || part != 0));
		look();
	} while (digits->n > 0);
	return to;
}

static void reverse(char *from, char *end)
{
	while (from < --end) {
		char c = *from;

		*from++ = *end;
		*end = c;
	}
}

size_t __wrap_mpz_as_str_inpl(const mpz_t *of, unsigned base, const char *prefix, char ten,
			      char comma, char *text)
{
	struct digits digits = {m_new(mpz_dig_t, of->len), of->len};
	char *end;

	if (of->len > 0)
		memcpy(digits.of, of->dig, of->len * sizeof(mpz_dig_t));
	end = put_backwards(text, &digits, base, ten, comma);
	m_del(mpz_dig_t, digits.of, of->len);
	for (size_t n = prefix ? strlen(prefix) : 0; n > 0; n--)
		*end++ = prefix[n - 1];
	if (of->neg)
		*end++ = '-';
	*end = '\0';
	reverse(text, end);
	return (size_t)(end - text);
}
