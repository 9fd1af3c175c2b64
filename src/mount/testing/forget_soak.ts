/**
 * What a process that serves a mount has in memory before very many files are looked at, and after the
 * kernel has forgotten them.
 *
 * @module
 */

/** What is to be looked at and forgotten. */
export interface SoakPlan {
  /** How many files. */
  readonly files: number;
  /** How often. */
  readonly rounds: number;
  /** Whether the kernel is made to forget by dropping all caches of the machine, or as gently as it can. */
  readonly dropsCaches: boolean;
  /** For how long nobody does anything after each round, at most, in milliseconds; 0 does not wait. */
  readonly untouchedMaxMs: number;
}

/** The memory of a process, in bytes. */
export interface MemoryUse {
  /** All that the process has (`VmRSS` of `proc(5)`). */
  readonly rss: number;
  /** The objects of JavaScript. */
  readonly heapUsed: number;
}

/** One round. */
export interface SoakRound {
  /** How many files the kernel was told of. */
  readonly told: number;
  /** How many inodes the mount knew then. */
  readonly known: number;
  /** How many children the root has at the end. */
  readonly children: number;
  /** When the kernel has just forgotten everything. */
  readonly forgotten: MemoryUse;
  /** When nobody has done anything since, and for how long, in milliseconds; null without a wait. */
  readonly untouched: MemoryUse & { readonly ms: number } | null;
  /** When garbage has been collected. */
  readonly after: MemoryUse;
}

/** All of it. */
export interface SoakReport {
  /** At the start, when a tenth of the files has been looked at and forgotten some times. */
  readonly before: MemoryUse;
  /** Round by round. */
  readonly rounds: readonly SoakRound[];
}

/**
 * Carries a plan out in a process of its own, which has little else in memory: in that of the tests, some
 * 90 MB would hide what is left.
 */
export async function soak(plan: SoakPlan): Promise<SoakReport> {
  const directory = await Deno.makeTempDir({ prefix: "fusewire-soak-" });
  try {
    const program = new URL("./soak_process.ts", import.meta.url).href;
    const flags = ["--quiet", "--no-lock", "--allow-all", "--v8-flags=--expose-gc"];
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, program, directory, JSON.stringify(plan)],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("The process that serves the files failed");
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(directory);
  }
}
