/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes over a connection that "stream.open" has made a stream: frames both ways, each
 * of a kind, a length (little endian) and as many bytes.
 *
 *	0  STREAM_DATA	bytes of the stream
 *	1  STREAM_END	a status of SPEC 8 and a text, once each way, the last frame
 */
#ifndef PIGTAIL_HOST_WIFI_STREAM_FRAME_H
#define PIGTAIL_HOST_WIFI_STREAM_FRAME_H

#include <stdint.h>

enum stream_frame { STREAM_DATA, STREAM_END };

#define STREAM_HEAD  3u
#define STREAM_BYTES 1024u /* in a frame, at most */

#endif
