/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * socket.getaddrinfo(): the linker leads MicroPython's call of lwIP here (--wrap), where its
 * answer is waited for:
 *
 *	no interface that could ask, no server	raises at once
 *	no such name, or no answer		raises, after lwIP's 7 s at the latest
 *	Ctrl-C					raises; what lwIP hears later is nobody's
 *
 * MicroPython's own wait has lwIP write to the stack of a call that may have ended.
 */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include <lwip/dns.h>
#include <lwip/netif.h>

#include <string.h>

#define NAME_UNKNOWN (-2) /* getaddrinfo()'s EAI_NONAME elsewhere */

err_t __real_dns_gethostbyname_addrtype(const char *name, ip_addr_t *address,
					dns_found_callback found, void *user, u8_t type);
err_t __wrap_dns_gethostbyname_addrtype(const char *name, ip_addr_t *address,
					dns_found_callback found, void *user, u8_t type);

static struct {
	uintptr_t asked; /* the question whose answer counts */
	bool answered, known;
	ip_addr_t address;
} names;

static void on_found(const char *name, const ip_addr_t *address, void *user)
{
	(void)name;
	if ((uintptr_t)user != names.asked)
		return;
	names.answered = true;
	names.known = address != NULL;
	if (address)
		names.address = *address;
}

/* lwIP's own loop does not count. */
static bool is_any_up(void)
{
	for (const struct netif *netif = netif_list; netif; netif = netif->next)
		if (netif->linkoutput && netif_is_up(netif) && netif_is_link_up(netif) &&
		    !ip4_addr_isany_val(*netif_ip4_addr(netif)))
			return true;
	return false;
}

static _Noreturn void refuse(int code, const char *why)
{
	mp_obj_t words[] = {MP_OBJ_NEW_SMALL_INT(code), mp_obj_new_str(why, strlen(why))};

	nlr_raise(mp_obj_new_exception_args(&mp_type_OSError, 2, words));
}

static void wait(void)
{
	while (!names.answered)
		mp_event_wait_ms(1);
	if (!names.known)
		refuse(NAME_UNKNOWN, "no such name, or no answer");
}

err_t __wrap_dns_gethostbyname_addrtype(const char *name, ip_addr_t *address,
					dns_found_callback found, void *user, u8_t type)
{
	(void)found;
	(void)user;
	if (!is_any_up() && !ipaddr_aton(name, address) && strcmp(name, "localhost") != 0)
		refuse(MP_EHOSTUNREACH, "no network");
	names.answered = false;
	names.asked++;
	switch (__real_dns_gethostbyname_addrtype(name, address, on_found, (void *)names.asked,
						  type)) {
	case ERR_OK:
		return ERR_OK;
	case ERR_INPROGRESS:
		wait();
		*address = names.address;
		return ERR_OK;
	case ERR_VAL:
		refuse(NAME_UNKNOWN, "no name server is set");
	case ERR_MEM:
		mp_raise_OSError(MP_ENOMEM);
	default:
		refuse(NAME_UNKNOWN, "that is no name");
	}
}
