/* SPDX-License-Identifier: GPL-2.0-only */
/* An image that comes in pieces by the control socket, and goes into the target. */
#ifndef PIGTAIL_HOST_UPLOAD_H
#define PIGTAIL_HOST_UPLOAD_H

#include "host/bridge/server.h"
#include "host/control/control.h"

struct upload;

/* Adds its requests to control. */
struct upload *upload_new(struct server *server, struct control *control);

/* After the server and before the control socket is closed. NULL does nothing. */
void upload_free(struct upload *upload);

#endif
