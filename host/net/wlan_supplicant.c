/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See wlan_supplicant.h. Why one of our own: the system's, if there is any, has networks
 * and users of its own, which a radio has not; and one command is all that it takes. It
 * ends when we do, however that happens (host/base/child.h).
 *
 * Its folder is in /run, or /tmp, for root only:
 *
 *	pigtail-wlan.XXXXXX/conf	no peer-to-peer, which takes an address of the radio
 *	                   /global	socket, by which the second interface is added
 *	                   /sockets/	one of each interface
 */
#include "host/net/wlan_supplicant.h"

#include "host/base/child.h"
#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM	   "wpa_supplicant"
#define START_MS   10000 /* until its sockets are there */
#define END_MS	   3000
#define STEP_MS	   20
#define FOLDER_MAX 40

struct wlan_supplicant {
	struct child child;
	char folder[FOLDER_MAX];
};

static void ignore_event(void *user, const char *text)
{
	(void)user;
	(void)text;
}

static void ignore_loss(void *user)
{
	(void)user;
}

static char *path_in(const struct wlan_supplicant *supplicant, const char *name,
		     char path[FOLDER_MAX + 40])
{
	(void)snprintf(path, FOLDER_MAX + 40, "%s/%s", supplicant->folder, name);
	return path;
}

static int make_folder(struct wlan_supplicant *supplicant)
{
	static const char *const places[] = {"/run", "/tmp"};
	char path[FOLDER_MAX + 40];
	FILE *file;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(supplicant->folder, sizeof(supplicant->folder),
			       "%s/pigtail-wlan.XXXXXX", places[i]);
		if (!mkdtemp(supplicant->folder))
			continue;
		file = fopen(path_in(supplicant, "conf", path), "we");
		if (!file)
			return -1;
		(void)fprintf(file, "ctrl_interface=%s/sockets\np2p_disabled=1\n",
			      supplicant->folder);
		return fclose(file);
	}
	*supplicant->folder = 0;
	return -1;
}

static int spawn(struct wlan_supplicant *supplicant, const char *interface)
{
	char name[32], conf[FOLDER_MAX + 40], global[FOLDER_MAX + 40];
	char *argv[] = {(char[]){PROGRAM},
			(char[]){"-qq"}, /* warnings only */
			(char[]){"-Dnl80211"},
			(char[]){"-i"},
			name,
			(char[]){"-c"},
			path_in(supplicant, "conf", conf),
			(char[]){"-g"},
			path_in(supplicant, "global", global),
			NULL};

	(void)snprintf(name, sizeof(name), "%s", interface);
	return child_spawn(&supplicant->child, argv);
}

/* Its socket; NULL: there is none in time, or it ended. */
static struct wpa_control *open_socket(struct wlan_supplicant *supplicant, uv_loop_t *loop,
				       const char *name,
				       const struct wpa_control_events *events)
{
	char path[FOLDER_MAX + 40];

	(void)path_in(supplicant, name, path);
	for (int waited = 0; access(path, F_OK) < 0; waited += STEP_MS) {
		if (waited >= START_MS || wlan_supplicant_ended(supplicant))
			return NULL;
		(void)usleep(STEP_MS * 1000);
	}
	return wpa_control_open(loop, path, events);
}

/* The access point's interface becomes its, too. NULL, or what it does not. */
static const char *add_interface(struct wlan_supplicant *supplicant, uv_loop_t *loop,
				 const char *ap)
{
	const struct wpa_control_events events = {NULL, ignore_event, ignore_loss};
	char path[FOLDER_MAX + 40], command[160], answer[64];
	struct wpa_control *global = open_socket(supplicant, loop, "global", &events);
	bool answered;

	if (!global)
		return "open its socket for";
	(void)snprintf(command, sizeof(command), "INTERFACE_ADD %s\t%s\tnl80211\t%s/sockets",
		       ap, path_in(supplicant, "conf", path), supplicant->folder);
	answered = wpa_control_ask_now(global, command, answer, sizeof(answer));
	wpa_control_close(global);
	if (!answered)
		return "answer about";
	return strncmp(answer, "OK", 2) == 0 ? NULL : "take";
}

struct wlan_supplicant *wlan_supplicant_start(uv_loop_t *loop, const char *interface,
					      const char *ap, char *error, size_t error_size)
{
	struct wlan_supplicant *supplicant = calloc(1, sizeof(*supplicant));
	const char *failed = NULL;

	if (!supplicant) {
		(void)complain(error, error_size, "out of memory");
		return NULL;
	}
	if (make_folder(supplicant) < 0)
		failed = "make a folder for";
	else if (spawn(supplicant, interface) < 0)
		failed = "start";
	else if (child_listen(&supplicant->child, loop, interface, PROGRAM) < 0)
		failed = "listen to";
	if (failed)
		(void)complain(error, error_size, "cannot %s " PROGRAM ": %s", failed,
			       strerror(errno));
	else if (ap && (failed = add_interface(supplicant, loop, ap)) != NULL)
		(void)complain(error, error_size, PROGRAM " does not %s the interface %s%s",
			       failed, ap,
			       wlan_supplicant_ended(supplicant)
				       ? ": it ended; is it installed, and are you root?"
				       : "");
	else
		return supplicant;
	child_hear(&supplicant->child); /* why, in its own words */
	wlan_supplicant_stop(supplicant);
	return NULL;
}

struct wpa_control *wlan_supplicant_open(struct wlan_supplicant *supplicant, uv_loop_t *loop,
					 const char *interface,
					 const struct wpa_control_events *events)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "sockets/%s", interface);
	return open_socket(supplicant, loop, name, events);
}

bool wlan_supplicant_ended(struct wlan_supplicant *supplicant)
{
	int status;

	return supplicant->child.pid == 0 || child_reap(&supplicant->child, &status);
}

static void remove_folder(const struct wlan_supplicant *supplicant)
{
	static const char *const names[] = {"conf", "global", "sockets"};
	char path[FOLDER_MAX + 40];

	if (!*supplicant->folder)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(path_in(supplicant, names[i], path));
	(void)rmdir(supplicant->folder);
}

void wlan_supplicant_stop(struct wlan_supplicant *supplicant)
{
	if (!supplicant)
		return;
	child_signal(&supplicant->child, SIGTERM);
	for (int waited = 0; !wlan_supplicant_ended(supplicant); waited += STEP_MS) {
		if (waited == END_MS)
			child_signal(&supplicant->child, SIGKILL);
		(void)usleep(STEP_MS * 1000);
	}
	child_part(&supplicant->child);
	remove_folder(supplicant);
	free(supplicant);
}
