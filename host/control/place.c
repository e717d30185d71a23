/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket is dead when nobody accepts: its connection is refused. While a directory
 * is locked, no link claims a name in it, so that a refused one can be removed. It is
 * not locked during a conversation: who answers may be about to claim a name himself.
 */
#include "host/control/place.h"

#include "host/base/log.h"
#include "host/base/socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#define DIRECTORIES 4
#define SUFFIX	    ".sock"
#define BACKLOG	    1024

bool control_name_ok(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t n = strlen(name);

	return n && n <= CONTROL_NAME_MAX && *name != '.' && strspn(name, allowed) == n;
}

void control_name_from(const char *text, char *name, size_t size)
{
	const char *slash = strrchr(text, '/');
	char *at;

	(void)snprintf(name, size, "%s", slash ? slash + 1 : text);
	for (at = name; *at; at++)
		if (!strchr("_-.", *at) && !(*at >= '0' && *at <= '9') &&
		    !((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z'))
			*at = '-';
	if (*name == '.' || !*name)
		*name = '-';
}

static bool directory_path(unsigned int i, char *path, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	unsigned int uid = geteuid();
	int n = -1;

	if (runtime && *runtime != '/')
		runtime = NULL;
	if (i == 0 && runtime)
		n = snprintf(path, size, "%s/pigtail", runtime);
	else if (i == 1)
		n = snprintf(path, size, "/run/pigtail");
	else if (i == 2 && !runtime)
		n = snprintf(path, size, "/run/user/%u/pigtail", uid);
	else if (i == 3)
		n = snprintf(path, size, "/tmp/pigtail-%u", uid);
	return n >= 0 && (size_t)n < size;
}

/* Opens the i-th directory, made first if asked. A descriptor, or -1 where it does not
 * apply or is not this user's alone to write to. Root finds also what is in /run/pigtail
 * when that is the service's user's: only root could give it to him. */
static int open_directory(unsigned int i, bool make, char *path, size_t size)
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
	if (!fstat(fd, &status) && !(status.st_mode & 022) && !access(path, W_OK) &&
	    (status.st_uid == geteuid() || (i == 1 && !make && geteuid() == 0)))
		return fd;
	(void)close(fd);
	return -1;
}

/* ---- claiming ---- */

static bool socket_path(char *path, const char *directory, const char *name)
{
	int n = snprintf(path, CONTROL_PATH_MAX, "%s/%s" SUFFIX, directory, name);

	return n > 0 && (size_t)n < CONTROL_PATH_MAX;
}

/* Somebody accepts there. */
static bool is_served(const char *path)
{
	struct sockaddr_un address;
	int fd;

	if (socket_unix_address(path, &address) < 0)
		return false;
	fd = socket_connect(AF_UNIX, (struct sockaddr *)&address, sizeof(address));
	if (fd < 0)
		return errno == EAGAIN; /* it is only busy */
	(void)close(fd);
	return true;
}

static bool is_taken(const char *name)
{
	char directory[CONTROL_PATH_MAX];
	char path[CONTROL_PATH_MAX];

	for (unsigned int i = 0; i < DIRECTORIES; i++) {
		int fd = open_directory(i, false, directory, sizeof(directory));

		if (fd < 0)
			continue;
		(void)close(fd);
		if (socket_path(path, directory, name) && is_served(path))
			return true;
	}
	return false;
}

static int say_taken(const char *name, char *error, size_t error_size)
{
	(void)complain(error, error_size,
		       "the name %s is taken by a running link; choose another one by --name",
		       name);
	return 1;
}

/* In the locked directory. */
static int listen_at(struct control_place *place, const char *name, char *error,
		     size_t error_size)
{
	struct stat status;

	place->fd = socket_listen_unix(place->path);
	if (place->fd < 0 && errno == EADDRINUSE)
		return say_taken(name, error, error_size);
	if (place->fd < 0)
		return complain(error, error_size, "cannot make the control socket %s: %s",
				place->path, strerror(errno));
	if (listen(place->fd, BACKLOG) < 0 || stat(place->path, &status) < 0) {
		(void)complain(error, error_size, "cannot use the control socket %s: %s",
			       place->path, strerror(errno));
		(void)unlink(place->path);
		(void)close(place->fd);
		return -1;
	}
	place->device = status.st_dev;
	place->inode = status.st_ino;
	return 0;
}

int control_place_claim(struct control_place *place, const char *name, char *error,
			size_t error_size)
{
	char directory[CONTROL_PATH_MAX];
	int directory_fd = -1;
	int status;

	if (is_taken(name))
		return say_taken(name, error, error_size);
	for (unsigned int i = 0; i < DIRECTORIES && directory_fd < 0; i++)
		directory_fd = open_directory(i, true, directory, sizeof(directory));
	if (directory_fd < 0)
		return complain(
			error, error_size,
			"no directory for the control socket; set XDG_RUNTIME_DIR to one that "
			"is yours alone");
	if (!socket_path(place->path, directory, name)) {
		(void)close(directory_fd);
		return complain(
			error, error_size,
			"the path of the control socket, %s/%s.sock, is too long; choose a "
			"shorter --name",
			directory, name);
	}
	(void)flock(directory_fd, LOCK_EX);
	status = listen_at(place, name, error, error_size);
	(void)close(directory_fd);
	return status;
}

bool control_place_stands(const struct control_place *place)
{
	struct stat status;

	return !stat(place->path, &status) && status.st_dev == place->device &&
	       status.st_ino == place->inode;
}

void control_place_leave(struct control_place *place)
{
	if (control_place_stands(place))
		(void)unlink(place->path);
	(void)close(place->fd);
	place->fd = -1;
}

/* ---- finding ---- */

static int connect_or_remove(int lock, const char *path)
{
	/* For the connection as well: a link that stands still has a full queue. */
	const struct timeval patience = {.tv_sec = 2};
	struct sockaddr_un address;
	int fd;

	if (socket_unix_address(path, &address) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	(void)flock(lock, LOCK_EX);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno == ECONNREFUSED)
			(void)unlink(path);
		(void)close(fd);
		fd = -1;
	}
	(void)flock(lock, LOCK_UN);
	return fd;
}

static int is_socket(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > strlen(SUFFIX) && !strcmp(entry->d_name + n - strlen(SUFFIX), SUFFIX);
}

static void find_in(int lock, const char *directory, const char *wanted,
		    void (*found)(void *user, const char *name, int fd), void *user)
{
	char path[CONTROL_PATH_MAX];
	struct dirent **entries;
	int count = scandir(directory, &entries, is_socket, alphasort);

	for (int i = 0; i < count; i++) {
		char *name = entries[i]->d_name;
		int fd = -1;

		name[strlen(name) - strlen(SUFFIX)] = 0;
		if ((!wanted || !strcmp(wanted, name)) && control_name_ok(name) &&
		    socket_path(path, directory, name))
			fd = connect_or_remove(lock, path);
		if (fd >= 0)
			found(user, name, fd);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

void control_place_find(const char *name, void (*found)(void *user, const char *name, int fd),
			void *user)
{
	char directory[CONTROL_PATH_MAX];

	for (unsigned int i = 0; i < DIRECTORIES; i++) {
		int fd = open_directory(i, false, directory, sizeof(directory));

		if (fd < 0)
			continue;
		find_in(fd, directory, name, found, user);
		(void)close(fd);
	}
}
