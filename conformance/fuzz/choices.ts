/**
 * Where random operations get their randomness: a list of small numbers that can be drawn, kept, lowered and
 * drawn again.
 *
 * @module
 */

/** How far seeds of one run are apart: an odd number, so that no two are equal. */
const SEED_STEP = 0x9e37_79b9;

/** The seed of the sequence with this number. That of number 0 is the seed itself, so that it can be repeated alone. */
export function seedOf(seed: number, number: number): number {
  return (seed + Math.imul(SEED_STEP, number)) >>> 0;
}

/** A source of 32-bit numbers: mulberry32, small and good enough to choose operations. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Draws choices, and remembers them. */
export class Choices {
  /** What was drawn, in order. */
  readonly made: number[] = [];
  readonly #draw: (limit: number) => number;

  private constructor(draw: (limit: number) => number) {
    this.#draw = draw;
  }

  /** Choices by chance. */
  static random(numbers: () => number): Choices {
    return new Choices((limit) => numbers() % limit);
  }

  /** The choices of before. Where the list ends, or names what there is not, it is the first that is chosen. */
  static again(choices: readonly number[]): Choices {
    let at = 0;
    return new Choices((limit) => {
      const choice = choices[at++] ?? 0;
      return choice < limit ? choice : 0;
    });
  }

  /** A number from 0 to `limit - 1`. */
  below(limit: number): number {
    const choice = this.#draw(limit);
    this.made.push(choice);
    return choice;
  }

  /** One of the values; the simplest comes first. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
}
