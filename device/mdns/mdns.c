/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * States (RFC 6762, 8):
 *
 *	SILENT -- an address --> PROBES -- three probes, 250 ms apart, without a conflict -->
 *TELLS PROBES -- somebody has the name --> PROBES under another one, with a number
 *	  \------ somebody probes for it as well, and wins --> PROBES, a second later
 *	TELLS --- somebody says that it has the name --> PROBES for the same
 *	  \------ another address --> it is told twice, as after the probes
 *
 * Each record goes out once in a second at most, whoever asks how often: what is asked for
 * before that waits for its time (6). Only who probes for a name that is taken gets it sooner,
 * after 250 ms. Fifteen conflicts, each within ten seconds of the one before, and each probe
 * waits 5 s (8.1).
 *
 * What others say of a name is a conflict only where they say other than we do, for a
 * network may bring our own words back. All names are made of the host's, so only that one's
 * addresses decide who wins of two that probe at once (8.2).
 */
#include "mdns_records.h"

#include <string.h>

#define PROBES	     3u
#define PROBE_US     250000u
#define ANNOUNCES    2u
#define AGAIN_US     1000000u
#define DEFEND_US    250000u
#define DELAY_MIN_US 20000u
#define DELAY_US     100000u /* and up to so much more */
#define HASTE	     15u
#define HASTE_US     10000000u
#define PUNISHED_US  5000000u
#define LEGACY_US    100000u
#define NUMBER_MAX   9999u

/* After a conflict. */
static void rename_host(struct mdns *mdns)
{
	char digits[4];
	unsigned number, n = 0;
	size_t at = strlen(mdns->config->host);

	mdns->number = mdns->number < 2 || mdns->number == NUMBER_MAX ? 2 : mdns->number + 1;
	for (number = mdns->number; number; number /= 10)
		digits[n++] = (char)('0' + number % 10);
	mdns->host[at++] = '-';
	while (n > 0)
		mdns->host[at++] = digits[--n];
	mdns->host[at] = 0;
}

/* ---- states ---- */

void mdns_init(struct mdns *mdns, const struct mdns_config *config)
{
	memset(mdns, 0, sizeof(*mdns));
	mdns->config = config;
	mdns->due = mdns->answer_at = PTL_NEVER;
	memcpy(mdns->host, config->host, sizeof(config->host));
}

static void probe(struct mdns *mdns, ptl_time at)
{
	mdns->state = mdns->addresses ? MDNS_PROBES : MDNS_SILENT;
	mdns->due = mdns->addresses ? at : PTL_NEVER;
	mdns->sent = 0;
	mdns->pending = 0;
	mdns->answer_at = PTL_NEVER;
}

void mdns_restart(struct mdns *mdns, ptl_time now)
{
	probe(mdns, now + mdns->config->random() % PROBE_US);
}

static void announce(struct mdns *mdns, ptl_time now)
{
	mdns->state = MDNS_TELLS;
	mdns->sent = 0;
	mdns->due = now;
}

static void conflict(struct mdns *mdns, ptl_time now)
{
	mdns->counters.conflicts++;
	mdns->hasty = now < mdns->conflict_at + HASTE_US ? mdns->hasty + 1 : 1;
	mdns->conflict_at = now;
	if (mdns->state == MDNS_PROBES)
		rename_host(mdns);
	if (mdns->hasty >= HASTE)
		probe(mdns, now + PUNISHED_US);
	else
		mdns_restart(mdns, now);
}

void mdns_set_addresses(struct mdns *mdns, ptl_time now, const struct mdns_address *address,
			size_t n)
{
	bool same = n == mdns->addresses;

	for (size_t i = 0; i < n && same; i++)
		same = address[i].n == mdns->address[i].n &&
		       !memcmp(address[i].bytes, mdns->address[i].bytes, address[i].n);
	if (same)
		return;
	for (size_t i = 0; i < n; i++)
		mdns->address[i] = address[i];
	mdns->addresses = n;
	if (mdns->state == MDNS_TELLS && n)
		announce(mdns, now);
	else if (mdns->state == MDNS_SILENT || !n)
		mdns_restart(mdns, now);
}

/* ---- what others ask ---- */

static bool wants(uint16_t type, uint16_t is)
{
	return type == is || type == MDNS_ANY;
}

static uint32_t asked_of_service(const struct mdns *mdns, struct mdns_message message,
				 const struct mdns_question *question, size_t i)
{
	char instance[INSTANCE];
	struct mdns_name type = mdns_type_name(mdns, i), name;
	uint32_t bits = 0;

	if (wants(question->type, MDNS_PTR) && mdns_name_is(message, question->name, &type))
		return BIT(i, OF_PTR);
	mdns_write_instance(mdns, instance);
	name = mdns_service_name(mdns, i, instance);
	if (!mdns_name_is(message, question->name, &name))
		return 0;
	if (wants(question->type, MDNS_SRV))
		bits |= BIT(i, OF_SRV);
	if (wants(question->type, MDNS_TXT))
		bits |= BIT(i, OF_TXT);
	return bits;
}

static uint32_t asked_by(const struct mdns *mdns, struct mdns_message message,
			 const struct mdns_question *question)
{
	struct mdns_name host = mdns_host_name(mdns);
	uint16_t class = question->class & MDNS_CLASS;
	uint32_t bits = 0;

	if (class != MDNS_IN && class != MDNS_ANY)
		return 0;
	if ((wants(question->type, MDNS_A) || wants(question->type, MDNS_AAAA)) &&
	    mdns_name_is(message, question->name, &host))
		return BIT_HOST;
	if (wants(question->type, MDNS_PTR) &&
	    mdns_name_is(message, question->name, &mdns_kinds)) {
		for (size_t i = 0; i < mdns->config->services; i++)
			bits |= BIT(i, OF_KIND);
		return bits;
	}
	for (size_t i = 0; i < mdns->config->services; i++)
		bits |= asked_of_service(mdns, message, question, i);
	return bits;
}

/* What who asks knows already, for a good while yet (7.1). */
static uint32_t known_by(const struct mdns *mdns, struct mdns_message message,
			 const struct mdns_record *record)
{
	char instance[INSTANCE];

	if (record->type != MDNS_PTR || record->ttl < TTL_OTHER / 2)
		return 0;
	mdns_write_instance(mdns, instance);
	for (size_t i = 0; i < mdns->config->services; i++) {
		struct mdns_name type = mdns_type_name(mdns, i);
		struct mdns_name name = mdns_service_name(mdns, i, instance);

		if (mdns_name_is(message, record->name, &type) &&
		    mdns_name_is(message, record->data, &name))
			return BIT(i, OF_PTR);
		if (mdns_name_is(message, record->name, &mdns_kinds) &&
		    mdns_name_is(message, record->data, &type))
			return BIT(i, OF_KIND);
	}
	return 0;
}

/* What will be asked next is told along. */
static uint32_t with_more(const struct mdns *mdns, uint32_t bits)
{
	for (size_t i = 0; i < mdns->config->services; i++) {
		if (bits & BIT(i, OF_PTR))
			bits |= BIT(i, OF_SRV) | BIT(i, OF_TXT);
		if (bits & BIT(i, OF_SRV))
			bits |= BIT_HOST;
	}
	return bits;
}

/* Whether others may have such records too, so that several may answer at once. */
static bool is_shared(const struct mdns *mdns, uint32_t bits)
{
	for (size_t i = 0; i < mdns->config->services; i++)
		if (bits & (BIT(i, OF_KIND) | BIT(i, OF_PTR)))
			return true;
	return false;
}

static void tell(struct mdns *mdns, ptl_time at, uint32_t bits)
{
	if (!bits)
		return;
	if (!mdns->pending || at < mdns->answer_at)
		mdns->answer_at = at;
	mdns->pending |= bits;
}

/* ---- what others say ---- */

static bool is_our_address(const struct mdns *mdns, struct mdns_message message,
			   const struct mdns_record *record)
{
	for (size_t i = 0; i < mdns->addresses; i++)
		if (record->n == mdns->address[i].n &&
		    !memcmp(message.at + record->data, mdns->address[i].bytes, record->n))
			return true;
	return false;
}

static bool is_our_place(const struct mdns *mdns, struct mdns_message message,
			 const struct mdns_record *record, size_t i)
{
	struct mdns_name host = mdns_host_name(mdns);

	return record->n > 6 &&
	       mdns_word(message.at + record->data + 4) == mdns->config->service[i].port &&
	       mdns_name_is(message, record->data + 6, &host);
}

/* Whether it says other things of our names than we do. */
static bool denies(const struct mdns *mdns, struct mdns_message message,
		   const struct mdns_record *record)
{
	struct mdns_name name = mdns_host_name(mdns);
	char instance[INSTANCE];

	if ((record->class & MDNS_CLASS) != MDNS_IN || !record->ttl)
		return false;
	if (record->type == MDNS_A || record->type == MDNS_AAAA)
		return mdns_name_is(message, record->name, &name) &&
		       !is_our_address(mdns, message, record);
	if (record->type != MDNS_SRV && record->type != MDNS_TXT)
		return false;
	mdns_write_instance(mdns, instance);
	for (size_t i = 0; i < mdns->config->services; i++) {
		name = mdns_service_name(mdns, i, instance);
		if (mdns_name_is(message, record->name, &name))
			return record->type == MDNS_SRV
				       ? !is_our_place(mdns, message, record, i)
				       : !mdns_text_is(message, record,
						       mdns->config->service[i].text);
	}
	return false;
}

static bool hear_answer(struct mdns *mdns, ptl_time now, struct mdns_message message, size_t at,
			size_t records)
{
	struct mdns_record record;

	for (; records > 0; records--) {
		if (!mdns_read_record(message, &at, &record))
			return false;
		/* What was on its way before the first probe is no answer to it. */
		if (mdns->state == MDNS_SILENT || (mdns->state == MDNS_PROBES && !mdns->sent) ||
		    !denies(mdns, message, &record))
			continue;
		conflict(mdns, now);
		return true;
	}
	return true;
}

/* ---- two that probe at once ---- */

/* In the order of type and bytes; n of b is known to be as its type wants. */
static int compare(const struct mdns_address *a, const uint8_t *b, size_t b_n)
{
	if (a->n != b_n)
		return a->n < b_n ? -1 : 1;
	return memcmp(a->bytes, b, b_n);
}

static const struct mdns_address *first_of_ours(const struct mdns *mdns)
{
	const struct mdns_address *first = &mdns->address[0];

	for (size_t i = 1; i < mdns->addresses; i++)
		if (compare(&mdns->address[i], first->bytes, first->n) < 0)
			first = &mdns->address[i];
	return first;
}

/* The authorities of a probe, from at on. */
static bool hear_probe(struct mdns *mdns, ptl_time now, struct mdns_message message, size_t at,
		       size_t records)
{
	struct mdns_name host = mdns_host_name(mdns);
	struct mdns_address theirs = {0};
	struct mdns_record record;

	for (; records > 0; records--) {
		if (!mdns_read_record(message, &at, &record))
			return false;
		if (!(record.type == MDNS_A && record.n == 4) &&
		    !(record.type == MDNS_AAAA && record.n == 16))
			continue;
		if (!mdns_name_is(message, record.name, &host) ||
		    (theirs.n && compare(&theirs, message.at + record.data, record.n) <= 0))
			continue;
		theirs.n = (uint8_t)record.n;
		memcpy(theirs.bytes, message.at + record.data, record.n);
	}
	if (mdns->state == MDNS_PROBES && theirs.n &&
	    compare(first_of_ours(mdns), theirs.bytes, theirs.n) < 0)
		probe(mdns, now + AGAIN_US);
	return true;
}

/* ---- a message ---- */

struct counts {
	size_t questions, answers, authorities, more;
};

/* What it asks for, without what it knows; at is then behind all of it. false: broken. */
static bool read_query(const struct mdns *mdns, struct mdns_message message,
		       const struct counts *counts, size_t *at, uint32_t *asked)
{
	struct mdns_question question;
	struct mdns_record record;

	*asked = 0;
	for (size_t i = 0; i < counts->questions; i++) {
		if (!mdns_read_question(message, at, &question))
			return false;
		*asked |= asked_by(mdns, message, &question);
	}
	for (size_t i = 0; i < counts->answers; i++) {
		if (!mdns_read_record(message, at, &record))
			return false;
		*asked &= ~known_by(mdns, message, &record);
	}
	*asked = with_more(mdns, *asked);
	return true;
}

static void defend(struct mdns *mdns, ptl_time now, uint32_t bits)
{
	for (unsigned i = 0; i < MDNS_RECORDS; i++)
		if (bits & 1u << i && mdns->again_at[i] > now)
			mdns->again_at[i] -= AGAIN_US - DEFEND_US;
	mdns->answer_at = now;
	mdns->pending |= bits;
}

static bool hear_query(struct mdns *mdns, ptl_time now, struct mdns_message message,
		       const struct counts *counts, bool legacy, uint32_t *asked)
{
	size_t at = MDNS_HEADER;

	if (!read_query(mdns, message, counts, &at, asked) ||
	    !hear_probe(mdns, now, message, at, counts->authorities))
		return false;
	if (mdns->state != MDNS_TELLS)
		*asked = 0;
	mdns->counters.asked += *asked != 0;
	if (legacy || !*asked)
		return true;
	if (counts->authorities)
		defend(mdns, now, *asked);
	else if (is_shared(mdns, *asked))
		tell(mdns, now + DELAY_MIN_US + mdns->config->random() % DELAY_US, *asked);
	else
		tell(mdns, now, *asked);
	*asked = 0;
	return true;
}

static size_t skip_questions(struct mdns_message message, size_t questions)
{
	struct mdns_question question;
	size_t at = MDNS_HEADER;

	for (; questions > 0; questions--)
		if (!mdns_read_question(message, &at, &question))
			return 0;
	return at;
}

/* Whether it is one. */
static bool hear(struct mdns *mdns, ptl_time now, struct mdns_message message, bool legacy,
		 uint32_t *asked)
{
	struct counts counts;
	uint16_t flags;
	size_t at;

	if (message.n < MDNS_HEADER)
		return false;
	flags = mdns_word(message.at + 2);
	if (flags & MDNS_OPCODE)
		return true; /* of another day */
	counts = (struct counts){mdns_word(message.at + 4), mdns_word(message.at + 6),
				 mdns_word(message.at + 8), mdns_word(message.at + 10)};
	if (!(flags & MDNS_IS_ANSWER))
		return hear_query(mdns, now, message, &counts, legacy, asked);
	if (legacy)
		return true; /* nobody is asked from there */
	at = skip_questions(message, counts.questions);
	return at && hear_answer(mdns, now, message, at,
				 counts.answers + counts.authorities + counts.more);
}

uint32_t mdns_receive(struct mdns *mdns, ptl_time now, const uint8_t *message, size_t n,
		      bool legacy)
{
	uint32_t asked = 0;

	mdns->counters.received++;
	if (!hear(mdns, now, (struct mdns_message){message, n}, legacy, &asked)) {
		mdns->counters.broken++;
		return 0;
	}
	if (!asked || now < mdns->legacy_at)
		return 0;
	mdns->legacy_at = now + LEGACY_US;
	return asked;
}

/* ---- what is sent ---- */

static const struct form to_all = {MDNS_UNIQUE, TTL_OTHER, MDNS_ANSWERS};
static const struct form to_probe = {0, TTL_OTHER, MDNS_AUTHORITIES};
static const struct form to_legacy = {0, TTL_LEGACY, MDNS_ANSWERS};

size_t mdns_answer(struct mdns *mdns, const uint8_t *message, size_t n, uint32_t asked,
		   uint8_t *to, size_t room)
{
	const struct mdns_message query = {message, n};
	struct mdns_writer out = mdns_write(to, room, mdns_word(message), MDNS_OURS);
	size_t end = MDNS_HEADER;
	struct mdns_question question;

	/* The question first, as it came; no name stands before it that it could point to. */
	if (!mdns_read_question(query, &end, &question))
		return 0;
	mdns_write_bytes(&out, message + MDNS_HEADER, end - MDNS_HEADER);
	if (out.full)
		return 0;
	out.count[MDNS_QUESTIONS] = 1;
	(void)mdns_write_all(mdns, &out, &to_legacy, asked);
	mdns->counters.sent++;
	return mdns_written(&out);
}

static size_t write_probe(struct mdns *mdns, uint8_t *to, size_t room)
{
	struct mdns_writer out = mdns_write(to, room, 0, 0);
	struct mdns_name name = mdns_host_name(mdns);
	char instance[INSTANCE];
	uint32_t bits = BIT_HOST;

	(void)mdns_write_question(&out, &name, MDNS_ANY, MDNS_IN | MDNS_UNIQUE);
	mdns_write_instance(mdns, instance);
	for (size_t i = 0; i < mdns->config->services; i++) {
		name = mdns_service_name(mdns, i, instance);
		(void)mdns_write_question(&out, &name, MDNS_ANY, MDNS_IN | MDNS_UNIQUE);
		bits |= BIT(i, OF_SRV);
	}
	(void)mdns_write_all(mdns, &out, &to_probe, bits);
	return mdns_written(&out);
}

/* The records whose time has come; those that don't fit go next. */
static size_t write_answer(struct mdns *mdns, ptl_time now, uint8_t *to, size_t room)
{
	struct mdns_writer out = mdns_write(to, room, 0, MDNS_OURS);
	uint32_t ready = 0, written;

	for (unsigned i = 0; i < MDNS_RECORDS; i++)
		if (mdns->pending & 1u << i && mdns->again_at[i] <= now)
			ready |= 1u << i;
	written = mdns_write_all(mdns, &out, &to_all, ready);
	mdns->pending &= ~written;
	mdns->answer_at = PTL_NEVER;
	for (unsigned i = 0; i < MDNS_RECORDS; i++) {
		if (written & 1u << i)
			mdns->again_at[i] = now + AGAIN_US;
		if (mdns->pending & 1u << i && mdns->again_at[i] < mdns->answer_at)
			mdns->answer_at = mdns->again_at[i];
	}
	return written ? mdns_written(&out) : 0;
}

ptl_time mdns_due(const struct mdns *mdns)
{
	return mdns->due < mdns->answer_at ? mdns->due : mdns->answer_at;
}

size_t mdns_next(struct mdns *mdns, ptl_time now, uint8_t *to, size_t room)
{
	size_t n = 0;

	if (mdns->state == MDNS_PROBES && now >= mdns->due) {
		if (mdns->sent == PROBES) {
			announce(mdns, now);
		} else {
			mdns->sent++;
			mdns->due = now + PROBE_US;
			n = write_probe(mdns, to, room);
		}
	}
	if (mdns->state == MDNS_TELLS && now >= mdns->due) {
		mdns->sent++;
		mdns->due = mdns->sent < ANNOUNCES ? now + AGAIN_US : PTL_NEVER;
		tell(mdns, now, BITS_ALL(mdns->config->services));
	}
	if (!n && now >= mdns->answer_at)
		n = write_answer(mdns, now, to, room);
	mdns->counters.sent += n != 0;
	return n;
}
