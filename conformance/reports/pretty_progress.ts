/**
 * How far a run of cases is.
 *
 * @module
 */
import { countOutcomes } from "../runner/outcome.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import { ProgressLine } from "./progress_line.ts";
import { countText } from "./summary.ts";

/**
 * One line on standard error that says how far the run is. Where that is no terminal, a line for each route when it
 * has been run.
 */
export class PrettyProgress {
  readonly #total: number;
  readonly #line: ProgressLine;
  readonly #routes: ((line: string) => void) | null;
  readonly #ofRoute: SuiteOutcome[] = [];
  #done = 0;
  #failed = 0;

  /** A line for so many cases. */
  constructor(total: number, wanted: boolean) {
    this.#total = total;
    this.#line = new ProgressLine(wanted);
    this.#routes = wanted && !Deno.stderr.isTerminal() ? (line) => console.error(line) : null;
  }

  /** Counts one more. */
  tell(outcome: SuiteOutcome): void {
    const { case: { id }, route, status } = outcome;
    if (this.#ofRoute.length > 0 && this.#ofRoute[0]?.route !== route) this.#endRoute();
    this.#ofRoute.push(outcome);
    this.#done++;
    if (status === "failed") this.#failed++;
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    this.#line.show(`${this.#done}/${this.#total}${failed}  ${route}  ${id}`);
  }

  #endRoute(): void {
    const told = this.#ofRoute.splice(0);
    const [first] = told;
    if (first === undefined) return;
    this.#routes?.(`${first.route}: ${countText(countOutcomes(told))}`);
  }

  /** Takes the line away. */
  end(): void {
    this.#endRoute();
    this.#line.end();
  }
}
