// SPDX-License-Identifier: GPL-2.0-only
/* A signature looked at step by step, as on a microcontroller, by the same source of
 * libsodium: what Debian's libsodium accepts is good, and nothing else is. */
#include "story.h"

#include <pigtail/signature.h>
#include <sodium.h>

#define STEPS 256

static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,	0xd6,
				  0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

/* Encodings of points of order 1, 2, 4 and 8, and of some that are not canonical. */
static const char *const small_points[] = {
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static struct ptl_image image;
static uint8_t public_key[32], secret_key[64];

static enum ptl_verdict look(const uint8_t *key, int *steps)
{
	struct ptl_signature signature;
	enum ptl_verdict verdict;

	*steps = 0;
	ptl_signature_begin(&signature, &image, key);
	do {
		verdict = ptl_signature_step(&signature);
		++*steps;
	} while (verdict == PTL_VERDICT_NONE);
	return verdict;
}

/* Both say the same, which is returned. */
static bool is_good(const uint8_t *key)
{
	uint8_t head[PTL_IMAGE_HEAD];
	bool good;
	int steps;

	ptl_image_write(&image, head);
	good = crypto_sign_verify_detached(image.signature, head, PTL_IMAGE_SIGNED, key) == 0;
	assert_int_equal(look(key, &steps), good ? PTL_VERDICT_GOOD : PTL_VERDICT_BAD);
	if (good)
		assert_int_equal(steps, STEPS);
	return good;
}

static void make_image(struct prng *prng)
{
	uint8_t seed[32], head[PTL_IMAGE_HEAD];

	memset(&image, 0, sizeof(image));
	strcpy(image.board, "board");
	strcpy(image.firmware, "firmware");
	image.size = 1 + prng_below(prng, 1000000);
	random_bytes(prng, image.digest, sizeof(image.digest));
	random_bytes(prng, seed, sizeof(seed));
	assert_int_equal(crypto_sign_seed_keypair(public_key, secret_key, seed), 0);
	ptl_image_write(&image, head);
	assert_int_equal(
		crypto_sign_detached(image.signature, NULL, head, PTL_IMAGE_SIGNED, secret_key),
		0);
}

static void what_is_signed_is_good(void **state)
{
	struct prng prng = story_seed("signed", 1);

	(void)state;
	for (int i = 0; i < 200; i++) {
		make_image(&prng);
		assert_true(is_good(public_key));
	}
}

static void one_bit_else_is_bad(void **state)
{
	struct prng prng = story_seed("one bit", 2);

	(void)state;
	make_image(&prng);
	for (int i = 0; i < 512; i++) {
		image.signature[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(is_good(public_key));
		image.signature[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (int i = 0; i < 256; i++) {
		public_key[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(is_good(public_key));
		public_key[i / 8] ^= (uint8_t)(1 << i % 8);
		image.digest[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(is_good(public_key));
		image.digest[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_true(is_good(public_key));
}

/* S and S + the order fit the equation alike; only the first may be said. */
static void one_signature_has_one_form(void **state)
{
	struct prng prng = story_seed("order", 3);

	(void)state;
	for (int i = 0; i < 20; i++) {
		unsigned carry = 0;

		make_image(&prng);
		for (int j = 0; j < 32; j++) {
			carry += image.signature[32 + j] + order[j];
			image.signature[32 + j] = (uint8_t)carry;
			carry >>= 8;
		}
		assert_false(is_good(public_key));
	}
}

static void points_of_small_order_are_refused(void **state)
{
	struct prng prng = story_seed("small points", 4);
	uint8_t point[32];

	(void)state;
	for (size_t i = 0; i < COUNT(small_points); i++) {
		assert_int_equal(sodium_hex2bin(point, sizeof(point), small_points[i], 64, NULL,
						NULL, NULL),
				 0);
		make_image(&prng);
		assert_false(is_good(point));
		/* With S = 0 too, R and a key like these would sign anything. */
		memcpy(image.signature, point, sizeof(point));
		memset(image.signature + 32, 0, 32);
		assert_false(is_good(point));
		assert_false(is_good(public_key));
	}
}

/* Who has the key can sign with R = 0: then [S]B = [h]A, and S = h * secret. */
static void a_nonce_of_zero_is_refused(void **state)
{
	struct prng prng = story_seed("nonce", 6);
	uint8_t head[PTL_IMAGE_HEAD], hash[64], h[32], secret[32] = {0};
	crypto_hash_sha512_state sha;

	(void)state;
	make_image(&prng);
	ptl_image_write(&image, head);
	memset(image.signature, 0, sizeof(image.signature));
	image.signature[0] = 1;
	(void)crypto_hash_sha512_init(&sha);
	(void)crypto_hash_sha512_update(&sha, image.signature, 32);
	(void)crypto_hash_sha512_update(&sha, public_key, 32);
	(void)crypto_hash_sha512_update(&sha, head, PTL_IMAGE_SIGNED);
	(void)crypto_hash_sha512_final(&sha, hash);
	crypto_core_ed25519_scalar_reduce(h, hash);
	(void)crypto_hash_sha512(hash, secret_key, 32);
	memcpy(secret, hash, sizeof(secret));
	secret[0] &= 0xf8;
	secret[31] = (uint8_t)((secret[31] & 0x7f) | 0x40);
	crypto_core_ed25519_scalar_mul(image.signature + 32, h, secret);
	assert_false(is_good(public_key));
}

static void noise_is_bad(void **state)
{
	struct prng prng = story_seed("noise", 5);

	(void)state;
	make_image(&prng);
	for (int i = 0; i < 500; i++) {
		random_bytes(&prng, image.signature, sizeof(image.signature));
		image.signature[63] &= 0x1f;
		if (i % 2)
			random_bytes(&prng, public_key, sizeof(public_key));
		assert_false(is_good(public_key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_is_good),
		cmocka_unit_test(one_bit_else_is_bad),
		cmocka_unit_test(one_signature_has_one_form),
		cmocka_unit_test(points_of_small_order_are_refused),
		cmocka_unit_test(a_nonce_of_zero_is_refused),
		cmocka_unit_test(noise_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
