/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The link's side of the control socket. The directory is locked while a name
 * is claimed, so that two links can't both find the same dead socket.
 *
 * A client sends one line and gets one line, then it is hung up on. What it
 * sends beyond the line's limit ends it as well.
 */
#include "host/control/control.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/base/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLIENTS_MAX  16
#define QUESTION_MAX 256

struct control {
	uv_loop_t *loop;
	int fd;
	struct poller *poller;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	cJSON *(*answer)(void *user, const char *question);
	void *user;
	struct client *clients[CLIENTS_MAX];
};

struct client {
	struct control *control; /* NULL: the control socket was closed */
	uv_pipe_t pipe;
	uv_write_t write;
	char *answer;
	size_t n;
	char question[QUESTION_MAX];
};

bool control_name_ok(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t n = strlen(name);

	return n && n <= CONTROL_NAME_MAX && *name != '.' && strspn(name, allowed) == n;
}

static bool directory_path(unsigned int i, char *path, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int n = -1;

	if (i == 0 && runtime && *runtime == '/')
		n = snprintf(path, size, "%s/pigtail", runtime);
	else if (i == 1)
		n = snprintf(path, size, "/run/pigtail");
	else if (i == 2)
		n = snprintf(path, size, "/tmp/pigtail-%u", (unsigned int)geteuid());
	return n >= 0 && (size_t)n < size;
}

int control_directory(unsigned int i, bool make, char *path, size_t size)
{
	struct stat status;
	int fd;

	if (!directory_path(i, path, size))
		return -1;
	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!fstat(fd, &status) && status.st_uid == geteuid() && !(status.st_mode & 022) &&
	    !access(path, W_OK))
		return fd;
	(void)close(fd);
	return -1;
}

static void on_client_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;

	free(client->answer);
	free(client);
}

static void hang_up(struct client *client)
{
	for (size_t i = 0; client->control && i < CLIENTS_MAX; i++)
		if (client->control->clients[i] == client)
			client->control->clients[i] = NULL;
	client->control = NULL;
	if (!uv_is_closing((uv_handle_t *)&client->pipe))
		uv_close((uv_handle_t *)&client->pipe, on_client_closed);
}

static void on_written(uv_write_t *write, int status)
{
	(void)status;
	hang_up(write->data);
}

static cJSON *answer_line(const struct control *control, const char *line)
{
	cJSON *question = cJSON_Parse(line);
	const char *ask = cJSON_GetStringValue(cJSON_GetObjectItem(question, "ask"));
	cJSON *answer = ask ? control->answer(control->user, ask) : NULL;

	if (!answer) {
		answer = cJSON_CreateObject();
		cJSON_AddStringToObject(answer, "error", "unknown question");
	}
	cJSON_Delete(question);
	return answer;
}

static void reply(struct client *client)
{
	cJSON *answer = answer_line(client->control, client->question);
	char *text = cJSON_PrintUnformatted(answer);
	uv_buf_t buffer;
	size_t n;

	cJSON_Delete(answer);
	if (!text) {
		hang_up(client);
		return;
	}
	n = strlen(text);
	client->answer = malloc(n + 1);
	if (client->answer) {
		memcpy(client->answer, text, n);
		client->answer[n] = '\n';
	}
	cJSON_free(text);
	buffer = uv_buf_init(client->answer, (unsigned int)n + 1);
	client->write.data = client;
	if (!client->answer ||
	    uv_write(&client->write, (uv_stream_t *)&client->pipe, &buffer, 1, on_written) < 0)
		hang_up(client);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct client *client = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(client->question + client->n,
			      (unsigned int)(sizeof(client->question) - 1 - client->n));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct client *client = stream->data;
	char *end;

	(void)buffer;
	if (!n)
		return;
	if (n < 0) {
		hang_up(client);
		return;
	}
	client->n += (size_t)n;
	client->question[client->n] = 0;
	end = strchr(client->question, '\n');
	if (!end && client->n < sizeof(client->question) - 1)
		return;
	(void)uv_read_stop(stream);
	if (!end) {
		hang_up(client);
		return;
	}
	*end = 0;
	reply(client);
}

static void on_connection(void *user, int events)
{
	struct control *control = user;
	struct client *client;
	size_t i = 0;
	int fd;

	(void)events;
	poller_want(control->poller, UV_READABLE);
	fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	while (i < CLIENTS_MAX && control->clients[i])
		i++;
	client = i < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client) {
		(void)close(fd);
		return;
	}
	(void)uv_pipe_init(control->loop, &client->pipe, 0);
	client->pipe.data = client;
	client->control = control;
	control->clients[i] = client;
	if (uv_pipe_open(&client->pipe, fd) < 0) {
		(void)close(fd);
		hang_up(client);
		return;
	}
	if (uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read) < 0)
		hang_up(client);
}

/* Claims path in the locked directory. */
static int claim(struct control *control, const char *name, char *error, size_t error_size)
{
	control->fd = socket_listen_unix(control->path);
	if (control->fd < 0 && errno == EADDRINUSE) {
		(void)complain(
			error, error_size,
			"the name %s is taken by a running link; choose another one by --name",
			name);
		return 1;
	}
	if (control->fd < 0)
		return complain(error, error_size, "cannot make the control socket %s: %s",
				control->path, strerror(errno));
	control->poller = poller_new(control->loop, control->fd, on_connection, control);
	if (!control->poller) {
		(void)unlink(control->path);
		(void)close(control->fd);
		return complain(error, error_size, "cannot watch the control socket %s: %s",
				control->path, strerror(errno));
	}
	poller_want(control->poller, UV_READABLE);
	return 0;
}

int control_open(uv_loop_t *loop, const char *name,
		 cJSON *(*answer)(void *user, const char *question), void *user,
		 struct control **out, char *error, size_t error_size)
{
	struct control *control = calloc(1, sizeof(*control));
	char directory[sizeof(control->path)];
	int directory_fd = -1;
	int status = -1;
	int n;

	if (!control)
		return complain(error, error_size, "out of memory");
	control->loop = loop;
	control->answer = answer;
	control->user = user;
	for (unsigned int i = 0; i < CONTROL_DIRECTORIES && directory_fd < 0; i++)
		directory_fd = control_directory(i, true, directory, sizeof(directory));
	if (directory_fd < 0) {
		(void)complain(
			error, error_size,
			"no directory for the control socket; set XDG_RUNTIME_DIR to one that "
			"is yours alone");
		goto out;
	}
	n = snprintf(control->path, sizeof(control->path), "%s/%s.sock", directory, name);
	if (n < 0 || (size_t)n >= sizeof(control->path)) {
		(void)complain(
			error, error_size,
			"the path of the control socket, %s/%s.sock, is too long; choose a "
			"shorter --name",
			directory, name);
		goto out;
	}
	(void)flock(directory_fd, LOCK_EX);
	status = claim(control, name, error, error_size);
	if (!status)
		*out = control;
out:
	if (directory_fd >= 0)
		(void)close(directory_fd);
	if (status)
		free(control);
	return status;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	(void)unlink(control->path);
	poller_free(control->poller);
	(void)close(control->fd);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i])
			hang_up(control->clients[i]);
	free(control);
}
