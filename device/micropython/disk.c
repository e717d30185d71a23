/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lx.Flash: the flash's room for files (flash_map.h) as a block device of littlefs, with
 * blocks of the sectors of 4 KB that the board's flash erases. There is one.
 */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/vfs.h"

#include "script.h"

#include <pigtail/flash_map.h>

extern const mp_obj_type_t disk_type;

static const mp_obj_base_t disk = {&disk_type};

static mp_obj_t disk_make(const mp_obj_type_t *type, size_t n, size_t named,
			  const mp_obj_t *args)
{
	(void)type;
	mp_arg_check_num(n, named, 0, 0, false);
	(void)args;
	if (!script.board.files)
		mp_raise_OSError(MP_ENODEV);
	return MP_OBJ_FROM_PTR(&disk);
}

static uint32_t sector(void)
{
	return script.board.files->sector;
}

/* Where args[1] (block) and args[3] (offset in it) are, for n bytes. */
static uint32_t place(size_t count, const mp_obj_t *args, size_t n)
{
	mp_uint_t block = (mp_uint_t)mp_obj_get_int(args[1]);
	mp_uint_t offset = count > 3 ? (mp_uint_t)mp_obj_get_int(args[3]) : 0;

	if (block >= PTL_MAP_FILES_SIZE / sector() || offset > sector() ||
	    n > PTL_MAP_FILES_SIZE - block * sector() - offset)
		mp_raise_OSError(MP_EINVAL);
	return PTL_MAP_FILES + (uint32_t)(block * sector() + offset);
}

static mp_obj_t result(bool well)
{
	return MP_OBJ_NEW_SMALL_INT(well ? 0 : -MP_EIO);
}

static mp_obj_t disk_read(size_t count, const mp_obj_t *args)
{
	mp_buffer_info_t to;

	script_poll(); /* littlefs may look at all of the flash for one write */
	mp_get_buffer_raise(args[2], &to, MP_BUFFER_WRITE);
	return result(script.board.files->read(script.board.files->user,
					       place(count, args, to.len), to.buf, to.len));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_read_obj, 3, 4, disk_read);

static bool erase(uint32_t at)
{
	return script.board.files->erase(script.board.files->user, at);
}

/* Without an offset whole blocks are erased first. */
static mp_obj_t disk_write(size_t count, const mp_obj_t *args)
{
	mp_buffer_info_t from;
	uint32_t at;

	script_poll();
	mp_get_buffer_raise(args[2], &from, MP_BUFFER_READ);
	at = place(count, args, from.len);
	if (count == 3)
		for (uint32_t i = 0; i < from.len; i += sector())
			if (!erase(at + i))
				return result(false);
	return result(
		script.board.files->program(script.board.files->user, at, from.buf, from.len));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_write_obj, 3, 4, disk_write);

static mp_obj_t disk_ioctl(mp_obj_t self, mp_obj_t operation, mp_obj_t argument)
{
	mp_uint_t block;

	(void)self;
	switch (mp_obj_get_int(operation)) {
	case MP_BLOCKDEV_IOCTL_INIT:
	case MP_BLOCKDEV_IOCTL_DEINIT:
	case MP_BLOCKDEV_IOCTL_SYNC:
		return MP_OBJ_NEW_SMALL_INT(0);
	case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
		return MP_OBJ_NEW_SMALL_INT(PTL_MAP_FILES_SIZE / sector());
	case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
		return MP_OBJ_NEW_SMALL_INT(sector());
	case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
		block = (mp_uint_t)mp_obj_get_int(argument);
		return result(block < PTL_MAP_FILES_SIZE / sector() &&
			      erase(PTL_MAP_FILES + (uint32_t)(block * sector())));
	default:
		return mp_const_none;
	}
}
static MP_DEFINE_CONST_FUN_OBJ_3(disk_ioctl_obj, disk_ioctl);

static const mp_rom_map_elem_t disk_table[] = {
	{MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&disk_read_obj)},
	{MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&disk_write_obj)},
	{MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&disk_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(disk_dict, disk_table);

MP_DEFINE_CONST_OBJ_TYPE(disk_type, MP_QSTR_Flash, MP_TYPE_FLAG_NONE, make_new, disk_make,
			 locals_dict, &disk_dict);
