/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcapng as in draft-ietf-opsawg-pcapng: a section header block, two interface
 * description blocks, then enhanced packet blocks. Host byte order: the section
 * header's magic says which.
 *
 * Blocks gather in a buffer that is written when full and every 200 ms. A block
 * begins with its type and total length, and ends with the length again; when
 * the disk is full, the file is cut back to the last whole block by these.
 */
#include "host/run/capture.h"

#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (256u * 1024u)
#define FLUSH_MS     200

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	LINK_ETHERNET = 1,
	LINK_RAW = 101,
	LINK_USER0 = 147,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_FLAGS = 2,     /* of a packet */
	OPTION_USER_APPL = 4, /* of a section */
	OPTION_NAME = 2,      /* of an interface */
	FLAG_INBOUND = 1,
	FLAG_OUTBOUND = 2,
	FLAG_CRC_ERROR = 1 << 24,
};

struct capture {
	int fd;
	bool works;
	char *path;
	uint32_t snap;
	uint64_t written; /* bytes in the file */
	size_t fill;
	size_t block; /* where the block being made begins */
	uv_timer_t timer;
	uint8_t buffer[BUFFER_BYTES];
};

static void put_bytes(struct capture *capture, const void *bytes, size_t n)
{
	memcpy(capture->buffer + capture->fill, bytes, n);
	capture->fill += n;
	while (capture->fill % 4)
		capture->buffer[capture->fill++] = 0;
}

static void put_u32(struct capture *capture, uint32_t value)
{
	put_bytes(capture, &value, sizeof(value));
}

static void put_option(struct capture *capture, uint16_t code, const void *value, size_t n)
{
	uint16_t head[2] = {code, (uint16_t)n};

	put_bytes(capture, head, sizeof(head));
	put_bytes(capture, value, n);
}

static void begin_block(struct capture *capture, uint32_t type)
{
	capture->block = capture->fill;
	put_u32(capture, type);
	put_u32(capture, 0);
}

static void end_block(struct capture *capture)
{
	uint32_t length;

	put_u32(capture, OPTION_END);
	length = (uint32_t)(capture->fill - capture->block + sizeof(length));
	put_u32(capture, length);
	memcpy(capture->buffer + capture->block + 4, &length, sizeof(length));
}

/* How many of the first n bytes of the buffer are whole blocks. */
static size_t whole_blocks(const struct capture *capture, size_t n)
{
	size_t at = 0;
	uint32_t length;

	while (at + 8 <= n) {
		memcpy(&length, capture->buffer + at + 4, sizeof(length));
		if (at + length > n)
			break;
		at += length;
	}
	return at;
}

static int flush(struct capture *capture)
{
	size_t done = 0;
	ssize_t n;

	while (done < capture->fill) {
		n = write(capture->fd, capture->buffer + done, capture->fill - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int saved = errno;

			done = whole_blocks(capture, done);
			(void)ftruncate(capture->fd, (off_t)(capture->written + done));
			capture->works = false;
			errno = saved;
			return -1;
		}
		done += (size_t)n;
	}
	capture->written += done;
	capture->fill = 0;
	return 0;
}

static void flush_or_stop(struct capture *capture)
{
	if (capture->works && flush(capture) < 0)
		log_line("capture into %s stopped: %s; the link goes on", capture->path,
			 strerror(errno));
}

static void on_timer(uv_timer_t *timer)
{
	flush_or_stop(timer->data);
}

static void put_headers(struct capture *capture, const struct capture_config *config)
{
	static const char program[] = "pigtail " PIGTAIL_VERSION;
	const uint32_t unknown_length[2] = {UINT32_MAX, UINT32_MAX};
	const uint16_t version[2] = {1, 0};
	const struct {
		uint32_t link_type;
		const char *name;
	} interfaces[] = {
		{config->payload == PTL_ETHERNET ? LINK_ETHERNET : LINK_RAW, config->interface},
		{LINK_USER0, config->wire},
	};

	begin_block(capture, BLOCK_SECTION);
	put_u32(capture, BYTE_ORDER_MAGIC);
	put_bytes(capture, version, sizeof(version));
	put_bytes(capture, unknown_length, sizeof(unknown_length));
	put_option(capture, OPTION_USER_APPL, program, sizeof(program) - 1);
	end_block(capture);
	for (size_t i = 0; i < 2; i++) {
		uint16_t link_type[2] = {(uint16_t)interfaces[i].link_type, 0};

		begin_block(capture, BLOCK_INTERFACE);
		put_bytes(capture, link_type, sizeof(link_type));
		put_u32(capture, capture->snap);
		put_option(capture, OPTION_NAME, interfaces[i].name,
			   strlen(interfaces[i].name));
		end_block(capture);
	}
}

int capture_open(uv_loop_t *loop, const struct capture_config *config, struct capture **out,
		 char *error, size_t error_size)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return complain(error, error_size, "out of memory");
	capture->path = strdup(config->path);
	capture->snap = config->snap;
	capture->works = true;
	capture->fd =
		open(config->path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0600);
	if (capture->fd < 0 || !capture->path)
		goto bad;
	put_headers(capture, config);
	if (flush(capture) < 0)
		goto bad;
	(void)uv_timer_init(loop, &capture->timer);
	capture->timer.data = capture;
	(void)uv_timer_start(&capture->timer, on_timer, FLUSH_MS, FLUSH_MS);
	*out = capture;
	return 0;

bad:
	(void)complain(error, error_size,
		       "cannot write the capture %s: %s; choose another place", config->path,
		       strerror(errno));
	if (capture->fd >= 0)
		(void)close(capture->fd);
	free(capture->path);
	free(capture);
	return -1;
}

static void put_packet(struct capture *capture, uint32_t interface, uint32_t flags,
		       const char *comment, const uint8_t *packet, size_t n)
{
	size_t kept = n < capture->snap ? n : capture->snap;
	struct timespec now;
	uint64_t us;

	if (capture->fill + kept + 256 > BUFFER_BYTES)
		flush_or_stop(capture);
	if (!capture->works)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	us = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
	begin_block(capture, BLOCK_PACKET);
	put_u32(capture, interface);
	put_u32(capture, (uint32_t)(us >> 32));
	put_u32(capture, (uint32_t)us);
	put_u32(capture, (uint32_t)kept);
	put_u32(capture, (uint32_t)n);
	put_bytes(capture, packet, kept);
	if (comment)
		put_option(capture, OPTION_COMMENT, comment, strlen(comment));
	put_option(capture, OPTION_FLAGS, &flags, sizeof(flags));
	end_block(capture);
}

static uint32_t direction_flag(enum ptl_direction direction)
{
	return direction == PTL_RX ? FLAG_INBOUND : FLAG_OUTBOUND;
}

void capture_packet(struct capture *capture, enum ptl_direction direction,
		    const uint8_t *packet, size_t n)
{
	if (capture && capture->works)
		put_packet(capture, 0, direction_flag(direction), NULL, packet, n);
}

void capture_frame(struct capture *capture, enum ptl_direction direction, bool ok,
		   const uint8_t *frame, size_t n)
{
	uint32_t flags = direction_flag(direction) | (ok ? 0 : FLAG_CRC_ERROR);

	if (capture && capture->works)
		put_packet(capture, 1, flags, ok ? NULL : "failed its check", frame, n);
}

bool capture_works(const struct capture *capture)
{
	return capture && capture->works;
}

static void on_closed(uv_handle_t *handle)
{
	struct capture *capture = handle->data;

	free(capture->path);
	free(capture);
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	flush_or_stop(capture);
	(void)close(capture->fd);
	uv_close((uv_handle_t *)&capture->timer, on_closed);
}
