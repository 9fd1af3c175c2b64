/**
 * Mounts whose server has died before it could unmount them.
 *
 * @module
 */
import { unmount } from "../../src/fuse/mod.ts";

/** A mount that has not answered for so long has a server that is busy, not dead. */
const ANSWER_MAX_MS = 2000;

/** The table of mounts; empty where there is none, as without Linux. */
async function mountTable(): Promise<string> {
  try {
    return await Deno.readTextFile("/proc/self/mounts");
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return "";
    throw thrown;
  }
}

/** Where tests make their folders: what is mounted elsewhere is somebody's own, dead or not. */
const TEMPORARY = `${Deno.env.get("TMPDIR") ?? "/tmp"}/`.replace(/\/+$/, "/");

/** Where FUSE filesystems of tests are mounted. Paths with spaces and the like are left out, as tests make none. */
export async function fuseMounts(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const line of (await mountTable()).split("\n")) {
    const [, mountpoint = "", type = ""] = line.split(" ");
    if (!mountpoint.startsWith(TEMPORARY) || mountpoint.includes("\\")) continue;
    if (/^fuse(\.|$)/.test(type)) found.add(mountpoint);
  }
  return found;
}

/** Whether nobody serves the mount any more: ENOTCONN. It is listed, as its attributes may come from the kernel. */
async function isDead(mountpoint: string): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MAX_MS);
  });
  const looked = Deno.readDir(mountpoint)[Symbol.asyncIterator]().next().then(
    () => false,
    (thrown) => thrown instanceof Deno.errors.NotConnected,
  );
  const dead = await Promise.race([looked, late]);
  clearTimeout(timer);
  return dead;
}

/**
 * Unmounts what is dead and was not there `before`, and removes the mount points that are empty then. Those that
 * were unmounted.
 */
export async function unmountDead(before: ReadonlySet<string>): Promise<string[]> {
  const gone: string[] = [];
  for (const mountpoint of await fuseMounts()) {
    if (before.has(mountpoint) || !await isDead(mountpoint)) continue;
    await unmount(mountpoint, { lazy: true });
    await Deno.remove(mountpoint).catch(() => {});
    gone.push(mountpoint);
  }
  return gone;
}
