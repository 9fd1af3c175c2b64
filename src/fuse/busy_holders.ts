/**
 * Who keeps a mount busy.
 *
 * @module
 */

/** How many processes are named at most. */
const HOLDERS_MAX = 5;

/** The target of a link of /proc, or an empty text. */
function target(link: string): string {
  try {
    return Deno.readLinkSync(link);
  } catch {
    return ""; // the process or descriptor has gone, or is somebody else's
  }
}

function names(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** What a process has below the path: its working directory, an open file, or nothing. */
function holds(pid: string, path: string): string | null {
  const isBelow = (found: string): boolean => found === path || found.startsWith(`${path}/`);
  if (isBelow(target(`/proc/${pid}/cwd`))) return "working directory";
  for (const fd of names(`/proc/${pid}/fd`)) {
    const found = target(`/proc/${pid}/fd/${fd}`);
    if (isBelow(found)) return `open ${found}`;
  }
  return null;
}

/** The processes that use something below a path, each as `bash (12, working directory)`. */
export function busyHolders(path: string): string[] {
  const found: string[] = [];
  for (const pid of names("/proc")) {
    if (!/^\d+$/.test(pid) || found.length >= HOLDERS_MAX) continue;
    const what = holds(pid, path);
    if (what === null) continue;
    let command = "?";
    try {
      command = Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
    } catch {
      // gone in the meantime
    }
    found.push(`${command} (${pid}, ${what})`);
  }
  return found;
}
