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
import type { CallName } from "./system_calls.ts";

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

function shorten(text: string): string {
  return `${text.slice(0, 40)}...(${text.length})`;
}
