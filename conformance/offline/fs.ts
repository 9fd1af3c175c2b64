/**
 * `@std/fs` without JSR: what the tests use of it, over Deno's own API.
 *
 * @module
 */

/** Whether the path, links followed, is there, and a directory where that is asked. */
export async function exists(
  path: string | URL,
  options: { readonly isDirectory?: boolean } = {},
): Promise<boolean> {
  try {
    const info = await Deno.stat(path);
    return options.isDirectory !== true || info.isDirectory;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}

/** Makes the directory and those above it; it may be there already. */
export async function ensureDir(path: string | URL): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
}

/** Makes the directory, or removes everything in it. */
export async function emptyDir(path: string): Promise<void> {
  await ensureDir(path);
  for await (const entry of Deno.readDir(path)) {
    await Deno.remove(`${path}/${entry.name}`, { recursive: true });
  }
}

/** What {@linkcode walk} is told. */
export interface WalkOptions {
  /** Whether directories are told too; they are, unless it says no. */
  readonly includeDirs?: boolean;
  /** Only files whose names end so. */
  readonly exts?: readonly string[];
}

/** One path below a directory. */
export interface WalkEntry extends Deno.DirEntry {
  /** The directory's path, and the way from there. */
  readonly path: string;
}

/** Everything below a directory; links are not followed. */
export async function* walk(root: string, options: WalkOptions = {}): AsyncGenerator<WalkEntry> {
  const { includeDirs = true, exts } = options;
  for await (const entry of Deno.readDir(root)) {
    const found = { ...entry, path: `${root}/${entry.name}` };
    const wanted = exts === undefined || exts.some((ending) => entry.name.endsWith(ending));
    if (wanted && (includeDirs || !entry.isDirectory)) yield found;
    if (entry.isDirectory) yield* walk(found.path, options);
  }
}
