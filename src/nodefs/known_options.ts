/**
 * Which options there are.
 *
 * @module
 */
import { FuseMountError } from "../fuse/mod.ts";
import type { Options } from "./options.ts";

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
  entryTimeoutMs: true,
  attrTimeoutMs: true,
  negativeTimeoutMs: true,
  firstAutomaticIno: true,
  rootStableAttr: true,
  onAdd: true,
  nullPermissions: true,
  uid: true,
  gid: true,
  serverCallbacks: true,
} as const satisfies Record<keyof Options, true>;

/**
 * Refuses what is no option: a misspelt one would do nothing.
 *
 * @throws {FuseMountError} Which names it, and those that there are.
 */
export function refuseUnknownOptions(path: string, options: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(KNOWN, name)) continue;
    throw new FuseMountError(
      path,
      `Cannot mount on ${path}: there is no option ${JSON.stringify(name)}`,
      `There are ${Object.keys(KNOWN).join(", ")}`,
    );
  }
}
