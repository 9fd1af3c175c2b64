/**
 * Calls as text, the way strace shows them.
 *
 * @module
 */
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_DSYNC,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  O_SYNC,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../src/base/mod.ts";
import { show } from "./case_failure.ts";
import type { Timespec } from "../src/provider/mod.ts";
import { type CallName, isStat } from "./system_calls.ts";

/** Wider flags come before those that they contain. */
const OPEN_FLAGS: readonly (readonly [string, number])[] = [
  ["O_TMPFILE", O_TMPFILE],
  ["O_SYNC", O_SYNC],
  ["O_DSYNC", O_DSYNC],
  ["O_CREAT", O_CREAT],
  ["O_EXCL", O_EXCL],
  ["O_TRUNC", O_TRUNC],
  ["O_APPEND", O_APPEND],
  ["O_NONBLOCK", O_NONBLOCK],
  ["O_DIRECTORY", O_DIRECTORY],
  ["O_NOFOLLOW", O_NOFOLLOW],
  ["O_PATH", O_PATH],
];

/** Open flags by name. */
export function openFlagsText(flags: number): string {
  const access = flags & O_ACCMODE;
  const words = [access === O_RDWR ? "O_RDWR" : access === O_WRONLY ? "O_WRONLY" : "O_RDONLY"];
  let left = flags & ~O_ACCMODE;
  for (const [name, bits] of OPEN_FLAGS) {
    if ((left & bits) !== bits) continue;
    words.push(name);
    left &= ~bits;
  }
  if (left !== 0) words.push(`0${left.toString(8)}`);
  return words.join("|");
}

/** Which parameter of a call is a mode, shown in octal. */
const MODE_AT: Partial<Record<CallName, number>> = {
  open: 2,
  mkdir: 1,
  chmod: 1,
  fchmod: 1,
  mknod: 1,
};

/** One call with its parameters. */
export function callText(name: CallName, parameters: readonly unknown[]): string {
  const texts = parameters.map((value, index) => {
    if (typeof value === "number") {
      if (name === "open" && index === 1) return openFlagsText(value);
      if (MODE_AT[name] === index) return `0${value.toString(8)}`;
    }
    if (typeof value === "string") {
      return JSON.stringify(value.length > 80 ? shorten(value) : value);
    }
    return show(value);
  });
  return `${name}(${texts.join(", ")})`;
}

/** A time in seconds. */
function timeText({ sec, nsec }: Timespec): string {
  return `${sec}.${String(nsec).padStart(9, "0")}`;
}

/** What a call returned: attributes with the mode in octal, as strace shows them. */
export function resultText(result: unknown): string {
  if (result === undefined || result === null) return "0";
  if (!isStat(result)) return show(result);
  const { mode, size, ino, nlink, uid, gid, rdev, blocks, atime, mtime, ctime } = result;
  return `{mode=0${mode.toString(8)}, size=${size}, nlink=${nlink}, uid=${uid}, gid=${gid}, ` +
    `ino=${ino}, rdev=${rdev}, blocks=${blocks}, atime=${timeText(atime)}, ` +
    `mtime=${timeText(mtime)}, ctime=${timeText(ctime)}}`;
}

function shorten(text: string): string {
  return `${text.slice(0, 40)}...(${text.length})`;
}
