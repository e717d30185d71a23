// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of bytes in order of their addresses, none touching another: what is added between
 * two joins with both. Hex files mostly grow at the end of the last run, so that is looked
 * at first.
 */
#include "host/bridge/image.h"

#include "host/base/log.h"

#include <errno.h>
#include <glib.h>
#include <pigtail/ihex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STM32_BASE 0x08000000u

struct image {
	GArray *segments; /* struct ptl_flasher_segment */
	GPtrArray *bytes; /* GByteArray, one for each */
};

static struct ptl_flasher_segment *segment_at(const struct image *image, guint i)
{
	return &g_array_index(image->segments, struct ptl_flasher_segment, i);
}

static uint64_t end_of(const struct image *image, guint i)
{
	return (uint64_t)segment_at(image, i)->address + segment_at(image, i)->size;
}

/* The run that the next one, if it is not to come before, is to be put after: its number
 * and 1; 0: it is the first. */
static guint place_of(const struct image *image, uint32_t address)
{
	guint i = image->segments->len;

	while (i > 0 && segment_at(image, i - 1)->address > address)
		i--;
	return i;
}

/* Joins run i with the one after it, if they touch. */
static void join(struct image *image, guint i)
{
	GByteArray *next;

	if (i + 1 >= image->segments->len ||
	    end_of(image, i) != segment_at(image, i + 1)->address)
		return;
	next = g_ptr_array_index(image->bytes, i + 1);
	g_byte_array_append(g_ptr_array_index(image->bytes, i), next->data, next->len);
	segment_at(image, i)->size += next->len;
	g_array_remove_index(image->segments, i + 1);
	g_ptr_array_remove_index(image->bytes, i + 1);
}

/* false: some of them are there already. */
static bool put(struct image *image, uint32_t address, const uint8_t *bytes, size_t n)
{
	guint place = place_of(image, address);
	struct ptl_flasher_segment segment = {address, (uint32_t)n};
	GByteArray *data;

	if (place > 0 && end_of(image, place - 1) > address)
		return false;
	if (place < image->segments->len &&
	    segment_at(image, place)->address < (uint64_t)address + n)
		return false;
	if (place > 0 && end_of(image, place - 1) == address) {
		place--;
		g_byte_array_append(g_ptr_array_index(image->bytes, place), bytes, (guint)n);
		segment_at(image, place)->size += (uint32_t)n;
	} else {
		data = g_byte_array_new();
		g_byte_array_append(data, bytes, (guint)n);
		g_array_insert_val(image->segments, place, segment);
		g_ptr_array_insert(image->bytes, (gint)place, data);
	}
	join(image, place);
	return true;
}

static bool put_record(void *user, uint32_t address, const uint8_t *bytes, size_t n)
{
	return put(user, address, bytes, n);
}

static int read_hex(struct image *image, const char *path, const char *text, size_t n,
		    char *error, size_t error_size)
{
	struct ptl_ihex ihex;
	enum ptl_ihex_error why;

	ptl_ihex_init(&ihex);
	ihex.user = image;
	ihex.data = put_record;
	why = ptl_ihex_read(&ihex, text, n);
	if (!why)
		why = ptl_ihex_finish(&ihex);
	if (!why)
		return 0;
	return complain(error, error_size, "%s:%u: %s", path, ihex.line,
			why == PTL_IHEX_REFUSED ? "it gives bytes that were given already"
						: ptl_ihex_error_name(why));
}

static int read_bytes(struct image *image, const char *path, uint32_t base, const char *bytes,
		      size_t n, char *error, size_t error_size)
{
	if (n > (uint64_t)UINT32_MAX + 1 - base)
		return complain(error, error_size, "%s: it reaches beyond 32 bits", path);
	if (!put(image, base, (const uint8_t *)bytes, n))
		return complain(error, error_size,
				"%s: at 0x%x it overlaps what was given before", path, base);
	return 0;
}

/* Splits off @OFFSET, if text ends with a number after an @. */
static bool split(char *path, uint32_t *offset)
{
	char *at = strrchr(path, '@'), *end;
	unsigned long long value;

	if (!at || at[1] < '0' || at[1] > '9')
		return false;
	errno = 0;
	value = strtoull(at + 1, &end, 0);
	if (*end || errno || value > UINT32_MAX)
		return false;
	*offset = (uint32_t)value;
	*at = 0;
	return true;
}

static struct image *copy(const struct image *image)
{
	struct image *made = g_new0(struct image, 1);

	made->segments = g_array_new(false, false, sizeof(struct ptl_flasher_segment));
	made->bytes = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
	for (guint i = 0; image && i < image->segments->len; i++) {
		const GByteArray *bytes = g_ptr_array_index(image->bytes, i);

		(void)put(made, segment_at(image, i)->address, bytes->data, bytes->len);
	}
	return made;
}

/* A hex file; it may begin with empty lines. */
static bool is_hex(const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && (bytes[i] == '\r' || bytes[i] == '\n'))
		i++;
	return i < n && bytes[i] == ':';
}

int image_add_bytes(struct image **image, const char *name, const char *bytes, size_t n,
		    const uint32_t *offset, uint32_t base, char *error, size_t error_size)
{
	struct image *made = copy(*image);
	int result;

	if (n == 0)
		result = complain(error, error_size, "%s: it is empty", name);
	else if (n > IMAGE_MAX)
		result = complain(error, error_size, "%s: it is larger than any flash", name);
	else if (!offset && is_hex(bytes, n))
		result = read_hex(made, name, bytes, n, error, error_size);
	else
		result = read_bytes(made, name, offset ? *offset : base, bytes, n, error,
				    error_size);
	if (result == 0 && made->segments->len == 0)
		result = complain(error, error_size, "%s: there is nothing in it", name);
	if (result < 0) {
		image_free(made);
		return result;
	}
	image_free(*image);
	*image = made;
	return 0;
}

char *image_split(const char *text, bool *has_offset, uint32_t *offset)
{
	char *path = g_strdup(text);

	*has_offset = split(path, offset);
	return path;
}

int image_add(struct image **image, const char *text, uint32_t base, char *error,
	      size_t error_size)
{
	char *bytes = NULL;
	uint32_t offset;
	bool has_offset;
	char *path = image_split(text, &has_offset, &offset);
	GError *why = NULL;
	gsize n = 0;
	int result;

	if (g_file_get_contents(path, &bytes, &n, &why)) {
		result = image_add_bytes(image, path, bytes, n, has_offset ? &offset : NULL,
					 base, error, error_size);
	} else {
		result = complain(error, error_size, "%s", why->message);
		g_error_free(why);
	}
	g_free(bytes);
	g_free(path);
	return result;
}

uint32_t image_base(enum ptl_target target)
{
	return target == PTL_TARGET_STM32 ? STM32_BASE : 0;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	g_array_unref(image->segments);
	g_ptr_array_unref(image->bytes);
	g_free(image);
}

const struct ptl_flasher_segment *image_segments(const struct image *image, size_t *n)
{
	*n = image->segments->len;
	return segment_at(image, 0);
}

void image_read(void *user, uint32_t address, uint8_t *bytes, size_t n)
{
	const struct image *image = user;
	guint i = place_of(image, address) - 1;
	const GByteArray *run = g_ptr_array_index(image->bytes, i);

	memcpy(bytes, run->data + (address - segment_at(image, i)->address), n);
}

void image_md5(void *user, const struct ptl_flasher_segment *segment, uint8_t sum[16])
{
	const struct image *image = user;
	guint i = place_of(image, segment->address) - 1;
	const GByteArray *run = g_ptr_array_index(image->bytes, i);
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_MD5);
	gsize size = 16;

	g_checksum_update(checksum, run->data, (gssize)segment->size);
	g_checksum_get_digest(checksum, sum, &size);
	g_checksum_free(checksum);
}
