/**
 * What is mounted where: `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).
 *
 * @module
 */

/** One mount. */
export interface MountTableEntry {
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
    const mountpoint = before?.split(" ")[4];
    const [type, source] = after?.split(" ") ?? [];
    if (mountpoint === undefined || type === undefined) continue;
    entries.push({ mountpoint: unescape(mountpoint), type, source: unescape(source ?? "") });
  }
  return entries;
}

/** The mount on top at a path, when the path is a mount point. */
export function mountAt(path: string): MountTableEntry | undefined {
  const table = parseMountTable(Deno.readTextFileSync("/proc/self/mountinfo"));
  return table.findLast((entry) => entry.mountpoint === path);
}
