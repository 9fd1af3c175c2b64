/**
 * What a mounted filesystem can do, found out by trying.
 *
 * @module
 */
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_ZERO_RANGE,
  FsError,
  O_CREAT,
  O_RDWR,
  O_TMPFILE,
  RENAME_NOREPLACE,
  S_IFIFO,
  SEEK_DATA,
} from "../../src/base/mod.ts";
import type { Need } from "../need.ts";
import type { Caller } from "../system_calls.ts";

/** What every filesystem of the kernel has. */
const ALWAYS: readonly Need[] = [
  "change",
  "kernel",
  "processes",
  "permissions",
  "lstat",
  "handleStat",
  "anyName",
  "truncate",
  "statfs",
  "inode",
  "handleAttr",
  "nlink",
  "utimes",
  "nanoseconds",
  "ctime",
  "blocks",
  "copyRange",
  "lock",
];

type Attempt = (caller: Caller, directory: string, fd: number) => unknown;

/** One attempt for each feature that a filesystem may lack. It starts with the file `/file`. */
const ATTEMPTS: readonly (readonly [Need, Attempt])[] = [
  ["symlink", (caller, at) => caller.call("symlink", ["file", `${at}/symlink`])],
  ["link", (caller, at) => caller.call("link", [`${at}/file`, `${at}/link`])],
  [
    "tmpfile",
    async (caller, at) => {
      const unnamed = await caller.call("open", [at, O_TMPFILE | O_RDWR, 0o600]);
      await caller.call("close", [unnamed]);
    },
  ],
  ["mknod", (caller, at) => caller.call("mknod", [`${at}/fifo`, S_IFIFO | 0o600, 0])],
  ["chown", (caller, at) => caller.call("chown", [`${at}/file`, 1234, 1234])],
  [
    "rename2",
    (caller, at) => caller.call("rename2", [`${at}/file`, `${at}/renamed`, RENAME_NOREPLACE]),
  ],
  [
    "xattr",
    (caller, _at, fd) => caller.call("fsetxattr", [fd, "user.fusewire", new Uint8Array(1), 0]),
  ],
  ["allocate", (caller, _at, fd) => caller.call("fallocate", [fd, 0, 0, 4096])],
  [
    "zeroRange",
    (caller, _at, fd) =>
      caller.call("fallocate", [fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 0, 4096]),
  ],
  ["seekHole", (caller, _at, fd) => caller.call("lseek", [fd, 0, SEEK_DATA])],
];

/** Tries everything in an empty directory, which is left with the traces. */
export async function kernelFeatures(caller: Caller, directory: string): Promise<Set<Need>> {
  const has = new Set<Need>(ALWAYS);
  const fd = await caller.call("open", [`${directory}/file`, O_RDWR | O_CREAT, 0o600]);
  await caller.call("write", [fd, new Uint8Array(1)]);
  for (const [need, attempt] of ATTEMPTS) {
    try {
      await attempt(caller, directory, fd);
      has.add(need);
    } catch (thrown) {
      if (!(thrown instanceof FsError)) throw thrown;
    }
  }
  await caller.call("close", [fd]);
  if (has.has("chown")) {
    has.add("owner");
    has.add("users");
  }
  return has;
}
