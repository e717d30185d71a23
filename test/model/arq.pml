/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One class in one direction over a wire that loses frames, never reorders them:
 * link/sender.c, link/receiver.c, and of link/frame_*.c what they need. SPEC 4 to 6.
 * check.sh says how it is run, and with which sizes.
 *
 *	transmit  sends the lost again, then new pieces    (sender_next, resend)
 *	hear      takes acknowledgements                   (sender_acked, find_lost, merge)
 *	timer     fires at any moment, also far too early  (sender_expired)
 *	receive   takes frames, delivers in order          (receiver_piece, frame_deliver)
 *	answer    acknowledges, at any later moment        (receiver_ack)
 *	reader    refuses packets for a while              (events.packet, ptl_link_resume)
 *	calm      ends losses and refusals for ever, at any moment
 *
 * The names are those of the C code. What differs from it:
 *
 *	- Numbers are modulo N, a window is W cells, a packet 1 to MAX_PACKET cells.
 *	  The stream ends after CELLS cells; the first number is FIRST, so that few cells
 *	  see the numbers wrap. A cell's payload is its place in the stream.
 *	- Stamps are kept as ranks: only their order is used, and so the states are
 *	  finite. (The C code compares stamps less than 2^15 sendings apart.)
 *	- The limit that noise sets is any number of cells at any time. A frame that is
 *	  cut is the same as a shorter frame, so `complete` is always `next`.
 *	- A frame that is lost is lost when it is sent, before it takes room on the wire.
 *	- A PING waits while new pieces may go. On this wire of few frames it could
 *	  otherwise take all the room, which in time it can not.
 *	- There is no time: delays are arbitrary, and the backoff (the newest piece, or
 *	  all) is a free choice. "10 s without progress" may be true at any moment at
 *	  which nothing flies (STUCK).
 *
 * Mutants (-DMUTANT_...) are faults that check.sh --mutants expects to be found.
 */
#ifndef N
#define N 16
#endif
#ifndef W
#define W 4
#endif
#ifndef PIECES
#define PIECES 4 /* records: sender->size */
#endif
#ifndef CELLS
#define CELLS 5
#endif
#ifndef FIRST
#define FIRST (N - 3)
#endif
#ifndef MAX_PACKET
#define MAX_PACKET 2
#endif
#ifndef MIN_CREDIT
#define MIN_CREDIT 2 /* PIECE_MIN */
#endif
#ifndef DEPTH
#define DEPTH 2 /* frames on the wire, each way */
#endif
#ifndef RUN_MAX
#define RUN_MAX W /* cells in one run of an acknowledgement: 255 */
#endif
#ifndef PAIRS_MAX
#define PAIRS_MAX W /* pairs in one acknowledgement: 15 */
#endif

#define HALF	    (N / 2)
#define AHEAD(a, b) (((b) + N - (a)) % N)
#define PLUS(a, k)  (((a) + (k)) % N)

#define FLYING 1
#define LOST   2
#define ACKED  3

/* What properties and the ends of processes look at. */
bool quiet = false;    /* no losses and refusals any more */
byte delivered = 0;    /* cells that the reader took */
int packet_ends = 0;   /* bit g: cell g of the stream, not delivered, ends its packet */

#define DONE (delivered == CELLS && count == 0)

/* Frames: number, cells (0: PING), whether the packet ends, payload of cell 1. */
chan wire = [DEPTH] of { byte, byte, bit, byte };
/* Acknowledgements: delivered, and a bit for each cell there from it on. */
chan back = [DEPTH] of { byte, byte };

/* Scratch, used inside of one d_step only, and so no part of a state. */
hidden byte i, j, k, v, at, stop, seen, proof;
hidden byte found, proved, behind, novel, any; /* true or false */
hidden byte range[W + 1];

/* ---- the receiver's state ---- */

typedef cell {
	byte what;
	bit end;
};

cell cells[W];
bit there[W];
byte head = FIRST;
byte missing = FIRST; /* receiver->next */
byte high = FIRST;
bool changed = false;
bool refused = false;
bool later = false; /* resume() came in the middle of a frame */
#ifdef REST
bool willing = false; /* and never again */
#else
bool willing = true;
#endif

/* ---- the sender ---- */

typedef piece {
	byte number;
	byte length; /* cells */
	byte what;   /* payload: place in the stream */
	byte state;
	byte stamp;
	byte proof;
	bit packet;
	bit last;
	bit guess;
};

piece pieces[PIECES];
byte count = 0;
byte acked = FIRST;
byte next = FIRST;
byte flying = 0, lost = 0; /* pieces in these states */
byte sent = 0;		   /* cells of the stream that are in pieces */
byte left = 0;		   /* cells of the packet in hand that are not */
bit packet = 0;		   /* changes with each packet taken */
#ifdef STUCK
bool old = false; /* sender->progress was more than 10 s ago */
#define PROGRESS old = false
#else
#define PROGRESS skip
#endif

#ifdef MUTANT_NO_CREDIT
#define CREDIT W
#else
#define CREDIT (W - AHEAD(acked, next))
#endif

/* sender_ready(), but for what is lost. */
#define MORE (left > 0 || sent < CELLS)
#define NEW_READY                                                                              \
	(count < PIECES && MORE && (CREDIT >= MIN_CREDIT || (left > 0 && CREDIT >= left)))
/* The timer runs: something is unacknowledged, or waits for credit (blocked). */
#define WAITING (count > 0 || (MORE && !NEW_READY))

/* Forgets what no later decision looks at, and makes stamps ranks. */
inline tidy()
{
	for (i : 0 .. PIECES - 1) {
		if
		:: i >= count ->
			pieces[i].number = 0;
			pieces[i].length = 0;
			pieces[i].what = 0;
			pieces[i].state = 0;
			pieces[i].packet = 0;
			pieces[i].last = 0;
			pieces[i].guess = 0
		:: i < count && pieces[i].state == ACKED ->
			pieces[i].last = 0;
			pieces[i].guess = 0
		:: else
		fi;
		if
		:: pieces[i].state != FLYING -> pieces[i].stamp = 0
		:: else
		fi;
		if
		:: pieces[i].state != FLYING && !pieces[i].guess -> pieces[i].proof = 0
		:: else
		fi
	}
	k = 1;
	for (v : 1 .. 2 * PIECES + 2) {
		found = false;
		for (i : 0 .. PIECES - 1) {
			if
			:: pieces[i].stamp == v -> pieces[i].stamp = k; found = true
			:: else
			fi;
			if
			:: pieces[i].proof == v -> pieces[i].proof = k; found = true
			:: else
			fi
		}
		if
		:: found -> k++
		:: else
		fi
	}
}

inline copy(to, from)
{
	pieces[to].number = pieces[from].number;
	pieces[to].length = pieces[from].length;
	pieces[to].what = pieces[from].what;
	pieces[to].state = pieces[from].state;
	pieces[to].stamp = pieces[from].stamp;
	pieces[to].proof = pieces[from].proof;
	pieces[to].packet = pieces[from].packet;
	pieces[to].last = pieces[from].last;
	pieces[to].guess = pieces[from].guess
}

/* Makes a lost piece n end after `limit` cells; the rest is a lost piece too. */
inline split(n)
{
	j = count;
	do
	:: j > n + 1 -> copy(j, j - 1); j--
	:: else -> break
	od;
	count++;
	copy(n + 1, n);
	pieces[n + 1].number = PLUS(pieces[n].number, limit);
	pieces[n + 1].what = pieces[n].what + limit;
	pieces[n + 1].length = pieces[n].length - limit;
	pieces[n].length = limit;
#ifndef MUTANT_SPLIT_KEEPS_END
	pieces[n].last = 0;
#endif
	lost++
}

/* Piece n goes on the wire: its stamp is the newest. */
inline send(n)
{
#ifdef STUCK
	assert(!old); /* else the session would end as stuck at once */
#endif
	pieces[n].stamp = 2 * PIECES + 2;
	if
#ifdef MUTANT_GUESS_PROVES
	:: true -> pieces[n].proof = pieces[n].stamp
#else
	:: !pieces[n].guess -> pieces[n].proof = pieces[n].stamp
	:: else
#endif
	fi;
	pieces[n].state = FLYING;
	flying++;
	if
	:: lose
	:: else -> wire!pieces[n].number, pieces[n].length, pieces[n].last, pieces[n].what
	fi;
	tidy();
	limit = 0;
	length = 0;
	lose = false
}

active proctype transmit()
{
	byte limit = 0;	 /* cells that go in one frame */
	byte length = 0; /* of the next packet */
	bool lose = false;

	do
	:: atomic {
		nfull(wire) && lost > 0 ->
			select(limit : 1 .. MAX_PACKET);
			if
			:: lose = false
			:: !quiet -> lose = true
			fi;
			d_step {
				at = 0;
				do
				:: pieces[at].state == LOST -> break
				:: else -> at++
				od;
				if
				:: pieces[at].length > limit && count < PIECES -> split(at)
				:: else
				fi;
				lost--;
				send(at)
			}
	}
	:: atomic {
		nfull(wire) && lost == 0 && NEW_READY ->
			select(limit : 1 .. MAX_PACKET);
			select(length : 1 .. MAX_PACKET);
			if
			:: lose = false
			:: !quiet -> lose = true
			fi;
			d_step {
				if
				:: left == 0 ->
					left = (length < CELLS - sent -> length : CELLS - sent);
					packet = 1 - packet;
					packet_ends = packet_ends | (1 << (sent + left - 1))
				:: else
				fi;
				limit = (left < limit -> left : limit);
				limit = (CREDIT < limit -> CREDIT : limit);
#ifdef STUCK
				if
#ifdef MUTANT_STUCK_BY_READER
				:: count == 0 -> PROGRESS
#else
				:: flying == 0 -> PROGRESS
#endif
				:: else
				fi;
#endif
				at = count;
				count++;
				pieces[at].number = next;
				pieces[at].length = limit;
				pieces[at].what = sent;
				pieces[at].packet = packet;
				left = left - limit;
				pieces[at].last = (left == 0);
				sent = sent + limit;
				next = PLUS(next, limit);
				send(at)
			}
	}
	:: DONE -> break
	od
}

/* A loss that is concluded is one: no copy is under way or has arrived. */
inline truly_lost(n)
{
	for (k : 0 .. W - 1) {
		if
		:: k < pieces[n].length ->
			v = PLUS(pieces[n].number, k);
			assert(AHEAD(head, v) < HALF && !there[v % W]);
			assert(!wire??[eval(v), 1, _, _] && !wire??[eval(v), 2, _, _] &&
			       !wire??[eval(v), 3, _, _]);
			v = PLUS(v, N - 1);
			assert(!wire??[eval(v), 2, _, _] && !wire??[eval(v), 3, _, _]);
			v = PLUS(v, N - 1);
			assert(!wire??[eval(v), 3, _, _])
		:: else
		fi
	}
}

/* range[c]: which range cell c after `delivered` is in, as the encoder of
 * acknowledgements divides them; 0: it is missing, or does not fit. */
inline read_ranges()
{
	j = 0; /* pairs so far */
	k = 0; /* cells in this run */
	any = false;
	for (i : 0 .. W - 1) {
		if
		:: (seen >> i) & 1 ->
			if
			:: k == 0 || k == RUN_MAX ->
#ifndef MUTANT_RUNS_APART
				any = (k == RUN_MAX); /* goes on where the last one ended */
#endif
				j++;
				k = 0
			:: else
			fi;
			k++;
			if
			:: j > PAIRS_MAX -> range[i] = 0
			:: j <= PAIRS_MAX && any -> range[i] = range[i - 1]
			:: else -> range[i] = j
			fi
		:: else ->
			k = 0;
			any = false;
			range[i] = 0
		fi
	}
}

/* found: piece n is before `stop` or in one range. */
inline cover(n)
{
	v = PLUS(pieces[n].number, pieces[n].length);
	found = AHEAD(v, stop) < HALF;
	v = AHEAD(stop, pieces[n].number);
	if
	:: !found && v < W ->
		found = true;
		for (k : 0 .. W - 1) {
			if
			:: k < pieces[n].length &&
			   (v + k >= W || range[(v + k) % W] == 0 ||
			    range[(v + k) % W] != range[v]) ->
				found = false
			:: else
			fi
		}
	:: else
	fi
}

/* sender_acked(): `stop` is delivered, `seen` the cells after it. */
inline acknowledged()
{
	assert(AHEAD(acked, stop) <= AHEAD(acked, next)); /* else: rx_bad_ack */
	read_ranges();
	proved = false;
	proof = 0;
	if
	:: stop != acked -> PROGRESS
	:: else
	fi;
	for (i : 0 .. PIECES - 1) {
		if
		:: i < count && pieces[i].state != ACKED ->
			cover(i);
			if
			:: found ->
				if
				:: pieces[i].state == LOST -> lost--
				:: else ->
					flying--;
					proved = true;
					proof = (pieces[i].proof > proof -> pieces[i].proof :
									   proof)
				fi;
				pieces[i].state = ACKED;
				PROGRESS
			:: else
			fi
		:: else
		fi
	}
	acked = stop;
	do
	:: count > 0 &&
	   AHEAD(PLUS(pieces[0].number, pieces[0].length), acked) < HALF ->
		for (i : 1 .. PIECES - 1) {
			copy(i - 1, i)
		}
		count--
	:: else -> break
	od;
	/* merge() */
	i = 1;
	do
	:: i < count ->
		if
		:: pieces[i - 1].state == ACKED && pieces[i].state == ACKED &&
		   pieces[i - 1].packet == pieces[i].packet ->
			pieces[i - 1].length = pieces[i - 1].length + pieces[i].length;
			for (j : 1 .. PIECES - 1) {
				if
				:: j > i -> copy(j - 1, j)
				:: else
				fi
			}
			count--
		:: else -> i++
		fi
	:: else -> break
	od;
	/* find_lost() */
	for (i : 0 .. PIECES - 1) {
		if
		:: proved && i < count && pieces[i].state == FLYING &&
		   pieces[i].stamp < proof ->
#ifdef TRUE_LOSS
			truly_lost(i);
#endif
			pieces[i].state = LOST;
			pieces[i].guess = 0;
			flying--;
			lost++
		:: else
		fi
	}
	tidy()
}

active proctype hear()
{
	do
	:: d_step {
		back?stop, seen ->
			if
			:: AHEAD(acked, stop) < HALF -> acknowledged()
			:: else /* older than what is known */
			fi;
			stop = 0;
			seen = 0
	}
	:: DONE -> break
	od
}

active proctype timer()
{
	bool all = false;
	bool lose = false;

	do
#ifndef MUTANT_NO_TIMER
	:: atomic {
		WAITING && flying > 0 ->
			if
			:: all = false
			:: flying > 1 -> all = true
			fi;
			d_step {
				at = 0; /* the newest that flies */
				for (i : 0 .. PIECES - 1) {
					if
					:: pieces[i].state == FLYING &&
					   (pieces[at].state != FLYING ||
					    pieces[i].stamp > pieces[at].stamp) ->
						at = i
					:: else
					fi
				}
				for (i : 0 .. PIECES - 1) {
					if
					:: pieces[i].state == FLYING && (all || i == at) ->
						pieces[i].state = LOST;
						pieces[i].guess = 1;
						flying--;
						lost++
					:: else
					fi
				}
				tidy();
				all = false
			}
	}
#endif
#ifndef MUTANT_NO_PING
	:: atomic {
		WAITING && flying == 0 && lost == 0 && !NEW_READY && nfull(wire) ->
			if
			:: wire!0, 0, 0, 0
			:: !quiet
			fi
	}
#endif
#ifdef STUCK
	:: d_step { flying + lost == 0 && !old -> old = true }
#endif
	:: DONE -> break
	od
}

/* ---- the receiver ---- */

inline forget_cell(n)
{
	there[n] = 0;
	cells[n].what = 0;
	cells[n].end = 0
}

/* The reader takes one cell of a packet, in order, once, as it was sent. */
inline take(payload, ends)
{
	assert(payload == delivered);
	assert(((packet_ends >> delivered) & 1) == ends);
	packet_ends = packet_ends & ~(1 << delivered);
	delivered++
}

inline advance()
{
	do
	:: AHEAD(head, missing) < W && there[missing % W] -> missing = PLUS(missing, 1)
	:: else -> break
	od
}

/* receiver_store() */
inline store(number, length, ends, payload)
{
	if
	:: AHEAD(high, PLUS(number, length)) < HALF -> high = PLUS(number, length)
	:: else
	fi;
	for (i : 0 .. length - 1) {
		v = PLUS(number, i);
		if
#ifdef MUTANT_STORE_OLD
		:: !there[v % W] ->
#else
		:: AHEAD(missing, v) < HALF && !there[v % W] ->
#endif
			there[v % W] = 1;
			cells[v % W].what = payload + i;
			cells[v % W].end = (ends && i == length - 1)
		:: else
		fi
	}
	advance()
}

/* frame_deliver(): any packet that is whole and next. */
inline deliver()
{
	do
	:: true ->
		any = false; /* whole */
		v = head;
		do
		:: v != missing && !any ->
			any = cells[v % W].end;
			v = PLUS(v, 1)
		:: else -> break
		od;
		assert(any || AHEAD(head, missing) < W); /* fits the window */
		refused = any && !willing;
		if
		:: any && willing ->
			do
			:: head != v ->
				take(cells[head % W].what, cells[head % W].end);
				forget_cell(head % W);
				head = PLUS(head, 1)
			:: else -> break
			od;
			changed = true
		:: else -> break
		fi
	:: else -> break
	od
}

/* receiver_piece() and take_piece() */
inline arrived(number, length, ends, payload)
{
	stop = PLUS(number, length);
	behind = AHEAD(stop, missing) < HALF;
	novel = false;
	assert(behind || AHEAD(head, stop) <= W); /* credit: else RECEIVER_BEYOND */
	for (i : 0 .. length - 1) {
		v = PLUS(number, i);
#ifdef MUTANT_STORE_OLD
		novel = novel || !there[v % W]
#else
		novel = novel || (!behind && AHEAD(missing, v) < HALF && !there[v % W])
#endif
	}
	changed = true;
	if
	:: !novel
	:: novel && number == missing && head == missing && ends && !there[number % W] &&
	   !refused && willing -> /* RECEIVER_DIRECT, receiver_took() */
		for (i : 0 .. length - 1) {
			take(payload + i, (i == length - 1));
			forget_cell(PLUS(number, i) % W)
		}
		head = stop;
		missing = stop;
#ifndef MUTANT_HIGH_BEHIND
		if
		:: AHEAD(high, stop) < HALF -> high = stop
		:: else
		fi;
#endif
		advance()
	:: else ->
		store(number, length, ends, payload)
	fi;
	if
	:: !refused -> deliver()
	:: else
	fi;
	stop = 0
}

/* ptl_link_resume() */
inline resume()
{
	if
	:: refused -> deliver()
	:: else
	fi
}

/* The state of the receiver as an acknowledgement. */
inline receiver_ack()
{
	seen = 0;
	v = 0;
	do
	:: PLUS(head, v) != high ->
		assert(v < W);
		seen = seen | (there[PLUS(head, v) % W] << v);
		v++
	:: else -> break
	od;
#ifdef MUTANT_CREDIT_BY_ARRIVAL
	seen = seen >> AHEAD(head, missing);
	stop = missing;
#else
	stop = head;
#endif
	changed = false
}

active proctype receive()
{
	byte number, length, payload;
	bit ends;

	do
	:: d_step {
		wire?number, length, ends, payload ->
			if
			:: length == 0 -> changed = true /* PING: PONG with all */
			:: else -> arrived(number, length, ends, payload)
			fi;
			if
			:: later -> later = false; resume()
			:: else
			fi;
			number = 0;
			length = 0;
			ends = 0;
			payload = 0
	}
	:: DONE -> break
	od
}

active proctype answer()
{
	do
	:: atomic {
		changed && nfull(back) ->
			if
			:: d_step { receiver_ack(); back!stop, seen; stop = 0; seen = 0 }
			:: !quiet -> d_step { receiver_ack(); stop = 0; seen = 0 }
			fi
	}
	:: DONE -> break
	od
}

/* The reader can take packets again and says so once. */
inline willing_again()
{
	willing = true;
	if
	:: d_step { true -> resume(); v = 0 }
	:: nempty(wire) -> /* a frame is half received: its end calls resume() */
#ifndef MUTANT_RESUME_FORGOTTEN
		later = refused
#else
		skip
#endif
	fi
}

#ifdef REFUSALS
active proctype reader()
{
	do
	:: d_step { !quiet && willing -> willing = false }
	:: atomic { !quiet && !willing -> willing_again() }
	:: quiet || DONE -> break
	od
}
#endif

#ifdef LIVE
active proctype calm()
{
	atomic {
		quiet = true;
#ifdef REFUSALS
		if
		:: !willing -> willing_again()
		:: else
		fi
#endif
	}
}

#ifdef REST
/* Once losses end, a reader that refuses for ever gets nothing sent again for ever:
 * what has arrived is known to have arrived, though it is not delivered. */
ltl rest { <> [] (flying + lost == 0) }
#else
/* Once losses and refusals end, all is delivered, and the sender knows. */
ltl live { <> DONE }
#endif
#endif
