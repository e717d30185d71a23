/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of script.elf on a flash that loses power at each of its operations.
 *
 *	power.py --- MicroPython, littlefs, _boot.py, disk.c --- losing() --- nor.c
 *
 * A first life makes the files and works on them (power.py, work()). Before each page that it
 * programs and each sector that it erases the process forks, several times: in a child that
 * very operation is left half done, in another way each time (nor.h), and all that the
 * interpreter had in memory is gone. The child then lives on: it mounts what is there, looks
 * whether each file is as it was promised (check()), works on, loses power twice more at
 * moments of chance, and at its end looks whether all room comes back (end()). The parent goes
 * on as if nothing had been.
 *
 *	power [--seed N] [--ways N] [--steps N] [--only OPERATION] BOOT.PY POWER.PY
 *
 * The seed says all; --only leaves out all children but those of one operation, and has them
 * say what they do. Prints what it did in a line; the first child that finds fault ends it with
 * status 1.
 */
#include "py/compile.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "shared/runtime/gchelper.h"

#include "nor.h"
#include "power.h"
#include "script.h"

#include <pigtail/flash_map.h>

#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECTOR	      4096u
#define HEAP_BYTES    (16u << 20)
#define STACK_BYTES   (256u << 10)
#define MORE_CUTS     2
#define MORE_WITHIN   100 /* operations until one of these */
#define THOROUGH_EACH 64  /* children: one of them fills the flash */

struct power power;
struct script script;

static struct options {
	uint64_t seed;
	unsigned ways;	/* in which each operation is left half done */
	unsigned steps; /* of the first life */
	long long only; /* -1: all */
	char *boot, *work;
} options = {.seed = 1, .ways = 2, .steps = 20, .only = -1};

/* Shared with the children. */
static struct {
	uint64_t children, cuts;
	uint32_t most_blocks;
} * counts;

static struct nor nor;
static struct ptl_flash losing; /* nor, with a loss of power before each operation */
static bool child;
static jmp_buf power_lost;
static uint8_t heap[HEAP_BYTES];

/* ---- what MicroPython wants of a port ---- */

void script_poll(void)
{
}

void mp_hal_stdout_tx_strn_cooked(const char *text, size_t n)
{
	(void)!write(STDERR_FILENO, text, n);
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t n)
{
	mp_hal_stdout_tx_strn_cooked(text, n);
	return n;
}

void mp_hal_stdout_tx_str(const char *text)
{
	mp_hal_stdout_tx_strn_cooked(text, strlen(text));
}

uint64_t mp_hal_time_ns(void)
{
	return 1000000000u;
}

void gc_collect(void)
{
	gc_collect_start();
	gc_helper_collect_regs_and_stack();
	gc_collect_end();
}

void nlr_jump_fail(void *value)
{
	(void)value;
	abort();
}

/* ---- a life ---- */

static bool run(const char *text, qstr name)
{
	nlr_buf_t nlr;

	if (nlr_push(&nlr) == 0) {
		mp_lexer_t *lexer = mp_lexer_new_from_str_len(name, text, strlen(text), 0);
		mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);

		mp_call_function_0(mp_compile(&tree, name, false));
		nlr_pop();
		return true;
	}
	mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
	return false;
}

/* What the device has in RAM (Makefile), and how a start has it: as the image says, and zeros.
 * Of disk.c and littlefs there may be none. */
extern char __start_lost_data[], __stop_lost_data[], __start_lost_bss[], __stop_lost_bss[];
static char *of_image;

static void load(void)
{
	size_t n = (size_t)(__stop_lost_data - __start_lost_data);

	if (!of_image)
		of_image = memcpy(malloc(n), __start_lost_data, n);
	memcpy(__start_lost_data, of_image, n);
	memset(__start_lost_bss, 0, (size_t)(__stop_lost_bss - __start_lost_bss));
}

/* Nothing of another life is in memory. The network of _boot.py has no part in this. */
static bool live(const char *what)
{
	static const char no_network[] = "import sys\n"
					 "class network:\n"
					 "    LAN = lambda: network\n"
					 "    active = lambda on: None\n"
					 "sys.modules['network'] = network\n";

	load();
	mp_stack_ctrl_init();
	mp_stack_set_limit(STACK_BYTES);
	gc_init(heap, heap + sizeof(heap));
	mp_init();
	power.cuts_each = 1;
	return run(no_network, MP_QSTR_network) && run(options.boot, MP_QSTR__boot) &&
	       run(options.work, MP_QSTR_power) && run(what, MP_QSTR_power);
}

/* ---- lives of a child ---- */

static uint32_t of_chance(uint64_t operation, unsigned way, unsigned life)
{
	struct prng prng = prng_seed(options.seed, (operation * 64 + way) * 16 + life);

	return (uint32_t)prng_next(&prng) & 0x3fffffff;
}

/* After the loss of power that made it a child. */
static _Noreturn void live_on(uint64_t operation, unsigned way)
{
	volatile unsigned life = 0;
	bool last, well;

	(void)setjmp(power_lost); /* where each further one leads */
	last = ++life > MORE_CUTS;
	counts->cuts++;
	nor_power_up(&nor);
	power.chance = of_chance(operation, way, life);
	if (!last)
		nor.power_cut_at = nor.operations + power.chance % MORE_WITHIN;
	well = live(last ? "end()" : "again()");
	if (well && !last) {
		nor.power_cut_at = PRNG_NEVER;
		well = live("end()");
	}
	if (counts->most_blocks < power.most_blocks)
		counts->most_blocks = power.most_blocks;
	_exit(well ? 0 : 1);
}

static _Noreturn void fail(uint64_t operation, unsigned way, int status)
{
	printf("wrong after operation %llu, way %u, status %d; again: --seed %llu --ways %u "
	       "--steps %u --only %llu\n",
	       (unsigned long long)operation, way, status, (unsigned long long)options.seed,
	       options.ways, options.steps, (unsigned long long)operation);
	exit(1);
}

struct operation {
	uint32_t at;
	const void *from; /* NULL: an erase */
	size_t n;
};

static bool operate(const struct operation *what)
{
	return what->from ? nor.seam.program(&nor, what->at, what->from, what->n)
			  : nor.seam.erase(&nor, what->at);
}

static void lose_power_at(const struct operation *what, unsigned way)
{
	uint64_t number = nor.operations;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		child = true;
		nor.power_cut_at = number;
		nor.prng = prng_seed(options.seed, number * options.ways + way);
		power.thorough = (number * options.ways + way) % THOROUGH_EACH == 0;
		(void)operate(what);
		live_on(number, way);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("power: fork");
		exit(2);
	}
	counts->children++;
	if (status != 0)
		fail(number, way, status);
}

static bool loses_power(void)
{
	if (child || power.cuts_each == 0)
		return false;
	if (options.only >= 0)
		return (uint64_t)options.only == nor.operations;
	return (nor.operations + options.seed) % power.cuts_each == 0;
}

static bool lose(const struct operation *what)
{
	bool done;

	if (loses_power())
		for (unsigned way = 0; way < options.ways; way++)
			lose_power_at(what, way);
	done = operate(what);
	if (nor.dead)
		longjmp(power_lost, 1);
	return done;
}

/* ---- the flash ---- */

static bool losing_read(void *user, uint32_t at, void *to, size_t n)
{
	(void)user;
	return nor.seam.read(&nor, at, to, n);
}

/* nor.c counts pages: so do we. */
static bool losing_program(void *user, uint32_t at, const void *from, size_t n)
{
	(void)user;
	while (n > 0) {
		size_t part = NOR_PAGE - at % NOR_PAGE;
		struct operation page = {at, from, part < n ? part : n};

		if (!lose(&page))
			return false;
		at += (uint32_t)page.n;
		from = (const uint8_t *)from + page.n;
		n -= page.n;
	}
	return true;
}

static bool losing_erase(void *user, uint32_t at)
{
	const struct operation erase = {at, NULL, 0};

	(void)user;
	return lose(&erase);
}

/* ---- what is asked for ---- */

static char *text_of(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	if (!file || !text || fread(text, 1, (1 << 16) - 1, file) == 0) {
		fprintf(stderr, "power: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	(void)fclose(file);
	return text;
}

static uint64_t number(const char *text, uint64_t least, uint64_t most)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < least || value > most) {
		fprintf(stderr, "power: no such number: %s\n", text);
		exit(2);
	}
	return value;
}

static void read_options(int argc, char **argv)
{
	static const struct option known[] = {{"seed", required_argument, NULL, 's'},
					      {"ways", required_argument, NULL, 'w'},
					      {"steps", required_argument, NULL, 'n'},
					      {"only", required_argument, NULL, 'o'},
					      {0}};
	int found;

	while ((found = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (found == 's')
			options.seed = number(optarg, 0, UINT32_MAX);
		else if (found == 'w')
			options.ways = (unsigned)number(optarg, 1, 64);
		else if (found == 'n')
			options.steps = (unsigned)number(optarg, 1, 100000);
		else if (found == 'o')
			options.only = (long long)number(optarg, 0, INT64_MAX);
		else
			exit(2);
	}
	if (argc - optind != 2) {
		fprintf(stderr, "power: wants _boot.py and power.py\n");
		exit(2);
	}
	options.boot = text_of(argv[optind]);
	options.work = text_of(argv[optind + 1]);
}

int main(int argc, char **argv)
{
	struct timespec began, ended;
	char what[40];

	read_options(argc, argv);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	power.kept = malloc(POWER_KEPT_MAX);
	if (counts == MAP_FAILED || !power.kept ||
	    !nor_open(&nor, PTL_MAP_SIZE, SECTOR, options.seed)) {
		perror("power");
		return 2;
	}
	losing = (struct ptl_flash){.size = PTL_MAP_SIZE,
				    .sector = SECTOR,
				    .read = losing_read,
				    .program = losing_program,
				    .erase = losing_erase};
	script.board.files = &losing;
	power.chance = (uint32_t)options.seed & 0x3fffffff;
	(void)snprintf(what, sizeof(what), "work(%u)", options.steps);
	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	if (!live(what))
		return 1;
	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	printf("seed %llu: %llu operations, %llu losses of power, whole after each; at most %u "
	       "blocks for boot.py alone; %ld s\n",
	       (unsigned long long)options.seed, (unsigned long long)nor.operations,
	       (unsigned long long)counts->cuts, counts->most_blocks,
	       (long)(ended.tv_sec - began.tv_sec));
	if (nor.forbidden) {
		printf("%llu programs wanted to raise bits\n",
		       (unsigned long long)nor.forbidden);
		return 1;
	}
	return 0;
}
