/* SPDX-License-Identifier: GPL-2.0-only */
/* Which addresses a host can have. */
#include "story.h"

#include "host/net/interface.h"

static bool is_host(const char *text)
{
	uint32_t address;
	uint32_t netmask;

	assert_int_equal(ipv4_parse(text, &address, &netmask), 0);
	return ipv4_is_host(address, netmask);
}

static void a_hosts_address(void **state)
{
	static const char *const good[] = {
		"10.0.0.1/8",	 "192.168.4.23/24", "169.254.1.1/16", "10.7.0.0/31",
		"10.7.0.255/32", "10.7.0.255/16",   "223.0.0.1/24",   "10.7.0.2/30",
	};
	static const char *const bad[] = {
		"0.0.0.1/8",	      "127.0.0.1/8", "127.9.9.9/24", "224.0.0.1/24",
		"255.255.255.255/32", "10.0.0.1/7",  "10.0.0.1/0",   "10.7.0.0/24",
		"10.7.0.255/24",      "10.7.0.3/30",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(is_host(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(is_host(bad[i]));
	assert_false(ipv4_is_host(0x0a070001, 0xff00ff00));
	assert_false(ipv4_is_host(0x0a070001, 0xfffffffd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hosts_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
