/**
 * A case: one promise of the contract, and the steps that prove it.
 *
 * @module
 */
import type { Need } from "./need.ts";
import type { Trial } from "./trial.ts";

/**
 * What a filesystem that passes may call itself. `core`: what every program relies on; `posix`: what
 * Linux does beyond that; `sandbox`: what keeps a guest where it belongs.
 */
export type Level = "core" | "posix" | "sandbox";

/** One case. */
export interface Case {
  /** Operation and a few words, for ever the same: `rename/replaces-empty-directory`. */
  readonly id: string;
  /** The promise as a sentence: `rename() replaces an empty directory`. */
  readonly title: string;
  /** Where the promise is written. */
  readonly clause: string;
  /** Which level it belongs to. */
  readonly level: Level;
  /** What a subject must have for it. */
  readonly needs: readonly Need[];
  /** How long it may take; default that of the run. */
  readonly timeoutMs?: number;
  /** The proof: throws where the promise is broken. */
  readonly steps: (t: Trial) => Promise<void>;
}

/** What differs from the defaults of the file. */
export interface CaseOptions {
  /** Where the promise is written. */
  readonly clause?: string;
  /** Default `posix`. */
  readonly level?: Level;
  /** Needed besides `change`, and what the file needs. */
  readonly needs?: readonly Need[];
  /** How long it may take. */
  readonly timeoutMs?: number;
  /** False for a case that changes nothing. Default true. */
  readonly change?: boolean;
}

/** The defaults of one file of cases. */
export interface CaseFileOptions extends CaseOptions {
  /** Where the promises are written. */
  readonly clause: string;
}

/** Collects the cases of one operation. */
export interface CaseFile {
  /** What has been collected. */
  readonly cases: readonly Case[];
  /** Adds a core case. */
  core(promise: string, steps: Case["steps"]): void;
  /** Adds a core case with needs or a clause of its own. */
  core(promise: string, options: CaseOptions, steps: Case["steps"]): void;
  /** Adds a case. */
  it(promise: string, steps: Case["steps"]): void;
  /** Adds a case with needs, a level or a clause of its own. */
  it(promise: string, options: CaseOptions, steps: Case["steps"]): void;
}

/** Words that ids do without. */
const ARTICLES = new Set(["a", "an", "the"]);

/** The id for a promise: its words, without articles. */
export function caseId(operation: string, promise: string): string {
  const words = promise.toLowerCase().replaceAll(/[^a-z0-9]+/g, " ").trim().split(" ");
  return `${operation}/${words.filter((word) => !ARTICLES.has(word)).join("-")}`;
}

/**
 * A new, empty file of cases.
 *
 * @example
 * ```ts ignore
 * const { cases, core, it } = caseFile("rename", { clause: "POSIX.1-2024 rename()" });
 *
 * core("replaces an empty directory", async (t) => {
 *   await t.mkdir("/old");
 *   await t.mkdir("/new");
 *   await t.rename("/old", "/new");
 *   t.equal(await t.names("/"), ["new"]);
 * });
 * ```
 */
export function caseFile(operation: string, defaults: CaseFileOptions): CaseFile {
  const cases: Case[] = [];
  const add = (
    level: Level,
    promise: string,
    second: CaseOptions | Case["steps"],
    third: Case["steps"] | undefined,
  ): void => {
    const options = typeof second === "function" ? {} : second;
    const steps = typeof second === "function" ? second : third;
    if (steps === undefined) throw new Error(`The case "${promise}" has no steps`);
    const change = options.change ?? defaults.change ?? true;
    const timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
    cases.push({
      id: caseId(operation, promise),
      title: `${operation} ${promise}`,
      clause: options.clause ?? defaults.clause,
      level: options.level ?? level,
      needs: [
        ...(change ? ["change"] as const : []),
        ...(defaults.needs ?? []),
        ...(options.needs ?? []),
      ],
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      steps,
    });
  };
  return {
    cases,
    core: (promise: string, second: CaseOptions | Case["steps"], third?: Case["steps"]) =>
      add(defaults.level ?? "core", promise, second, third),
    it: (promise: string, second: CaseOptions | Case["steps"], third?: Case["steps"]) =>
      add(defaults.level ?? "posix", promise, second, third),
  };
}
