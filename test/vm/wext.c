/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_wext IFNAME scan | IFNAME join SSID: Wi-Fi by the ioctls of wireless.h, for a guest that
 * has nothing but a C library. scan prints the names that it hears, a line each; join asks
 * for an open network, and returns when it is joined or 5 seconds have passed.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/wireless.h>

#define TRIES 50

static char results[IW_SCAN_MAX_DATA];

static int ask(int fd, const char *ifname, unsigned long number, struct iwreq *request)
{
	strncpy(request->ifr_ifrn.ifrn_name, ifname, IFNAMSIZ - 1);
	return ioctl(fd, number, request);
}

static void pause_100ms(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

/* A stream of events, each with its length first. */
static void print_names(const char *from, size_t n)
{
	struct iw_event event;

	while (n >= IW_EV_POINT_LEN) {
		memcpy(&event, from, IW_EV_LCP_LEN);
		if (event.len < IW_EV_LCP_LEN || event.len > n)
			return;
		if (event.cmd == SIOCGIWESSID)
			printf("%.*s\n", (int)(event.len - IW_EV_POINT_LEN),
			       from + IW_EV_POINT_LEN);
		from += event.len;
		n -= event.len;
	}
}

static int scan(int fd, const char *ifname)
{
	struct iwreq request = {0};

	if (ask(fd, ifname, SIOCSIWSCAN, &request) < 0)
		return -1;
	for (int i = 0; i < TRIES; i++) {
		request = (struct iwreq){
			.u.data = {.pointer = results, .length = sizeof(results)}};
		if (ask(fd, ifname, SIOCGIWSCAN, &request) == 0) {
			print_names(results, request.u.data.length);
			return 0;
		}
		if (errno != EAGAIN)
			return -1;
		pause_100ms();
	}
	return -1;
}

static int join(int fd, const char *ifname, char *ssid)
{
	static const char none[ETH_ALEN];
	struct iwreq request = {
		.u.essid = {.pointer = ssid, .length = (__u16)strlen(ssid), .flags = 1}};

	if (ask(fd, ifname, SIOCSIWESSID, &request) < 0)
		return -1;
	for (int i = 0; i < TRIES; i++) {
		request = (struct iwreq){0};
		if (ask(fd, ifname, SIOCGIWAP, &request) == 0 &&
		    memcmp(request.u.ap_addr.sa_data, none, sizeof(none)) != 0)
			return 0;
		pause_100ms();
	}
	errno = ETIMEDOUT;
	return -1;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int status = -1;

	if (argc == 3 && !strcmp(argv[2], "scan"))
		status = scan(fd, argv[1]);
	else if (argc == 4 && !strcmp(argv[2], "join"))
		status = join(fd, argv[1], argv[3]);
	else
		return 2;
	if (status < 0)
		perror("vm_wext");
	return status < 0;
}
