/**
 * Random operations: few names, so that they meet, and sizes at the edges of pages and fragments.
 *
 * @module
 */
import fc from "fast-check";
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../../src/base/mod.ts";
import { type Operation, SLOTS } from "./operation.ts";

const name = fc.oneof(
  { arbitrary: fc.constantFrom("a", "b", "c"), weight: 60 },
  { arbitrary: fc.constantFrom("é".repeat(127), "é".repeat(128), "n".repeat(255)), weight: 1 },
);
function pathOf(depth: number): fc.Arbitrary<string> {
  const names = fc.array(name, { minLength: depth, maxLength: depth });
  return names.map((parts) => `/${parts.join("/")}`);
}

const path = fc.oneof(
  { arbitrary: pathOf(1), weight: 6 },
  { arbitrary: pathOf(2), weight: 5 },
  { arbitrary: pathOf(3), weight: 2 },
  { arbitrary: pathOf(4), weight: 1 },
);
const target = fc.oneof(
  path,
  path,
  path.map((absolute) => absolute.slice(1)),
  path.map((absolute) => absolute.slice(1)),
  fc.constantFrom("..", "../..", ".", "/", "a/", "../b/", "a/..", "/b/../a", "./c/."),
  fc.constantFrom("../a", "../b/c", "t".repeat(300), `${"u/".repeat(2047)}u`),
);
const slot = fc.nat({ max: SLOTS - 1 });
const mode = fc.constantFrom(0o644, 0o755, 0o600, 0, 0o4755, 0o2755, 0o2644, 0o1777, 0o7777);
const size = fc.oneof(
  { arbitrary: fc.constantFrom(0, 1, 10, 63, 64, 65, 200, 1000), weight: 4 },
  { arbitrary: fc.constantFrom(2047, 2048, 2049, 4095, 4096, 4097, 5000, 8192), weight: 3 },
  { arbitrary: fc.constantFrom(12_288, 20_000, 40_960, 60_000), weight: 1 },
);
const offset = fc.oneof(
  { arbitrary: fc.constantFrom(0, 0, 1, 30, 64, 100, 1000, 2047, 2048), weight: 5 },
  { arbitrary: fc.constantFrom(4095, 4096, 4097, 8191, 8192, 10_000, 16_384), weight: 4 },
  { arbitrary: fc.constantFrom(65_536, 1_048_575, 1_048_576, 2_097_152, 3_000_000), weight: 1 },
  { arbitrary: fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40 + 5), weight: 1 },
);
const length = fc.oneof(size, offset);
const id = fc.constantFrom(0, 1, 1000, -1);
const access = fc.constantFrom(O_RDONLY, O_WRONLY, O_RDWR, O_RDWR, O_RDWR);
const flags = fc.oneof(
  {
    arbitrary: fc.tuple(access, fc.subarray([O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NOFOLLOW]))
      .map(([way, more]) => more.reduce((all, flag) => all | flag, way)),
    weight: 4,
  },
  { arbitrary: fc.constantFrom(O_RDWR | O_CREAT, O_RDONLY, O_RDWR), weight: 4 },
  {
    arbitrary: fc.constantFrom(
      O_DIRECTORY,
      O_DIRECTORY | O_NOFOLLOW,
      O_PATH,
      O_PATH | O_NOFOLLOW,
      O_PATH | O_DIRECTORY,
      O_DIRECTORY | O_CREAT,
      O_DIRECTORY | O_RDWR,
      O_TMPFILE | O_RDWR,
      O_TMPFILE | O_RDONLY,
    ),
    weight: 1,
  },
);
const xattr = fc.constantFrom(
  "user.a",
  "user.b",
  "trusted.t",
  "security.s",
  "user.",
  "plain",
  "other.x",
  `user.${"n".repeat(250)}`,
  `user.${"n".repeat(251)}`,
);

interface Weighted {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Operation>;
}

/** What an operation of this name has besides its name. */
type Fields<Name, One = Operation> = One extends { readonly op: infer Names }
  ? Name extends Names ? { [Key in Exclude<keyof One, "op">]: fc.Arbitrary<One[Key]> } : never
  : never;

function operation<Name extends Operation["op"]>(
  weight: number,
  op: Name,
  fields: Fields<Name>,
): Weighted {
  const parts: Record<string, fc.Arbitrary<unknown>> = { op: fc.constant(op), ...fields };
  // fast-check types a record by its parts; with the name they are an operation.
  const record: fc.Arbitrary<unknown> = fc.record(parts, { noNullPrototype: true });
  return { weight, arbitrary: record as fc.Arbitrary<Operation> };
}

/** Operations on names. */
const nameOperations: readonly Weighted[] = [
  operation(3, "stat", { path }),
  operation(3, "lstat", { path }),
  operation(2, "readDir", { path }),
  operation(2, "readlink", { path }),
  operation(8, "mkdir", { path, mode }),
  operation(2, "mknod", {
    path,
    mode: fc.constantFrom(
      0o010644,
      0o140600,
      0o100600,
      0o020666,
      0o060660,
      0o666,
    ),
    rdev: fc.constantFrom(0, 0x103, 0xffff),
  }),
  operation(2, "chmod", { path, mode }),
  operation(1, "chown", { path, id }),
  operation(1, "lchown", { path, id }),
  operation(6, "symlink", { target, path }),
  operation(4, "link", { path, dest: path }),
  operation(2, "linkHandle", { slot, dest: path }),
  operation(12, "rename", {
    path,
    dest: path,
    flags: fc.constantFrom(0, 0, 0, 0, 1, 2, 2, 4),
  }),
  operation(5, "unlink", { path }),
  operation(4, "rmdir", { path }),
  operation(2, "setXattr", {
    path,
    name: xattr,
    size: fc.constantFrom(0, 1, 100, 65_536, 65_537),
    flags: fc.constantFrom(0, 0, 0, 1, 2, 3, 4),
  }),
  operation(1, "getXattr", { path, name: xattr }),
  operation(1, "removeXattr", { path, name: xattr }),
  operation(1, "listXattr", { path }),
  operation(10, "open", { slot, path, flags, mode }),
  operation(3, "truncate", { path, size: length }),
];

/** Operations on what is open. */
const dataOperations: readonly Weighted[] = [
  operation(1, "close", { slot }),
  operation(3, "fstat", { slot }),
  operation(3, "read", { slot, size }),
  operation(5, "write", { slot, size, fill: fc.nat({ max: 255 }) }),
  operation(6, "readAt", { slot, offset, size }),
  operation(10, "writeAt", { slot, offset, size, fill: fc.nat({ max: 255 }) }),
  operation(2, "seek", { slot, offset, whence: fc.constantFrom(0, 1, 2) }),
  operation(3, "seekHole", { slot, offset, whence: fc.constantFrom(3, 4) }),
  operation(5, "ftruncate", { slot, size: length }),
  operation(1, "fchmod", { slot, mode }),
  operation(1, "fchown", { slot, id }),
  operation(3, "allocate", { slot, mode: fc.constantFrom(3, 3, 3, 2), offset, length: size }),
];

/** Operations after which filesystems may differ in what is a hole. */
const sparseOperations: readonly Weighted[] = [
  operation(20, "allocate", { slot, mode: fc.constantFrom(0, 1, 3), offset, length: size }),
  operation(20, "copyRange", { slot, offset, to: slot, toOffset: offset, length: size }),
];

/** What sequences of names begin with, so that there is something to meet. */
export const FIRST_NAMES: readonly Operation[] = [
  { op: "mkdir", path: "/a", mode: 0o755 },
  { op: "mkdir", path: "/a/b", mode: 0o755 },
  { op: "mkdir", path: "/a/b/c", mode: 0o2755 },
  { op: "mkdir", path: "/b", mode: 0o755 },
  { op: "open", slot: 0, path: "/a/a", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 1, path: "/b/a", flags: O_RDWR | O_CREAT, mode: 0o600 },
  { op: "link", path: "/a/a", dest: "/b/b" },
  { op: "symlink", target: "a/b", path: "/c" },
  { op: "symlink", target: "../a", path: "/b/c" },
];

/** What sequences of reads and writes begin with: two files, one of them open twice. */
export const FIRST_FILES: readonly Operation[] = [
  { op: "open", slot: 0, path: "/a", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 1, path: "/b", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 2, path: "/a", flags: O_RDWR | O_APPEND, mode: 0 },
  { op: "open", slot: 3, path: "/a", flags: O_RDWR, mode: 0 },
];

/** Operations of both kinds. */
export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  ...nameOperations,
  ...dataOperations,
);

const file = fc.constantFrom("/a", "/b");
const fileOperations: readonly Weighted[] = [
  ...dataOperations,
  operation(4, "open", { slot, path: file, flags, mode }),
  operation(3, "truncate", { path: file, size: length }),
  operation(1, "unlink", { path: file }),
];

/** Reads and writes of two files. */
export const fileOperation: fc.Arbitrary<Operation> = fc.oneof(...fileOperations);

/** Reads, writes, allocations and copies, to be compared without regard to holes. */
export const sparseOperation: fc.Arbitrary<Operation> = fc.oneof(
  ...fileOperations,
  ...sparseOperations,
);
