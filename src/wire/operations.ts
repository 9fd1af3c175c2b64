/**
 * What each operation takes and gives: one row each.
 *
 * @module
 */
import { type OpName, opName } from "./op_code.ts";

/** What the table says of an operation. */
export interface OpRow {
  /** First version that has it. */
  readonly since: 1 | 2;
  /**
   * `observe`: changes nothing, so it may overlap with its like and be cancelled at any time;
   * `change`: later requests of an in-order connection wait for it; `control`: is about the
   * connection.
   */
  readonly effect: "observe" | "change" | "control";
  /** Keys of a version 2 request besides `op`, `id`, `uid`, `gid`, `pid`. */
  readonly request: readonly string[];
  /** Keys of a successful reply besides `err` and `id`. */
  readonly reply: readonly string[];
  /** What it does, for the specification. */
  readonly about: string;
}

/** Every operation with its keys. PROTOCOL.md is written from these rows. */
export const OPERATIONS = {
  Lookup: {
    since: 1,
    effect: "observe",
    request: ["path"],
    reply: ["stat"],
    about: "Version 1: `stat(2)`. Version 2: `lstat(2)`.",
  },
  Getattr: {
    since: 1,
    effect: "observe",
    request: ["path", "fh"],
    reply: ["stat"],
    about: "`stat(2)` of `path`; version 2: with `fh`, `fstat(2)`.",
  },
  Setattr: {
    since: 1,
    effect: "change",
    request: ["path", "fh", "off", "mode", "set", "owner", "group", "times"],
    reply: ["stat"],
    about:
      "Version 1: `chmod(2)` to `mode`. Version 2: what `set` names, of `path` or `fh`, in the " +
      "order size (`off`), owner and group, mode, times; on request `stat`, of a `path` as Lookup.",
  },
  Read: {
    since: 1,
    effect: "observe",
    request: ["fh", "off", "sz", "set"],
    reply: ["stat", "data"],
    about: "`pread(2)`. Short at the end of the file, and where `sz` is over the data limit. " +
      "Version 2: with the bit WantStat in `set`, `stat` of the file afterwards.",
  },
  Write: {
    since: 1,
    effect: "change",
    request: ["fh", "off", "data", "set"],
    reply: ["stat", "written"],
    about: "`pwrite(2)`. Version 2: with the bit WantStat in `set`, `stat` of the file afterwards.",
  },
  Create: {
    since: 1,
    effect: "change",
    request: ["path", "mode", "set"],
    reply: ["stat", "fh", "fd"],
    about:
      "`open(2)` with O_RDWR, O_CREAT and O_TRUNC. Version 2: the bit WantFile in `set` as in Open.",
  },
  Mkdir: {
    since: 1,
    effect: "change",
    request: ["path", "mode"],
    reply: ["stat"],
    about: "`mkdir(2)`.",
  },
  Unlink: {
    since: 1,
    effect: "change",
    request: ["path"],
    reply: [],
    about: "`unlink(2)`; EISDIR for a directory.",
  },
  Rmdir: {
    since: 1,
    effect: "change",
    request: ["path"],
    reply: [],
    about: "`rmdir(2)`; ENOTDIR for anything else.",
  },
  Rename: {
    since: 1,
    effect: "change",
    request: ["path", "new_path", "flags"],
    reply: [],
    about: "`rename(2)` of `path` to `new_path`; version 2: `renameat2(2)` with `flags`.",
  },
  Open: {
    since: 1,
    effect: "change",
    request: ["path", "flags", "mode", "set"],
    reply: ["stat", "fh", "fd"],
    about:
      "`open(2)`. `stat` in version 2 only. With the bit WantFile in `set` the file's descriptor may be passed, " +
      "with the number `fd`.",
  },
  Release: {
    since: 1,
    effect: "change",
    request: ["fh"],
    reply: [],
    about: "`close(2)`, after the requests that still use `fh`. An unknown `fh` succeeds.",
  },
  Readdir: {
    since: 1,
    effect: "observe",
    request: ["path", "off", "cursor"],
    reply: ["entries", "cursor"],
    about:
      "The entries without `.` and `..`. Version 1: all. Version 2: a page with full attributes; " +
      "`cursor`, when there is one, and the number of entries so far in `off` get the next.",
  },
  Fsync: {
    since: 1,
    effect: "change",
    request: ["path", "fh", "flags"],
    reply: [],
    about:
      "`fsync(2)`. An unknown `fh` succeeds. Version 2: `flags` 1 is `fdatasync(2)`; without " +
      "`fh`, the directory `path`.",
  },
  MkdirAll: {
    since: 1,
    effect: "change",
    request: ["path", "mode"],
    reply: [],
    about: "Makes `path`, of at most 4,095 characters, and what is missing above it.",
  },
  Truncate: {
    since: 1,
    effect: "change",
    request: ["path", "fh", "off"],
    reply: [],
    about: "Sets the size of `fh`, or of `path`, to `off`.",
  },
  Symlink: {
    since: 1,
    effect: "change",
    request: ["path", "new_path"],
    reply: ["stat"],
    about: "Makes `path` a symbolic link to `new_path`. `stat` in version 2 only.",
  },
  Readlink: {
    since: 1,
    effect: "observe",
    request: ["path"],
    reply: ["data"],
    about: "The target of a symbolic link, as bytes.",
  },
  Link: {
    since: 1,
    effect: "change",
    request: ["path", "fh", "new_path"],
    reply: ["stat"],
    about:
      "Gives `path` a second name, `new_path`. Version 2: with `fh`, gives the open file one; `stat`.",
  },
  Hello: {
    since: 2,
    effect: "control",
    request: ["ver", "sz", "flags"],
    reply: ["hello"],
    about:
      "The first request of a version 2 connection; `sz` is the longest frame the client reads, `flags` 1 that the " +
      "kernel of a mount asks, which has found the directories of all paths itself.",
  },
  Cancel: {
    since: 2,
    effect: "control",
    request: ["ref"],
    reply: [],
    about: "Takes the request with the id `ref` back. Has no reply of its own.",
  },
  Statfs: {
    since: 2,
    effect: "observe",
    request: ["path"],
    reply: ["fs"],
    about: "`statvfs(3)`.",
  },
  Mknod: {
    since: 2,
    effect: "change",
    request: ["path", "mode", "rdev"],
    reply: ["stat"],
    about: "`mknod(2)`; `mode` with the type.",
  },
  GetXattr: {
    since: 2,
    effect: "observe",
    request: ["path", "fh", "name"],
    reply: ["data"],
    about: "`lgetxattr(2)`, `fgetxattr(2)`.",
  },
  SetXattr: {
    since: 2,
    effect: "change",
    request: ["path", "fh", "data", "flags", "name"],
    reply: [],
    about: "`lsetxattr(2)`, `fsetxattr(2)`; `flags` XATTR_CREATE 1, XATTR_REPLACE 2.",
  },
  ListXattr: {
    since: 2,
    effect: "observe",
    request: ["path", "fh"],
    reply: ["names"],
    about: "`llistxattr(2)`, `flistxattr(2)`.",
  },
  RemoveXattr: {
    since: 2,
    effect: "change",
    request: ["path", "fh", "name"],
    reply: [],
    about: "`lremovexattr(2)`, `fremovexattr(2)`.",
  },
  Allocate: {
    since: 2,
    effect: "change",
    request: ["fh", "off", "flags", "len"],
    reply: [],
    about: "`fallocate(2)`; `flags` is its mode.",
  },
  Seek: {
    since: 2,
    effect: "observe",
    request: ["fh", "off", "flags"],
    reply: ["off"],
    about: "`lseek(2)`; `flags` is SEEK_DATA 3 or SEEK_HOLE 4. Moves nothing.",
  },
  CopyRange: {
    since: 2,
    effect: "change",
    request: ["fh", "off", "len", "fh2", "off2"],
    reply: ["written"],
    about: "`copy_file_range(2)` from `fh` at `off` to `fh2` at `off2`.",
  },
  GetLock: {
    since: 2,
    effect: "observe",
    request: ["fh", "lock"],
    reply: ["lock"],
    about: "F_GETLK: a lock that conflicts with `lock`, if there is one.",
  },
  SetLock: {
    since: 2,
    effect: "change",
    request: ["fh", "flags", "lock"],
    reply: [],
    about: "F_SETLK; with `flags` 1, F_SETLKW.",
  },
  RemoveAll: {
    since: 2,
    effect: "change",
    request: ["path"],
    reply: [],
    about: "Removes `path` and everything below; succeeds when it is not there.",
  },
  Remove: {
    since: 2,
    effect: "change",
    request: ["path"],
    reply: [],
    about: "`remove(3)`.",
  },
  Watch: {
    since: 2,
    effect: "control",
    request: ["path"],
    reply: ["fh"],
    about: "Asks for notices of changes at and below `path`; `fh` is the number of the watch.",
  },
  Unwatch: {
    since: 2,
    effect: "control",
    request: ["fh"],
    reply: [],
    about: "Ends the watch `fh`. An unknown one succeeds.",
  },
  Lease: {
    since: 2,
    effect: "observe",
    request: ["path", "sz", "flags"],
    reply: ["stat", "fh", "entries", "off"],
    about:
      "Leases the directory `path`, which no link leads to, until something changes there; `fh` is the number of " +
      "the lease, 0 when it is over already. `stat` as Lookup; the number of entries in `off`, and all of them as " +
      "Readdir has them, if they are no more than `sz`. `flags` 1: with the descriptors that tell at once.",
  },
  Share: {
    since: 2,
    effect: "control",
    request: ["flags"],
    reply: [],
    about:
      "`flags` 0: the reply comes with the descriptor of memory that both sides share. `flags` 1: everything behind " +
      "the reply goes through that memory. EOPNOTSUPP where the server has none for this connection.",
  },
} as const satisfies Record<OpName, OpRow>;

/** The row of an operation's number, or undefined for a number that has none. */
export function opRow(op: number): OpRow | undefined {
  const name = opName(op);
  return name === undefined ? undefined : OPERATIONS[name];
}
