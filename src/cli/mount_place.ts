/**
 * Where nothing can be mounted.
 *
 * @module
 */
import type { FileInfo, Provider } from "../provider/mod.ts";
import { CommandError, UsageError } from "./command_error.ts";

const WOULD_WAIT = "Serving it would wait for itself. Choose a mount point outside the directory";

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch {
    return undefined; // Not there, or a dead mount: mount() says which.
  }
}

/** @throws {UsageError} For an empty name, as of a shell's variable that is not set, and for the root. */
export async function refuseMountpoint(mountpoint: string): Promise<void> {
  if (mountpoint === "") throw new UsageError("The mount point has an empty name");
  if (await realPath(mountpoint) !== "/") return;
  throw new UsageError(
    `Cannot mount on ${mountpoint}: it is the root directory`,
    "Every program has its files there. Choose a directory of its own",
  );
}

/**
 * Mounting a directory onto itself or below itself would make every access wait for itself.
 *
 * @throws {CommandError} When the mount point is there.
 */
export async function refuseWithin(mountpoint: string, directory: string): Promise<void> {
  const [inner, outer] = await Promise.all([realPath(mountpoint), Deno.realPath(directory)]);
  if (inner !== outer && !inner?.startsWith(outer === "/" ? outer : `${outer}/`)) return;
  throw new CommandError(`Cannot mount ${directory} on ${mountpoint}: it lies inside`, WOULD_WAIT);
}

/** Whether two descriptions are of one directory: numbers alone are the same on many filesystems. */
function isSame(here: Deno.FileInfo, served: FileInfo): boolean {
  if (here.ino === null || BigInt(here.ino) !== BigInt(served.ino)) return false;
  const birth = served.birthtime;
  const [date, time] = birth === undefined || here.birthtime === null
    ? [here.mtime, served.mtime]
    : [here.birthtime, birth];
  return date?.getTime() === time.sec * 1000 + Math.floor(time.nsec / 1e6);
}

/**
 * The same for what a server gives that may be on this machine: the mount point and the directories above it are
 * compared with what it serves.
 *
 * @throws {CommandError} When one of them is the directory that is served.
 */
export async function refuseServed(
  mountpoint: string,
  provider: Provider,
  label: string,
): Promise<void> {
  const served = await provider.lstat("/");
  let path = await realPath(mountpoint) ?? await realPath(`${mountpoint.replace(/\/+$/, "")}/..`);
  while (path !== undefined && path !== "") {
    if (isSame(await Deno.lstat(path), served)) {
      throw new CommandError(
        `Cannot mount ${label} on ${mountpoint}: it lies inside ${path}, which is served there`,
        WOULD_WAIT,
      );
    }
    path = path === "/" ? undefined : path.slice(0, path.lastIndexOf("/")) || "/";
  }
}
