/**
 * The names that a server lists.
 *
 * @module
 */
import { isEntryName, isNameTooLong } from "../base/mod.ts";
import type { VFSDirEntry } from "./vfs_dir_entry.ts";

/**
 * The first name of a reply that no entry of a directory can have, or that comes twice in succession; undefined when
 * there is none. Whoever joins such a name to the path of its directory is led elsewhere.
 */
export function unsoundName(entries: readonly VFSDirEntry[]): string | undefined {
  let before: string | undefined;
  for (const { name } of entries) {
    if (name === before || !isEntryName(name) || isNameTooLong(name)) return name;
    before = name;
  }
  return undefined;
}
