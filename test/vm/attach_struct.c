/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_attach_struct TTY HOW: PTLIOCATTACH as a program of another version would call it,
 * for a guest. Prints the interface's name and keeps it until its standard input ends, or
 * says which error it got.
 *
 *	older     a struct that ends with ifindex
 *	newer     a longer one, what is beyond ours being 0
 *	unknown   the same, but not 0
 *	readonly  ours, but the answer cannot be written
 */
#include <pigtail_ldisc.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MORE 64
#define PAGE 4096

/* A page of its own, which can be made read-only. */
static _Alignas(PAGE) char request[PAGE];

/* What the other version's header would make of the number. */
static unsigned long number_for(size_t size)
{
	return _IOC(_IOC_DIR(PTLIOCATTACH), _IOC_TYPE(PTLIOCATTACH), _IOC_NR(PTLIOCATTACH),
		    _IOC_SIZE(PTLIOCATTACH) ? size : 0);
}

static size_t size_of(const char *how)
{
	if (!strcmp(how, "older"))
		return offsetof(struct ptl_attach, uart_clock);
	return sizeof(struct ptl_attach) + (strcmp(how, "readonly") != 0 ? MORE : 0);
}

int main(int argc, char **argv)
{
	int ours = PTL_LDISC;
	struct ptl_attach attach = {.baud = 115200, .name = "pt0"};
	size_t size;
	char byte;
	int tty;

	if (argc != 3)
		return 2;
	tty = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (tty < 0 || ioctl(tty, TIOCSETD, &ours) < 0) {
		perror("vm_attach_struct: TIOCSETD");
		return 2;
	}
	size = size_of(argv[2]);
	attach.size = (__u32)size;
	memcpy(request, &attach, sizeof(attach));
	request[sizeof(attach)] = !strcmp(argv[2], "unknown");
	if (!strcmp(argv[2], "readonly") && mprotect(request, PAGE, PROT_READ) < 0)
		return 2;
	if (ioctl(tty, number_for(size), request) < 0) {
		printf("%s\n", strerror(errno));
		(void)fflush(stdout);
	} else {
		printf("attached %s\n", ((struct ptl_attach *)request)->name);
		(void)fflush(stdout);
	}
	return read(STDIN_FILENO, &byte, 1) < 0;
}
