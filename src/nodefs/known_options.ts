/**
 * Which options there are, and which numbers they take.
 *
 * @module
 */
import { FuseMountError, type LoopOptions } from "../fuse/mod.ts";
import type { Options } from "./options.ts";

/** The least and the most that a number may be. */
type Range = readonly [least: number, most: number];

/** A time limit of the kernel, in milliseconds. */
const TIME: Range = [0, Number.MAX_SAFE_INTEGER];
/** The largest owner or group; the next number stands for none. */
const ID: Range = [0, 0xffff_fffe];

/** Every option, so that another one can be told from them where no compiler looks. */
const KNOWN = {
  allowOther: true,
  defaultPermissions: true,
  fsName: true,
  subtype: true,
  readOnly: true,
  directMount: true,
  autoUnmount: true,
  extraOptions: true,
  maxWrite: true,
  maxReadahead: true,
  maxBackground: true,
  congestionThreshold: true,
  readdirPlus: true,
  keepCaches: true,
  alwaysReady: true,
  writebackCache: true,
  passthrough: true,
  enableLocks: true,
  enableAcl: true,
  enableSymlinkCaching: true,
  explicitDataCacheControl: true,
  syncRead: true,
  loop: true,
  patient: true,
  debug: true,
  logger: true,
  entryTimeoutMs: TIME,
  attrTimeoutMs: TIME,
  negativeTimeoutMs: TIME,
  firstAutomaticIno: true,
  rootStableAttr: true,
  onAdd: true,
  nullPermissions: true,
  uid: ID,
  gid: ID,
  serverCallbacks: true,
} as const satisfies Record<keyof Options, true | Range>;

/** Those of `loop`: while it spins or lingers, the thread does nothing else. */
const KNOWN_LOOP = {
  spinUs: [0, 1_000_000],
  lingerMs: [0, 60_000],
  sliceMs: [0, Number.MAX_SAFE_INTEGER],
  handOver: true,
  startsNothing: true,
} as const satisfies Record<keyof LoopOptions, true | Range>;

/**
 * Refuses what is no option, as a misspelt one would do nothing, and numbers with which nothing would work. Those of
 * the kernel are for {@linkcode initWishes} to refuse.
 *
 * @param more The options besides those of a tree of nodes.
 * @throws {FuseMountError} Which names it, and what there is instead.
 */
export function refuseOptions(
  path: string,
  options: object,
  more: Readonly<Record<string, true>> = {},
): void {
  refuse(path, options, { ...KNOWN, ...more }, "");
  if ("loop" in options && typeof options.loop === "object" && options.loop !== null) {
    refuse(path, options.loop, KNOWN_LOOP, "loop.");
  }
}

function refuse(
  path: string,
  options: object,
  known: Readonly<Record<string, true | Range>>,
  prefix: string,
): void {
  const entries: [name: string, value: unknown][] = Object.entries(options);
  for (const [name, value] of entries) {
    const range = Object.hasOwn(known, name) ? known[name] : undefined;
    if (range === undefined) {
      throw new FuseMountError(
        path,
        `Cannot mount on ${path}: there is no option ${JSON.stringify(prefix + name)}`,
        `There are ${Object.keys(known).join(", ")}`,
      );
    }
    if (range === true || value === undefined) continue;
    const [least, most] = range;
    if (typeof value === "number" && value >= least && value <= most) continue;
    throw new FuseMountError(
      path,
      `Cannot mount on ${path} with ${prefix}${name} ${value}`,
      `It must be ${least} to ${most}`,
    );
  }
}
