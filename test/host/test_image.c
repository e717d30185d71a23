// SPDX-License-Identifier: GPL-2.0-only
/* Files for a flash: hex and bytes, their runs, and what is refused. */
#include "story.h"

#include "host/bridge/image.h"

#include <unistd.h>

static char folder[] = "/tmp/pigtail-image-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink("file");
	return rmdir(folder);
}

static int add(struct image **image, const char *content, size_t n, const char *suffix,
	       char *error)
{
	FILE *file = fopen("file", "w");
	char text[64];

	assert_int_equal(fwrite(content, 1, n, file), n);
	(void)fclose(file);
	(void)snprintf(text, sizeof(text), "file%s", suffix);
	*error = 0;
	return image_add(image, text, 0x08000000, error, 256);
}

#define ADD(image, content, suffix) add(image, content, sizeof(content) - 1, suffix, error)

static void runs_that_touch_are_one(void **state)
{
	struct image *image = NULL;
	const struct ptl_flasher_segment *run;
	char error[256];
	uint8_t bytes[6];
	size_t n;

	(void)state;
	assert_int_equal(ADD(&image,
			     ":020004000506EF\n"
			     ":020000000102FB\n"
			     ":020002000304F5\n"
			     ":01002000AA35\n"
			     ":00000001FF\n",
			     ""),
			 0);
	run = image_segments(image, &n);
	assert_int_equal(n, 2);
	assert_int_equal(run[0].address, 0);
	assert_int_equal(run[0].size, 6);
	assert_int_equal(run[1].address, 0x20);
	image_read(image, 1, bytes, 5);
	assert_memory_equal(bytes, "\x02\x03\x04\x05\x06", 5);
	image_free(image);
}

static void bytes_go_where_they_are_told(void **state)
{
	struct image *image = NULL;
	const struct ptl_flasher_segment *run;
	uint8_t sum[16];
	char error[256];
	size_t n;

	(void)state;
	assert_int_equal(ADD(&image, "abc", ""), 0);
	assert_int_equal(ADD(&image, "later", "@0x10000"), 0);
	assert_int_equal(ADD(&image, ":not hex, as it has an offset", "@4096"), 0);
	run = image_segments(image, &n);
	assert_int_equal(n, 3);
	assert_int_equal(run[0].address, 4096);
	assert_int_equal(run[1].address, 0x10000);
	assert_int_equal(run[2].address, 0x08000000);
	image_md5(image, &run[2], sum);
	assert_memory_equal(sum, "\x90\x01\x50\x98\x3c\xd2\x4f\xb0", 8);
	image_free(image);
}

static void what_is_wrong_is_named_and_changes_nothing(void **state)
{
	struct image *image = NULL;
	char error[256];
	size_t n;

	(void)state;
	assert_int_equal(ADD(&image, "", ""), -1);
	assert_non_null(strstr(error, "file: it is empty"));
	assert_int_equal(ADD(&image, ":0400000001020304F2\n:00000001FF\n", ""), 0);
	assert_int_equal(ADD(&image, "\n:020003000909E9\n:00000001FF\n", ""), -1);
	assert_non_null(strstr(error, "file:2: it gives bytes that were given already"));
	assert_int_equal(ADD(&image, ":0400000001020304F2\n", ""), -1);
	assert_int_equal(ADD(&image, ":04\n", ""), -1);
	assert_non_null(strstr(error, "file:1: "));
	assert_int_equal(ADD(&image, ":00000001FF\n", "@3"), -1);
	assert_non_null(strstr(error, "overlaps"));
	assert_int_equal(ADD(&image, "ab", "@0xffffffff"), -1);
	assert_int_equal(image_add(&image, "no-such-file", 0, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "no-such-file"));
	assert_int_equal(image_segments(image, &n)->size, 4);
	assert_int_equal(n, 1);
	image_free(image);
	image = NULL;
	assert_int_equal(ADD(&image, ":00000001FF\n", ""), -1);
	assert_non_null(strstr(error, "nothing in it"));
	assert_null(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_that_touch_are_one),
		cmocka_unit_test(bytes_go_where_they_are_told),
		cmocka_unit_test(what_is_wrong_is_named_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
