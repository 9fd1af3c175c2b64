/**
 * The recordings of the Go original, for tests.
 *
 * @module
 */

/** One request and its reply, as hex without the length in front. */
export interface Exchange {
  /** What it shows. */
  readonly note: string;
  /** The request. */
  readonly request: string;
  /** The reply of the Go original. */
  readonly response: string;
}

/** A session with the Go original. */
export interface Recording {
  /** Its name. */
  readonly name: string;
  /** What was served. */
  readonly provider: string;
  /** How it was filled. */
  readonly setup: readonly string[];
  /** What was said. */
  readonly exchanges: readonly Exchange[];
}

/** Where we answer something else on purpose. */
export interface Difference {
  /** The recording. */
  readonly recording: string;
  /** The number of the exchange in it, from 0. */
  readonly exchange: number;
  /** Our reply as hex. */
  readonly response: string;
  /** Why. */
  readonly reason: string;
}

const FOLDER = new URL("../../../fixtures/wire/", import.meta.url);

/** All recordings, in the order of their names. */
export function readRecordings(): Recording[] {
  const folder = new URL("v1/", FOLDER);
  const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  return names.map((name): Recording => JSON.parse(Deno.readTextFileSync(new URL(name, folder))));
}

/** All purposeful differences. */
export function readDifferences(): Difference[] {
  return JSON.parse(Deno.readTextFileSync(new URL("differences.json", FOLDER)));
}
