// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 *	:NN AAAA TT DATA(NN) SUM
 *
 * TT: 00 data, 01 end, 02 and 04 the base of the addresses that follow, 03 and 05 where the
 * program starts, which nobody here needs. Blank lines are let go by.
 */
#include <pigtail/ihex.h>

#include <string.h>

enum type {
	DATA,
	END,
	SEGMENT_BASE,
	SEGMENT_START,
	LINEAR_BASE,
	LINEAR_START,
	TYPES,
};

#define HEAD 4u /* length, address, type */

/* Bytes of data; of DATA any. */
static const uint8_t lengths[TYPES] = {0, 0, 2, 4, 2, 4};

void ptl_ihex_init(struct ptl_ihex *ihex)
{
	memset(ihex, 0, sizeof(*ihex));
	ihex->line = 1;
}

static enum ptl_ihex_error data(struct ptl_ihex *ihex, uint16_t offset, const uint8_t *bytes,
				size_t n)
{
	uint64_t address = (uint64_t)ihex->base + offset;

	if (n == 0)
		return PTL_IHEX_OK;
	if (address + n > (uint64_t)UINT32_MAX + 1)
		return PTL_IHEX_BAD_ADDRESS;
	return ihex->data(ihex->user, (uint32_t)address, bytes, n) ? PTL_IHEX_OK
								   : PTL_IHEX_REFUSED;
}

static enum ptl_ihex_error take_record(struct ptl_ihex *ihex)
{
	const uint8_t *record = ihex->record;
	uint8_t sum = 0, type;
	uint32_t value;

	if (ihex->odd || ihex->n < HEAD + 1 || ihex->n != record[0] + HEAD + 1)
		return PTL_IHEX_BAD_LENGTH;
	for (unsigned i = 0; i < ihex->n; i++)
		sum = (uint8_t)(sum + record[i]);
	if (sum)
		return PTL_IHEX_BAD_SUM;
	type = record[3];
	if (type >= TYPES)
		return PTL_IHEX_BAD_TYPE;
	if (type != DATA && record[0] != lengths[type])
		return PTL_IHEX_BAD_LENGTH;
	value = (uint32_t)record[HEAD] << 8 | record[HEAD + 1];
	switch (type) {
	case DATA:
		return data(ihex, (uint16_t)(record[1] << 8 | record[2]), record + HEAD,
			    record[0]);
	case END:
		ihex->ended = true;
		break;
	case SEGMENT_BASE:
		ihex->base = value << 4;
		break;
	case LINEAR_BASE:
		ihex->base = value << 16;
		break;
	default:
		break;
	}
	return PTL_IHEX_OK;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum ptl_ihex_error take_digit(struct ptl_ihex *ihex, char c)
{
	int value = digit(c);

	if (value < 0)
		return PTL_IHEX_BAD_DIGIT;
	if (ihex->odd) {
		ihex->record[ihex->n] = (uint8_t)(ihex->record[ihex->n] << 4 | value);
		ihex->n++;
	} else {
		if (ihex->n == sizeof(ihex->record))
			return PTL_IHEX_BAD_LENGTH;
		ihex->record[ihex->n] = (uint8_t)value;
	}
	ihex->odd = !ihex->odd;
	return PTL_IHEX_OK;
}

static enum ptl_ihex_error take_line_end(struct ptl_ihex *ihex)
{
	enum ptl_ihex_error error = ihex->in_record ? take_record(ihex) : PTL_IHEX_OK;

	ihex->in_record = false;
	return error;
}

static enum ptl_ihex_error take(struct ptl_ihex *ihex, char c)
{
	if (c == '\r' || c == '\n')
		return take_line_end(ihex);
	if (ihex->in_record)
		return take_digit(ihex, c);
	if (ihex->ended)
		return PTL_IHEX_AFTER_END;
	if (c != ':')
		return PTL_IHEX_NO_COLON;
	ihex->in_record = true;
	ihex->odd = false;
	ihex->n = 0;
	return PTL_IHEX_OK;
}

enum ptl_ihex_error ptl_ihex_read(struct ptl_ihex *ihex, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n && !ihex->error; i++) {
		ihex->error = take(ihex, bytes[i]);
		if (!ihex->error && bytes[i] == '\n')
			ihex->line++;
	}
	return ihex->error;
}

enum ptl_ihex_error ptl_ihex_finish(struct ptl_ihex *ihex)
{
	if (!ihex->error)
		ihex->error = take_line_end(ihex);
	if (!ihex->error && !ihex->ended)
		ihex->error = PTL_IHEX_NO_END;
	return ihex->error;
}

static const char *const names[PTL_IHEX_ERRORS] = {
	[PTL_IHEX_OK] = "ok",
	[PTL_IHEX_NO_COLON] = "not a record, which begins with ':'",
	[PTL_IHEX_BAD_DIGIT] = "not a hexadecimal digit",
	[PTL_IHEX_BAD_LENGTH] = "the record is longer or shorter than it says",
	[PTL_IHEX_BAD_SUM] = "bad checksum",
	[PTL_IHEX_BAD_TYPE] = "unknown type of record",
	[PTL_IHEX_BAD_ADDRESS] = "address beyond 32 bits",
	[PTL_IHEX_AFTER_END] = "something follows the end record",
	[PTL_IHEX_NO_END] = "there is no end record: the file was cut",
	[PTL_IHEX_REFUSED] = "refused",
};

const char *ptl_ihex_error_name(enum ptl_ihex_error error)
{
	return error < PTL_IHEX_ERRORS ? names[error] : NULL;
}
