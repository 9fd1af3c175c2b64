/**
 * What a case may need of a subject, beyond that it is a filesystem.
 *
 * @module
 */
import type { Capability } from "../src/provider/mod.ts";

/** Needs that are no capabilities of a provider, and what each says. */
export const NEEDS = {
  change: "the filesystem can be changed",
  readonly: "every change fails with EROFS",
  contract: "calls go to the provider itself, without a kernel",
  kernel: "calls are system calls on a real mount",
  processes: "callers are processes of their own",
  users: "calls can be made in the name of another user",
  permissions: "modes are enforced",
  nlink: "stat tells how many names an inode has",
  owner: "stat tells owner and group",
  nanoseconds: "times have nanoseconds",
  ctime: "stat tells when the inode changed",
  blocks: "stat tells how many blocks are allocated",
  handleStat: "attributes are asked of the open file, not of its path",
  anyName: "names need not be UTF-8",
  declares: "capabilities are told as the provider declares them",
  zeroRange: "fallocate knows FALLOC_FL_ZERO_RANGE",
  quiet: "nobody else uses the space of the filesystem",
} as const satisfies Record<string, string>;

/** A capability of the provider, or one of {@linkcode NEEDS}. */
export type Need = Capability | keyof typeof NEEDS;

/** A need that a route offers, where the provider has the capability that it takes. */
export type OfferedNeed = keyof typeof NEEDS;

/** What a subject has. */
export type NeedSet = ReadonlySet<Need>;

/** The capability without which a need cannot be met. */
const NEEDS_CAPABILITY: Partial<Record<Need, Capability>> = {
  nlink: "link",
  owner: "chown",
  nanoseconds: "utimes",
  ctime: "utimes",
  blocks: "allocate",
  zeroRange: "allocate",
};

/** The set of what a provider with these capabilities has on a route that offers `offered`. */
export function needSet(
  capabilities: ReadonlySet<Capability>,
  offered: readonly OfferedNeed[],
): NeedSet {
  const has = new Set<Need>(capabilities);
  for (const need of offered) {
    const capability = NEEDS_CAPABILITY[need];
    if (capability === undefined || capabilities.has(capability)) has.add(need);
  }
  return has;
}
