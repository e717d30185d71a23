/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hash is made slow on purpose, so a thread of libuv's computes it while the UART is
 * served. A name that is unknown is checked against an entry that nobody has, so that it
 * takes as long. Who has to wait is answered without any.
 */
#include "host/bridge/users.h"

#include "host/base/log.h"
#include "host/base/secret.h"
#include "host/base/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536u

struct users {
	uv_loop_t *loop;
	char *path;
	struct ptl_attempts attempts;
};

struct users_check {
	uv_work_t work;
	struct users *users;
	struct ptl_attempts_from from;
	struct ptl_password entry;
	char password[PTL_LOGIN_PASSWORD];
	char why[80];
	bool known, waits, passes;
	users_checked checked; /* NULL: forgotten */
	void *user;
};

static bool hash(const struct ptl_password *entry, const char *password,
		 uint8_t out[PTL_PASSWORD_HASH])
{
	mbedtls_md_context_t md;
	int status;

	mbedtls_md_init(&md);
	status = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
	if (!status)
		status = mbedtls_pkcs5_pbkdf2_hmac(
			&md, (const unsigned char *)password, strlen(password), entry->salt,
			sizeof(entry->salt), entry->iterations, PTL_PASSWORD_HASH, out);
	mbedtls_md_free(&md);
	return !status;
}

/* ---- the file ---- */

void users_make(struct ptl_password *entry, const char *name, const char *password,
		unsigned iterations)
{
	*entry = (struct ptl_password){.iterations = iterations};
	(void)snprintf(entry->name, sizeof(entry->name), "%s", name);
	if (getrandom(entry->salt, sizeof(entry->salt), 0) != (ssize_t)sizeof(entry->salt) ||
	    !hash(entry, password, entry->hash))
		abort();
}

/* Calls for each entry; -1 with a line in error: a line that is none. */
static int each_entry(const char *path, char *text,
		      bool (*on_entry)(void *user, const struct ptl_password *entry),
		      void *user, char *error, size_t error_size)
{
	struct ptl_password entry;
	char *next = text, *line;

	for (int number = 1; (line = strsep(&next, "\n")); number++) {
		line[strcspn(line, "\r")] = 0;
		if (!*line || *line == '#')
			continue;
		if (!ptl_password_parse(&entry, line, strlen(line)))
			return complain(error, error_size,
					"%s:%d: no line of a user; 'pigtail passwd' makes them",
					path, number);
		if (!on_entry(user, &entry))
			break;
	}
	return 0;
}

static int read_file(const char *path, char **text, char *error, size_t error_size)
{
	*text = calloc(1, FILE_MAX);
	if (!*text)
		return complain(error, error_size, "out of memory");
	if (!secret_text(path, *text, FILE_MAX, error, error_size))
		return 0;
	free(*text);
	return -1;
}

struct wanted {
	const char *name; /* NULL: any */
	struct ptl_password entry;
	bool found;
};

static bool find_entry(void *user, const struct ptl_password *entry)
{
	struct wanted *wanted = user;

	if (wanted->name && strcmp(wanted->name, entry->name) != 0)
		return true;
	wanted->entry = *entry;
	wanted->found = true;
	return false;
}

static int look_up(const char *path, struct wanted *wanted, char *error, size_t error_size)
{
	char *text;
	int status;

	if (read_file(path, &text, error, error_size) < 0)
		return -1;
	status = each_entry(path, text, find_entry, wanted, error, error_size);
	explicit_bzero(text, FILE_MAX);
	free(text);
	return status;
}

struct copy {
	FILE *to;
	const char *without;
	bool left_out;
};

static bool copy_entry(void *user, const struct ptl_password *entry)
{
	struct copy *copy = user;
	char line[PTL_PASSWORD_LINE];

	if (!strcmp(copy->without, entry->name)) {
		copy->left_out = true;
		return true;
	}
	ptl_password_format(entry, line);
	(void)fprintf(copy->to, "%s\n", line);
	return true;
}

static int write_new(const char *path, const char *text, size_t n, char *error,
		     size_t error_size)
{
	char new[512];
	int fd, status = 0;

	if (snprintf(new, sizeof(new), "%s.new", path) >= (int)sizeof(new))
		return complain(error, error_size, "%s: too long a name", path);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || fchmod(fd, 0600) < 0 || write(fd, text, n) != (ssize_t)n || fsync(fd) < 0)
		status = complain(error, error_size, "cannot write %s: %s", new,
				  strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (!status && rename(new, path) < 0)
		status = complain(error, error_size, "cannot write %s: %s", path,
				  strerror(errno));
	return status;
}

int users_write(const char *path, const char *name, const struct ptl_password *entry,
		char *error, size_t error_size)
{
	char *before = NULL, *after = NULL, line[PTL_PASSWORD_LINE];
	struct copy copy = {.without = name};
	size_t n = 0;
	int status = 0;

	if ((!entry || !access(path, F_OK)) && read_file(path, &before, error, error_size) < 0)
		return -1;
	copy.to = open_memstream(&after, &n);
	if (!copy.to) {
		free(before);
		return complain(error, error_size, "out of memory");
	}
	if (before)
		status = each_entry(path, before, copy_entry, &copy, error, error_size);
	if (entry) {
		ptl_password_format(entry, line);
		(void)fprintf(copy.to, "%s\n", line);
	}
	(void)fclose(copy.to);
	if (!status && !entry && !copy.left_out)
		status = complain(error, error_size, "%s: there is no user %s", path, name);
	if (!status)
		status = write_new(path, after, n, error, error_size);
	free(before);
	free(after);
	return status;
}

/* ---- checks ---- */

int users_open(uv_loop_t *loop, const char *path, struct users **out, char *error,
	       size_t error_size)
{
	struct wanted anybody = {0};
	struct users *users;

	if (look_up(path, &anybody, error, error_size) < 0)
		return -1;
	if (!anybody.found)
		return complain(error, error_size,
				"%s: nobody is in it; 'pigtail passwd NAME --users %s'", path,
				path);
	users = calloc(1, sizeof(*users));
	if (!users)
		return complain(error, error_size, "out of memory");
	users->loop = loop;
	users->path = strdup(path);
	ptl_attempts_init(&users->attempts, timer_now());
	*out = users;
	return 0;
}

void users_close(struct users *users)
{
	if (!users)
		return;
	free(users->path);
	free(users);
}

static struct ptl_attempts_from from_address(const struct sockaddr *address)
{
	struct ptl_attempts_from from = {0};

	if (address->sa_family == AF_INET6) {
		memcpy(from.address,
		       &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
		       sizeof(from.address));
	} else if (address->sa_family == AF_INET) {
		from.address[10] = from.address[11] = 0xff;
		memcpy(from.address + 12,
		       &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	}
	return from;
}

static void on_work(uv_work_t *work)
{
	struct users_check *check = work->data;
	uint8_t found[PTL_PASSWORD_HASH];

	if (check->waits)
		return;
	check->passes = hash(&check->entry, check->password, found) &&
			ptl_password_same(found, check->entry.hash) && check->known;
	explicit_bzero(found, sizeof(found));
	explicit_bzero(check->password, sizeof(check->password));
}

static void on_worked(uv_work_t *work, int status)
{
	struct users_check *check = work->data;

	/* What was forgotten has failed, in the eyes of who counts attempts. */
	if (check->checked) {
		if (check->passes)
			ptl_attempts_passed(&check->users->attempts, &check->from);
		check->checked(check->user, !status && check->passes,
			       *check->why ? check->why : "wrong name or password");
	}
	explicit_bzero(check, sizeof(*check));
	free(check);
}

/* Nobody's entry, as slow as the others. */
static void prepare(struct users_check *check, const char *name)
{
	struct wanted wanted = {.name = name}, anybody = {0};
	char error[256];

	if (look_up(check->users->path, &wanted, error, sizeof(error)) < 0)
		log_line("%s", error);
	check->known = wanted.found;
	check->entry = wanted.entry;
	if (wanted.found)
		return;
	(void)look_up(check->users->path, &anybody, error, sizeof(error));
	check->entry.iterations = anybody.found ? anybody.entry.iterations : USERS_ITERATIONS;
}

struct users_check *users_check(struct users *users, const struct sockaddr *from,
				const char *name, const char *password, users_checked checked,
				void *user)
{
	struct users_check *check = calloc(1, sizeof(*check));
	ptl_time wait;

	if (!check)
		return NULL;
	check->work.data = check;
	check->users = users;
	check->from = from_address(from);
	check->checked = checked;
	check->user = user;
	wait = ptl_attempts_begin(&users->attempts, timer_now(), &check->from);
	if (wait) {
		check->waits = true;
		(void)snprintf(check->why, sizeof(check->why),
			       "too many attempts; again in %u s",
			       (unsigned)((wait + 999999) / 1000000));
	} else {
		(void)snprintf(check->password, sizeof(check->password), "%s", password);
		prepare(check, name);
	}
	if (uv_queue_work(users->loop, &check->work, on_work, on_worked)) {
		explicit_bzero(check, sizeof(*check));
		free(check);
		return NULL;
	}
	return check;
}

void users_forget(struct users_check *check)
{
	check->checked = NULL;
	(void)uv_cancel((uv_req_t *)&check->work);
}
