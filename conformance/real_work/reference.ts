/**
 * The filesystem that the others are compared with.
 *
 * @module
 */

/** A folder of a filesystem of the kernel's own. */
export interface Reference extends AsyncDisposable {
  /** Its folder. */
  readonly folder: string;
  /** `ext4`, `tmpfs`, ... */
  readonly type: string;
}

/** The type of the filesystem that holds a path, from the table of mounts. */
export async function filesystemType(path: string): Promise<string> {
  const real = await Deno.realPath(path);
  const table = await Deno.readTextFile("/proc/self/mountinfo");
  let [longest, type] = ["", "unknown"];
  for (const line of table.trimEnd().split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const mountpoint = before.split(" ")[4] ?? "";
    const holds = mountpoint === "/" || real === mountpoint || real.startsWith(`${mountpoint}/`);
    if (!holds || mountpoint.length < longest.length) continue;
    [longest, type] = [mountpoint, after.split(" ")[0] ?? "unknown"];
  }
  return type;
}

/**
 * A new folder in `below`, where that is ext4. Elsewhere root mounts a tmpfs there (overlayfs, which
 * containers have, refuses whiteouts), and others take what there is.
 */
export async function openReference(below: string): Promise<Reference> {
  const folder = `${below}/reference`;
  await Deno.mkdir(folder);
  const type = await filesystemType(folder);
  if (type === "ext4" || Deno.uid() !== 0) {
    return { folder, type, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await system("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder);
  return {
    folder,
    type: "tmpfs",
    [Symbol.asyncDispose]: () => system("umount", "-l", folder),
  };
}

async function system(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}
