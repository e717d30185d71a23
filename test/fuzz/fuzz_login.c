// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stranger at the login, and a file of users. The first byte says how the rest is cut and
 * how it is answered. Whatever the cut, the dialogue ends the same; it never takes more than
 * there is; it passes only when it was let. A line that is read is written the same.
 */
#include "require.h"

#include <pigtail/password.h>

#include <string.h>

static void talk(struct ptl_login *login, const uint8_t *bytes, size_t n, size_t piece,
		 unsigned lets)
{
	uint8_t out[64];
	unsigned asked = 0;

	ptl_login_init(login);
	while (n) {
		size_t give = piece < n ? piece : n;
		size_t taken = ptl_login_receive(login, bytes, give);

		REQUIRE(taken <= give);
		bytes += taken;
		n -= taken;
		REQUIRE(ptl_login_transmit(login, out, sizeof(out)) <= sizeof(out));
		if (login->state == PTL_LOGIN_ASKS) {
			REQUIRE(strlen(login->name) < PTL_LOGIN_NAME);
			REQUIRE(strlen(login->password) < PTL_LOGIN_PASSWORD);
			ptl_login_answer(login, ++asked > lets, NULL);
		}
		REQUIRE(login->state != PTL_LOGIN_PASSED || asked == lets + 1);
		if (login->state == PTL_LOGIN_PASSED && taken < give)
			break;
	}
	REQUIRE(asked <= PTL_LOGIN_TRIES);
}

static void read_line(const char *line, size_t n)
{
	struct ptl_password password, again;
	char text[PTL_PASSWORD_LINE];

	if (!ptl_password_parse(&password, line, n))
		return;
	ptl_password_format(&password, text);
	REQUIRE(ptl_password_parse(&again, text, strlen(text)));
	REQUIRE(!memcmp(&password, &again, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ptl_login whole, cut;
	const uint8_t *kept[2];
	size_t kept_n[2];

	if (!n)
		return 0;
	read_line((const char *)data + 1, n - 1);
	talk(&whole, data + 1, n - 1, n, data[0] >> 6);
	talk(&cut, data + 1, n - 1, 1u + (data[0] & 63u), data[0] >> 6);
	REQUIRE(whole.state == cut.state && !strcmp(whole.name, cut.name));
	kept[0] = ptl_login_kept(&whole, &kept_n[0]);
	kept[1] = ptl_login_kept(&cut, &kept_n[1]);
	REQUIRE(kept_n[0] == kept_n[1] && !memcmp(kept[0], kept[1], kept_n[0]));
	return 0;
}
