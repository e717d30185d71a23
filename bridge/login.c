/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Bytes go through telnet's framing first, which only sorts them:
 *
 *	TEXT -- IAC --> VERB -- WILL WONT DO DONT --> OPTION --> TEXT
 *	                  \---- SB --> SUB -- IAC --> SUB_IAC -- SE --> TEXT
 *
 * and text gathers into a line: the name's, then the password's. A line that is too long is
 * wrong, whatever it was. Nothing is said of which of the two was wrong.
 */
#include <pigtail/login.h>
#include <pigtail/telnet.h>

#include <string.h>

#define BACKSPACE 0x08
#define RUBOUT	  0x7f

enum framing {
	TEXT,
	VERB,
	OPTION,
	SUB,
	SUB_IAC,
};

static void wipe(void *memory, size_t n)
{
	volatile uint8_t *bytes = memory;

	while (n--)
		*bytes++ = 0;
}

static void say(struct ptl_login *login, const char *text)
{
	size_t n = strlen(text), room = sizeof(login->out) - login->out_n;

	if (n > room)
		n = room;
	memcpy(login->out + login->out_n, text, n);
	login->out_n += n;
}

static void ask_name(struct ptl_login *login)
{
	login->asked_name = true;
	say(login, "user: ");
}

void ptl_login_init(struct ptl_login *login)
{
	memset(login, 0, sizeof(*login));
	ask_name(login);
}

/* ---- lines ---- */

static const char *next_word(const char **at, size_t *n)
{
	const char *word;

	while (**at == ' ')
		(*at)++;
	word = *at;
	while (**at && **at != ' ')
		(*at)++;
	*n = (size_t)(*at - word);
	return word;
}

static bool copy_word(const char **at, char *to, size_t size)
{
	size_t n;
	const char *word = next_word(at, &n);

	if (!n || n >= size)
		return false;
	memcpy(to, word, n);
	to[n] = 0;
	return true;
}

static bool read_minutes(const char **at, unsigned *minutes)
{
	size_t n;
	const char *word = next_word(at, &n);

	*minutes = 0;
	for (size_t i = 0; i < n && i < 4; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		*minutes = *minutes * 10 + (unsigned)(word[i] - '0');
	}
	return n > 0 && n < 4 && *minutes > 0 && *minutes <= PTL_LOGIN_MINUTES;
}

/* NAME [arm ADDRESS MINUTES] */
static bool take_name(struct ptl_login *login)
{
	const char *at = login->line, *verb;
	size_t n;

	login->arm[0] = 0;
	login->minutes = 0;
	if (!copy_word(&at, login->name, sizeof(login->name)))
		return false;
	verb = next_word(&at, &n);
	if (!n)
		return true;
	return n == 3 && !memcmp(verb, "arm", 3) &&
	       copy_word(&at, login->arm, sizeof(login->arm)) &&
	       read_minutes(&at, &login->minutes) && !*next_word(&at, &n);
}

/* Asks for the password also after a name that makes no sense: then all is wrong. */
static void on_line(struct ptl_login *login)
{
	static const char will_echo[] = {(char)PTL_TELNET_IAC, (char)PTL_TELNET_WILL,
					 PTL_TELNET_ECHO, 0};

	login->line[login->line_n] = 0;
	if (login->asked_name) {
		if (!login->line_n) {
			say(login, "user: ");
			return;
		}
		if (login->too_long || !take_name(login))
			login->name[0] = 0;
		login->asked_name = false;
		if (login->kept_n)
			say(login, will_echo);
		say(login, "password: ");
	} else {
		bool good = !login->too_long && login->line_n < sizeof(login->password);

		memcpy(login->password, login->line, good ? login->line_n + 1 : 0);
		if (!good)
			login->name[0] = 0;
		login->state = PTL_LOGIN_ASKS;
	}
	wipe(login->line, sizeof(login->line));
	login->line_n = 0;
	login->too_long = false;
}

static void on_text(struct ptl_login *login, uint8_t byte)
{
	bool follows = login->after_cr && (byte == '\n' || byte == 0);

	login->after_cr = byte == '\r';
	if (follows)
		return;
	if (byte == '\r' || byte == '\n')
		on_line(login);
	else if (byte == BACKSPACE || byte == RUBOUT)
		login->line_n -= login->line_n > 0;
	else if (login->line_n == sizeof(login->line) - 1)
		login->too_long = true;
	else if (byte >= ' ')
		login->line[login->line_n++] = (char)byte;
}

/* ---- telnet ---- */

static void keep(struct ptl_login *login, uint8_t byte)
{
	if (login->kept_n == sizeof(login->kept))
		login->state = PTL_LOGIN_FAILED;
	else
		login->kept[login->kept_n++] = byte;
}

static void on_byte(struct ptl_login *login, uint8_t byte)
{
	static const uint8_t command = PTL_TELNET_IAC;

	switch ((enum framing)login->telnet) {
	case TEXT:
		if (byte != command) {
			on_text(login, byte);
			return;
		}
		login->telnet = VERB;
		break;
	case VERB:
		if (byte == PTL_TELNET_SB)
			login->telnet = SUB;
		else
			login->telnet = byte >= PTL_TELNET_WILL && byte <= PTL_TELNET_DONT
						? OPTION
						: TEXT;
		break;
	case OPTION:
		login->telnet = TEXT;
		break;
	case SUB:
		if (byte == command)
			login->telnet = SUB_IAC;
		break;
	case SUB_IAC:
		login->telnet = byte == command ? SUB : TEXT;
		break;
	}
	keep(login, byte);
}

size_t ptl_login_receive(struct ptl_login *login, const uint8_t *bytes, size_t n)
{
	size_t taken = 0;

	while (taken < n && login->state == PTL_LOGIN_TALKS)
		on_byte(login, bytes[taken++]);
	if (login->state == PTL_LOGIN_PASSED && taken < n && login->after_cr) {
		login->after_cr = false;
		taken += bytes[taken] == '\n' || bytes[taken] == 0;
	}
	return login->state == PTL_LOGIN_FAILED ? n : taken;
}

size_t ptl_login_transmit(struct ptl_login *login, uint8_t *out, size_t room)
{
	size_t n = login->out_n < room ? login->out_n : room;

	memcpy(out, login->out, n);
	login->out_n -= n;
	memmove(login->out, login->out + n, login->out_n);
	return n;
}

void ptl_login_answer(struct ptl_login *login, bool passes, const char *text)
{
	char line[PTL_LOGIN_TEXT + 2];
	size_t n;

	if (login->state != PTL_LOGIN_ASKS)
		return;
	if (!text)
		text = passes ? "ok" : "wrong name or password";
	n = strlen(text) < PTL_LOGIN_TEXT ? strlen(text) : PTL_LOGIN_TEXT - 1;
	memcpy(line, text, n);
	memcpy(line + n, "\r\n", 3);
	if (login->kept_n)
		say(login, "\r\n"); /* the client has not echoed its Enter */
	say(login, line);
	wipe(login->password, sizeof(login->password));
	login->state = passes ? PTL_LOGIN_PASSED : PTL_LOGIN_TALKS;
	if (passes)
		return;
	if (++login->tries == PTL_LOGIN_TRIES)
		login->state = PTL_LOGIN_FAILED;
	else
		ask_name(login);
}

const uint8_t *ptl_login_kept(const struct ptl_login *login, size_t *n)
{
	*n = login->kept_n;
	return login->kept;
}

void ptl_login_wipe(struct ptl_login *login)
{
	wipe(login, sizeof(*login));
}
