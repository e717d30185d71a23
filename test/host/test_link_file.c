/* SPDX-License-Identifier: GPL-2.0-only */
/* The file of `pigtail up --config`: what becomes of it, and what is said of what is
 * wrong in it, with the line where it is. */
#include "story.h"

#include "host/config/link_file.h"

#include <pigtail/compat.h>

#include <stdbool.h>
#include <unistd.h>

static char path[] = "/tmp/pigtail-test-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_bytes(const char *text, size_t n)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static struct link_options *read_good(const char *text)
{
	struct link_options *list = NULL;
	char error[384] = "";

	write_bytes(text, strlen(text));
	if (link_file_read(path, PTL_HOST, &list, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	return list;
}

static void each_section_is_a_link_in_order(void **state)
{
	struct link_options *list = read_good("# all of ours\n"
					      "\n"
					      "[pump]\n"
					      "port = /dev/ttyS1,baud=115200\n"
					      "net = tap:pump ; the first\n"
					      "ip = 10.0.0.1/24\n"
					      "mtu=576\n"
					      "[valve.2]\n"
					      "net=user,hostfwd=tcp::8080-:80\n"
					      "port=tcp:localhost:5556");

	(void)state;
	assert_string_equal(list->values[LINK_NAME], "pump");
	assert_int_equal(list->line, 3);
	assert_string_equal(list->config.port, "/dev/ttyS1,baud=115200");
	assert_string_equal(list->config.net, "tap:pump");
	assert_string_equal(list->config.address, "10.0.0.1/24");
	assert_int_equal(list->config.mtu, 576);
	assert_int_equal(list->config.role, PTL_HOST);
	assert_string_equal(list->next->values[LINK_NAME], "valve.2");
	assert_int_equal(list->next->line, 8);
	assert_string_equal(list->next->config.port, "tcp:localhost:5556");
	assert_string_equal(list->next->config.net, "user,hostfwd=tcp::8080-:80");
	assert_int_equal(list->next->config.mtu, 1500);
	assert_null(list->next->next);
	/* Each has its own address, that nobody gave. */
	assert_memory_not_equal(list->config.mac, list->next->config.mac, 6);
	link_options_free_all(list);
}

static void what_stands_before_the_sections_is_for_all(void **state)
{
	struct link_options *list = read_good("mtu = 1400\n"
					      "framing = slip\n"
					      "[a]\nport=x\nnet=tun\n"
					      "[b]\nport=y\nnet=tun\nmtu=296\n");

	(void)state;
	assert_int_equal(list->config.mtu, 1400);
	assert_int_equal(list->next->config.mtu, 296);
	assert_ptr_equal(list->config.framing, &ptl_framing_slip);
	assert_ptr_equal(list->next->config.framing, &ptl_framing_slip);
	link_options_free_all(list);
}

static void blanks_and_line_ends_are_nobodys_business(void **state)
{
	struct link_options *list = read_good("\xef\xbb\xbf"
					      "  [a-link] ; ours\r\n"
					      "\tport   =  /dev/tty with blanks  \r\n"
					      "\f\v\r net=tap\r\n"
					      "   \r\n");

	(void)state;
	assert_string_equal(list->values[LINK_NAME], "a-link");
	assert_string_equal(list->config.port, "/dev/tty with blanks");
	assert_string_equal(list->config.net, "tap");
	link_options_free_all(list);
}

/* As the sample that is installed has them. */
static void the_sample_is_good(void **state)
{
	struct link_options *list = NULL;
	char error[384] = "";

	(void)state;
	if (link_file_read(PIGTAIL_SAMPLE_FILE, PTL_HOST, &list, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	assert_string_equal(list->values[LINK_NAME], "pump");
	link_options_free_all(list);
}

static void equal_links_are_found_equal(void **state)
{
	struct link_options *a = read_good("[a]\nport=x\nnet=tap\nmtu=1400\n");
	struct link_options *b = read_good("mtu = 1400\n\n[a]\nnet = tap\nport = x\n");
	struct link_options *c = read_good("[a]\nport=x\nnet=tap\n");

	(void)state;
	assert_true(link_options_equal(a, b));
	assert_false(link_options_equal(a, c));
	link_options_free_all(a);
	link_options_free_all(b);
	link_options_free_all(c);
}

#define LONG_20	 "aaaaaaaaaaaaaaaaaaaa"
#define LONG_100 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20

static const struct {
	const char *text;
	unsigned int line; /* 0: of none */
	const char *says;
} wrong_files[] = {
	{"", 0, "has no section"},
	{"# nothing\n", 0, "has no section"},
	{"mtu=1400\n", 0, "has no section"},
	{"port=x\n[a]\nnet=tap\n", 1, "'port' is of one link"},
	{"ip=10.0.0.1/24\n[a]\n", 1, "'ip' is of one link"},
	{"[a]\n", 1, "no port and net"},
	{"[a]\n[b]\nport=x\nnet=tap\n", 1, "no port and net"},
	{"[a]\nport=x\nnet=tap\n\n[b]\n", 5, "no port and net"},
	{"[a]\nport=x\n", 1, "NET is missing"},
	{"\n[a]\nnet=tap\n[b]\nport=x\nnet=tap\n", 2, "PORT is missing"},
	{"[a]\nport=x\nnet=tap\n[a]\nport=y\n", 4, "the name a is that of line 1"},
	{"[a]\nport=x\nport=y\n", 3, "'port' is set already"},
	{"[a]\nport=x\n speed=9600\n", 3, "no such key 'speed'"},
	{"[a]\nport=x\nname=b\n", 3, "no such key 'name'"},
	{"[a]\nport=x\nverbose=1\n", 3, "no such key 'verbose'"},
	{"[a]\nport=x\nPort=y\n", 3, "no such key 'Port'"},
	{"[a]\nport=x\nnet\n", 3, "neither [NAME] nor KEY = VALUE"},
	{"[a]\nport=x\nnet\nspeed=9600\n", 3, "neither [NAME] nor KEY = VALUE"},
	{"[a\nport=x\nnet=tap\n", 1, "neither [NAME] nor KEY = VALUE"},
	{"[]\nport=x\nnet=tap\n", 1, "a name has 1 to"},
	{"[a] port=x\nnet=tap\n", 1, "neither [NAME] nor KEY = VALUE"},
	{"[../a]\nport=x\nnet=tap\n", 1, "a name has 1 to"},
	{"[" LONG_100 "]\nport=x\nnet=tap\n", 1, "a name has 1 to"},
	{"[a]\nport=x\nnet=tap\nmtu=67\n", 4, "must be 68 to 9000"},
	{"[a]\nport=x\nnet=tap\nmtu=\n", 4, "must be 68 to 9000"},
	{"[a]\nport=x\nnet=tap\nmac=01:00:00:00:00:01\n", 4, "of one station"},
	{"[a]\nport=x\nnet=tap\nmac=00:00:00:00:00:00\n", 4, "of one station"},
	{"[a]\nport=x\nnet=tap\nmac=02: 0:00:00:00:01\n", 4, "of one station"},
	{"[a]\nport=x\nnet=tap\nmac=02:+1:00:00:00:01\n", 4, "of one station"},
	{"[a]\nport=x\nnet=tap\nmac=02:00:00:00:00:1\n", 4, "of one station"},
	{"[a]\nport=x\nnet=tap\nmac=02:00:00:00:00:011\n", 4, "of one station"},
	{"[a]\nport=x\nnet=tap\nip=10.0.0.256/24\n", 4, "ADDR/LEN"},
	{"[a]\nport=x\nnet=tap\nframing=morse\n", 4, "no such framing 'morse'"},
	{"[a]\nport=x\nnet=tap\ngateway=10.0.0.1\n", 1, "esp8266-hosted only"},
	{"[a]\nport=x\nnet=tun\nframing=esp8266-hosted\n", 1, "wifi-file"},
	{"[a]\nport=x\nnet=tun\nframing=esp8266-hosted\nwifi-file=/no/such\n", 1,
	 "cannot open /no/such"},
	{"[a]\nport=" LONG_100 LONG_100 "\nnet=tap\n", 2, "too long"},
};

static void expect_wrong(const char *text, size_t n, unsigned int line, const char *says)
{
	struct link_options *list = NULL;
	char error[384] = "";
	char where[64];

	write_bytes(text, n);
	assert_true(link_file_read(path, PTL_HOST, &list, error, sizeof(error)) < 0);
	assert_null(list);
	if (line)
		(void)snprintf(where, sizeof(where), "%s:%u: ", path, line);
	else
		(void)snprintf(where, sizeof(where), "%s ", path);
	if (strncmp(error, where, strlen(where)) != 0 || !strstr(error, says) ||
	    strchr(error, '\n'))
		fail_msg("'%s' says: %s; not: %s ... %s", text, error, where, says);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const char nul[] = "[a]\nport=x\0y\nnet=tap\n";
	static const char last_nul[] = "[a]\nport=x\nnet=tap\0\0y";

	(void)state;
	for (size_t i = 0; i < COUNT(wrong_files); i++)
		expect_wrong(wrong_files[i].text, strlen(wrong_files[i].text),
			     wrong_files[i].line, wrong_files[i].says);
	expect_wrong(nul, sizeof(nul) - 1, 2, "NUL");
	expect_wrong(last_nul, sizeof(last_nul) - 1, 3, "NUL");
	expect_wrong(last_nul, sizeof(last_nul) - 3, 3, "NUL");
}

static void a_file_that_is_not_there_is_a_failure(void **state)
{
	struct link_options *list = NULL;
	char error[384];

	(void)state;
	assert_int_equal(link_file_read("/no/such", PTL_HOST, &list, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "cannot read /no/such: No such file"));
	assert_int_equal(link_file_read("/tmp", PTL_HOST, &list, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "cannot read /tmp: Is a directory"));
}

/* Whatever is in the file: links or one line of error, and no leak of either. */
static void random_files_are_read_or_refused(void **state)
{
	static const char *const pieces[] = {
		"[",	   "]",	    "a",	"\n",	     "\n\n",	     "=",
		":",	   ";",	    "#",	"port",	     "net",	     "mtu",
		"framing", "[b]\n", "port=x\n", "net=tap\n", "1400",	     "slip",
		" ",	   "\t",    "\r\n",	"[[c]]\n",   "\xef\xbb\xbf", LONG_100,
	};
	struct prng prng = story_seed("random files", 20261121);
	unsigned int good = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct link_options *list = NULL;
		char text[2048] = "[a]\nport=x\nnet=tap\n";
		char error[384] = "";
		size_t at = prng_below(&prng, 2) ? strlen(text) : 0;
		int status;

		for (uint32_t n = prng_below(&prng, 12); n; n--)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s",
					       pieces[prng_below(&prng, COUNT(pieces))]);
		if (at && prng_below(&prng, 8) == 0)
			text[prng_below(&prng, at)] = (char)prng_next(&prng);
		write_bytes(text, at);
		status = link_file_read(path, PTL_HOST, &list, error, sizeof(error));
		assert_int_equal(!list, status < 0);
		assert_int_equal(!*error, status == 0);
		good += !status;
		link_options_free_all(list);
	}
	assert_true(good > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_section_is_a_link_in_order),
		cmocka_unit_test(what_stands_before_the_sections_is_for_all),
		cmocka_unit_test(blanks_and_line_ends_are_nobodys_business),
		cmocka_unit_test(the_sample_is_good),
		cmocka_unit_test(equal_links_are_found_equal),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(a_file_that_is_not_there_is_a_failure),
		cmocka_unit_test(random_files_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
