/**
 * Numbers that come from options: NaN compares with nothing, 0 of a queue lets nobody in, and a timer of more
 * than 2^31 milliseconds is over at once. Such are refused where they are given, not met where they are used.
 *
 * @module
 */

/** The longest time of a timer, in milliseconds: `setTimeout` ends longer ones at once. */
export const TIMER_MAX_MS = 0x7fff_ffff;

/** What a number may be. */
export interface NumberRange {
  /** Default 0. */
  readonly least?: number;
  /** Default: the largest whole number that is exact, or for a time {@linkcode TIMER_MAX_MS}. */
  readonly most?: number;
}

/**
 * A whole number that somebody gave as `name`.
 *
 * @throws {RangeError} When it is none, or not in the range.
 */
export function wholeOption(name: string, value: number, range: NumberRange = {}): number {
  const { least = 0, most = Number.MAX_SAFE_INTEGER } = range;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot use ${name} ${value}: it must be a whole number, ${least} to ${most}`,
  );
}

/**
 * A time, which may have a fraction, that somebody gave as `name`.
 *
 * @throws {RangeError} When it is none, or not in the range.
 */
export function timeOption(name: string, value: number, range: NumberRange = {}): number {
  const { least = 0, most = TIMER_MAX_MS } = range;
  if (value >= least && value <= most) return value;
  throw new RangeError(`Cannot use ${name} ${value}: it must be ${least} to ${most}`);
}
