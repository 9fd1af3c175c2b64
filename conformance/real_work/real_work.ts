/**
 * What a piece of real work is.
 *
 * @module
 */
import type { SystemProgram } from "../tasks/programs.ts";
import type { Place } from "./place.ts";

/** Work of ordinary programs, done in the same way on every filesystem. */
export interface RealWork {
  /** One word, to choose it by. */
  readonly name: string;
  /** What is done, in a line. */
  readonly does: string;
  /** What it needs beside Deno. */
  readonly programs: readonly SystemProgram[];
  /** Whether only root can do it. */
  readonly needsRoot?: boolean;
  /** Whether it is too slow, or its programs too large, for every run of the tests. */
  readonly byTaskOnly?: boolean;
  /** Makes what all places start from, in `place.outside`: once, before {@linkcode RealWork.run}. */
  prepare?(place: Place): Promise<void>;
  /** Does the work in `place.folder`. What it records must be the same on every filesystem. */
  run(place: Place): Promise<void>;
}
