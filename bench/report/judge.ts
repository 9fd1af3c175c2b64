/**
 * Whether what is promised holds.
 *
 * @module
 */
import type { Target, Unit } from "./row.ts";
import type { Spread } from "./statistics.ts";

/**
 * `close` says that the promised ratio lies within a tenth of the measured one, or between its quartiles:
 * another run may come out on the other side.
 */
export type Verdict = "holds" | "close" | "does not hold";

/** One promise and what was measured. */
export interface Judgement {
  /** Against whom. */
  readonly peer: string;
  /** Whose figure, where it is not `fusewire`. */
  readonly ours?: string;
  /** Ours divided by theirs, round by round. */
  readonly ratio: Spread;
  /** What was promised. */
  readonly target: number;
  /** Whether it holds. */
  readonly verdict: Verdict;
}

/** How near to its bound a ratio counts as close. */
const CLOSE = 0.1;

/** Judges one target. */
export function judge(target: Target, unit: Unit, ratio: Spread): Judgement {
  const bound = target.ratio;
  const isNear = Math.abs(ratio.median / bound - 1) < CLOSE ||
    (ratio.low < bound && bound < ratio.high);
  const isGood = unit.better === "less" ? ratio.median <= bound : ratio.median >= bound;
  const { peer, ours } = target;
  const verdict = isNear ? "close" : isGood ? "holds" : "does not hold";
  return { peer, ...(ours === undefined ? {} : { ours }), ratio, target: bound, verdict };
}

/** Whether two verdicts contradict each other. */
export function contradicts(one: Verdict, other: Verdict): boolean {
  return one !== other && one !== "close" && other !== "close";
}
