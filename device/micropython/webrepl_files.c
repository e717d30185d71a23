/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See webrepl_files.h. Nothing raises: what fails is the code of an answer. */
#include "webrepl_files.h"

#include "py/mpconfig.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"
#include "extmod/vfs_lfs.h"

#include <string.h>

#define NEW ".new"

enum { PUT = 1, GET, VERSION };
enum { KIND = 2, OFFSET = 4, SIZE = 12, NAME_N = 16, NAME = 18 };

static void say_code(webrepl_say *say, void *user, bool well)
{
	const uint8_t message[4] = {'W', 'B', !well, 0};

	say(user, message, sizeof(message));
}

static mp_obj_t text(const char *chars)
{
	return mp_obj_new_str(chars, strlen(chars));
}

/* ---- files: what fails is false ---- */

static bool open_file(struct webrepl_files *files, qstr mode)
{
	nlr_buf_t raised;

	if (nlr_push(&raised) != 0)
		return false;
	files->file = mp_vfs_open(2, (mp_obj_t[]){text(files->name), MP_OBJ_NEW_QSTR(mode)},
				  (mp_map_t *)&mp_const_empty_map);
	nlr_pop();
	return true;
}

static bool close_file(struct webrepl_files *files)
{
	mp_obj_t file = files->file;
	nlr_buf_t raised;

	files->file = MP_OBJ_NULL;
	if (file == MP_OBJ_NULL)
		return true;
	if (nlr_push(&raised) != 0)
		return false;
	mp_stream_close(file);
	nlr_pop();
	return true;
}

static bool move(struct webrepl_files *files, void *bytes, size_t n, uint8_t way, size_t *moved)
{
	nlr_buf_t raised;
	int error = 0;

	if (nlr_push(&raised) != 0)
		return false;
	*moved = mp_stream_rw(files->file, bytes, n, &error, way);
	nlr_pop();
	return error == 0;
}

static void remove_new(struct webrepl_files *files)
{
	nlr_buf_t raised;

	if (nlr_push(&raised) == 0) {
		mp_vfs_remove(text(files->name));
		nlr_pop();
	}
}

/* name.new becomes name. */
static bool rename_new(struct webrepl_files *files)
{
	nlr_buf_t raised;

	if (nlr_push(&raised) != 0)
		return false;
	mp_vfs_rename(text(files->name),
		      mp_obj_new_str(files->name, strlen(files->name) - strlen(NEW)));
	nlr_pop();
	return true;
}

/* ---- put and get: whether it went well ---- */

static bool end_put(struct webrepl_files *files)
{
	bool well = close_file(files) && !files->failed && rename_new(files);

	if (!well)
		remove_new(files);
	files->state = WEBREPL_IDLE;
	return well;
}

static size_t take_put(struct webrepl_files *files, const uint8_t *bytes, size_t n)
{
	size_t part = n < files->left ? n : files->left, moved;

	if (!files->failed)
		files->failed =
			!move(files, (uint8_t *)bytes, part, MP_STREAM_RW_WRITE, &moved);
	files->left -= (uint32_t)part;
	return part;
}

static void give(struct webrepl_files *files, webrepl_say *say, void *user)
{
	uint8_t message[2 + WEBREPL_PART];
	size_t n = 0;
	bool well = move(files, message + 2, WEBREPL_PART, MP_STREAM_RW_READ, &n);

	n = well ? n : 0;
	message[0] = (uint8_t)n;
	message[1] = (uint8_t)(n >> 8);
	say(user, message, 2 + n);
	if (n > 0)
		return;
	(void)close_file(files);
	files->state = WEBREPL_IDLE;
	say_code(say, user, well);
}

/* ---- requests ---- */

static uint32_t little(const uint8_t *bytes, unsigned n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | bytes[n];
	return value;
}

static bool is_in_flash(const char *name)
{
	const char *rest;
	const mp_vfs_mount_t *vfs = mp_vfs_lookup_path(name, &rest);

	return vfs != MP_VFS_NONE && vfs != MP_VFS_ROOT &&
	       mp_obj_is_type(vfs->obj, &mp_type_vfs_lfs2);
}

static bool take_name(struct webrepl_files *files)
{
	size_t n = little(files->request + NAME_N, 2);
	char *name = files->name;

	if (n == 0 || n > 64 || memchr(files->request + NAME, 0, n))
		return false;
	if (files->request[NAME] != '/')
		*name++ = '/';
	memcpy(name, files->request + NAME, n);
	name[n] = '\0';
	return is_in_flash(files->name);
}

/* Whether it can be done. */
static bool begin(struct webrepl_files *files)
{
	uint8_t kind = files->request[KIND];

	if ((kind != PUT && kind != GET) || !take_name(files) ||
	    little(files->request + OFFSET, 4) != 0 ||
	    little(files->request + OFFSET + 4, 4) != 0)
		return false;
	if (kind == PUT)
		strcat(files->name, NEW);
	if (!open_file(files, kind == PUT ? MP_QSTR_wb : MP_QSTR_rb))
		return false;
	files->failed = false;
	files->left = little(files->request + SIZE, 4);
	files->state = kind == PUT ? WEBREPL_PUT : WEBREPL_GET;
	return true;
}

static void answer(struct webrepl_files *files, webrepl_say *say, void *user)
{
	static const uint8_t version[] = {MICROPY_VERSION_MAJOR, MICROPY_VERSION_MINOR,
					  MICROPY_VERSION_MICRO};

	if (files->request[KIND] == VERSION)
		say(user, version, sizeof(version));
	else
		say_code(say, user, begin(files));
}

static size_t take_request(struct webrepl_files *files, const uint8_t *bytes, size_t n)
{
	size_t part = WEBREPL_REQUEST - files->n;

	part = n < part ? n : part;
	memcpy(files->request + files->n, bytes, part);
	files->n += part;
	return part;
}

size_t webrepl_files_take(struct webrepl_files *files, const uint8_t *bytes, size_t n,
			  webrepl_say *say, void *user)
{
	size_t took = 1;

	if (files->state == WEBREPL_GET) {
		give(files, say, user);
		return took;
	}
	if (files->state == WEBREPL_PUT) {
		took = take_put(files, bytes, n);
	} else {
		took = take_request(files, bytes, n);
		if (files->n < WEBREPL_REQUEST)
			return took;
		files->n = 0;
		if (files->request[0] != 'W' || files->request[1] != 'A')
			return 0;
		answer(files, say, user);
	}
	if (files->state == WEBREPL_PUT && files->left == 0)
		say_code(say, user, end_put(files));
	return took;
}

void webrepl_files_end(struct webrepl_files *files)
{
	(void)close_file(files);
	if (files->state == WEBREPL_PUT)
		remove_new(files);
	files->state = WEBREPL_IDLE;
}
