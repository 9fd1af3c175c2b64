/**
 * What a run that is stopped must not leave behind.
 *
 * @module
 */
import { within } from "../runner/time_limit.ts";
import type { Route, Subject, SubjectFactory } from "../subjects/subject.ts";

/** What a shell reports for a process that a signal ended: 128 and its number (`bash(1)`). */
const KILLED = { SIGINT: 130, SIGTERM: 143 } as const;
/** How long a subject may take to end. */
const END_TIMEOUT_MS = 10_000;

/** The subjects of a run, of which each may be a mount. */
export class LivingSubjects implements Disposable {
  readonly #made = new Set<Promise<Subject>>();
  readonly #listeners: readonly (readonly [Deno.Signal, () => void])[];
  #stopping = false;

  /** Ends them with the process when Ctrl-C or SIGTERM comes; a second one ends the process at once. */
  constructor() {
    this.#listeners = [
      ["SIGINT", () => this.#stop(KILLED.SIGINT)],
      ["SIGTERM", () => this.#stop(KILLED.SIGTERM)],
    ];
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** As the factory; what it makes is ended too. */
  of(factory: SubjectFactory): SubjectFactory {
    return () => {
      // Whoever still runs must not mount again what has just been unmounted.
      if (this.#stopping) return new Promise(() => {});
      const making = factory();
      this.#made.add(making);
      making.catch(() => this.#made.delete(making));
      return making;
    };
  }

  /** As {@linkcode LivingSubjects.of}, for every route. */
  ofAll(routes: ReadonlyMap<Route, SubjectFactory>): Map<Route, SubjectFactory> {
    return new Map([...routes].map(([route, factory]) => [route, this.of(factory)]));
  }

  async #stop(code: number): Promise<void> {
    if (this.#stopping) Deno.exit(code);
    this.#stopping = true;
    await Promise.allSettled(
      [...this.#made].map((making) => within("The subject", END_TIMEOUT_MS, end(making))),
    );
    Deno.exit(code);
  }

  /** Signals do again what they do by default. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}

/** One that has been disposed of already fails here, which harms nobody. */
async function end(making: Promise<Subject>): Promise<void> {
  const subject = await making;
  await subject.kill();
  await subject[Symbol.asyncDispose]();
}
