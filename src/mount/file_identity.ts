/**
 * What tells a file of a provider from others.
 *
 * @module
 */
import { S_IFMT } from "../base/mod.ts";
import type { StableAttr } from "../nodefs/mod.ts";
import type { CapabilitySet, FileInfo } from "../provider/mod.ts";

/** Its type, its number, where that is real, and the time of its birth. */
export function identityOf(info: FileInfo, can: CapabilitySet): StableAttr {
  const mode = info.mode & S_IFMT;
  if (!can.has("inode")) return { mode, ino: 0 };
  const { birthtime } = info;
  const gen = birthtime === undefined
    ? 0
    : (birthtime.sec * 1e9 + birthtime.nsec) % Number.MAX_SAFE_INTEGER;
  return { mode, ino: info.ino, gen };
}

/**
 * Whether `info` may be of the file with this identity: another number is another file, and so is another time of
 * birth, as numbers are used again. What is not known on both sides tells nothing.
 */
export function isIdentity(own: StableAttr, info: FileInfo, can: CapabilitySet): boolean {
  const { mode, ino, gen = 0 } = identityOf(info, can);
  if (mode !== own.mode) return false;
  if (!can.has("inode")) return true;
  return ino === own.ino && (gen === (own.gen ?? 0) || gen === 0 || (own.gen ?? 0) === 0);
}
