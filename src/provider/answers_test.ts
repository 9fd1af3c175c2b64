import { assertEquals, assertThrows } from "@std/assert";
import {
  requireBytes,
  requireCount,
  requireEntries,
  requireEntryName,
  requireHandle,
  requireInfo,
  requireLock,
  requireNames,
  requireStatFs,
} from "./answers.ts";
import { BaseHandle } from "./base_handle.ts";
import { DirEntry } from "./dir_entry.ts";
import { FileInfo, type FileInfoInit, timespecOf } from "./file_info.ts";

/** What no type would let through. */
type Anything = ReturnType<typeof JSON.parse>;

const MODE = 0o100644;
const SIZES = {
  bsize: 512,
  frsize: 512,
  blocks: 2 ** 60,
  bfree: 0,
  bavail: 0,
  files: 0,
  ffree: 0,
  namelen: 255,
};
const LOCK = { kind: "posix", type: "read", start: 0, end: 9, owner: 1, pid: -1 } as const;

function info(some: Partial<Record<keyof FileInfoInit, Anything>>): FileInfo {
  return new FileInfo({ name: "f", mode: MODE, ...some });
}

/** Each check: what it takes, and what it refuses with what message. */
const CHECKS: Record<string, {
  readonly check: (value: Anything) => unknown;
  readonly takes: readonly unknown[];
  readonly refuses: readonly (readonly [value: unknown, message: string])[];
}> = {
  requireCount: {
    check: (value) => requireCount(value, 10),
    takes: [0, 10],
    refuses: [
      [NaN, "The result is NaN, not a whole number from 0 to 10"],
      [11, "The result is 11,"],
      [-1, "The result is -1,"],
      [0.5, "The result is 0.5,"],
      ["7", 'The result is "7",'],
      [undefined, "The result is undefined,"],
    ],
  },
  requireBytes: {
    check: requireBytes,
    takes: [new Uint8Array(0)],
    refuses: [["text", 'The result is "text", not a Uint8Array'], [[1], "The result is an array"]],
  },
  requireNames: {
    check: requireNames,
    takes: [[], ["user.a"]],
    refuses: [[new Set(), "The result is a Set, not an array"], [[7], "A name is 7, not a string"]],
  },
  requireHandle: {
    check: requireHandle,
    takes: [new (class extends BaseHandle {})(0, "/f")],
    refuses: [[undefined, "The result is undefined, not a Handle"], [null, "The result is null"]],
  },
  requireEntries: {
    check: requireEntries,
    takes: [[], [new DirEntry("a", MODE, 0, info({}))]],
    refuses: [[new Set(), "The listing is a Set, not an array"], [[null], "An entry is null"]],
  },
  requireEntryName: {
    check: requireEntryName,
    takes: ["a", "..", "\udc80"],
    refuses: [
      ["", 'The name of an entry is "", not one component of a path'],
      ["a/b", 'The name of an entry is "a/b"'],
      ["a\0", "The name of an entry is"],
      [7, "The name of an entry is 7"],
    ],
  },
  requireStatFs: {
    check: requireStatFs,
    takes: [SIZES],
    refuses: [
      [undefined, "The result is undefined, not a StatFs"],
      [{ ...SIZES, bsize: 2 ** 32 }, "bsize is 4294967296, not a whole number of 32 bits"],
      [{ ...SIZES, ffree: NaN }, "ffree is NaN, not a whole number"],
    ],
  },
  requireLock: {
    check: requireLock,
    takes: [null, LOCK],
    refuses: [
      [undefined, "The result is undefined, not a FileLock or null"],
      [{ ...LOCK, type: "unlock" }, 'type is "unlock"'],
      [{ ...LOCK, end: NaN }, "end is NaN"],
    ],
  },
  requireInfo: {
    check: requireInfo,
    takes: [
      info({}),
      info({ size: 2 ** 63, ino: 2n ** 64n - 1n, uid: 0xffff_ffff }),
      info({ mtime: { sec: -1, nsec: 999_999_999 }, birthtime: { sec: 1, nsec: 0 } }),
    ],
    refuses: [
      [undefined, "The result is undefined, not a FileInfo"],
      [{ name: "f", size: 3 }, 'mode of "f" is undefined, not a whole number of 32 bits'],
      [info({ size: NaN }), 'size of "f" is NaN, not a whole number from 0'],
      [info({ size: "7" }), 'size of "f" is "7"'],
      [info({ blocks: 1.5 }), 'blocks of "f" is 1.5'],
      [info({ uid: -1 }), 'uid of "f" is -1'],
      [info({ ino: 1.5 }), 'ino of "f" is 1.5'],
      [info({ ino: 2n ** 64n }), 'ino of "f" is 18446744073709551616'],
      [info({ mtime: timespecOf(new Date(NaN)) }), 'mtime of "f" is "NaN s NaN ns", not whole'],
      [info({ birthtime: { sec: 0, nsec: 1e9 } }), 'birthtime of "f" is "0 s 1000000000 ns"'],
    ],
  },
};

for (const [name, { check, takes, refuses }] of Object.entries(CHECKS)) {
  Deno.test(`${name}() returns what can be, and names what cannot`, () => {
    for (const value of takes) assertEquals(check(value), value);
    for (const [value, message] of refuses) assertThrows(() => check(value), TypeError, message);
  });
}
