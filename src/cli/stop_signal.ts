/**
 * Ctrl-C, SIGTERM, and the end of the terminal.
 *
 * @module
 */

/** What a shell reports for a process that a signal ended: 128 and its number (`bash(1)`). */
const KILLED: Readonly<Record<string, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};
const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"];
/** The bit of SIGHUP in the sets of `proc_pid_status(5)`. */
const SIGHUP_BIT = 1;

/** Whether whoever started us wants us to survive the terminal, as `nohup(1)` does. */
function ignoresHangup(): boolean {
  const name = "/proc/self/status";
  if (Deno.permissions.querySync({ name: "read", path: name }).state !== "granted") return false;
  try {
    const status = Deno.readTextFileSync(name);
    // The last digit holds signals 1 to 4.
    const [, digit] = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(status) ?? [];
    return digit !== undefined && (Number.parseInt(digit, 16) & SIGHUP_BIT) !== 0;
  } catch {
    return false; // Not ours to know: then nobody has said so.
  }
}

/**
 * How long the same wish may come again: one Ctrl-C reaches a whole process group, and a parent may
 * pass on what its child has already got.
 */
const SAME_WISH_MS = 1000;
/** The same, of an end that hangs: whoever presses the keys twice takes longer. */
const SAME_PRESS_MS = 200;

/**
 * The first signal asks for a clean end; a later one ends the process at once, so that nobody is
 * trapped by an end that hangs. SIGHUP is no wish where it was ignored when we started. Dispose it when
 * the program no longer waits.
 */
export class StopSignal implements Disposable {
  /** Resolves with the first signal. */
  readonly requested: Promise<Deno.Signal>;
  readonly #listeners: readonly (() => void)[];
  #askedAt: number | undefined;
  /** A second wish, while the first one may still be fulfilled. */
  #again: Deno.Signal | undefined;
  #hangs = false;

  /** Listens from now on. */
  constructor() {
    const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
    this.requested = promise;
    // Deno takes SIGHUP over with the first listener for anything, so it stays ignored by being listened for.
    const ignored = ignoresHangup() ? "SIGHUP" : undefined;
    this.#listeners = SIGNALS.map((signal) => () => {
      if (signal === ignored) return;
      if (this.#askedAt === undefined) {
        this.#askedAt = performance.now();
        resolve(signal);
      } else this.#heardAgain(signal, performance.now() - this.#askedAt);
    });
    SIGNALS.forEach((signal, index) => Deno.addSignalListener(signal, this.#listeners[index]!));
  }

  #heardAgain(signal: Deno.Signal, afterMs: number): void {
    if (afterMs <= SAME_PRESS_MS) return;
    if (this.#hangs || afterMs > SAME_WISH_MS) Deno.exit(KILLED[signal]);
    this.#again = signal;
  }

  /** A clean end is not to be had soon: whoever asks again, or has asked again, gets the other one. */
  hangs(): void {
    this.#hangs = true;
    if (this.#again !== undefined) Deno.exit(KILLED[this.#again]);
  }

  /** Signals do again what they do by default. */
  [Symbol.dispose](): void {
    SIGNALS.forEach((signal, index) => Deno.removeSignalListener(signal, this.#listeners[index]!));
  }
}
