/**
 * What a terminal shows while the run goes on.
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";

const encoder = new TextEncoder();
const CLEAR_LINE = "\r\x1b[2K";
/** How often the line changes. */
const INTERVAL_MS = 50;

/** One line on standard error that says how far the run is; nothing where that is no terminal. */
export class PrettyProgress {
  readonly #total: number;
  readonly #shown: boolean;
  #done = 0;
  #failed = 0;
  #last = 0;

  /** A line for so many cases. */
  constructor(total: number, wanted: boolean) {
    this.#total = total;
    this.#shown = wanted && Deno.stderr.isTerminal();
  }

  /** Counts one more. */
  tell({ case: { id }, route, status }: SuiteOutcome): void {
    this.#done++;
    if (status === "failed") this.#failed++;
    const now = performance.now();
    if (!this.#shown || now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    this.#write(`${CLEAR_LINE}${this.#done}/${this.#total}${failed}  ${route}  ${id}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#write(CLEAR_LINE);
  }

  #write(text: string): void {
    Deno.stderr.writeSync(encoder.encode(text));
  }
}
