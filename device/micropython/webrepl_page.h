/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Pages of WebREPL by HTTP, for a browser that is to have them from here: files in /www. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_PAGE_H
#define PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_PAGE_H

#include "http_parse.h"

#include "py/obj.h"

#define WEBREPL_PAGE_HEAD 320u

/* The head of an answer, and the file that follows; MP_OBJ_NULL: none. status: of the
 * parser. */
mp_obj_t webrepl_page_open(const struct http_request *request, int status,
			   char head[WEBREPL_PAGE_HEAD]);

/* The file's next bytes; 0: that was all, and it is closed. */
size_t webrepl_page_read(mp_obj_t page, uint8_t *to, size_t room);

#endif
