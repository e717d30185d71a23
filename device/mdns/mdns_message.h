/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Messages of DNS (RFC 1035, 4) as multicast DNS has them: what is read of one from the
 * network, which may hold anything, and what is written of ours.
 */
#ifndef PIGTAIL_MDNS_MESSAGE_H
#define PIGTAIL_MDNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MDNS_HEADER 12u

enum mdns_type {
	MDNS_A = 1,
	MDNS_PTR = 12,
	MDNS_TXT = 16,
	MDNS_AAAA = 28,
	MDNS_SRV = 33,
	MDNS_ANY = 255,
};

#define MDNS_IN	    1u
#define MDNS_CLASS  0x7fffu
#define MDNS_UNIQUE 0x8000u /* of a record: nobody else has one; of a question: QU */

#define MDNS_IS_ANSWER 0x8000u /* of a header's flags */
#define MDNS_OPCODE    0x7800u
#define MDNS_OURS      0x8400u /* an answer, of who is to know */

#define MDNS_LABELS 4u

/* Text of at most 63 characters each. */
struct mdns_name {
	const char *label[MDNS_LABELS];
	size_t n;
};

/* ---- to read ---- */

struct mdns_message {
	const uint8_t *at;
	size_t n;
};

struct mdns_question {
	size_t name; /* where it stands */
	uint16_t type, class;
};

struct mdns_record {
	size_t name;
	uint16_t type, class;
	uint32_t ttl;
	size_t data;
	uint16_t n; /* bytes of data */
};

uint16_t mdns_word(const uint8_t *at);

/* What stands at *at, which then is behind it. false: it isn't whole. */
bool mdns_read_question(struct mdns_message message, size_t *at,
			struct mdns_question *question);
bool mdns_read_record(struct mdns_message message, size_t *at, struct mdns_record *record);

/* Whether the name there is this one; letters large or small. A broken one is none. */
bool mdns_name_is(struct mdns_message message, size_t at, const struct mdns_name *name);

/* Whether data is the text of a TXT record; text: up to a NULL. */
bool mdns_text_is(struct mdns_message message, const struct mdns_record *record,
		  const char *const *text);

/* ---- to write ---- */

#define MDNS_SHORTCUTS 24u

struct mdns_writer {
	uint8_t *at;
	size_t n, room;
	bool full;			/* what is being written doesn't fit */
	size_t start, data;		/* of the record that is being written */
	uint16_t label[MDNS_SHORTCUTS]; /* where those are that a name may end with */
	size_t labels;
	uint16_t count[4]; /* questions, answers, authorities, more */
};

enum mdns_section { MDNS_QUESTIONS, MDNS_ANSWERS, MDNS_AUTHORITIES };

/* room: at least MDNS_HEADER. */
struct mdns_writer mdns_write(uint8_t *to, size_t room, uint16_t id, uint16_t flags);

/* false: it doesn't fit; nothing of it is there. */
bool mdns_write_question(struct mdns_writer *out, const struct mdns_name *name, uint16_t type,
			 uint16_t class);

/* The same, of a record: its head; then its data; and its end, which tells. */
void mdns_write_record(struct mdns_writer *out, const struct mdns_name *name, uint16_t type,
		       uint16_t class, uint32_t ttl);
void mdns_write_bytes(struct mdns_writer *out, const void *bytes, size_t n);
void mdns_write_word(struct mdns_writer *out, uint16_t word);
void mdns_write_name(struct mdns_writer *out, const struct mdns_name *name);
bool mdns_write_end(struct mdns_writer *out, enum mdns_section section);

/* Bytes of all of it. */
size_t mdns_written(struct mdns_writer *out);

#endif
