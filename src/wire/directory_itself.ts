/**
 * Links and directories where only `stat` can be asked.
 *
 * @module
 */
import { basename, clean, dirname, type ErrnoName, isSymlink, toErrno } from "../base/mod.ts";
import type { Context, Provider } from "../provider/mod.ts";

/** What says that there is nothing at the end of a path: it may be a link that leads nowhere. */
const NOTHING_THERE: readonly ErrnoName[] = ["ENOENT", "ELOOP", "ENOTDIR"];

/**
 * Whether a path names a directory itself and not a link to one, for providers without `lstat`; undefined
 * when there is nothing.
 */
export async function isDirectoryItself(
  provider: Provider,
  path: string,
  context: Context | undefined,
): Promise<boolean | undefined> {
  try {
    const info = await provider.stat(path, context);
    if (!info.isDir) return false;
    return !(await isLink(provider, path, context));
  } catch (thrown) {
    if (!NOTHING_THERE.includes(toErrno(thrown).code)) throw thrown;
    return await isLink(provider, path, context) ? false : undefined;
  }
}

/** Asks for the target; a server that does not know that operation lists links as such. */
async function isLink(
  provider: Provider,
  path: string,
  context: Context | undefined,
): Promise<boolean> {
  try {
    await provider.readlink(path, context);
    return true;
  } catch (thrown) {
    if (toErrno(thrown).code !== "ENOSYS") return false;
  }
  try {
    const at = clean(path);
    const entries = await provider.readDir(dirname(at), context);
    return entries.some((entry) => entry.name === basename(at) && isSymlink(entry.type));
  } catch {
    // What cannot be listed is left for the operation itself to find out.
    return false;
  }
}
