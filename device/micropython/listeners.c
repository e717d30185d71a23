/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What MicroPython 1.25 calls of lwIP for a socket that listens. The linker leads those calls
 * here (--wrap), and from here on to lwIP.
 *
 * It takes the callbacks off a socket that it closes, of a listening one as well; but lwIP's
 * listening control blocks are shorter and have none, and what stands behind them would be
 * overwritten.
 *
 * A port is in use while a socket has it or listens at it. A connection that comes to its end,
 * of a script that ran before most likely, keeps it for itself only: lwIP would refuse the port
 * for as long as the other end likes.
 */
#include <lwip/priv/tcp_priv.h>

#include <stdbool.h>

void __real_tcp_err(struct tcp_pcb *pcb, tcp_err_fn err);
void __real_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);
err_t __real_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port);
void __wrap_tcp_err(struct tcp_pcb *pcb, tcp_err_fn err);
void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);
err_t __wrap_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port);

void __wrap_tcp_err(struct tcp_pcb *pcb, tcp_err_fn err)
{
	if (pcb->state != LISTEN)
		__real_tcp_err(pcb, err);
}

void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv)
{
	if (pcb->state != LISTEN)
		__real_tcp_recv(pcb, recv);
}

/* lwIP passes over those that allow it, if this one does too. */
err_t __wrap_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port)
{
	bool asked = ip_get_option(pcb, SOF_REUSEADDR);
	err_t status;

	for (struct tcp_pcb *other = tcp_active_pcbs; other; other = other->next)
		if (other->local_port == port)
			ip_set_option(other, SOF_REUSEADDR);
	ip_set_option(pcb, SOF_REUSEADDR);
	status = __real_tcp_bind(pcb, address, port);
	if (!asked)
		ip_reset_option(pcb, SOF_REUSEADDR);
	return status;
}
