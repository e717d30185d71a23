/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes of `pigtail qemu`: a firmware image in QEMU at the end of a simulated
 * wire, and the link to it, joined by two sockets in a folder of their own:
 *
 *	qemu ---uart--- pigtail wire ---line--- pigtail up ---- NET
 *
 * Each knows how to wait for what it is connected to, so each may come and go. QEMU is
 * started again when it dies; when it ends well, or the others end at all, or a signal
 * comes, all end. One that never got so far as to run for SETTLED_MS ends all as well:
 * its arguments or its image will be wrong, and it has said so.
 *
 * A bridge (qemu_bridge.h) has neither wire nor link: QEMU is alone.
 *
 * The wire is with RTS/CTS, for that is what QEMU's UARTs really have: they lose nothing
 * and stop their sender.
 */
#include "host/base/child.h"
#include "host/base/standard.h"
#include "host/command/commands.h"
#include "host/control/place.h"
#include "host/command/qemu_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BAUD	    "921600" /* as of `pigtail wire` */
#define SETTLED_MS  1000u    /* QEMU that ran so long was started well */
#define AGAIN_MS    500u
#define HASTY_MAX   5	  /* starts in a row that ended before that */
#define PATIENCE_MS 3000u /* with processes that are asked to end */
#define NAME_LENGTH 32

const char qemu_default_program[] = "qemu-system-xtensa";

static const char *const default_machine[] = {
	"-M",
	"lx60-nommu",
	"-cpu",
	"lx106",
};

struct bench {
	const struct qemu_options *options;
	char folder[64];
	char uart[104], line[104]; /* sockets */
	struct argv arguments;
	uv_loop_t loop;
	uv_signal_t signals[4];
	uv_timer_t timer;
	struct child up, wire, qemu;
	struct qemu_bridge *bridge; /* NULL: it is none */
	uint64_t qemu_began;	    /* ms */
	unsigned int hasty;
	bool settled;
	bool ending;
	int status;
};

/* ---- QEMU's arguments ---- */

/* The value of --name that was passed on, or what it is without. */
static const char *passed(const struct argv *arguments, const char *name, const char *otherwise)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < arguments->n; i++) {
		const char *at = arguments->at[i] + 2;

		if (!strncmp(at, name, n) && at[n] == '=')
			return at + n + 1;
	}
	return otherwise;
}

/* Radios of one air are told apart by their address: of the link's name, so that a board
 * keeps its own. Another one can follow. */
static void say_address(char *words, size_t size, const struct qemu_options *options)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (const char *at = passed(&options->up, "name", options->image); *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	(void)snprintf(words, size, " mac=02:00:%02x:%02x:%02x:%02x", hash >> 24,
		       hash >> 16 & 0xff, hash >> 8 & 0xff, hash & 0xff);
}

static void add_air(struct argv *arguments, const char *path)
{
	argv_add(arguments, "-netdev");
	argv_add(arguments, "stream,id=air,server=off,addr.type=unix,addr.path=%s", path);
	argv_add_two(arguments, "-net", "nic,model=open_eth,netdev=air");
}

/* Our firmware is told what the other end is, and at each start another seed: where it
 * runs, little else differs from start to start, and its session must. */
static void tell_firmware(struct argv *arguments, const struct qemu_options *options)
{
	char address[32] = "";
	uint32_t seed = 0;

	(void)!getrandom(&seed, sizeof(seed), 0);
	if (options->air)
		say_address(address, sizeof(address), options);
	argv_add(arguments, "-append");
	argv_add(arguments, "baud=%s framing=%s seed=%u%s%s%s%s",
		 passed(&options->wire, "baud", BAUD),
		 passed(&options->up, "framing", "pigtail"), (unsigned int)seed / 16,
		 options->bridge.tty ? " report=on" : "", address, options->append ? " " : "",
		 options->append ? options->append : "");
}

static void add_uart(struct argv *arguments, const struct bench *bench)
{
	argv_add(arguments, "-chardev");
	argv_add(arguments, "socket,id=pigtail,path=%s,reconnect=1", bench->uart);
	for (unsigned int i = 0; i < bench->options->uart; i++)
		argv_add_two(arguments, "-serial", "null");
	argv_add_two(arguments, "-serial", "chardev:pigtail");
}

static void fill_arguments(struct bench *bench)
{
	const struct qemu_options *options = bench->options;
	struct argv *arguments = &bench->arguments;
	size_t n = sizeof(default_machine) / sizeof(default_machine[0]);

	argv_drop(arguments);
	argv_add(arguments, "%s", options->program ? options->program : qemu_default_program);
	for (size_t i = 0; i < n && !options->program; i++)
		argv_add(arguments, "%s", default_machine[i]);
	if (options->image)
		argv_add_two(arguments, "-kernel", options->image);
	if (!options->program)
		tell_firmware(arguments, options);
	else if (options->append)
		argv_add_two(arguments, "-append", options->append);
	if (options->flash) {
		argv_add(arguments, "-drive");
		argv_add(arguments, "if=pflash,format=raw,file=%s", options->flash);
	}
	argv_add_two(arguments, "-display", "none");
	argv_add_two(arguments, "-monitor", "none");
	if (options->air)
		add_air(arguments, options->air);
	if (bench->bridge)
		qemu_bridge_arguments(bench->bridge, arguments);
	else
		add_uart(arguments, bench);
	for (char **more = options->more; *more; more++)
		argv_add(arguments, "%s", *more);
}

/* ---- the end ---- */

/* Those that still run will miss each other now, and need not say so. */
static void dismiss(struct child *child)
{
	child->hushed = child->pid > 0;
	child_signal(child, SIGTERM);
}

static void end(struct bench *bench, int status)
{
	if (!bench->ending)
		bench->status = status;
	bench->ending = true;
	dismiss(&bench->wire);
	dismiss(&bench->up);
	dismiss(&bench->qemu);
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
	fill_arguments(bench);
	if (child_spawn(&bench->qemu, bench->arguments.at) > 0 &&
	    child_listen(&bench->qemu, &bench->loop, "qemu", bench->arguments.at[0]) == 0)
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

/* It has said why, unless somebody killed it. */
static void on_other_ended(struct bench *bench, const char *which, int status)
{
	if (WIFSIGNALED(status))
		log_line("qemu: the %s was ended by signal %d", which, WTERMSIG(status));
	end(bench, WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED);
}

static void on_ended(struct bench *bench)
{
	int status;

	if (child_reap(&bench->up, &status) && !bench->ending)
		on_other_ended(bench, "link", status);
	if (child_reap(&bench->wire, &status) && !bench->ending)
		on_other_ended(bench, "wire", status);
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
	char name[NAME_LENGTH + 1] = "";
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

static int run_wire(struct bench *bench)
{
	struct argv arguments = {.n = 0};
	int status;

	argv_add(&arguments, "pigtail wire");
	argv_add(&arguments, "unix-listen:%s", bench->uart);
	argv_add(&arguments, "unix-listen:%s", bench->line);
	if (bench->options->flow_control)
		argv_add(&arguments, "--rtscts");
	for (size_t i = 0; i < bench->options->wire.n; i++)
		argv_add(&arguments, "%s", bench->options->wire.at[i]);
	status = child_run(&bench->wire, cmd_wire, arguments.at);
	argv_drop(&arguments);
	return status;
}

static int run_up(struct bench *bench)
{
	struct argv arguments = {.n = 0};
	int status;

	argv_add(&arguments, "pigtail up");
	argv_add(&arguments, "unix:%s,baud=%s", bench->line,
		 passed(&bench->options->wire, "baud", BAUD));
	argv_add(&arguments, "%s", bench->options->net);
	for (size_t i = 0; i < bench->options->up.n; i++)
		argv_add(&arguments, "%s", bench->options->up.at[i]);
	status = child_run(&bench->up, cmd_up, arguments.at);
	argv_drop(&arguments);
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
		standard_watch(&bench->signals[i], on_signal, numbers[i]);
	}
	(void)uv_timer_init(&bench->loop, &bench->timer);
	bench->timer.data = bench;
}

/* Also to one that has ended: it said why. */
static void listen_to(struct bench *bench, struct child *child)
{
	if (child->errors > 0 && child_listen(child, &bench->loop, "", "pigtail") < 0) {
		log_line("qemu: cannot hear a process: %s", strerror(errno));
		end(bench, EXIT_FAILED);
	}
}

static void open_bridge(struct bench *bench)
{
	char error[256];

	if (qemu_bridge_open(&bench->loop, &bench->options->bridge, bench->folder,
			     &bench->bridge, error, sizeof(error)) == 0)
		return;
	log_line("qemu: %s", error);
	end(bench, EXIT_FAILED);
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

int qemu_run(const struct qemu_options *options)
{
	struct bench bench = {.options = options};

	bench.status = make_folder(&bench);
	if (bench.status)
		return bench.status;
	name_sockets(&bench);
	/* These are copies of this process, so it has no loop yet; and a signal that
	 * ends it waits until it can be heard. */
	hold_signals(SIG_BLOCK);
	if (!options->bridge.tty &&
	    (run_wire(&bench) < 0 || (wire_is_there(&bench) && run_up(&bench) < 0))) {
		log_line("qemu: cannot start a process: %s", strerror(errno));
		end(&bench, EXIT_FAILED);
	}
	(void)uv_loop_init(&bench.loop);
	watch_signals(&bench);
	hold_signals(SIG_UNBLOCK);
	if (options->bridge.tty)
		open_bridge(&bench);
	listen_to(&bench, &bench.wire);
	listen_to(&bench, &bench.up);
	if (bench.up.pid > 0 || bench.bridge)
		start_qemu(&bench);
	/* One that has ended already makes itself known no more. */
	on_ended(&bench);
	if (bench.up.pid > 0 || bench.wire.pid > 0 || bench.qemu.pid > 0)
		(void)uv_run(&bench.loop, UV_RUN_DEFAULT);
	qemu_bridge_close(bench.bridge);
	/* What they said last is read; unless somebody of theirs still holds the pipe. */
	uv_walk(&bench.loop, close_handle, NULL);
	for (int i = 0; i < 10 && uv_loop_alive(&bench.loop); i++)
		(void)uv_run(&bench.loop, UV_RUN_NOWAIT);
	(void)uv_loop_close(&bench.loop);
	argv_drop(&bench.arguments);
	(void)unlink(bench.uart);
	(void)unlink(bench.line);
	(void)rmdir(bench.folder);
	return bench.status;
}
