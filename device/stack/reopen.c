/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Who closes a connection first keeps it in TIME-WAIT, and that is the server, as a rule.
 * The client is free to take the same port for its next connection, and Linux does when many
 * are made. lwIP answers that one's SYN for the old connection and ignores the reset which
 * it gets for it: the client is shut out until TIME-WAIT is over. A SYN that is newer than
 * all that there was ends it (RFC 9293, section 3.10.7.4, "TIME-WAIT"; RFC 1122, 4.2.2.13),
 * and is then one like any other.
 */
#include "reopen.h"

#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>

#include <stdbool.h>

#define FLAGS (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)

/* As it came. false: its options are in another buffer. */
static bool restore(struct tcp_hdr *header, struct pbuf *p)
{
	u16_t length = TCPH_HDRLEN_BYTES(header);

	if (p->payload != (u8_t *)header + length || pbuf_add_header_force(p, length) != 0)
		return false;
	header->src = lwip_htons(header->src);
	header->dest = lwip_htons(header->dest);
	header->seqno = lwip_htonl(header->seqno);
	header->ackno = lwip_htonl(header->ackno);
	header->wnd = lwip_htons(header->wnd);
	return true;
}

err_t reopen_segment(struct tcp_pcb *pcb, struct tcp_hdr *header, struct pbuf *p)
{
	if (pcb->state != TIME_WAIT || (TCPH_FLAGS(header) & FLAGS) != TCP_SYN ||
	    !TCP_SEQ_GT(header->seqno, pcb->rcv_nxt))
		return ERR_OK;
	tcp_pcb_remove(&tcp_tw_pcbs, pcb);
	tcp_free(pcb);
	/* Else it is dropped, and the client's next one finds nothing in its way. */
	if (restore(header, p)) {
		pbuf_ref(p);
		tcp_input(p, ip_current_input_netif());
	}
	return ERR_ABRT;
}
