/**
 * `@std/fs` without JSR: what the tests use of it, over Deno's own API.
 *
 * @module
 */

/** Whether the path, links followed, is there. */
export async function exists(path: string | URL): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}

/** As {@linkcode exists}, at once. */
export function existsSync(path: string | URL): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}

/** Makes the directory and those above it; it may be there already. */
export async function ensureDir(path: string | URL): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
}

/** As {@linkcode ensureDir}, at once. */
export function ensureDirSync(path: string | URL): void {
  Deno.mkdirSync(path, { recursive: true });
}

/** Makes the directory, or removes everything in it. */
export async function emptyDir(path: string): Promise<void> {
  await ensureDir(path);
  for await (const entry of Deno.readDir(path)) {
    await Deno.remove(`${path}/${entry.name}`, { recursive: true });
  }
}
