/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Messages between a host and its radio, on the link's control class (SPEC 8).
 *
 *	u8 type, u8 id, u8 interface, then fields: u8 tag, u8 length, value
 *
 * Two tables hold all of it: PTL_FIELDS, what a field is, and PTL_MESSAGES, which
 * fields a message has to have and may have. Writer, check, names, the tables in
 * SPEC.md and the dissector are made from them.
 *
 * A message from the wire goes through ptl_control_check() first. Of one that passed
 * every known field has a length that its kind allows, and none that the message has to
 * have is missing; the getters below then cannot fail, and take memory only from the
 * message. Fields that the receiver does not know, or that don't belong to the message,
 * are skipped: a later version may add some.
 *
 * No allocation, no state, no clock. The same in the kernel, a program and firmware.
 */
#ifndef PIGTAIL_CONTROL_H
#define PIGTAIL_CONTROL_H

#include <pigtail/endpoint.h>
#include <pigtail/wire.h>

#define PTL_CONTROL_VERSION 1

#define PTL_CONTROL_HEADER 3 /* bytes: type, id, interface */
#define PTL_FIELD_HEADER   2 /* bytes: tag, length */
#define PTL_FIELD_MAX	   255
#define PTL_ELEMENTS_MAX   2304 /* bytes of a BSS's information elements */

/* The third byte: which interface it is about, but of a stream message which stream. */
enum ptl_interface {
	PTL_IF_STATION = 0,
	PTL_IF_AP = 1,
	PTL_IF_RADIO = 0xff, /* all of the radio */
};
#define PTL_INTERFACES 2

enum ptl_field_kind {
	PTL_KIND_FLAG,	/* no value: it is there or not */
	PTL_KIND_UINT,	/* 1, 2, 4 or 8 bytes, little endian, as the table says */
	PTL_KIND_INT,	/* the same, two's complement */
	PTL_KIND_BYTES, /* of least to most bytes */
	PTL_KIND_TEXT,	/* printable ASCII, for a person */
	PTL_KIND_LONG,	/* bytes that may stand in several fields of this tag, in order */
};

/*
 *	name, tag, kind, least and most bytes of a value, what it is
 *
 * A secret never appears in a log, a capture's text or an answer: see secret below.
 */
#define PTL_FIELDS(X)                                                                          \
	X(STATUS, 1, UINT, 1, 1, "how a request ended: table of status")                       \
	X(TEXT, 2, TEXT, 0, 128, "the reason in words, for a person")                          \
	X(VERSION, 3, UINT, 1, 1, "of these messages; this page is 1")                         \
	X(CAPABILITIES, 4, UINT, 4, 4, "what the radio can do: table of capabilities")         \
	X(BOARD, 5, TEXT, 1, 32, "which board it is; firmware is for one")                     \
	X(FIRMWARE, 6, TEXT, 1, 32, "name and version of the firmware")                        \
	X(BOOT, 7, UINT, 1, 1, "why it started: table of boots")                               \
	X(BOOTS, 8, UINT, 4, 4, "starts since it was flashed")                                 \
	X(MAC, 9, BYTES, 6, 6, "address of an interface or a station")                         \
	X(AP_MAC, 10, BYTES, 6, 6, "address of the access point's interface")                  \
	X(CHANNELS, 11, BYTES, 1, 64, "a byte a channel: those allowed, or to be scanned")     \
	X(STATIONS, 12, UINT, 1, 1, "most stations of the access point")                       \
	X(SSID, 16, BYTES, 0, 32, "name of a network")                                         \
	X(BSSID, 17, BYTES, 6, 6, "address of an access point")                                \
	X(CHANNEL, 18, UINT, 1, 1, "1 to 14, or of 5 GHz 36 to 177")                           \
	X(AKM, 19, UINT, 1, 1, "key management, bits: table of AKM")                           \
	X(PMK, 20, BYTES, 32, 32, "pairwise master key; secret")                               \
	X(PASSPHRASE, 21, BYTES, 8, 63, "of WPA2 or SAE; secret")                              \
	X(PMF, 22, UINT, 1, 1, "protected management frames: 0 no, 1 if it can, 2 required")   \
	X(SIGNAL, 23, INT, 1, 1, "dBm")                                                        \
	X(BSS_CAPABILITY, 24, UINT, 2, 2, "capability information of the beacon")              \
	X(BEACON_INTERVAL, 25, UINT, 2, 2, "in units of 1024 us")                              \
	X(TSF, 26, UINT, 8, 8, "timestamp of the beacon, us")                                  \
	X(ELEMENTS, 27, LONG, 0, 255, "information elements; whole after the last part")       \
	X(PART, 28, UINT, 2, 2, "bytes of ELEMENTS in earlier parts; absent: 0")               \
	X(MORE, 29, FLAG, 0, 0, "another part of the same follows")                            \
	X(PASSIVE, 30, FLAG, 0, 0, "listen only, send no probe")                               \
	X(DWELL, 31, UINT, 2, 2, "ms on a channel")                                            \
	X(HIDDEN, 32, FLAG, 0, 0, "beacons do not say the SSID")                               \
	X(REASON, 33, UINT, 2, 2, "802.11 reason code")                                        \
	X(BY, 34, UINT, 1, 1, "who ended it: table of by")                                     \
	X(CODE, 35, UINT, 2, 2, "802.11 status code")                                          \
	X(FAILURE, 36, UINT, 1, 1, "why a join failed: table of failures")                     \
	X(AID, 37, UINT, 2, 2, "association id, 1 to 2007")                                    \
	X(TX_RATE, 38, UINT, 4, 4, "kbit/s on the air, sent")                                  \
	X(RX_RATE, 39, UINT, 4, 4, "kbit/s on the air, received")                              \
	X(TX_BYTES, 40, UINT, 8, 8, "sent on the air")                                         \
	X(RX_BYTES, 41, UINT, 8, 8, "received on the air")                                     \
	X(TX_FAILED, 42, UINT, 4, 4, "frames that no acknowledgement came for")                \
	X(CONNECTED, 43, UINT, 4, 4, "seconds since it joined")                                \
	X(HEAP, 44, UINT, 4, 4, "bytes of heap free")                                          \
	X(UPTIME, 45, UINT, 8, 8, "us since it started")                                       \
	X(COUNTRY, 48, BYTES, 2, 2, "ISO 3166 letters, or 00 for the world")                   \
	X(POWER_SAVE, 49, UINT, 1, 1, "0 off, 1 on")                                           \
	X(TX_POWER, 50, INT, 1, 1, "dBm, most")                                                \
	X(MULTICAST, 51, LONG, 0, 252, "group addresses that the station is to hear")          \
	X(ALL_MULTICAST, 52, FLAG, 0, 0, "every group address")                                \
	X(TIME, 53, UINT, 8, 8, "us since 1970, UTC")                                          \
	X(PIN, 54, UINT, 1, 1, "number of a pin, as the chip's maker counts")                  \
	X(PIN_MODE, 55, UINT, 1, 1, "table of pin modes")                                      \
	X(LEVEL, 56, UINT, 1, 1, "0 or 1")                                                     \
	X(KEY, 57, TEXT, 1, 15, "of the store")                                                \
	X(VALUE, 58, LONG, 0, 255, "of the store")                                             \
	X(SETTING, 59, UINT, 1, 1, "tag of the field that is asked for, or that changed")      \
	X(CHANCE, 62, BYTES, 16, 64, "random bytes; secret")                                   \
	X(SIZE, 64, UINT, 4, 4, "bytes of an image")                                           \
	X(OFFSET, 65, UINT, 4, 4, "bytes of it that are there")                                \
	X(SIGNATURE, 66, BYTES, 64, 64, "Ed25519 of the image's head")                         \
	X(DIGEST, 67, BYTES, 32, 32, "SHA-256 of an image")                                    \
	X(SLOT, 68, UINT, 1, 1, "0 or 1")                                                      \
	X(HOW, 69, UINT, 1, 1, "of RESTART: 0 the firmware, 1 the boot loader")                \
	X(NAME, 72, TEXT, 1, 31, "of a stream's service")                                      \
	X(ARGUMENT, 73, BYTES, 0, 255, "for the service")                                      \
	X(DATA, 74, LONG, 0, 255, "bytes of a stream")                                         \
	X(CREDIT, 75, UINT, 4, 4, "bytes more that the receiver takes")

#define PTL_FIELD_TAG(name, tag, kind, least, most, what) PTL_F_##name = tag,
enum ptl_field { PTL_FIELDS(PTL_FIELD_TAG) };
#undef PTL_FIELD_TAG

/* Who sends a message. */
enum ptl_message_kind {
	PTL_KIND_REQUEST, /* host to radio; its id is not 0, and it gets one ANSWER */
	PTL_KIND_ANSWER,  /* radio to host, with the request's id */
	PTL_KIND_EVENT,	  /* radio to host, id 0 */
	PTL_KIND_STREAM,  /* either way, id 0; the third byte is the stream */
};

/*
 *	name, type, kind, fields that it has to have, fields that it may have, what
 *
 * Lists of fields are written F(A) F(B); NONE for an empty one.
 */
#define PTL_MESSAGES(X, F, NONE)                                                               \
	X(INFO, 0x01, REQUEST, NONE, NONE, "what are you? Answered as READY, and more")        \
	X(GET, 0x02, REQUEST, F(SETTING), F(PIN) F(KEY), "one setting")                        \
	X(SET, 0x03, REQUEST, NONE,                                                            \
	  F(MAC) F(COUNTRY) F(POWER_SAVE) F(TX_POWER) F(MULTICAST) F(ALL_MULTICAST) F(TIME)    \
		  F(PIN) F(PIN_MODE) F(LEVEL) F(KEY) F(VALUE) F(CHANCE),                       \
	  "settings; all of them or none")                                                     \
	X(STATS, 0x04, REQUEST, NONE, F(MAC), "of the radio, an interface, or a station")      \
	X(SCAN, 0x08, REQUEST, NONE, F(SSID) F(CHANNELS) F(PASSIVE) F(DWELL),                  \
	  "answered at once; then BSS, and one SCAN_DONE")                                     \
	X(SCAN_STOP, 0x09, REQUEST, NONE, NONE, "SCAN_DONE comes all the same")                \
	X(JOIN, 0x0a, REQUEST, F(SSID),                                                        \
	  F(BSSID) F(CHANNEL) F(AKM) F(PMK) F(PASSPHRASE) F(PMF),                              \
	  "answered at once; then one of JOINED, FAILED")                                      \
	X(LEAVE, 0x0b, REQUEST, NONE, F(REASON), "also ends a join")                           \
	X(AP_START, 0x0c, REQUEST, F(SSID) F(CHANNEL),                                         \
	  F(AKM) F(PMK) F(PASSPHRASE) F(HIDDEN) F(STATIONS) F(BEACON_INTERVAL) F(PMF),         \
	  "answered when it beacons")                                                          \
	X(AP_STOP, 0x0d, REQUEST, NONE, NONE, "the stations are told")                         \
	X(STATION_KICK, 0x0e, REQUEST, F(MAC), F(REASON), "one station, or all: ff...")        \
	X(UPDATE_BEGIN, 0x10, REQUEST, F(SIZE) F(DIGEST) F(SIGNATURE) F(BOARD) F(FIRMWARE),    \
	  NONE, "answered with OFFSET, from which stream 'update' goes on")                    \
	X(UPDATE_END, 0x11, REQUEST, F(DIGEST), NONE, "verify it, start it at the next boot")  \
	X(UPDATE_ABORT, 0x12, REQUEST, NONE, NONE, "forget what came")                         \
	X(UPDATE_CONFIRM, 0x13, REQUEST, NONE, NONE, "the running image is to be kept")        \
	X(RESTART, 0x18, REQUEST, NONE, F(HOW), "answered before it does")                     \
	X(STREAM_OPEN, 0x80, STREAM, F(NAME) F(CREDIT), F(ARGUMENT), "a service by its name")  \
	X(STREAM_OPENED, 0x81, STREAM, F(CREDIT), NONE, "go on")                               \
	X(STREAM_DATA, 0x82, STREAM, F(DATA), NONE, "at most the credit")                      \
	X(STREAM_CREDIT, 0x83, STREAM, F(CREDIT), NONE, "more may come")                       \
	X(STREAM_CLOSE, 0x84, STREAM, F(STATUS), F(TEXT), "refused, or the end")               \
	X(READY, 0xc0, EVENT, F(VERSION) F(CAPABILITIES) F(BOARD) F(FIRMWARE) F(MAC),          \
	  F(AP_MAC) F(CHANNELS) F(STATIONS) F(AKM) F(BOOT) F(BOOTS) F(SLOT) F(COUNTRY),        \
	  "after each session's begin: nothing is joined, nothing set")                        \
	X(BSS, 0xc1, EVENT, F(BSSID) F(CHANNEL) F(SIGNAL),                                     \
	  F(SSID) F(AKM) F(BSS_CAPABILITY) F(BEACON_INTERVAL) F(TSF) F(ELEMENTS) F(PART)       \
		  F(MORE),                                                                     \
	  "a network that a scan found, in parts if need be")                                  \
	X(SCAN_DONE, 0xc2, EVENT, F(STATUS), F(TEXT), "no more BSS")                           \
	X(JOINED, 0xc3, EVENT, F(BSSID) F(CHANNEL),                                            \
	  F(SSID) F(AKM) F(SIGNAL) F(ELEMENTS) F(AID), "associated, and keys are in place")    \
	X(FAILED, 0xc4, EVENT, F(FAILURE), F(CODE) F(BSSID) F(TEXT), "a join did not succeed") \
	X(LEFT, 0xc5, EVENT, F(REASON) F(BY), F(TEXT), "was joined, is no more")               \
	X(ROAMED, 0xc6, EVENT, F(BSSID) F(CHANNEL), F(SIGNAL) F(ELEMENTS) F(AKM),              \
	  "another access point of the same network")                                          \
	X(AP_STOPPED, 0xc7, EVENT, F(REASON), F(TEXT), "not because it was asked to")          \
	X(STATION_JOINED, 0xc8, EVENT, F(MAC), F(AID) F(ELEMENTS), "keys are in place")        \
	X(STATION_LEFT, 0xc9, EVENT, F(MAC), F(REASON) F(BY), "")                              \
	X(SIGNAL, 0xca, EVENT, F(SIGNAL), F(TX_RATE) F(RX_RATE), "it changed by 3 dB or more") \
	X(CHANGED, 0xcb, EVENT, F(SETTING), F(PIN) F(LEVEL) F(CHANNEL) F(COUNTRY),             \
	  "a setting, by itself")                                                              \
	X(ANSWER, 0xf0, ANSWER, F(STATUS),                                                     \
	  F(TEXT) F(VERSION) F(CAPABILITIES) F(BOARD) F(FIRMWARE) F(BOOT) F(BOOTS) F(MAC)      \
		  F(AP_MAC) F(CHANNELS) F(STATIONS) F(AKM) F(CHANNEL) F(SIGNAL) F(TX_RATE)     \
			  F(RX_RATE) F(TX_BYTES) F(RX_BYTES) F(TX_FAILED) F(CONNECTED) F(HEAP) \
				  F(UPTIME) F(COUNTRY) F(POWER_SAVE) F(TX_POWER) F(TIME)       \
					  F(PIN) F(PIN_MODE) F(LEVEL) F(KEY) F(VALUE)          \
						  F(OFFSET) F(SLOT),                           \
	  "to the request of that id")

#define PTL_MESSAGE_TYPE(name, type, kind, needs, may, what) PTL_M_##name = type,
#define PTL_NO_FIELDS(name)
enum ptl_control_type { PTL_MESSAGES(PTL_MESSAGE_TYPE, PTL_NO_FIELDS, ) };
#undef PTL_MESSAGE_TYPE
#undef PTL_NO_FIELDS

/* Values of STATUS. */
#define PTL_STATUSES(X)                                                                        \
	X(DONE, 0, "done")                                                                     \
	X(UNKNOWN, 1, "unknown request")                                                       \
	X(MALFORMED, 2, "malformed")                                                           \
	X(UNSUPPORTED, 3, "this radio cannot do that")                                         \
	X(BUSY, 4, "busy with another request")                                                \
	X(BAD_VALUE, 5, "a value out of its range")                                            \
	X(STATE, 6, "not possible now")                                                        \
	X(CHANNEL, 7, "the other interface is on another channel")                             \
	X(NO_MEMORY, 8, "no memory")                                                           \
	X(NO_SUCH, 9, "no such thing")                                                         \
	X(DENIED, 10, "not allowed")                                                           \
	X(ABORTED, 11, "aborted")                                                              \
	X(TIMEOUT, 12, "timed out")                                                            \
	X(VERIFY, 13, "it does not verify")                                                    \
	X(FAILED, 14, "failed")

/* Values of FAILURE, of a join. */
#define PTL_FAILURES(X)                                                                        \
	X(NO_NETWORK, 1, "no such network in reach")                                           \
	X(WRONG_KEY, 2, "wrong password")                                                      \
	X(AUTHENTICATION, 3, "authentication refused")                                         \
	X(ASSOCIATION, 4, "association refused")                                               \
	X(TIMEOUT, 5, "no answer from the access point")                                       \
	X(CHANNEL, 6, "the access point of this radio is on another channel")                  \
	X(UNSUPPORTED, 7, "the network wants what this radio cannot do")                       \
	X(ABORTED, 8, "aborted")                                                               \
	X(RESTARTED, 9, "the radio restarted")                                                 \
	X(SILENT, 10, "the radio said nothing")

/* Values of BY. */
#define PTL_BYS(X)                                                                             \
	X(HOST, 0, "this host")                                                                \
	X(PEER, 1, "the other station")                                                        \
	X(RADIO, 2, "the radio")

/* Bits of AKM. SAE needs the passphrase. */
#define PTL_AKMS(X)                                                                            \
	X(OPEN, 0x01, "open")                                                                  \
	X(PSK, 0x02, "WPA2-PSK")                                                               \
	X(PSK_SHA256, 0x04, "WPA2-PSK-SHA256")                                                 \
	X(SAE, 0x08, "WPA3-SAE")                                                               \
	X(WPA1, 0x10, "WPA-PSK")

/* Bits of CAPABILITIES. */
#define PTL_CAPABILITIES(X)                                                                    \
	X(STATION, 0x0001, "joins networks")                                                   \
	X(AP, 0x0002, "is an access point")                                                    \
	X(BOTH, 0x0004, "both at once, on one channel")                                        \
	X(PMK, 0x0008, "takes a PMK in the place of a passphrase")                             \
	X(PMF, 0x0010, "protected management frames")                                          \
	X(ROAMS, 0x0020, "roams by itself unless JOIN says a BSSID")                           \
	X(ELEMENTS, 0x0040, "BSS carries the beacon's own elements")                           \
	X(UPDATE, 0x0080, "can be updated")                                                    \
	X(GPIO, 0x0100, "has pins")                                                            \
	X(STORE, 0x0200, "keeps keys and values")                                              \
	X(STREAMS, 0x0400, "has streams")                                                      \
	X(CLOCK, 0x0800, "wants to know the time")                                             \
	X(CHANCE, 0x1000, "wants random bytes, having no source of them")

/* Values of BOOT. */
#define PTL_BOOTS(X)                                                                           \
	X(POWER, 0, "power")                                                                   \
	X(RESET, 1, "reset pin")                                                               \
	X(ASKED, 2, "asked to")                                                                \
	X(CRASH, 3, "it crashed")                                                              \
	X(WATCHDOG, 4, "watchdog")                                                             \
	X(SAFE, 5, "safe mode, after starts that failed")

/* Values of PIN_MODE. */
#define PTL_PIN_MODES(X)                                                                       \
	X(INPUT, 0, "input")                                                                   \
	X(INPUT_PULLUP, 1, "input, pulled up")                                                 \
	X(OUTPUT, 2, "output")                                                                 \
	X(OPEN_DRAIN, 3, "open drain")

#define PTL_ENUM_ONE(name, value, what) PTL_ENUM_PREFIX(name) = value,
#define PTL_ENUM_PREFIX(name)		PTL_STATUS_##name
enum ptl_status { PTL_STATUSES(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#define PTL_ENUM_PREFIX(name) PTL_FAILURE_##name
enum ptl_failure { PTL_FAILURES(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#define PTL_ENUM_PREFIX(name) PTL_BY_##name
enum ptl_by { PTL_BYS(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#define PTL_ENUM_PREFIX(name) PTL_AKM_##name
enum ptl_akm { PTL_AKMS(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#define PTL_ENUM_PREFIX(name) PTL_CAN_##name
enum ptl_capability { PTL_CAPABILITIES(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#define PTL_ENUM_PREFIX(name) PTL_BOOT_##name
enum ptl_boot { PTL_BOOTS(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#define PTL_ENUM_PREFIX(name) PTL_PIN_##name
enum ptl_pin_mode { PTL_PIN_MODES(PTL_ENUM_ONE) };
#undef PTL_ENUM_PREFIX
#undef PTL_ENUM_ONE

/* ---- the tables as data ---- */

struct ptl_field_info {
	const char *name; /* lower case */
	uint8_t tag, kind, least, most;
};

struct ptl_message_info {
	const char *name; /* lower case */
	uint8_t type, kind;
	const uint8_t *needs, *may; /* tags, 0 at the end */
};

/* NULL for a tag or type that is not in the table. */
const struct ptl_field_info *ptl_field_info(uint8_t tag);
const struct ptl_message_info *ptl_message_info(uint8_t type);

/* Words for a person; never NULL, "unknown" for a value of no table. */
const char *ptl_status_text(unsigned status);
const char *ptl_failure_text(unsigned failure);
const char *ptl_by_text(unsigned by);
const char *ptl_boot_text(unsigned boot);

/* ---- reading ---- */

/* A message of the control class, as it came. */
struct ptl_control {
	const uint8_t *bytes; /* header included */
	size_t n;
};

static inline uint8_t ptl_control_type(const struct ptl_control *message)
{
	return message->bytes[0];
}

static inline uint8_t ptl_control_id(const struct ptl_control *message)
{
	return message->bytes[1];
}

static inline uint8_t ptl_control_interface(const struct ptl_control *message)
{
	return message->bytes[2];
}

/* PTL_STATUS_DONE: the getters may be used. UNKNOWN: a type of no table, with a good
 * header. MALFORMED: shorter than a header, a field beyond the end, a length that its
 * kind forbids, a field twice that is not LONG, or one missing. */
enum ptl_status ptl_control_check(const struct ptl_control *message);

bool ptl_control_has(const struct ptl_control *message, enum ptl_field field);

/* Of UINT and INT; otherwise when the field is absent. */
uint64_t ptl_control_uint(const struct ptl_control *message, enum ptl_field field,
			  uint64_t otherwise);
int64_t ptl_control_int(const struct ptl_control *message, enum ptl_field field,
			int64_t otherwise);

/* Of BYTES and TEXT: the value within the message, *n its length. NULL when absent. */
const uint8_t *ptl_control_bytes(const struct ptl_control *message, enum ptl_field field,
				 size_t *n);

/* Of LONG: *at is 0 at first; each call gives the next piece, NULL after the last. */
const uint8_t *ptl_control_piece(const struct ptl_control *message, enum ptl_field field,
				 size_t *at, size_t *n);

/* Copies a LONG value as far as it fits into to; returns its whole length. */
size_t ptl_control_long(const struct ptl_control *message, enum ptl_field field, uint8_t *to,
			size_t room);

/* Of TEXT, for a person: terminated, at most room - 1 bytes, a dot for whatever is not
 * printable ASCII. Empty when absent. */
void ptl_control_words(const struct ptl_control *message, enum ptl_field field, char *to,
		       size_t room);

/* ---- writing ---- */

struct ptl_control_writer {
	uint8_t bytes[PTL_CONTROL_MAX];
	size_t n;
	bool bad; /* something did not fit, or does not belong into this message */
};

void ptl_control_begin(struct ptl_control_writer *to, enum ptl_control_type type, uint8_t id,
		       uint8_t interface);

void ptl_put_flag(struct ptl_control_writer *to, enum ptl_field field);
void ptl_put_int(struct ptl_control_writer *to, enum ptl_field field, int64_t value);
/* UINT; BYTES and LONG go by ptl_put_bytes, which for LONG makes as many fields as
 * needed. */
void ptl_put_uint(struct ptl_control_writer *to, enum ptl_field field, uint64_t value);
void ptl_put_bytes(struct ptl_control_writer *to, enum ptl_field field, const void *value,
		   size_t n);
/* TEXT, cut where it is longer than the field's most. */
void ptl_put_text(struct ptl_control_writer *to, enum ptl_field field, const char *text);

/* Bytes that a LONG value may have to fit into the rest of the message. */
size_t ptl_put_room(const struct ptl_control_writer *to);

/* Whether the message is whole and one that ptl_control_check() passes; if not it is a
 * fault of the caller's, or a value was out of its range. */
bool ptl_control_end(const struct ptl_control_writer *to);

#endif
