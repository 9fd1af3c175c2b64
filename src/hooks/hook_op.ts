/**
 * The operations that hooks see, and which rules apply to each.
 *
 * @module
 */

/** What a request is about: seed 1's `HookOp`, and one for every capability besides. */
export const HookOp = {
  /** `stat` of a provider or a handle. */
  Stat: "stat",
  /** `lstat`. */
  Lstat: "lstat",
  /** `readDir`. */
  ReadDir: "readdir",
  /** `open` without O_CREAT. */
  Open: "open",
  /** `create`, and `open` with O_CREAT. */
  Create: "create",
  /** `mkdir`. */
  Mkdir: "mkdir",
  /** `mknod`. */
  Mknod: "mknod",
  /** `chmod` of a provider or a handle. */
  Chmod: "chmod",
  /** `chown` and `lchown` of a provider, `chown` of a handle. */
  Chown: "chown",
  /** `utimes` and `lutimes` of a provider, `utimes` of a handle. */
  Utimes: "utimes",
  /** `remove`, `unlink` and `rmdir`. */
  Remove: "remove",
  /** `removeAll`. */
  RemoveAll: "remove_all",
  /** `rename` and `rename2`. */
  Rename: "rename",
  /** `link`. */
  Link: "link",
  /** `symlink`. */
  Symlink: "symlink",
  /** `readlink`. */
  Readlink: "readlink",
  /** `read` and `readAt` of a handle. */
  Read: "read",
  /** `write` and `writeAt` of a handle. */
  Write: "write",
  /** `close` of a handle. */
  Close: "close",
  /** `sync` of a handle. */
  Sync: "sync",
  /** `truncate` of a provider or a handle, and O_TRUNC of a file that is not empty. */
  Truncate: "truncate",
  /** `allocate` of a handle. */
  Allocate: "allocate",
  /** `copyRange` of a handle. */
  CopyRange: "copy_range",
  /** `seekHole` of a handle. */
  SeekHole: "seek_hole",
  /** `getLock` and `setLock` of a handle. */
  Lock: "lock",
  /** `statfs`. */
  StatFs: "statfs",
  /** `getXattr` of a provider or a handle. */
  GetXattr: "getxattr",
  /** `setXattr` of a provider or a handle. */
  SetXattr: "setxattr",
  /** `listXattr` of a provider or a handle. */
  ListXattr: "listxattr",
  /** `removeXattr` of a provider or a handle. */
  RemoveXattr: "removexattr",
  /** `watch`. */
  Watch: "watch",
} as const;

/** One of the values of {@linkcode HookOp}. */
export type HookOp = typeof HookOp[keyof typeof HookOp];

/** One thing that a request does: to rules it is this operation on one of the request's paths. */
export interface HookAct {
  /** Rules for this operation apply. */
  readonly op: HookOp;
  /** The path that they look at. */
  readonly on: "path" | "newPath";
}

/** What there is to know of an operation. */
export interface HookOpRow {
  /** The name in the contract, for errors. */
  readonly verb: string;
  /** Everything that a request of this operation does, itself first. */
  readonly acts: readonly HookAct[];
  /** Whether it changes something. */
  readonly changes: boolean;
}

const self = (op: HookOp): HookAct => ({ op, on: "path" });
const there = (op: HookOp): HookAct => ({ op, on: "newPath" });

function looks(op: HookOp, verb: string, ...acts: HookAct[]): HookOpRow {
  return { verb, acts: [self(op), ...acts], changes: false };
}

function changes(op: HookOp, verb: string, ...acts: HookAct[]): HookOpRow {
  return { verb, acts: [self(op), ...acts], changes: true };
}

/**
 * One row an operation. Written so that a rule cannot be avoided by doing the same thing under another
 * name: whoever may not create may not rename, link or make a node there either; whoever may not
 * write may not truncate, allocate or copy into the file; whoever may not remove may not rename away.
 * `src/hooks/RULES.md` is this table in words.
 */
export const HOOK_OPS: Readonly<Record<HookOp, HookOpRow>> = Object.freeze({
  stat: looks("stat", "stat"),
  lstat: looks("lstat", "lstat", self("stat")),
  readdir: looks("readdir", "readDir"),
  open: looks("open", "open"),
  create: changes("create", "open"),
  mkdir: changes("mkdir", "mkdir"),
  mknod: changes("mknod", "mknod", self("create")),
  chmod: changes("chmod", "chmod"),
  chown: changes("chown", "chown"),
  utimes: changes("utimes", "utimes"),
  remove: changes("remove", "remove"),
  remove_all: changes("remove_all", "removeAll", self("remove")),
  rename: changes("rename", "rename", there("rename"), self("remove"), there("create")),
  link: changes("link", "link", there("link"), there("create")),
  symlink: changes("symlink", "symlink", self("create")),
  readlink: looks("readlink", "readlink"),
  read: looks("read", "read"),
  write: changes("write", "write"),
  close: looks("close", "close"),
  sync: looks("sync", "sync"),
  truncate: changes("truncate", "truncate", self("write")),
  allocate: changes("allocate", "allocate", self("write")),
  copy_range: changes(
    "copy_range",
    "copyRange",
    there("copy_range"),
    self("read"),
    there("write"),
  ),
  seek_hole: looks("seek_hole", "seekHole"),
  lock: looks("lock", "lock"),
  statfs: looks("statfs", "statfs"),
  getxattr: looks("getxattr", "getXattr"),
  setxattr: changes("setxattr", "setXattr"),
  listxattr: looks("listxattr", "listXattr"),
  removexattr: changes("removexattr", "removeXattr"),
  watch: looks("watch", "watch"),
});

/** Whether the text is one of the values of {@linkcode HookOp}. */
export function isHookOp(text: string): text is HookOp {
  return Object.hasOwn(HOOK_OPS, text);
}

/** Every value of {@linkcode HookOp}. */
export const ALL_HOOK_OPS: readonly HookOp[] = Object.freeze(
  Object.keys(HOOK_OPS).filter(isHookOp),
);

/** Every operation that changes something: for a rule that is to make a part of a tree read-only. */
export const CHANGING_HOOK_OPS: readonly HookOp[] = Object.freeze(
  ALL_HOOK_OPS.filter((op) => HOOK_OPS[op].changes),
);
