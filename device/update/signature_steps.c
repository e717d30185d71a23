// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * See signature.h. RFC 8032 5.1.7: with the key's point A and the base point B, a signature
 * (R, S) of a message M is good if R = [S]B - [h]A, h = SHA-512(R, key, M). libsodium has all
 * that this is made of, and does it in one go; here its parts are called one by one:
 *
 *	step 0	the bounds that libsodium sets, h, and -A out of the key
 *	step 1	B, B - A
 *	then	a bit of S and of h a step, from the top: the sum is doubled, and what
 *		these bits ask for is added
 *	last	the sum as bytes, compared with R
 *
 * A doubling is an addition as well: the formulas hold for all points.
 */
#include <pigtail/signature.h>

#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_verify_32.h>
#include <string.h>

#define CONFIGURED 1 /* as libsodium's build says; it wants no more for this header */
#include "private/ed25519_ref10.h"

#define TOP_BIT	  252 /* the group's order is less than 2^253 */
#define FIRST_BIT 2   /* the step of it */
#define LAST_STEP (FIRST_BIT + TOP_BIT + 1)
#define BYTES	  32

/* What is kept from step to step. */
struct points {
	ge25519_p3 sum;
	ge25519_cached addend[3]; /* for a bit of S, of h, of both */
};

_Static_assert(sizeof(struct points) <= sizeof(((struct ptl_signature *)0)->points),
	       "PTL_SIGNATURE_POINTS is too low");

static struct points *points_of(struct ptl_signature *signature)
{
	return (struct points *)signature->points;
}

static const uint8_t *r_of(const struct ptl_signature *signature)
{
	return signature->image->signature;
}

static const uint8_t *s_of(const struct ptl_signature *signature)
{
	return signature->image->signature + BYTES;
}

/* sum + what: sum, what. */
static void add(ge25519_p3 *sum, const ge25519_cached *what)
{
	ge25519_p1p1 completed;

	ge25519_add(&completed, sum, what);
	ge25519_p1p1_to_p3(sum, &completed);
}

/* h, of which the first BYTES bytes count. */
static void make_factor(struct ptl_signature *signature)
{
	uint8_t head[PTL_IMAGE_HEAD];
	crypto_hash_sha512_state sha;

	ptl_image_write(signature->image, head);
	(void)crypto_hash_sha512_init(&sha);
	(void)crypto_hash_sha512_update(&sha, r_of(signature), BYTES);
	(void)crypto_hash_sha512_update(&sha, signature->key, PTL_IMAGE_KEY);
	(void)crypto_hash_sha512_update(&sha, head, PTL_IMAGE_SIGNED);
	(void)crypto_hash_sha512_final(&sha, signature->factor);
	sc25519_reduce(signature->factor);
}

/* sum is -A until the next step. false: these are no point and no number to verify with. */
static bool take_signature(struct ptl_signature *signature)
{
	if (!sc25519_is_canonical(s_of(signature)) ||
	    ge25519_has_small_order(r_of(signature)) || !ge25519_is_canonical(signature->key) ||
	    ge25519_has_small_order(signature->key) ||
	    ge25519_frombytes_negate_vartime(&points_of(signature)->sum, signature->key) != 0)
		return false;
	make_factor(signature);
	return true;
}

static void make_addends(struct points *points)
{
	static const uint8_t base_bytes[BYTES] = {0x58, [1 ... BYTES - 1] = 0x66};
	ge25519_p3 base;

	(void)ge25519_frombytes(&base, base_bytes);
	ge25519_p3_to_cached(&points->addend[0], &base);
	ge25519_p3_to_cached(&points->addend[1], &points->sum);
	add(&base, &points->addend[1]);
	ge25519_p3_to_cached(&points->addend[2], &base);
	fe25519_0(points->sum.X);
	fe25519_1(points->sum.Y);
	fe25519_1(points->sum.Z);
	fe25519_0(points->sum.T);
}

static unsigned bit_of(const uint8_t *number, int bit)
{
	return number[bit / 8] >> bit % 8 & 1u;
}

static void take_bit(struct ptl_signature *signature, int bit)
{
	struct points *points = points_of(signature);
	unsigned which = bit_of(s_of(signature), bit) | bit_of(signature->factor, bit) << 1;
	ge25519_cached same;

	ge25519_p3_to_cached(&same, &points->sum);
	add(&points->sum, &same);
	if (which > 0)
		add(&points->sum, &points->addend[which - 1]);
}

void ptl_signature_begin(struct ptl_signature *signature, const struct ptl_image *image,
			 const uint8_t *key)
{
	signature->image = image;
	signature->key = key;
	signature->step = 0;
}

enum ptl_verdict ptl_signature_step(struct ptl_signature *signature)
{
	int step = signature->step++;
	uint8_t bytes[BYTES];

	if (step == 0)
		return take_signature(signature) ? PTL_VERDICT_NONE : PTL_VERDICT_BAD;
	if (step == 1) {
		make_addends(points_of(signature));
		return PTL_VERDICT_NONE;
	}
	if (step < LAST_STEP) {
		take_bit(signature, TOP_BIT - (step - FIRST_BIT));
		return PTL_VERDICT_NONE;
	}
	ge25519_p3_tobytes(bytes, &points_of(signature)->sum);
	return crypto_verify_32(bytes, r_of(signature)) == 0 ? PTL_VERDICT_GOOD
							     : PTL_VERDICT_BAD;
}
