/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate negotiation of two ends over a line that loses frames, and that carries a new
 * rate or not: link/rate.c, SPEC 12.3. End 0 is the host, end 1 the device. States and
 * what follows from an event are the link's own, by its table link/rate_rules.h: the
 * rule of the code for `in, event` is the one that spin takes in happens() here. What
 * raises an event, and what goes with it, is written here once more:
 *
 *	host, device  what an end says and when its timers run out
 *	owner         who sets the port, at any time after it was asked to
 *	arrive        the line: a frame is heard where the rates fit
 *	read          an end takes what it has heard, later: its rate may be another then
 *	trouble       restarts, ports opened anew, and a line that carries high rates or
 *	              does not
 *
 * Simplified:
 *	- A rate is 0 for base, else the number of its trial: each trial is of another,
 *	  and usable.
 *	- Timers of OFFER, TRIAL and CONFIRM run out at any moment. The watch of FAST does
 *	  when the other end is not at this rate, or the line does not carry it: then
 *	  nothing good is heard. An end at a rate always has something to say.
 *	- One good probe each way proves a rate. Probes say whether one was heard.
 *	- The session is always up, and data has no numbers: arq.pml, session.pml.
 *
 * Mutants (-DMUTANT_...) are faults that check.sh --mutants expects to be found.
 */
#include "rate_rules.h"

#ifndef TRIALS
#define TRIALS 2
#endif
#ifndef RESTARTS
#define RESTARTS 1
#endif
#ifndef DEPTH
#define DEPTH 2 /* frames on the line, and heard but not taken; each way */
#endif

/* The names of the rules. */
#define WHO_HOST   1
#define WHO_DEVICE 2
#define WHO_EITHER 3

#define IN_BASE	   0
#define IN_OFFER   1
#define IN_MOVE	   2
#define IN_SWITCH  3
#define IN_TRIAL   4
#define IN_CONFIRM 5
#define IN_FAST	   6
#define IN_ANY	   7

#define ON_NEXT	     0
#define ON_USABLE    1
#define ON_UNUSABLE  2
#define ON_ACCEPT    3
#define ON_REFUSE    4
#define ON_EMPTY     5
#define ON_THERE     6
#define ON_HOME	     7
#define ON_ELSEWHERE 8
#define ON_HEARD     9
#define ON_PROVED    10
#define ON_CONFIRM   11
#define ON_ANSWERED  12
#define ON_FALL	     13
#define ON_FAILS     14

#define SAY_NOTHING   0
#define SAY_PROPOSE   1
#define SAY_ACCEPT    2
#define SAY_REFUSE    3
#define SAY_PROBE     4 /* heard: with the next, that one was heard */
#define SAY_PROBED    5
#define SAY_CONFIRM   6
#define SAY_CONFIRMED 7
#define SAY_FALL      8
#define SAY_DATA      9

/* message, trial, rate at which it was sent */
chan line0 = [DEPTH] of { byte, byte, byte }; /* to end 0 */
chan line1 = [DEPTH] of { byte, byte, byte };
chan heard0 = [DEPTH] of { byte, byte, byte };
chan heard1 = [DEPTH] of { byte, byte, byte };

typedef one_end {
	byte state;
	byte rate;   /* of the port */
	byte wanted; /* after MOVE */
	byte trial;
	byte say;    /* before the rest; PROPOSE, PROBE and CONFIRM again and again */
	bool probed; /* a probe of this trial was heard */
	bool asked;  /* the owner, to set the port to: */
	byte target
};

one_end ends[2];
byte accepted = 0;  /* trials of the device, for assertions: the last one */
byte settled_ = 0;  /* the last that the device has confirmed */
byte restarted = 0;
bool quiet = false;   /* no trouble any more */
bool carries = true;  /* any rate but base */
hidden byte took;     /* there was a rule */
hidden byte before;

#define E ends[me]
#define PEER ends[1 - me]
#define TOGETHER                                                                               \
	(ends[0].rate == ends[1].rate &&                                                        \
	 ((ends[0].state == IN_BASE && ends[1].state == IN_BASE) ||                             \
	  (ends[0].state == IN_FAST && ends[1].state == IN_FAST)))
#define DEAF (PEER.rate != E.rate || !carries)

#define RULE(in, who, event, to, says)                                                         \
	:: (IN_##in == IN_ANY || E.state == IN_##in) && what == ON_##event &&                  \
		   (WHO_##who & (me + 1)) != 0 ->                                              \
		E.state = IN_##to;                                                             \
		E.say = SAY_##says;                                                            \
		took = true

inline happens(what)
{
	took = false;
	if
	RATE_RULES(RULE)
	:: else
	fi
}

inline leave(event)
{
	happens(event);
	if
	:: took -> E.wanted = 0
	:: else
	fi
}

/* The link has heard from its owner what rate the port has. */
inline told()
{
	if
	:: E.state == IN_SWITCH && E.wanted != 0 && E.rate == E.wanted ->
		happens(ON_THERE);
		E.probed = false
	:: else ->
		if
		:: E.rate == 0 -> happens(ON_HOME)
		:: else -> leave(ON_ELSEWHERE)
		fi
	fi
}

/* The host is at a rate for good only if the device has been, in this trial. */
#define HOST_IS_RIGHT assert(settled_ == E.trial)

#ifdef MUTANT_OLD_TRIAL
#define OURS true
#else
#define OURS (trial == E.trial)
#endif

inline received()
{
	if
	:: message == SAY_PROPOSE && me == 1 && E.state == IN_BASE ->
		E.trial = trial;
		E.wanted = trial;
		happens(ON_USABLE);
		accepted = trial
	:: message == SAY_ACCEPT && E.state == IN_OFFER && OURS ->
		assert(accepted == E.trial);
		happens(ON_ACCEPT);
		E.wanted = E.trial
	:: (message == SAY_PROBE || message == SAY_PROBED) && E.state == IN_TRIAL && OURS ->
		assert(rate == E.rate);
		if
		:: !E.probed ->
			E.probed = true;
			happens(ON_HEARD)
		:: else
		fi;
		if
		:: message == SAY_PROBED ->
#ifdef MUTANT_HOST_IS_SURE
			happens(ON_PROVED);
			happens(ON_ANSWERED);
			if
			:: took -> HOST_IS_RIGHT
			:: else
			fi
#else
			happens(ON_PROVED)
#endif
		:: else
		fi
	:: message == SAY_CONFIRM && OURS ->
		happens(ON_CONFIRM);
		if
		:: took ->
			assert(rate == E.rate);
			settled_ = E.trial
		:: else
		fi
	:: (message == SAY_CONFIRMED || message == SAY_DATA) && E.state == IN_CONFIRM ->
		assert(rate == E.rate);
		happens(ON_ANSWERED);
		HOST_IS_RIGHT
	:: message == SAY_FALL && OURS ->
		leave(ON_FALL);
		assert(!took || rate == E.rate)
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

#define AGAIN (E.say == SAY_PROPOSE || E.say == SAY_PROBE || E.say == SAY_CONFIRM)

proctype both(bit me)
{
end:	do
	:: atomic {
		ROOM && E.say != SAY_NOTHING ->
			put((E.say == SAY_PROBE && E.probed -> SAY_PROBED : E.say));
			E.say = (AGAIN -> E.say : SAY_NOTHING)
	}
	:: atomic {
		E.state == IN_MOVE && E.say == SAY_NOTHING && EMPTY ->
			happens(ON_EMPTY);
			E.asked = true;
			E.target = E.wanted
	}
#ifdef MUTANT_CHATTY
	:: atomic {
		ROOM && (E.state == IN_MOVE || E.state == IN_SWITCH) && E.say == SAY_NOTHING &&
			me == 1 ->
			put(SAY_DATA)
	}
#endif
	:: atomic {
		ROOM && (E.state == IN_BASE || E.state == IN_FAST) && E.say == SAY_NOTHING ->
			put(SAY_DATA)
	}
	od
}

/* Who sets the port, or cannot. It was asked in SWITCH, and may be done long after. */
proctype owner(bit me)
{
end:	do
	:: atomic {
		E.asked ->
			E.asked = false;
			before = E.rate;
			if
			:: !quiet
			:: E.rate = E.target
			fi;
			E.target = 0;
			if
#ifdef MUTANT_LATE_SET
			:: E.state == IN_SWITCH -> told()
#else
			:: E.state == IN_SWITCH || E.rate != before -> told()
#endif
			:: else
			fi
	}
	od
}

proctype host(bit me)
{
end:	do
	:: d_step {
		E.state == IN_BASE && E.say == SAY_NOTHING && E.trial < TRIALS ->
			E.trial++;
			happens(ON_NEXT)
	}
	/* There is a higher rate to try. */
	:: d_step { E.state == IN_FAST && E.trial < TRIALS -> leave(ON_FAILS) }
	od
}

/* Time-outs. */
proctype timer(bit me)
{
end:	do
	:: d_step { E.state == IN_OFFER -> leave(ON_FAILS) }
#ifndef MUTANT_NO_TRIAL_TIMER
	:: d_step { E.state == IN_TRIAL -> leave(ON_FAILS) }
#endif
#ifndef MUTANT_NO_CONFIRM_TIMER
	:: d_step { E.state == IN_CONFIRM -> leave(ON_FAILS) }
#endif
#ifndef MUTANT_NO_WATCH
	:: d_step { E.state == IN_FAST && DEAF -> leave(ON_FAILS) }
#endif
	od
}

/* A port that was opened anew is at base, and a link that restarts on it. One that is
 * made on a port that stays as it was is told what rate that has. */
inline restart(opened)
{
	restarted++;
	E.state = IN_BASE;
	E.wanted = 0;
	E.say = SAY_NOTHING;
	E.probed = false;
	E.rate = (opened -> 0 : E.rate);
#ifndef MUTANT_NOT_TOLD
	told()
#endif
}

proctype trouble(bit me)
{
end:	do
	:: d_step { !quiet && restarted < RESTARTS -> restart(true) }
	:: d_step { !quiet && restarted < RESTARTS -> restart(false) }
	:: d_step { !quiet && me == 0 -> carries = !carries }
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
		run owner(0);
		run owner(1);
		run host(0);
		run timer(0);
		run timer(1);
		run trouble(0);
		run trouble(1)
	}
#ifdef LIVE
	quiet = true /* at any moment */
#endif
}

#ifdef LIVE
/* Once losses and restarts end, both are at the same rate for good, and data flows. */
ltl met { <> [] TOGETHER }
#endif
