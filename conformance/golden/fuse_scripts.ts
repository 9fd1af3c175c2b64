/**
 * What programs do in the sessions with the kernel that are recorded.
 *
 * @module
 */
import {
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  S_IFIFO,
  SEEK_DATA,
  SEEK_HOLE,
} from "../../src/base/mod.ts";
import type { Capability } from "../../src/provider/mod.ts";
import type { CallName, CallParameters, CallResults } from "../system_calls.ts";

/** Makes a system call; a failed one is part of the session too, and undefined. */
export type Call = <Name extends CallName>(
  name: Name,
  ...parameters: CallParameters[Name]
) => Promise<CallResults[Name] | undefined>;

/** One session. */
export interface FuseScript {
  /** Its name, and that of its file. */
  readonly name: string;
  /** What a provider must be able to do beyond the core. */
  readonly needs: readonly Capability[];
  /** The calls; `at` makes paths below the mount point. */
  run(call: Call, at: (path: string) => string): Promise<void>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const MOMENT = { sec: 1_700_000_000, nsec: 5 };
const FALLOC_FL_KEEP_SIZE = 1;

/** A file with this content. */
async function make(call: Call, path: string, content: string): Promise<void> {
  const fd = await call("open", path, O_WRONLY | O_CREAT | O_EXCL, 0o644) ?? -1;
  await call("write", fd, bytes(content));
  await call("close", fd);
}

/** All sessions. */
export const FUSE_SCRIPTS: readonly FuseScript[] = [
  {
    name: "core",
    needs: [],
    async run(call, at) {
      await call("mkdir", at("/d"), 0o755);
      await call("mkdir", at("/d"), 0o755);
      await make(call, at("/d/f"), "hello");
      const fd = await call("open", at("/d/f"), O_RDWR | O_APPEND, 0) ?? -1;
      await call("write", fd, bytes(" kernel"));
      await call("pread", fd, 100, 2);
      await call("ftruncate", fd, 3);
      await call("fsync", fd, false);
      await call("fstat", fd);
      await call("readdir", at("/d"));
      await call("rename", at("/d/f"), at("/g"));
      await call("unlink", at("/g"));
      await call("fstat", fd);
      await call("close", fd);
      await make(call, at("/x"), "x");
      await call("chmod", at("/x"), 0o600);
      await call("rename", at("/x"), at("/d"));
      await call("rename", at("/d"), at("/d/below"));
      await call("stat", at("/none"));
      await call("stat", at("/x/none"));
      await call("open", at("/d"), O_WRONLY, 0);
      await call("rename", at("/x"), at("/d/x"));
      await call("rmdir", at("/d"));
      await call("unlink", at("/d/x"));
      await call("rmdir", at("/d"));
      await call("readdir", at("/"));
    },
  },
  {
    name: "links",
    needs: ["symlink", "lstat", "link", "inode"],
    async run(call, at) {
      await make(call, at("/f"), "linked");
      await call("symlink", "f", at("/s"));
      await call("readlink", at("/s"));
      await call("lstat", at("/s"));
      await call("stat", at("/s"));
      await call("link", at("/f"), at("/g"));
      await call("link", at("/f"), at("/g"));
      await call("unlink", at("/f"));
      await call("stat", at("/g"));
      await call("stat", at("/s"));
    },
  },
  {
    name: "attributes",
    needs: ["chown", "utimes", "handleAttr"],
    async run(call, at) {
      await make(call, at("/f"), "owned");
      await call("chown", at("/f"), 1000, 100);
      await call("chmod", at("/f"), 0o4711);
      await call("utimens", at("/f"), MOMENT, null);
      await call("stat", at("/f"));
      const fd = await call("open", at("/f"), O_RDWR, 0) ?? -1;
      await call("fchmod", fd, 0o640);
      await call("fchown", fd, 5, 6);
      await call("unlink", at("/f"));
      await call("futimens", fd, MOMENT, MOMENT);
      await call("fstat", fd);
      await call("close", fd);
    },
  },
  {
    name: "space",
    needs: ["truncate", "allocate", "seekHole", "copyRange", "statfs"],
    async run(call, at) {
      await make(call, at("/f"), "some data");
      await call("truncate", at("/f"), 70_000);
      const fd = await call("open", at("/f"), O_RDWR, 0) ?? -1;
      await call("lseek", fd, 0, SEEK_HOLE);
      await call("lseek", fd, 80_000, SEEK_DATA);
      await call("fallocate", fd, FALLOC_FL_KEEP_SIZE, 0, 100_000);
      await call("fallocate", fd, 0, 0, 80_000);
      const copy = await call("open", at("/copy"), O_RDWR | O_CREAT, 0o600) ?? -1;
      await call("copyFileRange", fd, 5, copy, 1, 4);
      await call("pread", copy, 100, 0);
      await call("close", copy);
      await call("close", fd);
      await call("statfs", at("/"));
    },
  },
  {
    name: "xattr",
    needs: ["xattr"],
    async run(call, at) {
      await make(call, at("/f"), "described");
      await call("setxattr", at("/f"), "user.a", bytes("value"), 0);
      await call("getxattr", at("/f"), "user.a");
      await call("getxattr", at("/f"), "user.none");
      await call("listxattr", at("/f"));
      await call("removexattr", at("/f"), "user.a");
      await call("removexattr", at("/f"), "user.a");
    },
  },
  {
    name: "names",
    needs: ["mknod", "rename2"],
    async run(call, at) {
      await call("mknod", at("/pipe"), S_IFIFO | 0o600, 0);
      await make(call, at("/f"), "named");
      await call("rename2", at("/f"), at("/pipe"), RENAME_NOREPLACE);
      await call("rename2", at("/f"), at("/pipe"), RENAME_EXCHANGE);
      await call("stat", at("/f"));
      await call("rename2", at("/pipe"), at("/new"), RENAME_NOREPLACE);
    },
  },
  {
    name: "locks",
    needs: ["lock"],
    async run(call, at) {
      await make(call, at("/f"), "locked");
      const fd = await call("open", at("/f"), O_RDWR, 0) ?? -1;
      await call("setlk", fd, "write", 2, 3);
      await call("setlk", fd, "unlock", 0, 0);
      await call("flock", fd, "write");
      await call("close", fd);
      await call("open", at("/f"), O_RDONLY, 0);
    },
  },
];
