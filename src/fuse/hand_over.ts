/**
 * To whom a reply leaves the processor.
 *
 * @module
 */

import { Crowd } from "./crowd.ts";

/** After so many requests of one thread in a row it has us for itself. */
const STREAK = 16;
/** So many replies are written before it is asked again whether that is of use. */
const LOANS = 64;
/** After so many replies in a row that were not followed by the next request, we look for the caller. */
const MISSES_MAX = 2;
/** After so many searches in a row that did not help we pause. */
const SEARCHES_MAX = 4;
/**
 * So many times it is seen whether a helper that is far comes near: the sooner the program asks again, the likelier
 * the helper is still awake.
 */
const FAR_MAX = 32;
/** A pause, in requests: the first, and the longest. */
const PAUSE_MIN = 1 << 10;
const PAUSE_MAX = 1 << 16;
/** The longest one between two trials with a helper that is far, which costs a fortieth of the time then. */
const FAR_PAUSE_MAX = 1 << 14;
/** So many loans that were of use make up for what went wrong before. */
const HITS_ENOUGH = 1 << 10;
/** Who gets the processor back later than this has been forgotten over others, in milliseconds. */
const LATE_MS = 2;

/**
 * Another process that answers our questions while the program waits: a server of a mount over the wire. It is near
 * when it answers at once, which takes a processor of its own and staying awake there.
 */
export interface Helper {
  /** Whether it is. */
  readonly isNear: boolean;
}

/** What a thread may do about processors: `Processor` of libc, or a test in its place. */
export interface ThreadPlace {
  /** Where this thread runs. */
  readonly number: number;
  /** On how many processors it may run. */
  readonly processors: number;
  /** Whether it stands back. */
  readonly isBack: boolean;
  /** Whether it goes ahead of others. */
  readonly isAhead: boolean;
  /** Where a thread runs, or ran last; -1 when that is not known. */
  numberOf(thread: number): number;
  /**
   * Whether no processor is idle but perhaps this one, where so many sleepers may still be counted. Not to be asked by
   * who stands back.
   */
  isCrowded(sleepers: number): boolean;
  /** Goes to a processor. False where this thread may not run there. */
  goTo(number: number): boolean;
  /** Leaves the processor to whoever wants it. */
  standBack(): void;
  /** Goes ahead of others who want the processor. */
  goAhead(): void;
  /** Takes part again, as everybody else. */
  standUp(): void;
}

/** What a {@linkcode HandOver} is told at the start. */
export interface HandOverOptions {
  /** Whether no thread and no process begins while requests are served. Default false. */
  readonly startsNothing?: boolean;
  /** Tells the time in milliseconds; default `performance.now`. */
  readonly now?: () => number;
}

/**
 * A program that asks one question after the other takes turns with us: when it runs we wait, and when we run it
 * waits. Whoever is woken is put on an idle processor, and to wake that takes longer than a turn; on one processor a
 * turn is a switch between two threads (`bench/rows/mount_stat.ts`). So we go where the program is, and while a
 * reply is written stand back behind it: it stays and runs at once, and when it waits for its next reply we go
 * on with reading its question, without having slept.
 *
 * That lasts only while replies are followed by the next question, and a processor is idle elsewhere: otherwise the
 * program stays by itself, and who stands back is forgotten over others. Several programs are better served
 * from a processor of our own; more of them than there are processors push us off it again and again, so that
 * another one runs out of work: we go ahead of them then (`bench/rows/mount_stat.ts`). Nothing but the writing of a reply happens while we stand back, so no other
 * thread or process inherits it; unless whoever serves the requests starts none. Then we go on standing back from one
 * request to the next, which saves two changes of the policy for each (`bench/rows/mount_stat.ts`). Not while a
 * helper is far, as what is lent then is a trial, and not for a request that may take long.
 */
export class HandOver {
  readonly #place: ThreadPlace;
  readonly #now: () => number;
  #caller = 0;
  #isLending = false;
  /** Replies to go until it is asked again whether lending is of use. */
  #left = STREAK;
  #hits = 0;
  #misses = 0;
  #searches = 0;
  #pause = PAUSE_MIN;
  /** How often in a row the helper was still far: what is lent then is a trial. */
  #far = 0;
  /** When the last loan began, or ended. */
  #lentAt = 0;
  #expects = false;
  readonly #startsNothing: boolean;
  readonly #crowd: Crowd;
  /** Whether to stand back until the next loan. */
  #stays = false;

  /** Nothing is lent before somebody has us for itself. */
  constructor(place: ThreadPlace, options: HandOverOptions = {}) {
    this.#place = place;
    this.#now = options.now ?? (() => performance.now());
    this.#startsNothing = options.startsNothing ?? false;
    this.#crowd = new Crowd(place.processors);
  }

  /**
   * A reply is about to be written to `caller`, a thread's number; 0 for nobody who waits. True when the processor
   * is lent: {@linkcode HandOver.takeBack} must follow.
   *
   * @param helper Who takes turns with us besides.
   */
  lend(caller: number, helper: Helper | null = null): boolean {
    if (!this.#lends(caller, helper)) {
      if (this.#startsNothing && helper === null && this.#crowd.isThere) this.#goAhead();
      else this.standUp();
      return false;
    }
    if (!this.#place.isBack) this.#place.standBack();
    this.#stays = this.#startsNothing && helper?.isNear !== false;
    this.#lentAt = this.#now();
    return true;
  }

  #lends(caller: number, helper: Helper | null): boolean {
    if (this.#place.isBack && this.#isLate()) this.#rest();
    if (caller === 0) return false;
    this.#crowd.add(caller);
    if (caller !== this.#caller) {
      this.#caller = caller;
      this.#wait(this.#isLending ? STREAK : Math.max(this.#left, STREAK));
      return false;
    }
    if (--this.#left === 0 && !this.#goesOn(helper)) return false;
    return this.#isLending && (this.#misses < MISSES_MAX || this.#meets());
  }

  /** Whether others had the processor for long, since a loan began or ended. */
  #isLate(): boolean {
    const before = this.#lentAt;
    this.#lentAt = this.#now();
    return this.#lentAt - before > LATE_MS;
  }

  /** Whether we stand back. */
  get isBack(): boolean {
    return this.#place.isBack;
  }

  /** The reply has been written, and the caller runs, has run, or will. */
  takeBack(): void {
    const isLate = this.#isLate();
    if (isLate || !this.#stays) this.standUp();
    if (isLate) this.#rest();
    else this.#expects = true;
  }

  /** Takes part again, if that is not so: something else than a short request is going to be done. */
  standUp(): void {
    if (this.#place.isBack || this.#place.isAhead) this.#place.standUp();
  }

  #goAhead(): void {
    if (!this.#place.isAhead) this.#place.goAhead();
  }

  /** It was looked for a message: the first time after a reply tells whether the caller was near. */
  looked(found: boolean): void {
    if (!found) {
      this.#crowd.miss();
      this.standUp();
    }
    if (!this.#expects) return;
    this.#expects = false;
    if (!found) {
      this.#misses++;
      return;
    }
    this.#misses = 0;
    this.#searches = 0;
    if (this.#far > 0 || ++this.#hits < HITS_ENOUGH) return;
    this.#hits = 0;
    this.#pause = PAUSE_MIN;
  }

  /** Begins to lend, or goes on with it, if that is of use. */
  #goesOn(helper: Helper | null): boolean {
    if (!this.#isOfUse(helper)) {
      this.#wait(LOANS);
      return false;
    }
    if (!this.#isLending) this.#misses = MISSES_MAX;
    this.#far = this.#isLending && helper?.isNear === false ? this.#far + 1 : 0;
    if (this.#far > FAR_MAX) {
      this.#rest(FAR_PAUSE_MAX);
      return false;
    }
    this.#isLending = true;
    this.#left = LOANS;
    return true;
  }

  /** Whether the caller would be woken elsewhere. */
  #isOfUse(helper: Helper | null): boolean {
    // How this thread is scheduled otherwise is looked up, too.
    this.standUp();
    const sleepers = (helper === null ? 0 : 2) + (this.#isLending ? 1 : 0);
    if (this.#place.isCrowded(sleepers)) return false;
    return this.#isLending || this.#place.numberOf(this.#caller) !== this.#place.number;
  }

  /** Goes where the caller is. */
  #meets(): boolean {
    this.#misses = 0;
    const number = this.#place.numberOf(this.#caller);
    const isHere = number === this.#place.number;
    if (++this.#searches <= SEARCHES_MAX && (isHere || this.#place.goTo(number))) return true;
    this.#rest();
    return false;
  }

  /** Lends nothing for so many replies. */
  #wait(count: number): void {
    this.#isLending = false;
    this.#left = count;
  }

  /** Lending has done harm, or nothing. */
  #rest(longest = PAUSE_MAX): void {
    this.#wait(Math.min(this.#pause, longest));
    this.#pause = Math.min(this.#pause * 2, longest);
    this.#hits = 0;
    this.#searches = 0;
  }
}
