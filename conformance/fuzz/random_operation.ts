/**
 * Random operations, one row a kind.
 *
 * @module
 */
import { SEEK_DATA, SEEK_HOLE } from "../../src/base/mod.ts";
import type { Need } from "../need.ts";
import type { CallName, CallParameters } from "../system_calls.ts";
import { Choices } from "./choices.ts";
import { type Item, type Operation, operation, pattern, type Place } from "./operation.ts";
import {
  flagsOf,
  idOf,
  lengthOf,
  modeOf,
  NODES,
  offsetOf,
  pathOf,
  type Scope,
  sizeOf,
  slotOf,
  SPECIAL_NODES,
  targetOf,
  xattrOf,
} from "./palette.ts";

/** A kind of operation, and how often it comes. */
export interface Row {
  /** The call. */
  readonly name: CallName;
  /** How often, compared with others. */
  readonly weight: number;
  /** What a filesystem needs for it. */
  readonly needs: readonly Need[];
  /** Makes one. */
  readonly make: (choices: Choices, scope: Scope) => Operation;
}

function row<Name extends CallName>(
  weight: number,
  needs: readonly Need[],
  name: Name,
  parameters: (choices: Choices, scope: Scope) => (place: Place) => CallParameters[Name],
): Row {
  return {
    name,
    weight,
    needs,
    make: (choices, scope) => operation(name, parameters(choices, scope)),
  };
}

/** A call on one path and nothing else. */
function onPath(
  weight: number,
  needs: readonly Need[],
  name: "stat" | "lstat" | "readdir" | "readlink" | "unlink" | "rmdir" | "listxattr",
  choose: (choices: Choices) => string = pathOf,
): Row {
  return row(weight, needs, name, (choices) => {
    const path = choose(choices);
    return ({ at }) => [at(path)];
  });
}

function openRow(weight: number, choose: (choices: Choices) => string): Row {
  return {
    name: "open",
    weight,
    needs: [],
    make: (choices, scope) => {
      const [slot, path] = [slotOf(choices), choose(choices)];
      const [flags, mode] = [flagsOf(choices, scope), modeOf(choices, scope)];
      return operation("open", ({ at }) => [at(path), flags, mode], slot);
    },
  };
}

function truncateRow(weight: number, choose: (choices: Choices) => string): Row {
  return row(weight, ["truncate"], "truncate", (choices, scope) => {
    const [path, size] = [choose(choices), lengthOf(choices, scope)];
    return ({ at }) => [at(path), size];
  });
}

/** Operations on names. */
export const NAME_ROWS: readonly Row[] = [
  onPath(3, [], "stat"),
  onPath(3, ["lstat"], "lstat"),
  onPath(2, [], "readdir"),
  onPath(2, ["symlink"], "readlink"),
  onPath(5, [], "unlink"),
  onPath(4, [], "rmdir"),
  onPath(1, ["xattr"], "listxattr"),
  row(8, [], "mkdir", (choices, scope) => {
    const [path, mode] = [pathOf(choices), modeOf(choices, scope)];
    return ({ at }) => [at(path), mode];
  }),
  row(2, ["mknod"], "mknod", (choices, { exact }) => {
    const path = pathOf(choices);
    const mode = choices.pick(exact ? [...NODES, ...SPECIAL_NODES] : NODES);
    const rdev = choices.pick([0, 0x103, 0xffff]);
    return ({ at }) => [at(path), mode, rdev];
  }),
  row(2, [], "chmod", (choices, scope) => {
    const [path, mode] = [pathOf(choices), modeOf(choices, scope)];
    return ({ at }) => [at(path), mode];
  }),
  row(1, ["chown", "users"], "chown", (choices, scope) => {
    const [path, id] = [pathOf(choices), idOf(choices, scope)];
    return ({ at }) => [at(path), id, id];
  }),
  row(1, ["chown", "users"], "lchown", (choices, scope) => {
    const [path, id] = [pathOf(choices), idOf(choices, scope)];
    return ({ at }) => [at(path), id, id];
  }),
  row(6, ["symlink"], "symlink", (choices) => {
    const [text, path] = [targetOf(choices), pathOf(choices)];
    return ({ at, target }) => [target(text), at(path)];
  }),
  row(4, ["link"], "link", (choices) => {
    const [path, other] = [pathOf(choices), pathOf(choices)];
    return ({ at }) => [at(path), at(other)];
  }),
  row(2, ["tmpfile"], "flink", (choices) => {
    const [slot, path] = [slotOf(choices), pathOf(choices)];
    return ({ at, fd }) => [fd(slot), at(path)];
  }),
  row(8, [], "rename", (choices) => {
    const [path, other] = [pathOf(choices), pathOf(choices)];
    return ({ at }) => [at(path), at(other)];
  }),
  row(5, ["rename2"], "rename2", (choices) => {
    const [path, other, flags] = [pathOf(choices), pathOf(choices), choices.pick([1, 2, 2, 4])];
    return ({ at }) => [at(path), at(other), flags];
  }),
  row(2, ["xattr"], "setxattr", (choices, scope) => {
    const [path, name] = [pathOf(choices), xattrOf(choices, scope)];
    const value = pattern(choices.pick([1, 0, 100, 65_536, 65_537]), 0);
    const flags = choices.pick([0, 0, 0, 1, 2, 3, 4]);
    return ({ at }) => [at(path), name, value, flags];
  }),
  row(1, ["xattr"], "getxattr", (choices, scope) => {
    const [path, name] = [pathOf(choices), xattrOf(choices, scope)];
    return ({ at }) => [at(path), name];
  }),
  row(1, ["xattr"], "removexattr", (choices, scope) => {
    const [path, name] = [pathOf(choices), xattrOf(choices, scope)];
    return ({ at }) => [at(path), name];
  }),
  openRow(10, pathOf),
  truncateRow(3, pathOf),
];

/** Operations on what is open. */
export const DATA_ROWS: readonly Row[] = [
  row(1, [], "close", (choices) => {
    const slot = slotOf(choices);
    return ({ fd }) => [fd(slot)];
  }),
  row(3, ["handleStat"], "fstat", (choices) => {
    const slot = slotOf(choices);
    return ({ fd }) => [fd(slot)];
  }),
  row(3, [], "read", (choices, scope) => {
    const [slot, size] = [slotOf(choices), sizeOf(choices, scope)];
    return ({ fd }) => [fd(slot), size];
  }),
  row(5, [], "write", (choices, scope) => {
    const [slot, data] = [slotOf(choices), pattern(sizeOf(choices, scope), choices.below(26))];
    return ({ fd }) => [fd(slot), data];
  }),
  row(6, [], "pread", (choices, scope) => {
    const [slot, size, offset] = [
      slotOf(choices),
      sizeOf(choices, scope),
      offsetOf(choices, scope),
    ];
    return ({ fd }) => [fd(slot), size, offset];
  }),
  row(10, [], "pwrite", (choices, scope) => {
    const [slot, offset] = [slotOf(choices), offsetOf(choices, scope)];
    const data = pattern(sizeOf(choices, scope), choices.below(26));
    return ({ fd }) => [fd(slot), data, offset];
  }),
  row(2, [], "lseek", (choices, scope) => {
    const [slot, offset] = [slotOf(choices), offsetOf(choices, scope)];
    // As with O_APPEND: the end of an open file is where the file can be asked.
    const whence = choices.pick(scope.has.has("handleStat") ? [0, 1, 2] : [0, 1]);
    return ({ fd }) => [fd(slot), offset, whence];
  }),
  row(3, ["seekHole"], "lseek", (choices, scope) => {
    const [slot, offset] = [slotOf(choices), offsetOf(choices, scope)];
    const whence = choices.pick([SEEK_DATA, SEEK_HOLE]);
    return ({ fd }) => [fd(slot), offset, whence];
  }),
  row(5, [], "ftruncate", (choices, scope) => {
    const [slot, size] = [slotOf(choices), lengthOf(choices, scope)];
    return ({ fd }) => [fd(slot), size];
  }),
  row(1, ["handleAttr"], "fchmod", (choices, scope) => {
    const [slot, mode] = [slotOf(choices), modeOf(choices, scope)];
    return ({ fd }) => [fd(slot), mode];
  }),
  row(1, ["handleAttr", "users"], "fchown", (choices, scope) => {
    const [slot, id] = [slotOf(choices), idOf(choices, scope)];
    return ({ fd }) => [fd(slot), id, id];
  }),
  allocateRow(3, [3, 3, 3, 2]),
];

function allocateRow(weight: number, modes: readonly [number, ...number[]]): Row {
  return row(weight, ["allocate"], "fallocate", (choices, scope) => {
    const [slot, mode] = [slotOf(choices), choices.pick(modes)];
    const [offset, length] = [offsetOf(choices, scope), sizeOf(choices, scope)];
    return ({ fd }) => [fd(slot), mode, offset, length];
  });
}

const fileOf = (choices: Choices): string => choices.pick(["/a", "/b"]);

/** Reads and writes of two files. */
export const FILE_ROWS: readonly Row[] = [
  ...DATA_ROWS,
  openRow(4, fileOf),
  truncateRow(3, fileOf),
  onPath(1, [], "unlink", fileOf),
];

/** Reads, writes, allocations and copies, after which filesystems may differ in what is a hole. */
export const SPARSE_ROWS: readonly Row[] = [
  ...FILE_ROWS,
  allocateRow(20, [0, 1, 3]),
  row(20, ["copyRange"], "copyFileRange", (choices, scope) => {
    const [from, to] = [slotOf(choices), slotOf(choices)];
    const [offset, toOffset] = [offsetOf(choices, scope), offsetOf(choices, scope)];
    const length = sizeOf(choices, scope);
    return ({ fd }) => [fd(from), offset, fd(to), toOffset, length];
  }),
];

/** One random operation of the rows that the scope allows. */
export function randomItem(rows: readonly Row[], scope: Scope, numbers: () => number): Item {
  const whole = rows.reduce((sum, { weight }) => sum + weight, 0);
  let left = numbers() % whole;
  const chosen = rows.find(({ weight }) => (left -= weight) < 0);
  if (chosen === undefined) throw new Error("There is no operation to choose from");
  const client = numbers() % scope.clients;
  const choices = Choices.random(numbers);
  chosen.make(choices, scope);
  return itemOf(chosen, scope, client, choices.made);
}

/** The operation that these choices make. */
function itemOf(row: Row, scope: Scope, client: number, choices: readonly number[]): Item {
  return {
    operation: row.make(Choices.again(choices), scope),
    client,
    *simpler() {
      for (const [at, choice] of choices.entries()) {
        for (const lower of new Set([0, choice >> 1, choice - 1])) {
          if (lower >= 0 && lower < choice) {
            yield itemOf(row, scope, client, choices.with(at, lower));
          }
        }
      }
      if (client > 0) yield itemOf(row, scope, 0, choices);
    },
  };
}
