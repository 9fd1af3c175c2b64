/**
 * Calls that are made on another thread.
 *
 * @module
 */
import { libc } from "./library.ts";
import type { ElsewhereSymbols } from "./symbols.ts";

/** A thread that is scheduled in a way of its own for a while. */
export interface Standing {
  /** It is scheduled like any other again. */
  standUp(): void;
}

let standing: Standing | null = null;

/** Whether this thread is scheduled in a way of its own from now on, which no other one should inherit. */
export function setStanding(now: Standing | null): void {
  standing = now;
}

/** Something begins that may take long: this thread is scheduled like any other meanwhile. */
export function takePart(): void {
  standing?.standUp();
}

/**
 * The functions of the C library that another thread is asked to call. It may have to be started, and
 * begins as this one is scheduled (sched(7)): so this one stands up first.
 */
export function elsewhere(): ElsewhereSymbols {
  takePart();
  return libc() as unknown as ElsewhereSymbols;
}
