/* SPDX-License-Identifier: GPL-2.0-only */
#include "host/base/child.h"

#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 256
#define HEAR_MAX_BYTES 65536u /* of a pipe */

/* ---- what a program says ---- */

struct voice {
	uv_pipe_t pipe;
	struct child *child; /* NULL: it was parted from */
	char name[64];	     /* ours for it */
	char program[64];    /* its own for itself */
	size_t n;
	char line[LINE_MAX_BYTES];
	char chunk[LINE_MAX_BYTES];
};

static void say(struct voice *voice)
{
	const char *line = voice->line;
	size_t n = strlen(voice->program);

	while (voice->n > 0 && voice->line[voice->n - 1] == '\r')
		voice->n--;
	voice->line[voice->n] = 0;
	for (size_t i = 0; i < voice->n; i++)
		if ((unsigned char)voice->line[i] < 0x20)
			voice->line[i] = ' ';
	if (!strncmp(line, voice->program, n) && line[n] == ':')
		line += n + 1 + (line[n + 1] == ' ');
	if (*line && voice->child && !voice->child->hushed)
		log_line("%s%s%s", voice->name, *voice->name ? ": " : "", line);
	voice->n = 0;
}

static void on_voice_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct voice *voice = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(voice->chunk, sizeof(voice->chunk));
}

static void take(struct voice *voice, const char *bytes, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			say(voice);
		else if (voice->n < sizeof(voice->line) - 1)
			voice->line[voice->n++] = bytes[i];
	}
}

static void on_chunk(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct voice *voice = stream->data;

	take(voice, buffer->base, n);
	if (n < 0) {
		say(voice);
		if (voice->child)
			voice->child->voice = NULL;
		uv_close((uv_handle_t *)stream, on_voice_closed);
	}
}

int child_listen(struct child *child, uv_loop_t *loop, const char *name, const char *program)
{
	struct voice *voice = calloc(1, sizeof(*voice));
	const char *slash = strrchr(program, '/');
	int fd = child->errors;

	if (!voice || uv_pipe_init(loop, &voice->pipe, 0) < 0) {
		free(voice);
		(void)close(fd);
		errno = ENOMEM;
		return -1;
	}
	(void)snprintf(voice->name, sizeof(voice->name), "%s", name);
	(void)snprintf(voice->program, sizeof(voice->program), "%s",
		       slash ? slash + 1 : program);
	voice->child = child;
	voice->pipe.data = voice;
	if (uv_pipe_open(&voice->pipe, fd) < 0 ||
	    uv_read_start((uv_stream_t *)&voice->pipe, give_chunk, on_chunk) < 0) {
		uv_close((uv_handle_t *)&voice->pipe, on_voice_closed);
		errno = EMFILE;
		return -1;
	}
	child->voice = voice;
	return 0;
}

void child_hear(struct child *child)
{
	char chunk[LINE_MAX_BYTES];
	ssize_t n;

	/* libuv has made it one that doesn't wait; more than it can hold is said later. */
	for (size_t heard = 0; child->voice && heard < HEAR_MAX_BYTES; heard += (size_t)n) {
		n = read(child->errors, chunk, sizeof(chunk));
		if (n <= 0)
			break;
		take(child->voice, chunk, n);
	}
}

void child_part(struct child *child)
{
	if (child->voice)
		child->voice->child = NULL;
	child->voice = NULL;
}

/* ---- the process ---- */

/* In the child. */
static void settle(pid_t parent, int output, int errors)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* It may have died before that. */
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(output < 0 ? null : output, STDOUT_FILENO);
	(void)dup2(errors, STDERR_FILENO);
}

/* Returns as fork() does. */
static int begin(struct child *child, bool output)
{
	pid_t parent = getpid();
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	child->pid = fork();
	if (child->pid == 0) {
		settle(parent, output ? pipes[1] : -1, pipes[1]);
		return 0;
	}
	(void)close(pipes[1]);
	child->errors = pipes[0];
	if (child->pid > 0)
		return 1;
	child->pid = 0;
	(void)close(pipes[0]);
	return -1;
}

int child_run(struct child *child, int (*command)(int argc, char **argv), char **argv)
{
	int status = begin(child, false);
	int argc = 0;

	if (status != 0)
		return status;
	log_open();
	while (argv[argc])
		argc++;
	exit(command(argc, argv));
}

int child_spawn(struct child *child, char **argv)
{
	int status = begin(child, true);

	if (status != 0)
		return status;
	(void)execvp(argv[0], argv);
	(void)fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool child_reap(struct child *child, int *status)
{
	if (child->pid <= 0 || waitpid(child->pid, status, WNOHANG) != child->pid)
		return false;
	child->pid = 0;
	return true;
}

void child_signal(const struct child *child, int number)
{
	if (child->pid > 0)
		(void)kill(child->pid, number);
}
