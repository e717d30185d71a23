/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Guessing what the other end speaks. Each byte goes to one small detector per
 * framing, and a detector that sees a whole consistent frame counts it. Two of a
 * kind within 64 KB are an answer. What counts:
 *
 *  SLIP            between two ENDs, a packet as long as its header says; IPv4:
 *                  right header checksum; IPv6: an upper layer that exists
 *  PPP             between two flags, FF 03 and a right FCS-16
 *  len16           a length, an Ethernet header, IPv4 or IPv6 of the length
 *                  that the length field promises, or ARP
 *  esp8266-hosted  a length, IPv4 of that length with a right checksum, and the
 *                  end byte; or, once, SSID and password as a host calls
 *  Contiki         between two SLIP ENDs, ?P: a border router asks for its prefix
 *  telnet          three negotiations (FF, verb, option) in a row: no data has that
 *  text            only printable bytes since the start, two lines of them; or
 *                  1600 of them in a row, more than a packet can carry; or a
 *                  login prompt as the last thing said
 *
 * The detectors of frames that have no marks look back into a window of the last
 * bytes each time that one byte is added. Random bytes make one consistent frame
 * in 2^36 positions at worst.
 */
#include <pigtail/guess.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "hosted_frame.h"
#include "ip.h"

enum {
	ENOUGH = 2,	/* consistent frames of a kind */
	FRESH = 0xffff, /* bytes that a consistent frame counts for */
	LOOK_BACK = 128,

	SLIP_END = 0xc0,
	SLIP_ESC = 0xdb,
	SLIP_ESC_END = 0xdc,
	SLIP_ESC_ESC = 0xdd,

	PPP_FLAG = 0x7e,
	PPP_ESC = 0x7d,
	PPP_FCS_GOOD = 0xf0b8,
	PPP_MIN = 8, /* FF 03, protocol, a byte or two, FCS */

	TELNET_IAC = 0xff,
	TELNET_WILL = 0xfb, /* then WON'T, DO, DON'T */
	TELNET_DONT = 0xfe,
	TELNET_OPTIONS = 50, /* those in use are below */
	TELNET_IN_A_ROW = 3,

	LEN16_HEAD = 2 + 14,
	ARP_BYTES = 28,
	ETHERNET_PADDED = 60,

	TEXT_CLEAN = 48,
	TEXT_CLEAN_LINES = 2,
	TEXT_LONG = 1600,
};

void ptl_guess_init(struct ptl_guess *guess)
{
	memset(guess, 0, sizeof(*guess));
	guess->ppp_fcs = 0xffff;
}

/* An IPv6 packet of n bytes whose next header is a common one. */
static bool is_ip6(const uint8_t *p, size_t n)
{
	static const uint8_t common[] = {0, 6, 17, 43, 44, 58};

	if (n < COMPAT_IP6_HEADER || p[0] >> 4 != 6 || compat_ip_length(p, n) != n)
		return false;
	for (size_t i = 0; i < sizeof(common); i++)
		if (p[6] == common[i])
			return true;
	return false;
}

/* ---- SLIP ---- */

static bool slip_is_packet(const struct ptl_guess *guess)
{
	const uint8_t *p = guess->slip_header;
	size_t n = guess->slip_n;

	if (guess->slip_bad || guess->slip_escape || n < COMPAT_IP4_HEADER)
		return false;
	if (p[0] >> 4 == 4)
		return compat_ip_length(p, n) == n && compat_ip4_checksum_ok(p);
	return is_ip6(p, n);
}

static bool slip_asks_prefix(const struct ptl_guess *guess)
{
	return guess->slip_n == 2 && !guess->slip_bad && guess->slip_header[0] == '?' &&
	       guess->slip_header[1] == 'P';
}

static void slip_byte(struct ptl_guess *guess, uint8_t byte)
{
	if (byte == SLIP_END) {
		if (guess->slip_open && slip_is_packet(guess))
			guess->slip_frames++;
		if (guess->slip_open && slip_asks_prefix(guess))
			guess->contiki_frames++;
		guess->slip_open = true;
		guess->slip_escape = guess->slip_bad = false;
		guess->slip_n = 0;
		return;
	}
	if (byte == SLIP_ESC && !guess->slip_escape) {
		guess->slip_escape = true;
		return;
	}
	if (guess->slip_escape) {
		guess->slip_escape = false;
		if (byte != SLIP_ESC_END && byte != SLIP_ESC_ESC)
			guess->slip_bad = true;
		byte = byte == SLIP_ESC_END ? SLIP_END : SLIP_ESC;
	}
	if (guess->slip_n < PTL_GUESS_HEADER)
		guess->slip_header[guess->slip_n] = byte;
	if (guess->slip_n < UINT16_MAX)
		guess->slip_n++;
}

/* ---- PPP ---- */

/* RFC 1662, bit by bit: this is no fast path. */
static uint16_t fcs16(uint16_t fcs, uint8_t byte)
{
	fcs ^= byte;
	for (int bit = 0; bit < 8; bit++)
		fcs = (uint16_t)(fcs & 1 ? fcs >> 1 ^ 0x8408 : fcs >> 1);
	return fcs;
}

static void ppp_byte(struct ptl_guess *guess, uint8_t byte)
{
	if (byte == PPP_FLAG) {
		if (guess->ppp_open && !guess->ppp_escape && guess->ppp_n >= PPP_MIN &&
		    guess->ppp_fcs == PPP_FCS_GOOD && guess->ppp_header[0] == 0xff &&
		    guess->ppp_header[1] == 0x03)
			guess->ppp_frames++;
		guess->ppp_open = true;
		guess->ppp_escape = false;
		guess->ppp_n = 0;
		guess->ppp_fcs = 0xffff;
		return;
	}
	if (byte == PPP_ESC) {
		guess->ppp_escape = true;
		return;
	}
	if (guess->ppp_escape)
		byte ^= 0x20;
	guess->ppp_escape = false;
	guess->ppp_fcs = fcs16(guess->ppp_fcs, byte);
	if (guess->ppp_n < sizeof(guess->ppp_header))
		guess->ppp_header[guess->ppp_n] = byte;
	if (guess->ppp_n < UINT16_MAX)
		guess->ppp_n++;
}

/* ---- framings without marks: back from the last byte ---- */

/* The last n bytes, or NULL if there are not so many. */
static const uint8_t *last(const struct ptl_guess *guess, size_t n)
{
	return guess->have >= n ? guess->window + guess->have - n : NULL;
}

/* Do the last bytes end with the network header of a len16 frame, body_n bytes of
 * it after the Ethernet header? */
static const uint8_t *len16_head(const struct ptl_guess *guess, size_t body_n, uint16_t type,
				 size_t *room)
{
	const uint8_t *p = last(guess, LEN16_HEAD + body_n);

	if (!p || ptl_get_be16(p + LEN16_HEAD - 2) != type || (p[8] & 1))
		return NULL;
	*room = ptl_get_be16(p);
	if (*room < 14 + body_n || *room > 1518)
		return NULL;
	*room -= 14;
	return p + LEN16_HEAD;
}

static bool fills(size_t room, size_t said)
{
	return said == room || (said < room && room <= ETHERNET_PADDED - 14);
}

static bool is_len16(const struct ptl_guess *guess)
{
	static const uint8_t arp_head[] = {0, 1, 8, 0, 6, 4, 0};
	size_t room;
	const uint8_t *p = len16_head(guess, COMPAT_IP4_HEADER, 0x0800, &room);

	if (p && p[0] == 0x45 && fills(room, ptl_get_be16(p + 2)) && compat_ip4_checksum_ok(p))
		return true;
	p = len16_head(guess, ARP_BYTES, 0x0806, &room);
	if (p && !memcmp(p, arp_head, sizeof(arp_head)) && fills(room, ARP_BYTES))
		return true;
	p = len16_head(guess, COMPAT_IP6_HEADER, 0x86dd, &room);
	return p && is_ip6(p, room);
}

/* A text of min to max bytes, its NUL the byte before end; where it begins with its
 * length, or NULL. */
static const uint8_t *text_before(const struct ptl_guess *guess, const uint8_t *end, size_t min,
				  size_t max)
{
	for (size_t n = 1; n <= max && (size_t)(end - guess->window) >= n + 2; n++) {
		const uint8_t *p = end - n - 2;

		if (n == 1 ? p[2] != 0 : p[2] < ' ' || p[2] > '~')
			return NULL;
		if (n >= min && p[0] == n && !p[1])
			return p;
	}
	return NULL;
}

/* The two commands of a host that calls, one right after the other. */
static bool is_hosted_call(const struct ptl_guess *guess)
{
	const uint8_t *p = last(guess, 1);

	if (*p != HOSTED_END_COMMAND)
		return false;
	p = text_before(guess, p, HOSTED_PASSWORD_MIN, HOSTED_PASSWORD_MAX);
	if (!p || p == guess->window || *--p != HOSTED_END_COMMAND)
		return false;
	return text_before(guess, p, HOSTED_SSID_MIN, HOSTED_SSID_MAX) != NULL;
}

static void hosted_byte(struct ptl_guess *guess, uint8_t byte)
{
	const uint8_t *p;
	size_t length;

	if (guess->hosted_wait) {
		if (--guess->hosted_wait == 0 && byte == HOSTED_END_DATA)
			guess->hosted_frames++;
		return;
	}
	if (is_hosted_call(guess)) {
		guess->hosted_frames += ENOUGH;
		return;
	}
	p = last(guess, HOSTED_LEN_BYTES + COMPAT_IP4_HEADER);
	if (!p || p[HOSTED_LEN_BYTES] != 0x45)
		return;
	length = (size_t)p[0] | (size_t)p[1] << 8;
	p += HOSTED_LEN_BYTES;
	if (length > HOSTED_PACKET_MAX || compat_ip_length(p, COMPAT_IP4_HEADER) != length ||
	    !compat_ip4_checksum_ok(p))
		return;
	guess->hosted_wait = (uint16_t)(length - COMPAT_IP4_HEADER + 1);
}

/* ---- telnet ---- */

static bool is_telnet(const struct ptl_guess *guess)
{
	const uint8_t *p = last(guess, 3 * TELNET_IN_A_ROW);

	for (int i = 0; p && i < TELNET_IN_A_ROW; i++, p += 3)
		if (p[0] != TELNET_IAC || p[1] < TELNET_WILL || p[1] > TELNET_DONT ||
		    p[2] >= TELNET_OPTIONS)
			return false;
	return p != NULL;
}

/* ---- text ---- */

static bool is_text(uint8_t byte)
{
	return (byte >= ' ' && byte <= '~') || byte == '\r' || byte == '\n' || byte == '\t' ||
	       byte == 0x1b;
}

static void text_byte(struct ptl_guess *guess, uint8_t byte)
{
	if (!is_text(byte)) {
		guess->strange = true;
		guess->text_run = 0;
		guess->text_lines = 0;
		return;
	}
	if (guess->text_run < UINT16_MAX)
		guess->text_run++;
	if (byte == '\n' && guess->text_lines < UINT8_MAX)
		guess->text_lines++;
}

static bool is_prompt(const struct ptl_guess *guess)
{
	static const char prompt[] = "ogin: ";
	const uint8_t *p = last(guess, sizeof(prompt) - 1);

	return p && guess->text_run >= 16 && !memcmp(p, prompt, sizeof(prompt) - 1);
}

static bool is_much_text(const struct ptl_guess *guess)
{
	if (guess->text_lines < TEXT_CLEAN_LINES)
		return false;
	return guess->text_run >= (guess->strange ? TEXT_LONG : TEXT_CLEAN);
}

/* ---- all of them ---- */

static void window_byte(struct ptl_guess *guess, uint8_t byte)
{
	if (guess->have == PTL_GUESS_WINDOW) {
		memmove(guess->window, guess->window + PTL_GUESS_WINDOW - LOOK_BACK, LOOK_BACK);
		guess->have = LOOK_BACK;
	}
	guess->window[guess->have++] = byte;
}

static unsigned frames_seen(const struct ptl_guess *guess)
{
	return (unsigned)guess->slip_frames + guess->ppp_frames + guess->len16_frames +
	       guess->hosted_frames + guess->contiki_frames + guess->telnet_frames;
}

static void forget_frames(struct ptl_guess *guess)
{
	guess->slip_frames = guess->ppp_frames = 0;
	guess->len16_frames = guess->hosted_frames = 0;
	guess->contiki_frames = guess->telnet_frames = 0;
}

static const char *verdict(const struct ptl_guess *guess)
{
	if (guess->telnet_frames >= ENOUGH)
		return PTL_GUESS_TELNET;
	if (guess->contiki_frames >= ENOUGH)
		return PTL_GUESS_CONTIKI;
	if (guess->slip_frames >= ENOUGH)
		return "SLIP";
	if (guess->ppp_frames >= ENOUGH)
		return "PPP";
	if (guess->len16_frames >= ENOUGH)
		return "len16";
	if (guess->hosted_frames >= ENOUGH)
		return "esp8266-hosted";
	return NULL;
}

static const char *feed_byte(struct ptl_guess *guess, uint8_t byte)
{
	unsigned before = frames_seen(guess);
	const char *name;

	window_byte(guess, byte);
	slip_byte(guess, byte);
	ppp_byte(guess, byte);
	hosted_byte(guess, byte);
	if (is_len16(guess))
		guess->len16_frames++;
	if (is_telnet(guess))
		guess->telnet_frames += ENOUGH;
	text_byte(guess, byte);

	if (frames_seen(guess) != before)
		guess->fresh = FRESH;
	else if (guess->fresh && --guess->fresh == 0)
		forget_frames(guess);
	name = verdict(guess);
	if (!name && is_much_text(guess)) {
		guess->text_run = 0;
		guess->text_lines = 0;
		name = PTL_GUESS_TEXT;
	}
	return name;
}

const char *ptl_guess_feed(struct ptl_guess *guess, const uint8_t *bytes, size_t n)
{
	const char *name = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *found = feed_byte(guess, bytes[i]);

		if (found) {
			name = found;
			forget_frames(guess);
		}
	}
	if (!name && n && is_prompt(guess))
		name = PTL_GUESS_TEXT;
	return name;
}
