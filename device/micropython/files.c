/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Files for the host, beside whatever runs: the stream services (SPEC 8.5)
 *
 *	get   ARGUMENT is a path: its bytes, then our close
 *	put   ARGUMENT is a path: bytes until the host's close. They go to PATH.new, which takes
 *	      the file's place when the host has closed with STATUS 0; else it goes
 *	list  ARGUMENT is a folder: a line "SIZE NAME" for each file, "- NAME" for a folder
 *
 * What comes from the link only asks for a step. A step runs when the interpreter is between
 * two of a script's instructions, or waits; it does as much as there is credit for or as has
 * come, so a script goes on meanwhile. So does the link while the flash is read and written:
 * within a step more bytes may come, or the stream's end. One of each service at a time.
 */
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"

#include "files.h"
#include "script.h"
#include "terminal.h"

#include <string.h>

#define PATH_BYTES 200
#define NEW	   ".new"
#define PART	   256u /* bytes at once */
#define TOO_LONG   36	/* what littlefs says of a name */

/* file: an open file, or what lists a folder. Seen by the collector. */
struct transfer {
	int stream; /* -1: none */
	bool begun;
	bool ended; /* the host has closed, with status */
	enum ptl_status status;
	size_t at, n; /* of bytes that wait */
	uint8_t bytes[TERMINAL_WINDOW];
	char path[PATH_BYTES + sizeof(NEW)];
};

enum { GET, PUT, LIST, KINDS };

static struct transfer transfers[KINDS] = {
	[GET] = {.stream = -1}, [PUT] = {.stream = -1}, [LIST] = {.stream = -1}};
static bool asked;

MP_REGISTER_ROOT_POINTER(mp_obj_t files_open[3]);

static struct ptl_streams *streams(void)
{
	return &script.services.streams;
}

static void ask_for_step(void);

/* ---- how it ends ---- */

/* Not any more when the session has ended, even if another has the stream's number since. */
static bool has_stream(const struct transfer *transfer)
{
	const struct device_service *service =
		transfer->stream < 0 ? NULL : script.services.of[transfer->stream];

	return service && service->user == transfer;
}

static void end(struct transfer *transfer, enum ptl_status status, const char *text)
{
	if (has_stream(transfer))
		ptl_stream_close(streams(), (unsigned)transfer->stream, status, text);
	transfer->stream = -1;
	MP_STATE_VM(files_open)[transfer - transfers] = MP_OBJ_NULL;
}

static const char *reason(mp_obj_t raised)
{
	mp_obj_t value = mp_obj_exception_get_value(raised);

	if (!mp_obj_is_small_int(value))
		return "it cannot be done";
	switch (MP_OBJ_SMALL_INT_VALUE(value)) {
	case MP_ENOENT:
		return "no such file";
	case MP_EPERM: /* of "/" */
	case MP_EISDIR:
		return "it is a folder";
	case MP_ENOTDIR:
		return "it is no folder";
	case TOO_LONG:
		return "the name is too long";
	case MP_ENOSPC:
		return "no room is left in the flash";
	case MP_ENODEV:
		return "there are no files";
	case MP_EROFS:
		return "the files cannot be written";
	default:
		return "the files fail";
	}
}

/* ---- steps: may raise ---- */

static mp_obj_t *file_of(const struct transfer *transfer)
{
	return &MP_STATE_VM(files_open)[transfer - transfers];
}

static mp_obj_t open_file(const char *path, qstr mode)
{
	mp_obj_t arguments[2] = {mp_obj_new_str(path, strlen(path)), MP_OBJ_NEW_QSTR(mode)};

	return mp_vfs_open(2, arguments, (mp_map_t *)&mp_const_empty_map);
}

static size_t move(mp_obj_t file, uint8_t *bytes, size_t n, uint8_t way)
{
	int error;
	mp_uint_t moved = mp_stream_rw(file, bytes, n, &error, way);

	if (error)
		mp_raise_OSError(error);
	return moved;
}

/* Whether all that waits is gone. */
static bool push(struct transfer *transfer)
{
	while (transfer->at < transfer->n) {
		size_t n;

		if (!has_stream(transfer))
			return false;
		n = ptl_stream_write(streams(), script_now(), (unsigned)transfer->stream,
				     transfer->bytes + transfer->at,
				     transfer->n - transfer->at);

		if (n == 0)
			return false;
		transfer->at += n;
	}
	transfer->at = transfer->n = 0;
	return true;
}

static void step_get(struct transfer *transfer)
{
	mp_obj_t *file = file_of(transfer);

	if (!transfer->begun)
		*file = open_file(transfer->path, MP_QSTR_rb);
	transfer->begun = true;
	while (push(transfer)) {
		transfer->n = move(*file, transfer->bytes, PART, MP_STREAM_RW_READ);
		if (transfer->n == 0) {
			mp_stream_close(*file);
			end(transfer, PTL_STATUS_DONE, NULL);
			return;
		}
	}
}

static void rename_new(struct transfer *transfer)
{
	mp_obj_t from, to;

	from = mp_obj_new_str(transfer->path, strlen(transfer->path));
	to = mp_obj_new_str(transfer->path, strlen(transfer->path) - strlen(NEW));
	mp_vfs_rename(from, to);
}

static void step_put(struct transfer *transfer)
{
	mp_obj_t *file = file_of(transfer);

	if (!transfer->begun) {
		strcat(transfer->path, NEW);
		*file = open_file(transfer->path, MP_QSTR_wb);
	}
	transfer->begun = true;
	while (transfer->n > 0) {
		size_t n = transfer->n;

		/* All of it, or it raises. More may come meanwhile, behind it. */
		(void)move(*file, transfer->bytes, n, MP_STREAM_RW_WRITE);
		transfer->n -= n;
		memmove(transfer->bytes, transfer->bytes + n, transfer->n);
		if (!transfer->ended)
			ptl_stream_took(streams(), (unsigned)transfer->stream, n);
	}
	/* What was broken off meanwhile, step() sees. */
	if (!transfer->ended || transfer->status != PTL_STATUS_DONE)
		return;
	mp_stream_close(*file);
	*file = MP_OBJ_NULL;
	rename_new(transfer);
	end(transfer, PTL_STATUS_DONE, NULL);
}

/* "SIZE NAME" of (name, type, inode, size). It is a line, whatever the name. */
static void describe(struct transfer *transfer, mp_obj_t entry)
{
	mp_obj_t *items;
	vstr_t line;
	size_t n;

	mp_obj_get_array(entry, &n, &items);
	vstr_init(&line, 64);
	if (mp_obj_get_int(items[1]) & MP_S_IFDIR)
		vstr_add_str(&line, "-");
	else
		vstr_printf(&line, "%u", (unsigned)(n > 3 ? mp_obj_get_int(items[3]) : 0));
	vstr_add_byte(&line, ' ');
	for (const char *name = mp_obj_str_get_str(items[0]); *name; name++)
		vstr_add_byte(&line, (uint8_t)*name < 0x20 || *name == 0x7f ? '?' : *name);
	vstr_add_byte(&line, '\n');
	transfer->n = line.len < sizeof(transfer->bytes) ? line.len : sizeof(transfer->bytes);
	memcpy(transfer->bytes, line.buf, transfer->n);
	vstr_clear(&line);
}

static void step_list(struct transfer *transfer)
{
	mp_obj_t *listing = file_of(transfer);
	mp_obj_t path = mp_obj_new_str(transfer->path, strlen(transfer->path));

	if (!transfer->begun)
		*listing = mp_vfs_ilistdir(1, &path);
	transfer->begun = true;
	while (push(transfer)) {
		mp_obj_t entry = mp_iternext(*listing);

		if (entry == MP_OBJ_STOP_ITERATION) {
			end(transfer, PTL_STATUS_DONE, NULL);
			return;
		}
		describe(transfer, entry);
	}
}

static void (*const steps[KINDS])(struct transfer *) = {step_get, step_put, step_list};

/* Whatever it was in the middle of. The file is closed before anything else is done with its
 * name: littlefs knows it until then. */
static void close_file(struct transfer *transfer)
{
	mp_obj_t file = *file_of(transfer);
	nlr_buf_t raised;

	*file_of(transfer) = MP_OBJ_NULL;
	if (transfer == &transfers[LIST] || file == MP_OBJ_NULL)
		return;
	if (nlr_push(&raised) == 0) {
		mp_stream_close(file);
		nlr_pop();
	}
}

/* Of a file that is not whole and will not be. */
static void remove_new(const struct transfer *transfer)
{
	nlr_buf_t raised;

	if (nlr_push(&raised) == 0) {
		mp_vfs_remove(mp_obj_new_str(transfer->path, strlen(transfer->path)));
		nlr_pop();
	}
}

static void break_off(struct transfer *transfer, enum ptl_status status, const char *text)
{
	close_file(transfer);
	if (transfer == &transfers[PUT] && transfer->begun)
		remove_new(transfer);
	end(transfer, status, text);
}

static mp_obj_t step(mp_obj_t unused)
{
	(void)unused;
	asked = false;
	for (unsigned i = 0; i < KINDS; i++) {
		struct transfer *transfer = &transfers[i];
		nlr_buf_t raised;

		if (transfer->stream < 0)
			continue;
		if (transfer->ended && (i != PUT || transfer->status != PTL_STATUS_DONE)) {
			break_off(transfer, PTL_STATUS_ABORTED, NULL);
			continue;
		}
		if (nlr_push(&raised) == 0) {
			steps[i](transfer);
			nlr_pop();
		} else {
			break_off(transfer, PTL_STATUS_FAILED,
				  reason(MP_OBJ_FROM_PTR(raised.ret_val)));
		}
	}
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(step_obj, step);

/* If the interpreter's queue is full, files_poll() asks again. */
static void ask_for_step(void)
{
	if (!asked)
		asked = mp_sched_schedule(MP_OBJ_FROM_PTR(&step_obj), mp_const_none);
}

/* ---- the streams ---- */

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *argument, size_t n)
{
	struct transfer *transfer = user;

	if (transfer->stream >= 0)
		return PTL_STATUS_BUSY;
	if (n == 0 || n > PATH_BYTES || memchr(argument, 0, n))
		return PTL_STATUS_MALFORMED;
	*transfer = (struct transfer){.stream = (int)stream};
	memcpy(transfer->path, argument, n);
	ask_for_step();
	return PTL_STATUS_DONE;
}

/* Fits: it is no more than the credit that was given. */
static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	struct transfer *transfer = user;

	if ((int)stream != transfer->stream || n > sizeof(transfer->bytes) - transfer->n)
		return;
	if (transfer != &transfers[PUT]) {
		ptl_stream_took(streams(), stream, n);
		return;
	}
	memcpy(transfer->bytes + transfer->n, bytes, n);
	transfer->n += n;
	ask_for_step();
}

static void on_room(void *user, unsigned stream)
{
	const struct transfer *transfer = user;

	if ((int)stream == transfer->stream)
		ask_for_step();
}

static void on_closed(void *user, unsigned stream, enum ptl_status status)
{
	struct transfer *transfer = user;

	if ((int)stream != transfer->stream) {
		if (streams()->stream[stream].state == PTL_STREAM_ENDED)
			ptl_stream_close(streams(), stream, PTL_STATUS_DONE, NULL);
		return;
	}
	transfer->ended = true;
	transfer->status = status;
	ask_for_step();
}

#define SERVICE(kind, of)                                                                      \
	[kind] = {.name = of,                                                                  \
		  .user = &transfers[kind],                                                    \
		  .open = on_open,                                                             \
		  .data = on_data,                                                             \
		  .room = on_room,                                                             \
		  .closed = on_closed}

const struct device_service files_services[FILES_SERVICES] = {
	SERVICE(GET, "get"),
	SERVICE(PUT, "put"),
	SERVICE(LIST, "list"),
};

void files_poll(void)
{
	for (unsigned i = 0; i < KINDS && !asked; i++)
		if (transfers[i].stream >= 0 && (!transfers[i].begun || transfers[i].ended ||
						 (i == PUT && transfers[i].n > 0)))
			ask_for_step();
}

void files_reset(void)
{
	asked = false;
	for (unsigned i = 0; i < KINDS; i++)
		end(&transfers[i], PTL_STATUS_ABORTED, "soft reset");
}
