/**
 * The house as data: its files and where it is entered from.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { type SourceFacts, sourceFacts } from "./source_facts.ts";

/** Source files by path from the top of the repository (`src/base/errno.ts`), and their roots. */
export interface HouseTree {
  /** The facts of each file. */
  readonly files: ReadonlyMap<string, SourceFacts>;
  /** What `deno.json` exports. */
  readonly exports: readonly string[];
  /** Files that tasks, CI and import maps name. */
  readonly programs: readonly string[];
}

/** One violated rule. */
export interface HouseFault {
  /** The rule's name. */
  readonly rule: string;
  /** `path` or `path:line`. */
  readonly at: string;
  /** What is wrong, and what is right. */
  readonly message: string;
}

/** A tree from sources in memory. */
export function houseTree(
  sources: Readonly<Record<string, string>>,
  roots: { readonly exports?: readonly string[]; readonly programs?: readonly string[] } = {},
): HouseTree {
  const files = new Map<string, SourceFacts>();
  for (const [path, source] of Object.entries(sources)) files.set(path, sourceFacts(path, source));
  return { files, exports: roots.exports ?? [], programs: roots.programs ?? [] };
}

/** The room of a file below `src/`, or undefined. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Whether the file is a test or a benchmark: nothing may depend on it. */
export function isTest(path: string): boolean {
  return /_(test|bench)\.ts$/.test(path);
}

/** Whether the file runs only in tests and benchmarks: it is one, or supports them from `testing/`. */
export function isTestCode(path: string): boolean {
  return isTest(path) || /^bench\/|\/testing\//.test(path);
}

/** Whether the path names a file that the rules look at: data is not parsed. */
export function isSource(path: string): boolean {
  return /\.(ts|mjs)$/.test(path);
}

/** The path that a relative specifier names, seen from a file; undefined for a bare one. */
export function resolveFrom(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return join(dirname(path), specifier);
}
