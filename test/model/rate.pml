/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate negotiation of two ends over a line that loses frames, and that carries a new
 * rate or not: link/rate.c, SPEC 12.3. End 0 is the host, end 1 the device.
 *
 *	host, device  what an end says and when its timers run out
 *	arrive        the line: a frame is heard where the rates fit
 *	read          an end takes what it has heard, later: its rate may be another then
 *	trouble       restarts, and a line that carries high rates or does not
 *
 * Simplified:
 *	- A rate is 0 for base, else the number of its trial: each trial is of another.
 *	- Timers of OFFER, TRIAL and CONFIRM run out at any moment. The watch of FAST does
 *	  when the other end is not at this rate, or the line does not carry it: then
 *	  nothing good is heard. An end at a rate always has something to say.
 *	- One good probe each way proves a rate. Probes say whether one was heard.
 *	- The session is always up, and data has no numbers: arq.pml, session.pml.
 *
 * Mutants (-DMUTANT_...) are faults that check.sh --mutants expects to be found.
 */
#ifndef TRIALS
#define TRIALS 2
#endif
#ifndef RESTARTS
#define RESTARTS 1
#endif
#ifndef DEPTH
#define DEPTH 2 /* frames on the line, and heard but not taken; each way */
#endif

#define PROPOSE	  1
#define ACCEPT	  2
#define PROBE	  3 /* heard: with the next, that one was heard */
#define PROBED	  4
#define CONFIRM	  5
#define CONFIRMED 6
#define FALL	  7
#define DATA	  8

#define BASE	  0
#define OFFER	  1
#define MOVE	  2 /* says what is due, then changes the rate when the line is empty */
#define TRIAL	  3
#define CONFIRMS  4
#define FAST	  5

/* message, trial, rate at which it was sent */
chan line0 = [DEPTH] of { byte, byte, byte }; /* to end 0 */
chan line1 = [DEPTH] of { byte, byte, byte };
chan heard0 = [DEPTH] of { byte, byte, byte };
chan heard1 = [DEPTH] of { byte, byte, byte };

typedef one_end {
	byte state;
	byte rate;
	byte wanted; /* after MOVE */
	byte trial;
	byte say;    /* before the rest; 0: nothing */
	bool probed; /* a probe of this trial was heard */
};

one_end ends[2];
byte accepted = 0;  /* trials of the device, for assertions: the last one */
byte settled_ = 0;  /* the last that the device has confirmed */
byte restarted = 0;
bool quiet = false;   /* no trouble any more */
bool carries = true;  /* any rate but base */

#define E ends[me]
#define PEER ends[1 - me]
#define TOGETHER                                                                               \
	(ends[0].rate == ends[1].rate &&                                                        \
	 ((ends[0].state == BASE && ends[1].state == BASE) ||                                   \
	  (ends[0].state == FAST && ends[1].state == FAST)))
#define DEAF (PEER.rate != E.rate || !carries)

inline leave(aloud)
{
	E.wanted = 0;
	E.say = (aloud -> FALL : 0);
	E.state = MOVE
}

inline settle()
{
	/* The host is at a rate for good only if the device has been, in this trial. */
	assert(me == 1 || settled_ == E.trial);
	if
	:: me == 1 -> settled_ = E.trial
	:: else
	fi;
	E.state = FAST
}

#ifdef MUTANT_OLD_TRIAL
#define OURS true
#else
#define OURS (trial == E.trial)
#endif

inline received()
{
	if
	:: message == PROPOSE && me == 1 && E.state == BASE ->
		E.trial = trial;
		E.wanted = trial;
		E.say = ACCEPT;
		accepted = trial;
		E.state = MOVE
	:: message == ACCEPT && E.state == OFFER && OURS ->
		assert(accepted == E.trial);
		E.say = 0;
		E.wanted = E.trial;
		E.state = MOVE
	:: (message == PROBE || message == PROBED) && E.state == TRIAL && OURS ->
		assert(rate == E.rate);
		E.probed = true;
		if
		:: me == 0 && message == PROBED ->
#ifdef MUTANT_HOST_IS_SURE
			settle()
#else
			E.state = CONFIRMS
#endif
		:: else
		fi
	:: message == CONFIRM && me == 1 && OURS && (E.state == TRIAL || E.state == FAST) ->
		assert(rate == E.rate);
		settle();
		E.say = CONFIRMED
	:: (message == CONFIRMED || message == DATA) && E.state == CONFIRMS ->
		assert(rate == E.rate);
		settle()
	:: message == FALL && OURS && (E.state == TRIAL || E.state == CONFIRMS || E.state == FAST) ->
		assert(rate == E.rate);
		leave(false)
	:: else
	fi;
	message = 0;
	trial = 0;
	rate = 0
}

proctype read(bit me)
{
	byte message, trial, rate;

end:	do
	:: d_step { me == 0 && nempty(heard0) -> heard0?message, trial, rate; received() }
	:: d_step { me == 1 && nempty(heard1) -> heard1?message, trial, rate; received() }
	od
}

proctype arrive(bit me)
{
	byte message, trial, rate;

end:	do
	:: d_step {
		me == 0 && nempty(line0) && nfull(heard0) ->
			line0?message, trial, rate;
			if
			:: rate == E.rate && (rate == 0 || carries) -> heard0!message, trial, rate
			:: else /* garbage */
			fi;
			message = 0; trial = 0; rate = 0
	}
	:: d_step {
		me == 1 && nempty(line1) && nfull(heard1) ->
			line1?message, trial, rate;
			if
			:: rate == E.rate && (rate == 0 || carries) -> heard1!message, trial, rate
			:: else
			fi;
			message = 0; trial = 0; rate = 0
	}
	od
}

#define ROOM  ((me == 0 && nfull(line1)) || (me == 1 && nfull(line0)))
#define EMPTY ((me == 0 && empty(line1)) || (me == 1 && empty(line0)))

inline put(message)
{
	if
	:: me == 0 -> line1!message, E.trial, E.rate
	:: me == 1 -> line0!message, E.trial, E.rate
	:: !quiet /* lost */
	fi
}

proctype both(bit me)
{
end:	do
	:: atomic { ROOM && E.say != 0 -> put(E.say); E.say = 0 }
	/* The owner changes the rate, or cannot. */
	:: atomic {
		E.state == MOVE && E.say == 0 && EMPTY ->
			if
			:: E.wanted != 0 && !quiet -> E.state = BASE
			:: true ->
				E.rate = E.wanted;
				E.probed = false;
				E.state = (E.wanted == 0 -> BASE : TRIAL)
			fi
	}
#ifdef MUTANT_CHATTY
	:: atomic { ROOM && E.state == MOVE && E.say == 0 && me == 1 -> put(DATA) }
#endif
	:: atomic { ROOM && (E.state == BASE || E.state == FAST) && E.say == 0 -> put(DATA) }
	:: atomic {
		ROOM && E.state == TRIAL && (me == 0 || E.probed) ->
			put((E.probed -> PROBED : PROBE))
	}
	od
}

proctype host(bit me)
{
end:	do
	:: d_step {
		E.state == BASE && E.say == 0 && E.trial < TRIALS ->
			E.trial++;
			E.state = OFFER
	}
	:: atomic { ROOM && E.state == OFFER -> put(PROPOSE) }
	:: atomic { ROOM && E.state == CONFIRMS -> put(CONFIRM) }
	od
}

/* Time-outs. */
proctype timer(bit me)
{
end:	do
	:: d_step { E.state == OFFER -> E.state = BASE }
#ifndef MUTANT_NO_TRIAL_TIMER
	:: atomic { E.state == TRIAL -> leave(true) }
#endif
#ifndef MUTANT_NO_CONFIRM_TIMER
	:: atomic { E.state == CONFIRMS -> leave(true) }
#endif
#ifndef MUTANT_NO_WATCH
	:: atomic { E.state == FAST && DEAF -> leave(true) }
#endif
	od
}

inline restart(me)
{
	restarted++;
	E.state = BASE;
	E.rate = 0;
	E.wanted = 0;
	E.say = 0;
	E.probed = false
}

proctype trouble()
{
end:	do
	:: d_step { !quiet && restarted < RESTARTS -> restart(0) }
	:: d_step { !quiet && restarted < RESTARTS -> restart(1) }
	:: d_step { !quiet -> carries = !carries }
	od
}

init
{
	atomic {
		run read(0);
		run read(1);
		run arrive(0);
		run arrive(1);
		run both(0);
		run both(1);
		run host(0);
		run timer(0);
		run timer(1);
		run trouble()
	}
#ifdef LIVE
	quiet = true /* at any moment */
#endif
}

#ifdef LIVE
/* Once losses and restarts end, both are at the same rate for good, and data flows. */
ltl met { <> [] TOGETHER }
#endif
