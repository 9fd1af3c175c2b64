/**
 * A whole tree, name by name.
 *
 * @module
 */
import {
  badEntryName,
  basename,
  clean,
  FsError,
  isDirectory,
  listedPath,
  toErrno,
} from "../base/mod.ts";
import type { Context } from "./context.ts";
import { describe } from "./describe.ts";
import { DirEntry } from "./dir_entry.ts";
import type { Provider } from "./provider.ts";

/** One name that {@linkcode walk} comes to. */
export interface WalkEntry {
  /** The path, below the path that the walk began with. */
  readonly path: string;
  /** The entry of its directory: name, type, and attributes on demand. */
  readonly entry: DirEntry;
  /** 0 for the path that the walk began with, 1 for what is in it, and so on. */
  readonly depth: number;
}

/** Settings of {@linkcode walk}. */
export interface WalkOptions {
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
  /** Ends the walk with EINTR. */
  readonly signal?: AbortSignal | undefined;
  /** How deep to go; 0 is only the path itself. Default without limit. */
  readonly depthMax?: number;
  /** Whether to go into a directory that was just yielded. Default always. */
  readonly descend?: (entry: WalkEntry) => boolean;
  /** Told after each directory how many names have been yielded so far. */
  readonly progress?: (names: number) => void;
}

/**
 * Yields the path and everything below it, a directory before what is in it. Symbolic links are
 * yielded and not followed. The tree may change meanwhile: what has gone before it is listed is left
 * out; a loop over a listing is never disturbed by changes, since a listing is a snapshot. A name that a listing
 * has twice is yielded once.
 *
 * Every path is below the first one, whatever the provider lists.
 *
 * @throws {FsError} EINTR when `options.signal` aborts, EIO for a listing with a name that no entry can have or
 * with one name for two things, and whatever `readDir` throws.
 *
 * @example
 * ```ts
 * import { MemoryProvider, walk, writeFile } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const provider = new MemoryProvider();
 * await provider.mkdir("/src", 0o755);
 * await writeFile(provider, "/src/main.ts", "");
 * const paths = [];
 * for await (const { path } of walk(provider, "/")) paths.push(path);
 * assertEquals(paths, ["/", "/src", "/src/main.ts"]);
 * ```
 */
export async function* walk(
  provider: Provider,
  path: string,
  options: WalkOptions = {},
): AsyncGenerator<WalkEntry, void, void> {
  const { context, signal, depthMax = Infinity, descend, progress } = options;
  const root = clean(path);
  requireGoing(signal, root);
  const info = await describe(provider, root, context);
  const first = new DirEntry(basename(root), info.mode, info.ino, info);
  // The next to yield is the last; a directory's entries are pushed in reverse.
  const pending: WalkEntry[] = [{ path: root, entry: first, depth: 0 }];
  let names = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    requireGoing(signal, next.path);
    names++;
    yield next;
    if (!isDirectory(next.entry.type) || next.depth >= depthMax) continue;
    if (descend !== undefined && !descend(next)) continue;
    requireGoing(signal, next.path);
    const entries = onceEach(next.path, await list(provider, next, context));
    for (const entry of entries.reverse()) {
      pending.push({ path: listedPath(next.path, entry.name), entry, depth: next.depth + 1 });
    }
    progress?.(names);
  }
}

/** The listing of a directory, empty when it has gone or become something else in the meantime. */
async function list(
  provider: Provider,
  { path, depth }: WalkEntry,
  context: Context | undefined,
): Promise<readonly DirEntry[]> {
  try {
    return await provider.readDir(path, context);
  } catch (thrown) {
    const { code } = toErrno(thrown);
    if (depth > 0 && (code === "ENOENT" || code === "ENOTDIR")) return [];
    throw thrown;
  }
}

/**
 * The entries, each name once: a directory that changes while it is listed may tell one twice. As two things it would
 * be both a link to somewhere and a directory with something in it.
 */
function onceEach(directory: string, entries: readonly DirEntry[]): DirEntry[] {
  const types = new Map<string, number>();
  return entries.filter(({ name, type }) => {
    const known = types.get(name);
    if (known !== undefined && known !== type) throw badEntryName(directory, name);
    types.set(name, type);
    return known === undefined;
  });
}

function requireGoing(signal: AbortSignal | undefined, path: string): void {
  if (signal?.aborted) throw new FsError("EINTR", { syscall: "walk", path, cause: signal.reason });
}
