/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the HTTP server serves:
 *
 *	GET /                     the page
 *	GET /stats.json           all counters (stats.c)
 *	GET /bytes?n=N&seed=S     N bytes of a sequence, for measurements with a check
 *	PUT, POST /sink           takes any body; answers its length and CRC-32C
 *
 * The sequence is xorshift32, its state S at first (0: 1), 13 left, 17 right, 5 left,
 * each state then giving four bytes, little endian. Its CRC-32C, and that of the last
 * body, are also in /stats.json.
 */
#include "http.h"
#include "page.h"
#include "stats.h"
#include "writer.h"

#include "link/bytes.h"
#include "link/crc32c.h"

#include <string.h>

/* ---- / ---- */

static int front_begin(struct http *http, const char *query)
{
	(void)query;
	http->text = front_page;
	http->left = sizeof(front_page) - 1;
	return 200;
}

static enum http_made front_make(struct http *http)
{
	size_t n = http_room(http);

	if (n > http->left)
		n = (size_t)http->left;
	if (http->left == 0)
		return HTTP_LAST;
	if (n == 0 || !http_constant(http, http->text, n))
		return HTTP_FULL;
	http->text += n;
	http->left -= n;
	return HTTP_MADE;
}

/* ---- /stats.json ---- */

static enum http_made stats_make(struct http *http)
{
	char buffer[HTTP_PIECE];
	struct writer out = writer_on(buffer, sizeof(buffer));
	unsigned int section = http->section, row = http->row;

	if (!stats_piece(&out, &section, &row))
		return HTTP_LAST;
	if (!http_text(http, buffer, out.n))
		return HTTP_FULL;
	http->section = section;
	http->row = row;
	return HTTP_MADE;
}

/* ---- /bytes ---- */

/* The number behind "name="; false: there is none, or it is no number. */
static bool query_number(const char *query, const char *name, uint64_t *value)
{
	size_t n = strlen(name);

	while (strncmp(query, name, n) != 0 || query[n] != '=') {
		query = strchr(query, '&');
		if (!query)
			return false;
		query++;
	}
	query += n + 1;
	if (!*query || *query == '&')
		return false;
	for (*value = 0; *query && *query != '&'; query++) {
		if (*query < '0' || *query > '9' || *value > UINT64_MAX / 16)
			return false;
		*value = *value * 10 + (uint64_t)(*query - '0');
	}
	return true;
}

static int bytes_begin(struct http *http, const char *query)
{
	uint64_t seed = 1;

	if (!query_number(query, "n", &http->left) || http->left == UINT64_MAX)
		return 400;
	(void)query_number(query, "seed", &seed);
	http->random = (uint32_t)seed ? (uint32_t)seed : 1;
	http->crc = CRC32C_START;
	return 200;
}

static enum http_made bytes_make(struct http *http)
{
	uint8_t bytes[256];
	uint32_t random = http->random;
	size_t n = http->left < sizeof(bytes) ? (size_t)http->left : sizeof(bytes);

	if (n == 0) {
		stats_checked[STATS_SOURCE].bytes = http->done;
		stats_checked[STATS_SOURCE].crc = crc32c_end(http->crc);
		return HTTP_LAST;
	}
	if (http_room(http) < n)
		return HTTP_FULL; /* before it is made in vain */
	for (size_t i = 0; i < n; i += 4) {
		random ^= random << 13;
		random ^= random >> 17;
		random ^= random << 5;
		put_le32(bytes + i, random);
	}
	if (!http_copy(http, bytes, n))
		return HTTP_FULL;
	http->random = random;
	http->crc = ptl_crc32c_add(http->crc, bytes, n);
	http->left -= n;
	http->done += n;
	return HTTP_MADE;
}

/* ---- /sink ---- */

static int sink_begin(struct http *http, const char *query)
{
	(void)query;
	http->crc = CRC32C_START;
	return 200;
}

static void sink_body(struct http *http, const uint8_t *bytes, size_t n)
{
	http->crc = ptl_crc32c_add(http->crc, bytes, n);
}

static enum http_made sink_make(struct http *http)
{
	char buffer[HTTP_PIECE];
	struct writer out = writer_on(buffer, sizeof(buffer));

	if (http->section > 0)
		return HTTP_LAST;
	stats_checked[STATS_SINK].bytes = http->done;
	stats_checked[STATS_SINK].crc = crc32c_end(http->crc);
	write_text(&out, "{");
	stats_checked_text(&out, STATS_SINK);
	write_text(&out, "}\n");
	if (!http_text(http, buffer, out.n))
		return HTTP_FULL;
	http->section = 1;
	return HTTP_MADE;
}

/* ---- all of them ---- */

static const struct page pages[] = {
	{.path = "/", .type = "text/html", .begin = front_begin, .make = front_make},
	{.path = "/stats.json", .type = "application/json", .make = stats_make},
	{.path = "/bytes",
	 .type = "application/octet-stream",
	 .begin = bytes_begin,
	 .make = bytes_make},
	{.path = "/sink",
	 .type = "application/json",
	 .takes_body = true,
	 .begin = sink_begin,
	 .body = sink_body,
	 .make = sink_make},
};

const struct page *page_of(const char *path, size_t n)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strlen(pages[i].path) == n && !memcmp(pages[i].path, path, n))
			return &pages[i];
	return NULL;
}
