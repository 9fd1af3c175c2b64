/**
 * How far a run of cases is.
 *
 * @module
 */
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { ProgressLine } from "./progress_line.ts";

/** One line on standard error that says how far the run is; nothing where that is no terminal. */
export class PrettyProgress {
  readonly #total: number;
  readonly #line: ProgressLine;
  #done = 0;
  #failed = 0;

  /** A line for so many cases. */
  constructor(total: number, wanted: boolean) {
    this.#total = total;
    this.#line = new ProgressLine(wanted);
  }

  /** Counts one more. */
  tell({ case: { id }, route, status }: SuiteOutcome): void {
    this.#done++;
    if (status === "failed") this.#failed++;
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    this.#line.show(`${this.#done}/${this.#total}${failed}  ${route}  ${id}`);
  }

  /** Takes the line away. */
  end(): void {
    this.#line.end();
  }
}
