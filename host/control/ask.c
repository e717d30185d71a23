/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asker's side of the control sockets: finds them, asks, and removes those
 * of dead processes (nobody accepts: connection refused).
 */
#include "host/control/control.h"

#include "host/base/socket.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_MAX (64u * 1024u)
#define SUFFIX	   ".sock"

/* Asks over a connected socket; NULL when there is no answer. */
static cJSON *converse(int fd, const char *question)
{
	const struct timeval patience = {.tv_sec = 2};
	char *answer = malloc(ANSWER_MAX);
	cJSON *parsed = NULL;
	char line[64];
	size_t n = 0;
	ssize_t got;
	int length;

	if (!answer)
		return NULL;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	length = snprintf(line, sizeof(line), "{\"ask\":\"%s\"}\n", question);
	if (send(fd, line, (size_t)length, MSG_NOSIGNAL) != length)
		goto out;
	while (n < ANSWER_MAX - 1) {
		got = recv(fd, answer + n, ANSWER_MAX - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (answer[n - 1] == '\n')
			break;
	}
	answer[n] = 0;
	parsed = cJSON_Parse(answer);
out:
	free(answer);
	return parsed;
}

/*
 * lock: the directory; while it is locked, no link claims a name, so that a socket
 * that nobody serves is a dead one. It is not locked during the answer: who answers
 * may be about to claim the name of another link.
 */
static cJSON *ask_socket(int lock, const char *path, const char *question)
{
	struct sockaddr_un address;
	cJSON *answer = NULL;
	bool connected;
	int fd;

	if (socket_unix_address(path, &address) < 0)
		return NULL;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	(void)flock(lock, LOCK_EX);
	connected = !connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (!connected && errno == ECONNREFUSED)
		(void)unlink(path);
	(void)flock(lock, LOCK_UN);
	if (connected)
		answer = converse(fd, question);
	(void)close(fd);
	return answer;
}

static int is_socket(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > strlen(SUFFIX) && !strcmp(entry->d_name + n - strlen(SUFFIX), SUFFIX);
}

static void ask_directory(int lock, const char *directory, const char *name,
			  const char *question, cJSON *answers)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct dirent **entries;
	int count = scandir(directory, &entries, is_socket, alphasort);

	if (count < 0)
		return;
	for (int i = 0; i < count; i++) {
		const char *file = entries[i]->d_name;
		size_t n = strlen(file) - strlen(SUFFIX);
		int length = snprintf(path, sizeof(path), "%s/%s", directory, file);

		if (length > 0 && (size_t)length < sizeof(path) &&
		    (!name || (strlen(name) == n && !strncmp(name, file, n)))) {
			cJSON *answer = ask_socket(lock, path, question);

			if (answer)
				cJSON_AddItemToArray(answers, answer);
		}
		free(entries[i]);
	}
	free(entries);
}

cJSON *control_ask(const char *name, const char *question)
{
	cJSON *answers = cJSON_CreateArray();
	char path[256];
	int fd;

	for (unsigned int i = 0; i < CONTROL_DIRECTORIES; i++) {
		fd = control_directory(i, false, path, sizeof(path));
		if (fd < 0)
			continue;
		ask_directory(fd, path, name, question, answers);
		(void)close(fd);
	}
	return answers;
}
