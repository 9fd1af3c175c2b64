/**
 * What sequences are about.
 *
 * @module
 */
import { O_APPEND, O_CREAT, O_RDWR } from "../../src/base/mod.ts";
import type { Need } from "../need.ts";
import type { CallName } from "../system_calls.ts";
import { opening, type Operation, operation } from "./operation.ts";
import type { Scope } from "./palette.ts";
import { DATA_ROWS, FILE_ROWS, NAME_ROWS, type Row, SPARSE_ROWS } from "./random_operation.ts";

/** A kind of sequences. */
export interface Profile {
  /** What they begin with, so that there is something to meet. */
  readonly first: readonly { readonly operation: Operation; readonly needs?: readonly Need[] }[];
  /** What comes then. */
  readonly rows: readonly Row[];
  /** Whether filesystems must agree in what is a hole. */
  readonly holes: boolean;
  /** Whether directories are opened. */
  readonly directories: boolean;
}

const directory = (path: string, mode: number): Operation =>
  operation("mkdir", ({ at }) => [at(path), mode]);
const symlink = (text: string, path: string): Operation =>
  operation("symlink", ({ at, target }) => [target(text), at(path)]);

const FILES: Profile["first"] = [
  { operation: opening(0, "/a", O_RDWR | O_CREAT) },
  { operation: opening(1, "/b", O_RDWR | O_CREAT) },
  { operation: opening(2, "/a", O_RDWR | O_APPEND), needs: ["handleStat"] },
  { operation: opening(3, "/a", O_RDWR) },
];

/** Operations of both kinds, in a small tree. */
export const NAMES: Profile = {
  first: [
    { operation: directory("/a", 0o755) },
    { operation: directory("/a/b", 0o755) },
    { operation: directory("/a/b/c", 0o2755) },
    { operation: directory("/b", 0o755) },
    { operation: opening(0, "/a/a", O_RDWR | O_CREAT) },
    { operation: opening(1, "/b/a", O_RDWR | O_CREAT, 0o600) },
    { operation: operation("link", ({ at }) => [at("/a/a"), at("/b/b")]), needs: ["link"] },
    { operation: symlink("a/b", "/c"), needs: ["symlink"] },
    { operation: symlink("../a", "/b/c"), needs: ["symlink"] },
  ],
  rows: [...NAME_ROWS, ...DATA_ROWS],
  holes: true,
  directories: true,
};

/** Reads and writes of two files, one of them open three times. */
export const DATA: Profile = { first: FILES, rows: FILE_ROWS, holes: true, directories: false };

/** Reads, writes, allocations and copies, compared without regard to holes. */
export const SPARSE: Profile = {
  first: FILES,
  rows: SPARSE_ROWS,
  holes: false,
  directories: false,
};

/** Calls that are no single step: meanwhile others may come in between. */
const NOT_ATOMIC: ReadonlySet<CallName> = new Set(["readdir", "copyFileRange"]);

/** The profile without what the scope does not allow. */
export function narrowed(profile: Profile, { has, clients, exact }: Scope): Profile {
  const holes = profile.holes && exact;
  const met = (needs: readonly Need[]): boolean =>
    needs.every((need) => has.has(need) && (holes || need !== "seekHole"));
  return {
    ...profile,
    holes,
    first: profile.first.filter(({ needs = [] }) => met(needs)),
    rows: profile.rows.filter(({ needs, name }) =>
      met(needs) && (clients === 1 || !NOT_ATOMIC.has(name)) &&
      // What lseek(2) means on a directory is up to the filesystem.
      (exact || !profile.directories || name !== "lseek")
    ),
  };
}
