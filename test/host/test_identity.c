/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose MAC address is whose: machines are folders with the files by which they are
 * known. */
#include "story.h"

#include "host/config/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID	  "/etc/machine-id"
#define TREE	  "/proc/device-tree/serial-number"
#define UUID	  "/sys/class/dmi/id/product_uuid"
#define BOARD	  "/sys/class/dmi/id/board_serial"
#define NAME	  "/proc/sys/kernel/hostname"
#define BOOT	  "/proc/sys/kernel/random/boot_id"
#define SOME_ID	  "0123456789abcdef0123456789abcdef"
#define SOME_BOOT "5ad3c0a2-0000-4000-8000-000000000001"

struct machine {
	char root[64];
};

static struct machine machine_new(void)
{
	struct machine machine = {"/tmp/pigtail-identity-XXXXXX"};

	assert_non_null(mkdtemp(machine.root));
	return machine;
}

static void has(const struct machine *machine, const char *path, const char *text)
{
	char whole[256];
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s%s", machine->root, path);
	for (char *slash = whole + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		(void)mkdir(whole, 0755);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_true(fprintf(file, "%s\n", text) > 0);
	assert_int_equal(fclose(file), 0);
}

static void machine_free(const struct machine *machine)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -r %s", machine->root);
	assert_int_equal(system(command), 0);
}

struct mac {
	uint8_t bytes[6];
};

static struct mac mac_of(const struct machine *machine, const char *port, const char *net)
{
	struct mac mac;

	assert_int_equal(identity_mac(machine->root, PTL_HOST, port, net, mac.bytes), 0);
	return mac;
}

static bool same(const struct machine *a, const struct machine *b)
{
	struct mac one = mac_of(a, "/dev/ttyS1", "tap");
	struct mac other = mac_of(b, "/dev/ttyS1", "tap");

	return !memcmp(&one, &other, sizeof(one));
}

static void an_end_keeps_its_address(void **state)
{
	static const struct {
		const char *path, *text;
	} known[] = {{ID, SOME_ID}, {TREE, "165166f5"}, {BOOT, SOME_BOOT}};

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		struct machine machine = machine_new();

		has(&machine, known[i].path, known[i].text);
		assert_true(same(&machine, &machine));
		machine_free(&machine);
	}
}

static void ends_of_a_machine_differ(void **state)
{
	static const char *const ends[][2] = {
		{"/dev/ttyS1", "tap"}, {"/dev/ttyS2", "tap"}, {"/dev/ttyS1", "tun"},
		{"/dev/ttyS", "1tap"}, {"/dev/ttyS1tap", ""},
	};
	struct machine machine = machine_new();
	struct mac macs[COUNT(ends) + 1];

	(void)state;
	has(&machine, ID, SOME_ID);
	for (size_t i = 0; i < COUNT(ends); i++)
		macs[i] = mac_of(&machine, ends[i][0], ends[i][1]);
	assert_int_equal(identity_mac(machine.root, PTL_DEVICE, ends[0][0], ends[0][1],
				      macs[COUNT(ends)].bytes),
			 0);
	for (size_t i = 0; i < COUNT(macs); i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(&macs[i], &macs[k], sizeof(macs[i]));
	machine_free(&machine);
}

static void boards_of_one_image_differ(void **state)
{
	static const char *const where[] = {TREE, "/sys/devices/soc0/serial_number", UUID,
					    BOARD};

	(void)state;
	for (size_t i = 0; i < COUNT(where); i++) {
		struct machine one = machine_new();
		struct machine other = machine_new();

		has(&one, ID, SOME_ID);
		has(&other, ID, SOME_ID);
		assert_true(same(&one, &other));
		has(&one, where[i], "165166f5");
		has(&other, where[i], "165166f6");
		assert_false(same(&one, &other));
		machine_free(&one);
		machine_free(&other);
	}
}

/* Only the boot tells such machines apart. */
static void a_placeholder_is_no_serial_number(void **state)
{
	static const char *const junk[] = {
		"To Be Filled By O.E.M.",
		"Default string",
		"None",
		"0",
		"00000000-0000-0000-0000-000000000000",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
		"03000200-0400-0500-0006-000700080009",
		"          ",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(junk); i++) {
		struct machine one = machine_new();
		struct machine other = machine_new();

		has(&one, UUID, junk[i]);
		has(&other, UUID, junk[i]);
		has(&one, BOOT, SOME_BOOT);
		has(&other, BOOT, "5ad3c0a2-0000-4000-8000-000000000002");
		assert_false(same(&one, &other));
		machine_free(&one);
		machine_free(&other);
	}
}

static void containers_of_one_host_differ(void **state)
{
	struct machine one = machine_new();
	struct machine other = machine_new();

	(void)state;
	has(&one, ID, "uninitialized");
	has(&one, UUID, "4c4c4544-0051-3010-8052-b4c04f4d3532");
	has(&other, UUID, "4c4c4544-0051-3010-8052-b4c04f4d3532");
	assert_true(same(&one, &other));
	has(&one, NAME, "3f2a");
	has(&other, NAME, "9b1c");
	assert_false(same(&one, &other));
	machine_free(&one);
	machine_free(&other);
}

static void addresses_are_of_one_station_and_local(void **state)
{
	struct machine machine = machine_new();
	struct mac mac;
	char port[16];

	(void)state;
	has(&machine, ID, SOME_ID);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(port, sizeof(port), "tcp:a:%d", i);
		mac = mac_of(&machine, port, "tap");
		assert_int_equal(mac.bytes[0] & 3, 2);
		mac = mac_of(&machine, port, "bridge:br0");
		assert_int_equal(mac.bytes[0], 0xfe);
	}
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_keeps_its_address),
		cmocka_unit_test(ends_of_a_machine_differ),
		cmocka_unit_test(boards_of_one_image_differ),
		cmocka_unit_test(a_placeholder_is_no_serial_number),
		cmocka_unit_test(containers_of_one_host_differ),
		cmocka_unit_test(addresses_are_of_one_station_and_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
