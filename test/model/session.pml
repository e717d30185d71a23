/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions of two ends over a wire that loses frames, never reorders them:
 * link/session.c, and of link/frame_*.c what it steers. SPEC 7.1, 7.2.
 *
 *	receive  takes frames                    (frame_received, session_hello)
 *	transmit sends hello, ack or data        (frame_next)
 *	hello    says hello while not up         (session_timers)
 *	restarts an end loses its state, or gives its session up, and takes a new nonce
 *	calm     ends losses and restarts for ever, at any moment
 *
 * Simplified:
 *	- Each end sends ITEMS numbered items in a session, one at a time, any number of
 *	  times until acknowledged: arq.pml has the rest. Frames of data and acks carry
 *	  the two nonces of the session in which they were sent. The ends do not look at
 *	  them, only the assertions do.
 *	- Silence and being stuck (SPEC 7.2) look from outside like a restart at any
 *	  moment. They are not needed to recover, which this model shows.
 *	- A frame that is lost, or cut by a restart, is lost when it is sent.
 *	- Nonces of the ends differ: odd ones are end 0's, even ones end 1's.
 *
 * Mutants (-DMUTANT_...) are faults that check.sh --mutants expects to be found.
 */
#ifndef RESTARTS
#define RESTARTS 3 /* of both ends together */
#endif
#ifndef ITEMS
#define ITEMS 1
#endif
#ifndef DEPTH
#define DEPTH 2 /* frames on the wire, each way */
#endif

#define HELLO 1
#define DATA  2
#define ACK   3

#ifdef MUTANT_KEEP_STATE_ON_RESTART
#define MUTANT_KEEP_RECEIVER
#define MUTANT_KEEP_SENDER
#endif

#define PEER (1 - me)

/* type; HELLO: nonce, seen, reply wanted; else: the session's own and peer's nonce,
 * as the sender knows them, and a number */
chan wire0 = [DEPTH] of { byte, byte, byte, byte }; /* to end 0 */
chan wire1 = [DEPTH] of { byte, byte, byte, byte };

typedef one_end {
	byte nonce;
	byte peer_nonce;
	bool up;
	bool hello_due;
	bool ack_due; /* receiver->changed */
	byte sent;    /* items acknowledged: the next to send, sender->acked */
	byte taken;   /* items delivered: the next expected, receiver->next */
	byte got;     /* the same as it should be: only for assertions */
};

one_end ends[2];
byte restarted = 0;
bool quiet = false; /* no losses and restarts any more */

#define E ends[me]

/* Both are up, with each other. */
#define TOGETHER                                                                               \
	(ends[0].up && ends[1].up && ends[0].peer_nonce == ends[1].nonce &&                     \
	 ends[1].peer_nonce == ends[0].nonce)
/* No hello is under way or will be. */
#define NO_HELLO                                                                               \
	(!ends[0].hello_due && !ends[1].hello_due && !wire0??[HELLO, _, _, _] &&                \
	 !wire1??[HELLO, _, _, _])
#define EXCHANGED                                                                              \
	(ends[0].sent == ITEMS && ends[1].sent == ITEMS && ends[0].got == ITEMS &&              \
	 ends[1].got == ITEMS)

inline flush_flying()
{
#ifndef MUTANT_KEEP_RECEIVER
	E.taken = 0;
#endif
#ifndef MUTANT_KEEP_SENDER
	E.sent = 0;
#endif
	E.ack_due = false
}

inline session_hello(theirs, seen, want)
{
	if
	:: theirs == E.nonce /* our own echo */
	:: else ->
		if
		:: theirs != E.peer_nonce ->
			if
			:: E.up ->
				E.up = false;
				flush_flying()
			:: else
			fi;
			E.peer_nonce = theirs;
			E.got = 0;
			E.hello_due = true
		:: else
		fi;
		if
#ifdef MUTANT_REPLY_ALWAYS
		:: true -> E.hello_due = true
#else
#ifdef MUTANT_NO_REPLY
		:: true
#else
		:: want -> E.hello_due = true
		:: else
#endif
#endif
		fi;
		if
#ifdef MUTANT_SEEN_IGNORED
		:: !E.up ->
#else
		:: seen == E.nonce && !E.up ->
#endif
#ifndef MUTANT_KEEP_SENDER
			E.sent = 0;
#endif
			E.up = true
		:: else
		fi
	fi
}

/* A frame of the session in which both of us are. */
#define OURS (a == E.peer_nonce && b == E.nonce)

inline item(number)
{
	assert(OURS);
	assert(E.taken == E.got); /* else one would be taken for another */
	if
	:: number == E.taken ->
		E.taken++;
		E.got++
	:: else -> assert(number < E.got)
	fi;
	E.ack_due = true
}

inline acknowledged(number)
{
	assert(OURS);
	/* Nothing is confirmed that the peer, while it is in this session, has not taken. */
	assert(ends[PEER].nonce != E.peer_nonce || ends[PEER].peer_nonce != E.nonce ||
	       number <= ends[PEER].got);
	if
	:: number > E.sent -> E.sent = number
	:: else
	fi
}

#ifdef MUTANT_TAKE_WHEN_DOWN
#define TAKES true
#else
#define TAKES E.up
#endif

inline received()
{
	if
	:: type == HELLO -> session_hello(a, b, c)
	:: type == DATA && TAKES -> item(c)
	:: type == ACK && TAKES -> acknowledged(c)
	:: else /* rx_before_up */
	fi;
	type = 0;
	a = 0;
	b = 0;
	c = 0
}

proctype receive(bit me)
{
	byte type, a, b, c;

end:	do
	:: d_step { me == 0 && nempty(wire0) -> wire0?type, a, b, c; received() }
	:: d_step { me == 1 && nempty(wire1) -> wire1?type, a, b, c; received() }
#ifdef MUTANT_REORDER
	:: atomic { me == 0 && len(wire0) == 2 -> wire0?type, a, b, c; wire0!type, a, b, c;
		    type = 0; a = 0; b = 0; c = 0 }
	:: atomic { me == 1 && len(wire1) == 2 -> wire1?type, a, b, c; wire1!type, a, b, c;
		    type = 0; a = 0; b = 0; c = 0 }
#endif
	od
}

#define ROOM ((me == 0 && nfull(wire1)) || (me == 1 && nfull(wire0)))

inline put(type, a, b, c)
{
	if
	:: me == 0 -> wire1!type, a, b, c
	:: me == 1 -> wire0!type, a, b, c
	:: !quiet /* lost */
	fi
}

proctype transmit(bit me)
{
end:	do
	:: atomic {
		ROOM && E.hello_due ->
			put(HELLO, E.nonce, E.peer_nonce, (!E.up));
			E.hello_due = false
	}
	:: atomic {
		ROOM && !E.hello_due && E.up && E.ack_due ->
			put(ACK, E.nonce, E.peer_nonce, E.taken);
			E.ack_due = false
	}
	:: atomic {
		ROOM && !E.hello_due && E.up && !E.ack_due && E.sent < ITEMS ->
			put(DATA, E.nonce, E.peer_nonce, E.sent)
	}
	od
}

proctype hello(bit me)
{
end:	do
	:: d_step { !E.up && !E.hello_due -> E.hello_due = true }
	od
}

proctype restarts(bit me)
{
end:	do
	:: d_step {
		!quiet && restarted < RESTARTS ->
			restarted++;
#ifndef MUTANT_SAME_NONCE
			E.nonce = E.nonce + 2;
#endif
			E.peer_nonce = 0;
			E.up = false;
			E.hello_due = true;
			E.ack_due = false;
			E.sent = 0;
			E.taken = 0;
			E.got = 0
	}
	od
}

init
{
	d_step {
		ends[0].nonce = 1;
		ends[1].nonce = 2;
		ends[0].hello_due = true;
		ends[1].hello_due = true
	}
	atomic {
		run receive(0);
		run receive(1);
		run transmit(0);
		run transmit(1);
		run hello(0);
		run hello(1);
		run restarts(0);
		run restarts(1)
	}
#ifdef LIVE
	quiet = true /* at any moment */
#endif
}

#ifdef LIVE
/* Once losses and restarts end, both come up with each other, so each has noticed the
 * other's restarts; they stay up, hellos end, and all items of the session arrive. */
ltl settled { <> [] (TOGETHER && NO_HELLO && EXCHANGED) }
#endif
