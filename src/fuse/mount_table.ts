/**
 * What is mounted where: `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).
 *
 * @module
 */

/** One mount. */
export interface MountTableEntry {
  /** Its number: another mount may have it when this one is gone. */
  readonly id: number;
  /** The number of the mount that it is mounted in. */
  readonly parent: number;
  /** The device of its filesystem, as `major:minor`: for FUSE the number of the connection. */
  readonly device: string;
  /** Where it is mounted. */
  readonly mountpoint: string;
  /** The type: `ext4`, `fuse.fusewire`. */
  readonly type: string;
  /** The source. */
  readonly source: string;
}

/** Undoes the octal escapes of the table. */
function unescape(text: string): string {
  return text.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Reads the lines of a mountinfo file; what cannot be read is left out. */
export function parseMountTable(text: string): MountTableEntry[] {
  const entries: MountTableEntry[] = [];
  for (const line of text.split("\n")) {
    const [before, after] = line.split(" - ");
    const [id, parent, device, , mountpoint] = before?.split(" ") ?? [];
    const [type, source] = after?.split(" ") ?? [];
    if (device === undefined || mountpoint === undefined || type === undefined) continue;
    entries.push({
      id: Number(id),
      parent: Number(parent),
      device,
      mountpoint: unescape(mountpoint),
      type,
      source: unescape(source ?? ""),
    });
  }
  return entries;
}

/** The mounts of this process's namespace. */
export function mountTable(): MountTableEntry[] {
  return parseMountTable(Deno.readTextFileSync("/proc/self/mountinfo"));
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || directory === "/" || path.startsWith(`${directory}/`);
}

/**
 * The mount that a path without symbolic links leads to: from the top, into whatever is mounted on the way. A
 * mount that another one covers, there or further up, is not it.
 */
export function mountOf(
  path: string,
  table: readonly MountTableEntry[],
): MountTableEntry | undefined {
  const ids = new Set(table.map((entry) => entry.id));
  let found: MountTableEntry | undefined;
  for (let left = table.length; left > 0; left--) {
    let next: MountTableEntry | undefined;
    for (const entry of table) {
      const isHere = found === undefined ? !ids.has(entry.parent) : entry.parent === found.id;
      if (!isHere || entry.id === entry.parent || !isWithin(path, entry.mountpoint)) continue;
      // Whatever is mounted further down in the same mount is behind this one.
      if (next === undefined || entry.mountpoint.length < next.mountpoint.length) next = entry;
    }
    if (next === undefined) break;
    found = next;
  }
  return found;
}

/** The mount on top at a path, when the path is a mount point. */
export function mountAt(path: string): MountTableEntry | undefined {
  const found = mountOf(path, mountTable());
  return found?.mountpoint === path ? found : undefined;
}

/** A mount in the table, wherever its directory is called now; undefined when it is gone. */
export function presentMount(
  { id, device }: MountTableEntry,
  table: readonly MountTableEntry[],
): MountTableEntry | undefined {
  return table.find((entry) => entry.id === id && entry.device === device);
}
