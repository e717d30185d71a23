/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See webrepl_page.h. A name is one of letters, digits and "._-": no folders, nothing hidden.
 */
#include "webrepl_page.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"

#include <string.h>

#define FOLDER "/www"
#define INDEX  "/webrepl.html"

static bool is_plain(const char *target)
{
	if (target[0] != '/' || target[1] == '.')
		return false;
	for (const char *c = target + 1; *c; c++)
		if (!unichar_isalpha(*c) && !unichar_isdigit(*c) && !strchr("._-", *c))
			return false;
	return true;
}

static mp_obj_t open_file(const char *target)
{
	char path[sizeof(FOLDER) + HTTP_TARGET_MAX + 1] = FOLDER;
	mp_obj_t file;
	nlr_buf_t raised;

	strcat(path, target[1] ? target : INDEX);
	if (nlr_push(&raised) != 0)
		return MP_OBJ_NULL;
	file = mp_vfs_open(
		2,
		(mp_obj_t[]){mp_obj_new_str(path, strlen(path)), MP_OBJ_NEW_QSTR(MP_QSTR_rb)},
		(mp_map_t *)&mp_const_empty_map);
	nlr_pop();
	return file;
}

static const char *kind_of(const char *target)
{
	static const char *const kinds[][2] = {
		{".css", "text/css"}, {".js", "text/javascript"}, {".html", "text/html"}};
	const char *end = strrchr(target, '.');

	for (unsigned i = 0; end && i < MP_ARRAY_SIZE(kinds); i++)
		if (strcmp(end, kinds[i][0]) == 0)
			return kinds[i][1];
	return target[1] ? "application/octet-stream" : "text/html";
}

static void write_head(char *head, const char *status, const char *kind, const char *body)
{
	static const char *const parts[] = {
		"\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n"
		"X-Frame-Options: DENY\r\nContent-Type: ",
		"; charset=utf-8\r\n\r\n"};

	strcpy(head, "HTTP/1.1 ");
	strcat(head, status);
	strcat(head, parts[0]);
	strcat(head, kind);
	strcat(head, parts[1]);
	strcat(head, body);
}

mp_obj_t webrepl_page_open(const struct http_request *request, int status,
			   char head[WEBREPL_PAGE_HEAD])
{
	mp_obj_t file = MP_OBJ_NULL;

	if (status != HTTP_COMPLETE || request->method != HTTP_GET || request->has_length) {
		write_head(head, "400 Bad Request", "text/plain", "This is WebREPL.\n");
		return MP_OBJ_NULL;
	}
	if (is_plain(request->target))
		file = open_file(request->target);
	if (file == MP_OBJ_NULL)
		write_head(head, "404 Not Found", "text/plain",
			   "WebREPL is here. Pages are files in /www.\n");
	else
		write_head(head, "200 OK", kind_of(request->target), "");
	return file;
}

size_t webrepl_page_read(mp_obj_t page, uint8_t *to, size_t room)
{
	int error = 0;
	mp_uint_t n = mp_stream_rw(page, to, room, &error, MP_STREAM_RW_READ);

	if (error || n == 0) {
		mp_stream_close(page);
		return 0;
	}
	return n;
}
