/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See complete.h. A command is run up to where it would parse (command_parse_instead()),
 * which hands over its options and, as args_doc, its arguments. What a word stands for is
 * known by its name there: PORT, NET, LINK and so on are in the table below; "on|off" are
 * the words themselves; all else nobody but the user knows.
 */
#include "host/command/complete.h"

#include "host/command/parse.h"
#include "host/config/framings.h"
#include "host/control/place.h"

#include <dirent.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOC_MOST   64 /* bytes of what an option is */
#define WORDS_MOST 64

static struct {
	const struct argp *argp; /* of the command */
	char **words;		 /* its words; the last one is in the making */
	int count;
	const char *arguments[WORDS_MOST]; /* those that are no options */
	const char *before;		   /* "--OPTION=", in front of every candidate */
	const char *typed;		   /* what is there of the word itself */
} asked;

/* ---- candidates ---- */

static void offer(const char *word, size_t n, const char *what)
{
	const char *line_end = what ? strpbrk(what, "\n\v") : NULL;
	size_t what_n = what ? strlen(what) : 0;

	if (strncmp(word, asked.typed, strlen(asked.typed)) != 0)
		return;
	if (line_end)
		what_n = (size_t)(line_end - what);
	(void)printf("%.*s%.*s%s%.*s\n", (int)strlen(asked.before), asked.before, (int)n, word,
		     what_n ? "\t" : "", (int)(what_n < DOC_MOST ? what_n : DOC_MOST), what);
}

static void offer_word(const char *word, const char *what)
{
	offer(word, strlen(word), what);
}

static void offer_files(void)
{
	(void)puts(":files");
}

static void offer_ports(void)
{
	static const char *const patterns[] = {"/dev/ttyUSB*", "/dev/ttyACM*", "/dev/ttyS[0-9]",
					       "/dev/ttyAMA*"};
	glob_t found = {0};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		(void)glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		offer_word(found.gl_pathv[i], NULL);
	globfree(&found);
	offer_word("pty:", "make a pty and a link to it");
	offer_word("tcp:", "connect to HOST:PORT");
	offer_word("unix:", "connect to a socket");
	offer_word("tcp-listen:", "wait at [HOST:]PORT");
	offer_word("unix-listen:", "wait at a socket");
}

static void offer_interfaces(void)
{
	DIR *folder = opendir("/sys/class/net");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (*entry->d_name != '.')
			offer_word(entry->d_name, NULL);
	if (folder)
		(void)closedir(folder);
}

static void offer_nets(void)
{
	offer_word("tap:", "an interface");
	offer_word("tun:", "an interface for IP alone");
	offer_word("bridge:", "a tap put into a bridge");
	offer_word("user", "no root needed");
	offer_word("air:", "device: a radio in a scripted air");
	offer_word("wlan:", "device: a Wi-Fi interface of this machine");
}

static void offer_link(void *user, const char *name, int fd)
{
	(void)user;
	(void)close(fd);
	offer_word(name, "a running link");
}

static void offer_links(void)
{
	control_place_find(NULL, offer_link, NULL);
}

static void offer_framings(void)
{
	for (size_t i = 0; framings[i]; i++)
		offer_word(framings[i]->name, framings[i]->what);
}

/* The names that radio_settings.c takes. */
static void offer_settings(void)
{
	offer_word("mac", "the radio's address");
	offer_word("ap-mac", "its address as an access point, to get");
	offer_word("channel", "that it is on, to get");
	offer_word("country", "whose rules it keeps");
	offer_word("power-save", "on or off");
	offer_word("tx-power", "at most, dBm");
	offer_word("time", "now, to the radio");
	offer_word("pin.", "and a number: a GPIO pin");
	offer_word("store.", "and a key: kept by the radio");
}

static const struct {
	const char *kind;
	void (*offer)(void);
} kinds[] = {
	{"FILE", offer_files},	     {"FILE...", offer_files},	   {"IMAGE", offer_files},
	{"PROGRAM", offer_files},    {"PORT", offer_ports},	   {"TTY", offer_ports},
	{"NET", offer_nets},	     {"LINK", offer_links},	   {"[NAME]", offer_links},
	{"FRAMING", offer_framings}, {"IFNAME", offer_interfaces}, {"SETTING", offer_settings},
};

/* Of "unix:PATH" what is to be typed as it is. */
static size_t without_capitals(const char *word, size_t n)
{
	size_t i = 0;

	while (i < n && (word[i] < 'A' || word[i] > 'Z'))
		i++;
	return i;
}

/* What a word of n bytes in a help text stands for. */
static void offer_kind(const char *kind, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].kind) == n && !strncmp(kinds[i].kind, kind, n)) {
			kinds[i].offer();
			return;
		}
	while (n > 0) { /* words, between bars */
		const char *bar = memchr(kind, '|', n);
		size_t word_n = bar ? (size_t)(bar - kind) : n;

		if (*kind >= 'a' && *kind <= 'z')
			offer(kind, without_capitals(kind, word_n), NULL);
		n -= bar ? word_n + 1 : n;
		kind += bar ? word_n + 1 : word_n;
	}
}

/* ---- options ---- */

/* NULL: the command has no such option. name_n bytes of it. */
static const struct argp_option *find_option(const struct argp *argp, const char *name,
					     size_t name_n)
{
	for (const struct argp_option *at = argp->options; at && (at->name || at->doc); at++)
		if (at->name && strlen(at->name) == name_n && !strncmp(at->name, name, name_n))
			return at;
	for (const struct argp_child *child = argp->children; child && child->argp; child++) {
		const struct argp_option *found = find_option(child->argp, name, name_n);

		if (found)
			return found;
	}
	return NULL;
}

static void offer_options(const struct argp *argp)
{
	char word[48];

	for (const struct argp_option *at = argp->options; at && (at->name || at->doc); at++) {
		bool now = at->arg && (at->flags & OPTION_ARG_OPTIONAL);

		if (!at->name || (at->flags & OPTION_HIDDEN))
			continue;
		(void)snprintf(word, sizeof(word), "--%s%s", at->name, now ? "=" : "");
		offer_word(word, at->doc);
	}
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		offer_options(child->argp);
}

/* Of a word that is an option: whether the next one is its value. */
static const struct argp_option *wants_value(const char *word)
{
	const struct argp_option *option;

	if (strncmp(word, "--", 2) != 0 || strchr(word, '='))
		return NULL;
	option = find_option(asked.argp, word + 2, strlen(word + 2));
	return option && option->arg && !(option->flags & OPTION_ARG_OPTIONAL) ? option : NULL;
}

/* ---- arguments ---- */

static const char *args_doc_of(const struct argp *argp)
{
	const char *doc = argp->args_doc;

	for (const struct argp_child *child = argp->children; !doc && child && child->argp;
	     child++)
		doc = args_doc_of(child->argp);
	return doc;
}

/* The word of a line of args_doc for the argument of that number, whose words so far do
 * not say otherwise; *n its length. NULL: none. */
static const char *word_at(const char *line, unsigned number, size_t *n)
{
	for (unsigned i = 0;; i++) {
		*n = strcspn(line, " \n");
		if (*n == 0 || *line == '-')
			return NULL;
		if (i == number ||
		    (*n > 3 && !strncmp(line + *n - 3, "...", 3) && line[*n] != ' '))
			return line;
		if (*line >= 'a' && *line <= 'z' &&
		    (strlen(asked.arguments[i]) != *n ||
		     strncmp(line, asked.arguments[i], *n) != 0))
			return NULL;
		line += *n + (line[*n] == ' ');
	}
}

static void offer_argument(unsigned number)
{
	const char *line = args_doc_of(asked.argp);
	const char *word;
	size_t n;

	while (line) {
		word = word_at(line, number, &n);
		if (word)
			offer_kind(word, n);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
}

/* ---- the word ---- */

/* "--NAME=..." stays as it is, and what follows it is completed. */
static const struct argp_option *split_off(const char *word)
{
	static char before[80];
	const char *equals = strchr(word, '=');
	size_t n;

	if (strncmp(word, "--", 2) != 0 || !equals)
		return NULL;
	n = (size_t)(equals - word) + 1;
	(void)snprintf(before, sizeof(before), "%.*s", (int)n, word);
	asked.before = before;
	asked.typed = equals + 1;
	return find_option(asked.argp, word + 2, n - 3);
}

static void complete_word(const struct argp *argp)
{
	const char *word = asked.words[asked.count - 1];
	const struct argp_option *option = NULL;
	unsigned number = 0;

	asked.argp = argp;
	for (int i = 0; i < asked.count - 1; i++) {
		if (option) /* its value */
			option = NULL;
		else if (*asked.words[i] == '-')
			option = wants_value(asked.words[i]);
		else
			asked.arguments[number++] = asked.words[i];
	}
	if (!option)
		option = split_off(word);
	if (option && option->arg)
		offer_kind(option->arg, strlen(option->arg));
	else if (*word == '-')
		offer_options(argp);
	else
		offer_argument(number);
}

int complete(const struct subcommand *commands, size_t count, int argc, char **argv)
{
	char shown[32];

	if (argc < 1 || argc > WORDS_MOST)
		return EXIT_USAGE;
	asked.words = argv;
	asked.count = argc;
	asked.before = "";
	asked.typed = argv[argc - 1];
	for (size_t i = 0; i < count && argc == 1; i++)
		offer_word(commands[i].name, commands[i].what);
	for (size_t i = 0; i < count && argc > 1; i++) {
		char *arguments[] = {shown, NULL};

		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		(void)snprintf(shown, sizeof(shown), "pigtail %s", commands[i].name);
		asked.words++;
		asked.count--;
		command_parse_instead(complete_word);
		return commands[i].run(1, arguments);
	}
	return EXIT_DONE;
}
