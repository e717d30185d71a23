/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * MicroPython 1.25 takes the callbacks off a socket that it closes, of a listening one as
 * well; but lwIP's listening control blocks are shorter and have none, and what stands behind
 * them would be overwritten. The linker leads those calls here (--wrap), and from here on to
 * lwIP unless they are for a listener.
 */
#include <lwip/tcp.h>

void __real_tcp_err(struct tcp_pcb *pcb, tcp_err_fn err);
void __real_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);
void __wrap_tcp_err(struct tcp_pcb *pcb, tcp_err_fn err);
void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);

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
