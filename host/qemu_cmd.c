/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail qemu IMAGE --net NET: a firmware image in QEMU at the end of a simulated wire,
 * and the link to it. Three processes do it, joined by two sockets in a folder of their
 * own:
 *
 *	qemu ---uart--- pigtail wire ---line--- pigtail up ---- NET
 *
 * Each knows how to wait for what it is connected to, so each may come and go. QEMU is
 * started again when it dies; when it ends well, or the others end at all, or a signal
 * comes, all end. One that never got so far as to run for SETTLED_MS ends all as well:
 * its arguments or its image will be wrong, and it has said so.
 *
 * The wire is with RTS/CTS, for that is what QEMU's UARTs really have: they lose nothing
 * and stop their sender.
 */
#include "child.h"
#include "commands.h"
#include "control.h"
#include "log.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS_MAX	64
#define SETTLED_MS	1000u /* QEMU that ran so long was started well */
#define AGAIN_MS	500u
#define HASTY_MAX	5     /* starts in a row that ended before that */
#define PATIENCE_MS	3000u /* with processes that are asked to end */
#define NAME_MAX_LENGTH 32

static const char *const default_machine[] = {
	"qemu-system-xtensa", "-M", "lx60-nommu", "-cpu", "lx106", "-m", "4",
};

struct arguments {
	char *at[ARGUMENTS_MAX + 1];
	size_t n;
};

struct options {
	const char *image;
	const char *net;
	const char *qemu;
	unsigned int uart;
	bool flow_control;
	char **more; /* for QEMU, NULL at the end */
	struct arguments up, wire;
};

struct bench {
	const struct options *options;
	char folder[64];
	char uart[104], line[104]; /* sockets */
	struct arguments arguments;
	uv_loop_t loop;
	uv_signal_t signals[4];
	uv_timer_t timer;
	struct child up, wire, qemu;
	uint64_t qemu_began; /* ms */
	unsigned int hasty;
	bool settled;
	bool ending;
	int status;
};

/* ---- arguments for others ---- */

static void add(struct arguments *arguments, const char *format, ...) PRINTF_LIKE(2, 3);

static void add(struct arguments *arguments, const char *format, ...)
{
	va_list values;
	char *text;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	if (!text || arguments->n == ARGUMENTS_MAX) {
		log_line("qemu: too many arguments");
		exit(EXIT_USAGE);
	}
	arguments->at[arguments->n++] = text;
}

static void drop(struct arguments *arguments)
{
	while (arguments->n > 0)
		free(arguments->at[--arguments->n]);
}

/* ---- options ---- */

enum {
	KEY_NET = 0x100,
	KEY_QEMU,
	KEY_UART,
	KEY_NO_RTSCTS,
	KEY_PASSED, /* from here on: for `up` or `wire` as they are */
};

enum group {
	GROUP_OWN = 1,
	GROUP_UP,
	GROUP_WIRE,
	GROUP_BOTH,
};

static const struct argp_option option_list[] = {
	{"net", KEY_NET, "NET", 0, "Where its packets go, as for 'pigtail up'", GROUP_OWN},
	{"qemu", KEY_QEMU, "PROGRAM", 0,
	 "Another QEMU (default: qemu-system-xtensa as an ESP8266's core); its machine stands "
	 "behind --",
	 GROUP_OWN},
	{"uart", KEY_UART, "N", 0, "Its UART that is the link, 0 to 3 (0)", GROUP_OWN},
	{"no-rtscts", KEY_NO_RTSCTS, NULL, 0, "Bytes that QEMU is too slow for are lost",
	 GROUP_OWN},
	{"framing", KEY_PASSED, "FRAMING", 0, "What the firmware speaks", GROUP_UP},
	{"name", KEY_PASSED + 1, "NAME", 0, "Of the link (default: the image's)", GROUP_UP},
	{"mtu", KEY_PASSED + 2, "BYTES", 0, "Longest IP packet", GROUP_UP},
	{"mac", KEY_PASSED + 3, "MAC", 0, "Of the interface", GROUP_UP},
	{"ip", KEY_PASSED + 4, "ADDR/LEN", 0, "Address for the interface", GROUP_UP},
	{"peer", KEY_PASSED + 5, "ADDR", 0, "Address at the other end of a tun", GROUP_UP},
	{"capture", KEY_PASSED + 6, "FILE", 0, "Record packets and frames (pcapng)", GROUP_UP},
	{"wifi-file", KEY_PASSED + 7, "FILE", 0, "For esp8266-hosted", GROUP_UP},
	{"baud", KEY_PASSED + 8, "N", 0, "Line rate of the wire (921600)", GROUP_BOTH},
	{"ber", KEY_PASSED + 9, "P", 0, "Chance that a bit flips", GROUP_WIRE},
	{"drop", KEY_PASSED + 10, "P", 0, "Chance that a byte vanishes", GROUP_WIRE},
	{"dup", KEY_PASSED + 11, "P", 0, "Chance that a byte comes twice", GROUP_WIRE},
	{"burst", KEY_PASSED + 12, "P,LEN", 0, "Chance of a burst of noise, its length",
	 GROUP_WIRE},
	{"delay", KEY_PASSED + 13, "MS", 0, "Propagation delay", GROUP_WIRE},
	{"fifo", KEY_PASSED + 14, "N", 0, "Receive FIFO, bytes", GROUP_WIRE},
	{"seed", KEY_PASSED + 15, "N", 0, "Of the faults", GROUP_WIRE},
	{"stats", KEY_PASSED + 16, "FILE", 0, "At the end, the wire's counters as JSON",
	 GROUP_WIRE},
	{0},
};

static int pass_on(struct options *options, int key, const char *value)
{
	const struct argp_option *option = option_list;

	while (option->name && option->key != key)
		option++;
	if (!option->name || key < KEY_PASSED)
		return ARGP_ERR_UNKNOWN;
	/* The rate of `up` is an option of its port. */
	if (option->group != GROUP_UP)
		add(&options->wire, "--%s=%s", option->name, value);
	else
		add(&options->up, "--%s=%s", option->name, value);
	return 0;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_NET:
		options->net = text;
		return 0;
	case KEY_QEMU:
		options->qemu = text;
		return 0;
	case KEY_UART:
		if (*text < '0' || *text > '3' || text[1])
			command_misused(state, "--uart '%s': must be 0 to 3", text);
		options->uart = (unsigned int)(*text - '0');
		return 0;
	case KEY_NO_RTSCTS:
		options->flow_control = false;
		return 0;
	case ARGP_KEY_ARG:
		if (options->image)
			command_misused(state,
					"'%s' is one argument too many; QEMU's own stand "
					"behind --",
					text);
		options->image = text;
		return 0;
	case ARGP_KEY_END:
		if (!options->image && !options->qemu)
			command_misused(state, "IMAGE is missing");
		if (!options->net)
			command_misused(state, "--net is missing, such as --net "
					       "user,hostfwd=tcp::8080-:80");
		return 0;
	default:
		return pass_on(options, key, text);
	}
}

static const struct argp argp = {
	.options = option_list,
	.parser = parse_option,
	.args_doc = "IMAGE [-- QEMU-ARGUMENT...]",
	.doc = "A firmware image in QEMU at the end of a simulated wire, and the link to it."
	       "\v"
	       "  pigtail qemu build/firmware/endpoint.elf --net user,hostfwd=tcp::8080-:80\n"
	       "  pigtail qemu build/firmware/nic.elf --net tap\n\n"
	       "Another machine: what QEMU wants besides the UART stands behind --\n\n"
	       "  pigtail qemu --qemu qemu-system-arm --framing slip --net tun \\\n"
	       "          -- -M lm3s6965evb -kernel zephyr.elf",
};

/* ---- QEMU ---- */

/* The Debian package that has the program, for a person to install. */
static const char *package_of(const char *program)
{
	static const struct {
		const char *end;
		const char *package;
	} packages[] = {
		{"-arm", "qemu-system-arm"},   {"-aarch64", "qemu-system-arm"},
		{"-i386", "qemu-system-x86"},  {"-x86_64", "qemu-system-x86"},
		{"-mips", "qemu-system-mips"}, {"-ppc", "qemu-system-ppc"},
	};

	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (strstr(program, packages[i].end))
			return packages[i].package;
	return "qemu-system-misc";
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];

	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	while (path && *path) {
		size_t n = strcspn(path, ":");

		(void)snprintf(file, sizeof(file), "%.*s/%s", (int)n, path, program);
		if (access(file, X_OK) == 0)
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

static int check(const struct options *options)
{
	const char *program = options->qemu ? options->qemu : default_machine[0];

	if (options->image && access(options->image, R_OK) < 0) {
		log_line("qemu: cannot read %s: %s", options->image, strerror(errno));
		return EXIT_FAILED;
	}
	if (!in_path(program)) {
		log_line("qemu: there is no %s; install the package %s", program,
			 package_of(program));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static void fill_arguments(struct bench *bench)
{
	const struct options *options = bench->options;
	struct arguments *arguments = &bench->arguments;
	size_t n = sizeof(default_machine) / sizeof(default_machine[0]);

	if (options->qemu)
		add(arguments, "%s", options->qemu);
	else
		for (size_t i = 0; i < n; i++)
			add(arguments, "%s", default_machine[i]);
	if (options->image) {
		add(arguments, "-kernel");
		add(arguments, "%s", options->image);
	}
	add(arguments, "-display");
	add(arguments, "none");
	add(arguments, "-monitor");
	add(arguments, "none");
	add(arguments, "-chardev");
	add(arguments, "socket,id=pigtail,path=%s,reconnect=1", bench->uart);
	for (unsigned int i = 0; i < options->uart; i++) {
		add(arguments, "-serial");
		add(arguments, "null");
	}
	add(arguments, "-serial");
	add(arguments, "chardev:pigtail");
	for (char **more = options->more; *more; more++)
		add(arguments, "%s", *more);
}

/* ---- the end ---- */

static void end(struct bench *bench, int status)
{
	if (!bench->ending)
		bench->status = status;
	bench->ending = true;
	child_signal(&bench->up, SIGTERM);
	child_signal(&bench->qemu, SIGTERM);
	child_signal(&bench->wire, SIGTERM);
}

static void on_impatient(uv_timer_t *timer)
{
	struct bench *bench = timer->data;

	child_signal(&bench->up, SIGKILL);
	child_signal(&bench->qemu, SIGKILL);
	child_signal(&bench->wire, SIGKILL);
}

static void stop_if_done(struct bench *bench)
{
	if (bench->up.pid || bench->qemu.pid || bench->wire.pid)
		(void)uv_timer_start(&bench->timer, on_impatient, PATIENCE_MS, 0);
	else
		uv_stop(&bench->loop);
}

/* ---- QEMU comes and goes ---- */

static void start_qemu(struct bench *bench)
{
	bench->qemu_began = uv_now(&bench->loop);
	if (child_spawn(&bench->qemu, &bench->loop, "qemu", bench->arguments.at) == 0)
		return;
	log_line("qemu: cannot start it: %s", strerror(errno));
	end(bench, EXIT_FAILED);
}

static void on_again(uv_timer_t *timer)
{
	start_qemu(timer->data);
}

static void on_qemu_ended(struct bench *bench, int status)
{
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char how[32];

	if (WIFSIGNALED(status))
		(void)snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else
		(void)snprintf(how, sizeof(how), "status %d", WEXITSTATUS(status));
	if (uv_now(&bench->loop) - bench->qemu_began >= SETTLED_MS) {
		bench->settled = true;
		bench->hasty = 0;
	}
	if (well) {
		log_line("qemu: ended");
		end(bench, EXIT_DONE);
	} else if ((!bench->settled && WIFEXITED(status)) || ++bench->hasty > HASTY_MAX) {
		log_line("qemu: ended (%s) as soon as it was started", how);
		end(bench, EXIT_FAILED);
	} else {
		log_line("qemu: ended (%s); starting it again", how);
		(void)uv_timer_start(&bench->timer, on_again, AGAIN_MS, 0);
	}
}

static void on_ended(struct bench *bench)
{
	int status;

	/* What these had to say, they said. */
	if (child_reap(&bench->up, &status) && !bench->ending)
		end(bench, WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED);
	if (child_reap(&bench->wire, &status) && !bench->ending)
		end(bench, WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED);
	if (child_reap(&bench->qemu, &status) && !bench->ending)
		on_qemu_ended(bench, status);
	if (bench->ending)
		stop_if_done(bench);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct bench *bench = handle->data;

	if (number == SIGCHLD) {
		on_ended(bench);
		return;
	}
	end(bench, EXIT_DONE);
	stop_if_done(bench);
}

/* ---- the beginning ---- */

static int make_folder(struct bench *bench)
{
	const char *above = getenv("XDG_RUNTIME_DIR");
	int n;

	/* A socket's path is short, and a comma ends a PORT. */
	if (!above || *above != '/' || strlen(above) > 40 || strchr(above, ','))
		above = "/tmp";
	n = snprintf(bench->folder, sizeof(bench->folder), "%s/pigtail-XXXXXX", above);
	if (n < 0 || (size_t)n >= sizeof(bench->folder) || !mkdtemp(bench->folder)) {
		log_line("qemu: cannot make a folder in %s: %s", above, strerror(errno));
		bench->folder[0] = 0;
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/* Of build/firmware/endpoint.elf "endpoint". The link takes its name from it. */
static void name_sockets(struct bench *bench)
{
	const char *image = bench->options->image;
	const char *base = image && strrchr(image, '/') ? strrchr(image, '/') + 1 : image;
	char name[NAME_MAX_LENGTH + 1] = "";
	char *at;

	(void)snprintf(name, sizeof(name), "%s", base ? base : "qemu");
	at = strrchr(name, '.');
	if (at)
		*at = 0;
	for (at = name; *at; at++)
		if (*at == ',')
			*at = '-';
	/* "uart" is the other one. */
	if (!control_name_ok(name) || !strcmp(name, "uart"))
		(void)snprintf(name, sizeof(name), "qemu");
	(void)snprintf(bench->uart, sizeof(bench->uart), "%s/uart", bench->folder);
	(void)snprintf(bench->line, sizeof(bench->line), "%s/%s", bench->folder, name);
}

static const char *baud_of(const struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->n; i++)
		if (!strncmp(arguments->at[i], "--baud=", 7))
			return arguments->at[i] + 7;
	return "921600";
}

static int run_wire(struct bench *bench)
{
	struct arguments arguments = {.n = 0};
	int status;

	add(&arguments, "pigtail wire");
	add(&arguments, "unix-listen:%s", bench->uart);
	add(&arguments, "unix-listen:%s", bench->line);
	if (bench->options->flow_control)
		add(&arguments, "--rtscts");
	for (size_t i = 0; i < bench->options->wire.n; i++)
		add(&arguments, "%s", bench->options->wire.at[i]);
	status = child_run(&bench->wire, cmd_wire, arguments.at);
	drop(&arguments);
	return status;
}

static int run_up(struct bench *bench)
{
	struct arguments arguments = {.n = 0};
	int status;

	add(&arguments, "pigtail up");
	add(&arguments, "unix:%s,baud=%s", bench->line, baud_of(&bench->options->wire));
	add(&arguments, "%s", bench->options->net);
	for (size_t i = 0; i < bench->options->up.n; i++)
		add(&arguments, "%s", bench->options->up.at[i]);
	status = child_run(&bench->up, cmd_up, arguments.at);
	drop(&arguments);
	return status;
}

/* The wire's sockets are there, so nobody has to try twice; or it has ended. */
static bool wire_is_there(struct bench *bench)
{
	const struct timespec little = {.tv_nsec = 2000000};
	int status;

	while (access(bench->line, F_OK) < 0) {
		if (child_reap(&bench->wire, &status)) {
			bench->status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
			return false;
		}
		(void)nanosleep(&little, NULL);
	}
	return true;
}

static void watch_signals(struct bench *bench)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)uv_signal_init(&bench->loop, &bench->signals[i]);
		bench->signals[i].data = bench;
		(void)uv_signal_start(&bench->signals[i], on_signal, numbers[i]);
	}
	(void)uv_timer_init(&bench->loop, &bench->timer);
	bench->timer.data = bench;
}

static void hold_signals(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(how, &set, NULL);
}

static void close_handle(uv_handle_t *handle, void *user)
{
	(void)user;
	if (!uv_is_closing(handle) && handle->type != UV_NAMED_PIPE)
		uv_close(handle, NULL);
}

static int run(const struct options *options)
{
	struct bench bench = {.options = options};

	bench.status = make_folder(&bench);
	if (bench.status)
		return bench.status;
	name_sockets(&bench);
	fill_arguments(&bench);
	/* These are copies of this process, so it has no loop yet; and a signal that
	 * ends it waits until it can be heard. */
	hold_signals(SIG_BLOCK);
	if (run_wire(&bench) < 0 || (wire_is_there(&bench) && run_up(&bench) < 0)) {
		log_line("qemu: cannot start a process: %s", strerror(errno));
		end(&bench, EXIT_FAILED);
	}
	(void)uv_loop_init(&bench.loop);
	watch_signals(&bench);
	hold_signals(SIG_UNBLOCK);
	if (bench.up.pid > 0)
		start_qemu(&bench);
	/* One that has ended already makes itself known no more. */
	on_ended(&bench);
	if (bench.up.pid > 0 || bench.wire.pid > 0)
		(void)uv_run(&bench.loop, UV_RUN_DEFAULT);
	/* What QEMU said last is read to its end. */
	uv_walk(&bench.loop, close_handle, NULL);
	(void)uv_run(&bench.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&bench.loop);
	drop(&bench.arguments);
	(void)unlink(bench.uart);
	(void)unlink(bench.line);
	(void)rmdir(bench.folder);
	return bench.status;
}

int cmd_qemu(int argc, char **argv)
{
	static char *nothing[] = {NULL};
	struct options options = {.flow_control = true, .more = nothing};
	int status;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		options.more = argv + i + 1;
		argc = i;
		break;
	}
	command_parse(&argp, argc, argv, &options);
	status = check(&options);
	if (!status)
		status = run(&options);
	drop(&options.up);
	drop(&options.wire);
	return status;
}
