/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device's responder of multicast DNS. The input is messages, each with a byte before it
 * for its length, of which the highest bit says that it comes from another port, and time
 * passes between them. Whatever they say, what is sent is whole, and never too much in a
 * second.
 */
#include "require.h"

#include <stdlib.h>
#include <string.h>

#include "device/mdns/mdns.h"
#include "device/mdns/mdns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const text[] = {"access=tls", NULL};
static const struct mdns_service services[] = {
	{"_telnets", text, 992}, {"_telnet", text, 23}, {"_arduino", text, 2323}};
static const struct mdns_address addresses[] = {{4, {10, 0, 0, 1}}, {16, {0xfe, 0x80}}};

static uint32_t chance(void)
{
	return 12345;
}

/* All that it holds can be read to its end. */
static void check(const uint8_t *said, size_t n)
{
	const struct mdns_message message = {said, n};
	struct mdns_question question;
	struct mdns_record record;
	size_t at = MDNS_HEADER;
	unsigned records;

	REQUIRE(n >= MDNS_HEADER && n <= MDNS_MESSAGE);
	records = (unsigned)mdns_word(said + 6) + mdns_word(said + 8) + mdns_word(said + 10);
	for (unsigned i = mdns_word(said + 4); i > 0; i--)
		REQUIRE(mdns_read_question(message, &at, &question));
	for (; records > 0; records--)
		REQUIRE(mdns_read_record(message, &at, &record));
	REQUIRE(at == n);
}

static unsigned serve(struct mdns *mdns, ptl_time now)
{
	uint8_t said[MDNS_MESSAGE];
	unsigned sent = 0;

	while (mdns_due(mdns) <= now) {
		size_t n = mdns_next(mdns, now, said, sizeof(said));

		if (n)
			check(said, n);
		REQUIRE(++sent < 10);
	}
	return sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct mdns_config config = {"lab", "bridge", services, 3, chance};
	ptl_time now = 1000000;
	struct mdns mdns;
	unsigned sent = 0;

	mdns_init(&mdns, &config);
	mdns_set_addresses(&mdns, now, addresses, 2);
	for (int i = 0; i < 8; i++)
		(void)serve(&mdns, now += 500000);
	while (n > 0) {
		size_t part = data[0] & 0x7fu;
		bool legacy = data[0] & 0x80u;
		uint8_t *copy, said[MDNS_MESSAGE];
		uint32_t asked;

		data++;
		n--;
		part = part < n ? part : n;
		copy = malloc(part ? part : 1);
		REQUIRE(copy);
		memcpy(copy, data, part);
		asked = mdns_receive(&mdns, now, copy, part, legacy);
		REQUIRE(!asked || legacy);
		if (asked) {
			size_t length =
				mdns_answer(&mdns, copy, part, asked, said, sizeof(said));

			if (length)
				check(said, length);
		}
		free(copy);
		data += part;
		n -= part;
		now += 10000;
		sent += serve(&mdns, now);
	}
	/* 13 records, each at most every 250 ms, and probes. */
	REQUIRE(sent <= (now - 5000000) / 250000 * 14 + 40);
	REQUIRE(strlen(mdns.host) <= MDNS_HOST);
	return 0;
}
