/**
 * What random operations are made of: few names, so that they meet, and sizes at the edges of pages and
 * fragments. Of every list the simplest value is the first, because shrinking goes there.
 *
 * @module
 */
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../../src/base/mod.ts";
import type { NeedSet } from "../need.ts";
import type { Choices } from "./choices.ts";
import { SLOTS } from "./operation.ts";

/** What operations there may be. */
export interface Scope {
  /** What both filesystems have. */
  readonly has: NeedSet;
  /** Whether calls may take rights away and need rights that only root has. */
  readonly privileged: boolean;
  /** How many clients there are; more than one keep to what is atomic. */
  readonly clients: number;
  /** Whether they must also agree in what is a hole, and in files that nothing but the kernel itself knows. */
  readonly exact: boolean;
}

const LONG_NAMES = ["é".repeat(127), "é".repeat(128), "n".repeat(255)] as const;

function nameOf(choices: Choices): string {
  const choice = choices.below(63);
  return ["a", "b", "c"][Math.floor(choice / 20)] ?? choices.pick(LONG_NAMES);
}

/** A path. */
export function pathOf(choices: Choices): string {
  const depth = choices.pick([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4]);
  return Array.from({ length: depth }, () => `/${nameOf(choices)}`).join("");
}

/** Each goes up one directory at most: see FuzzPlace. */
const ODD_TARGETS = [
  ".",
  "..",
  "/",
  "a/",
  "../a",
  "../b/",
  "../b/c",
  "a/..",
  "/b/../a",
  "./c/.",
  "t".repeat(300),
  `${"u/".repeat(2047)}u`,
] as const;

/** The target of a symbolic link. */
export function targetOf(choices: Choices): string {
  const kind = choices.pick(["relative", "relative", "absolute", "absolute", "odd", "odd"]);
  if (kind === "odd") return choices.pick(ODD_TARGETS);
  return kind === "absolute" ? pathOf(choices) : pathOf(choices).slice(1);
}

const SIZES = [1, 0, 10, 63, 64, 65, 200, 1000] as const;
const PAGES = [2047, 2048, 2049, 4095, 4096, 4097, 5000, 8192] as const;
const LARGE = [12_288, 20_000, 40_960, 60_000] as const;

/** How much is read or written. */
export function sizeOf(choices: Choices, scope: Scope): number {
  const kinds = scope.clients > 1 ? [SIZES] as const : SIZE_KINDS;
  return choices.pick(choices.pick(kinds));
}
const SIZE_KINDS = [SIZES, SIZES, SIZES, SIZES, PAGES, PAGES, PAGES, LARGE] as const;

const NEAR = [0, 1, 30, 64, 100, 1000, 2047, 2048] as const;
const MIDDLE = [4095, 4096, 4097, 8191, 8192, 10_000, 16_384] as const;
const FAR = [65_536, 1_048_575, 1_048_576, 2_097_152, 3_000_000] as const;
/** Only for filesystems that know holes. */
const HUGE = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40 + 5] as const;
const OFFSET_KINDS = [NEAR, NEAR, NEAR, NEAR, NEAR, MIDDLE, MIDDLE, MIDDLE, FAR] as const;

/** A place in a file. */
export function offsetOf(choices: Choices, scope: Scope): number {
  if (scope.clients > 1) return choices.pick(NEAR);
  const sparse = scope.has.has("seekHole") || scope.has.has("allocate");
  return choices.pick(choices.pick(sparse ? [...OFFSET_KINDS, HUGE] : OFFSET_KINDS));
}

/** A length of a file. */
export function lengthOf(choices: Choices, scope: Scope): number {
  return choices.below(2) === 0 ? sizeOf(choices, scope) : offsetOf(choices, scope);
}

/** A slot for an open file. */
export const slotOf = (choices: Choices): number => choices.below(SLOTS);
const MODES = [0o644, 0o755, 0o600] as const;
const RARE_MODES = [0, 0o4755, 0o2755, 0o2644, 0o1777, 0o7777] as const;

/** Permission bits. */
export function modeOf(choices: Choices, scope: Scope): number {
  return choices.pick(scope.privileged ? [...MODES, ...RARE_MODES] : MODES);
}

const ACCESSES = [O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY] as const;
const DIRECTORY_FLAGS: readonly [number, ...number[]] = [
  O_DIRECTORY,
  O_DIRECTORY | O_NOFOLLOW,
  O_DIRECTORY | O_CREAT,
  O_DIRECTORY | O_RDWR,
];
/** What the kernel serves by itself where it is in between. */
const KERNEL_FLAGS = [
  O_PATH,
  O_PATH | O_NOFOLLOW,
  O_PATH | O_DIRECTORY,
] as const;
const NAMELESS_FLAGS = [O_TMPFILE | O_RDWR, O_TMPFILE | O_RDONLY] as const;

/** Flags of `open(2)`. */
export function flagsOf(choices: Choices, { exact, has }: Scope): number {
  const kind = choices.below(9);
  if (kind < 4) return choices.pick([O_RDWR | O_CREAT, O_RDONLY, O_RDWR]);
  if (kind === 8) {
    return choices.pick([
      DIRECTORY_FLAGS[0],
      ...DIRECTORY_FLAGS.slice(1),
      ...has.has("tmpfile") ? NAMELESS_FLAGS : [],
      ...exact ? KERNEL_FLAGS : [],
    ]);
  }
  // Who cannot ask an open file for its size does not know where it has appended.
  const more = [O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, ...has.has("handleStat") ? [O_APPEND] : []];
  return more.reduce(
    (all, flag) => choices.below(2) === 0 ? all : all | flag,
    choices.pick(ACCESSES),
  );
}

const XATTRS = [
  "user.a",
  "user.b",
  "user.",
  "plain",
  "other.x",
  `user.${"n".repeat(250)}`,
  `user.${"n".repeat(251)}`,
] as const;

/** The name of an extended attribute. */
export function xattrOf(choices: Choices, scope: Scope): string {
  return choices.pick(scope.privileged ? [...XATTRS, "trusted.t", "security.s"] : XATTRS);
}

/** What `mknod(2)` makes. */
export const NODES = [0o140600, 0o100600, 0o666] as const;
/** Opening these waits for somebody else, or asks a driver. */
export const SPECIAL_NODES = [0o010644, 0o020666, 0o060660] as const;
/** A user and group. Through a mount the kernel keeps to itself that somebody changes no owner at all. */
export const idOf = (choices: Choices, { exact }: Scope): number =>
  choices.pick(exact ? [0, 1, 1000, -1] : [0, 1, 1000]);
