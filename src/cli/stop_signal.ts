/**
 * Ctrl-C and SIGTERM.
 *
 * @module
 */

/** What a shell reports for a process that a signal ended: 128 and its number (`bash(1)`). */
const KILLED: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };
const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

/**
 * How long the same wish may come again: one Ctrl-C reaches a whole process group, and a parent may
 * pass on what its child has already got.
 */
const SAME_WISH_MS = 1000;

/**
 * The first signal asks for a clean end; a later one ends the process at once, so that nobody is
 * trapped by an end that hangs. Dispose it when the program no longer waits.
 */
export class StopSignal implements Disposable {
  /** Resolves with the first signal. */
  readonly requested: Promise<Deno.Signal>;
  readonly #listeners: readonly (() => void)[];

  /** Listens from now on. */
  constructor() {
    const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
    let askedAt: number | undefined;
    this.requested = promise;
    this.#listeners = SIGNALS.map((signal) => () => {
      const now = performance.now();
      if (askedAt !== undefined && now - askedAt > SAME_WISH_MS) Deno.exit(KILLED[signal]);
      askedAt ??= now;
      resolve(signal);
    });
    SIGNALS.forEach((signal, index) => Deno.addSignalListener(signal, this.#listeners[index]!));
  }

  /** Signals do again what they do by default. */
  [Symbol.dispose](): void {
    SIGNALS.forEach((signal, index) => Deno.removeSignalListener(signal, this.#listeners[index]!));
  }
}
