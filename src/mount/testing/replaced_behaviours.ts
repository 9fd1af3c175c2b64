/**
 * What a program finds whose files others replace: run in a directory that has a pair of files for each name of
 * {@linkcode REPLACED}. It opens the first of each pair, says so, and waits for a line, before which the second takes
 * the place of the first. Prints the outcomes as JSON.
 *
 * @module
 */
// Not @std/assert: this runs as a program of its own, without an import map.
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { MODE_PERMISSIONS, O_APPEND, O_PATH, O_RDONLY, O_RDWR } from "../../base/mod.ts";
import { O_TRUNC, O_WRONLY } from "../../base/mod.ts";
import * as libc from "../../libc/mod.ts";
import { at, at2, contentOf, fstat, open, put, refuses, stat } from "./system_calls.ts";

const { check } = libc;
/** The content of a file before it is replaced; the other one's is {@linkcode NEW}. */
export const OLD = "old";
/** The content of what takes its place. */
export const NEW = "newer";

/** `fd` was opened before the file was replaced. */
type Behaviour = (fd: number, name: string) => void;

function xattrs(fd: number): number {
  return libc.flistxattr(fd, new libc.MemoryBlock(1000));
}

/** Each throws when the filesystem does not behave. */
export const REPLACED: Readonly<Record<string, Behaviour>> = {
  read: (fd, name) => {
    assertEquals(contentOf(fd), OLD);
    const other = open(name, O_RDONLY);
    assertEquals([contentOf(other), contentOf(fd)], [NEW, OLD]);
    assertEquals(fstat(other).ino === fstat(fd).ino, false);
  },
  write: (fd, name) => {
    const other = open(name, O_RDWR);
    put(fd, "O");
    put(other, "N");
    assertEquals([contentOf(fd), contentOf(other)], ["Old", "Newer"]);
  },
  append: (fd, name) => {
    const other = open(name, O_RDWR | O_APPEND);
    put(other, "+", 0);
    assertEquals([contentOf(fd), contentOf(other)], [OLD, `${NEW}+`]);
  },
  empty: (fd, name) => {
    const other = open(name, O_RDWR | O_TRUNC);
    assertEquals([contentOf(fd), contentOf(other)], [OLD, ""]);
  },
  emptyToRead: (fd, name) => {
    const other = open(name, O_RDONLY | O_TRUNC);
    assertEquals([contentOf(fd), contentOf(other)], [OLD, ""]);
    refuses("EBADF", libc.pwrite(other, new Uint8Array(1), 1, 0));
  },
  fstat: (fd) => assertEquals([fstat(fd).size, fstat(fd).nlink], [OLD.length, 0]),
  fchmod: (fd) => {
    check(libc.fchmod(fd, 0o600), "fchmod");
    assertEquals(fstat(fd).mode & MODE_PERMISSIONS, 0o600);
  },
  fchown: (fd) => {
    check(libc.fchownat(fd, at(""), 12, 34, libc.AT_EMPTY_PATH), "fchown");
    assertEquals([fstat(fd).uid, fstat(fd).gid], [12, 34]);
  },
  futimens: (fd) => {
    const time = { sec: 5, nsec: 6 };
    check(libc.utimensat(fd, at(""), time, time, libc.AT_EMPTY_PATH), "futimens");
    assertEquals(fstat(fd).mtime, time);
  },
  ftruncate: (fd) => {
    check(libc.ftruncate(fd, 1), "ftruncate");
    assertEquals([contentOf(fd), fstat(fd).size], ["o", 1]);
  },
  fsetxattr: (fd) => {
    const before = xattrs(fd);
    check(libc.fsetxattr(fd, at("user.b"), new Uint8Array(1), 0), "fsetxattr");
    assertEquals(xattrs(fd), before + "user.b".length + 1);
  },
  fremovexattr: (fd) => {
    const before = xattrs(fd);
    check(libc.fremovexattr(fd, at("user.a")), "fremovexattr");
    assertEquals(xattrs(fd), before - "user.a".length - 1);
  },
  reopen: (fd) => {
    const again = open(`/proc/self/fd/${fd}`, O_RDWR);
    assertEquals([contentOf(again), fstat(again).ino], [OLD, fstat(fd).ino]);
  },
  openTwice: (fd, name) => {
    const files = [open(name, O_WRONLY), open(name, O_RDONLY)];
    const inodes = new Set([fd, ...files].map((each) => fstat(each).ino));
    assertEquals([inodes.size, stat(name).ino], [2, fstat(files[0] ?? -1).ino]);
  },
};

/** Whether a behaviour is meant to change what has taken the file's place. */
export const CHANGES_NEW: ReadonlySet<string> = new Set([
  "write",
  "append",
  "empty",
  "emptyToRead",
]);

/** What is done by name to a file that nobody has open: it reaches what is there. */
export const BY_NAME: Readonly<Record<string, (name: string) => number>> = {
  chmod: (name) => libc.chmod(at(name), 0o600),
  chown: (name) => libc.fchownat(libc.AT_FDCWD, at(name), 12, 34, 0),
  truncate: (name) => libc.truncate(at(name), 1),
  setxattr: (name) => libc.lsetxattr(at(name), at2("user.b"), new Uint8Array(1), 0),
};

if (import.meta.main) {
  const [top = "."] = Deno.args;
  Deno.chdir(top);
  const files = Object.keys(REPLACED).map((name) => open(name, O_RDWR));
  for (const fd of files) contentOf(fd);
  for (const name of Object.keys(BY_NAME)) stat(name);
  const path = open("path", O_PATH);
  console.log("ready");
  Deno.stdin.readSync(new Uint8Array(1));
  const outcomes: Record<string, string> = {};
  const outcomeOf = (name: string, run: () => void): void => {
    try {
      run();
      outcomes[name] = "ok";
    } catch (thrown) {
      outcomes[name] = String(thrown);
    }
  };
  for (const [index, [name, run]] of Object.entries(REPLACED).entries()) {
    outcomeOf(name, () => run(files[index] ?? -1, name));
  }
  for (const [name, run] of Object.entries(BY_NAME)) {
    outcomeOf(name, () => void check(run(name), name));
  }
  libc.chmod(at(`/proc/self/fd/${path}`), 0o600);
  console.log(JSON.stringify(outcomes));
}
