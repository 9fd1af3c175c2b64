/**
 * Operations as the source of steps.
 *
 * @module
 */
import { S_IFDIR, S_IFMT, SEEK_DATA, SEEK_HOLE } from "../../src/base/mod.ts";
import { openFlagsText } from "../call_text.ts";
import type { Need } from "../need.ts";
import { type CallName, isStat, type Stat } from "../system_calls.ts";
import { isListing, xattrNames } from "./answer.ts";
import type { Done } from "./compare.ts";
import { patternText } from "./operation.ts";

/** Which parameter of a call is a mode. */
const MODE_AT: Partial<Record<CallName, number>> = {
  open: 2,
  mkdir: 1,
  chmod: 1,
  fchmod: 1,
  mknod: 1,
};

/** What a case needs for a call. */
const CALL_NEEDS: Partial<Record<CallName, Need>> = {
  lstat: "lstat",
  readlink: "symlink",
  symlink: "symlink",
  link: "link",
  mknod: "mknod",
  chown: "chown",
  lchown: "chown",
  fchown: "handleAttr",
  fchmod: "handleAttr",
  fstat: "handleStat",
  flink: "tmpfile",
  truncate: "truncate",
  rename2: "rename2",
  setxattr: "xattr",
  getxattr: "xattr",
  listxattr: "xattr",
  removexattr: "xattr",
  fallocate: "allocate",
  copyFileRange: "copyRange",
};

/** What a case needs for an operation. */
export function needsOf({ operation: { name, shown } }: Done): Need[] {
  const need = CALL_NEEDS[name];
  const parameters = shown({ at: (path) => path, target: (path) => path, fd: () => 0 });
  const seeksHole = name === "lseek" &&
    (parameters[2] === SEEK_DATA || parameters[2] === SEEK_HOLE);
  return [...need === undefined ? [] : [need], ...seeksHole ? ["seekHole" as const] : []];
}

/** An operation in a list: what is open is named for its slot. */
export function stepText(done: Done): string {
  const trial = done.client === 0 ? "t" : `t${done.client + 1}`;
  const call = callSource(done, { trial, descriptor: (slot) => `#${slot}` });
  const { opens } = done.operation;
  return opens === undefined ? call : `#${opens} = ${call}`;
}

/** A number that stands for a descriptor in the parameters. */
const DESCRIPTOR = -1_000_000;

/** A call with its parameters. `descriptor` names what is open in a slot, `trial` who calls. */
export function callSource(
  { operation: { name, shown } }: Done,
  { trial, descriptor }: {
    readonly trial: string;
    readonly descriptor: (slot: number) => string;
  },
): string {
  const absolute = new Set<string>();
  const parameters = shown({
    at: (path) => path,
    target: (path) => {
      if (path.startsWith("/")) absolute.add(path);
      return path;
    },
    fd: (slot) => DESCRIPTOR - slot,
  });
  const texts = parameters.map((value, at) => {
    if (typeof value === "number") {
      if (value <= DESCRIPTOR) return descriptor(DESCRIPTOR - value);
      if (name === "open" && at === 1) return openFlagsText(value).replaceAll("|", " | ");
      return MODE_AT[name] === at ? octal(value) : String(value);
    }
    if (value instanceof Uint8Array) return bytesSource(value);
    const text = JSON.stringify(value);
    return name === "symlink" && at === 0 && absolute.has(String(value))
      ? `${trial}.absolute(${text})`
      : text;
  });
  return `${trial}.${name}(${texts.join(", ")})`;
}

function octal(value: number): string {
  return `0o${value.toString(8)}`;
}

/** How much data is spelt out. */
const SPELT_MAX = 64;

/** Bytes as an expression. */
export function bytesSource(bytes: Uint8Array): string {
  const { length } = bytes;
  if (bytes.every((byte) => byte >= 97 && byte <= 122) && length <= SPELT_MAX) {
    return JSON.stringify(new TextDecoder().decode(bytes));
  }
  const first = (bytes[0] ?? 97) - 97;
  if (first >= 0 && first < 26) {
    const whole = patternText(length, first);
    if (bytes.every((byte, at) => byte === whole.charCodeAt(at))) {
      const slice = first === 0 ? `0, ${length}` : `${first}, ${first + length}`;
      const times = Math.ceil((first + length) / 26);
      return `"${patternText(26, 0)}".repeat(${times}).slice(${slice})`;
    }
  }
  if (bytes.every((byte) => byte === 0)) return `new Uint8Array(${length})`;
  return length <= SPELT_MAX
    ? `new Uint8Array([${bytes.join(", ")}])`
    : `Uint8Array.fromBase64("${bytes.toBase64()}")`;
}

/** What the source of an expectation is made from. */
export interface Expected {
  /** The call. */
  readonly call: string;
  /** Who calls. */
  readonly trial: string;
  /** The target of a link as it was asked for. */
  readonly ownTarget: (target: string) => string;
  /** Attributes seen before: the inode number, and the name of the variable. */
  readonly seen: readonly (readonly [Stat, string])[];
  /** What of the attributes is compared. */
  readonly has: (need: Need) => boolean;
}

/** Lines that expect a value of a call. */
export function expectationSource(value: unknown, expected: Expected): string[] {
  const { call, trial, ownTarget } = expected;
  if (value instanceof Uint8Array) return [`t.bytes(await ${call}, ${bytesSource(value)});`];
  if (isStat(value)) return statSource(value, expected);
  if (isListing(value) && (value.length > 0 || call.includes(".readdir("))) {
    const shown = value.map(({ name, type }) => `${name} ${type.toString(8)}`).sort();
    return [
      `const entries = await ${call};`,
      "t.equal(",
      "  entries.map(({ name, type }) => `${name} ${type.toString(8)}`).sort(),",
      `  ${JSON.stringify(shown)},`,
      ");",
    ];
  }
  if (Array.isArray(value)) {
    return [`t.equal((await ${call}).sort(), ${JSON.stringify(xattrNames(value))});`];
  }
  if (typeof value === "string") {
    const own = ownTarget(value);
    const text = own === value
      ? JSON.stringify(value)
      : `${trial}.absolute(${JSON.stringify(own)})`;
    return [`t.equal(await ${call}, ${text});`];
  }
  return typeof value === "number" ? [`t.equal(await ${call}, ${value});`] : [`await ${call};`];
}

function statSource(stat: Stat, { call, seen, has }: Expected): string[] {
  const lines = [
    `const info = await ${call};`,
    `t.equal(info.mode, ${octal(stat.mode)}, "the mode");`,
  ];
  if ((stat.mode & S_IFMT) !== S_IFDIR) lines.push(`t.equal(info.size, ${stat.size}, "the size");`);
  if (has("nlink")) lines.push(`t.equal(info.nlink, ${stat.nlink}, "the number of links");`);
  if (has("owner")) {
    lines.push(`t.equal([info.uid, info.gid], [${stat.uid}, ${stat.gid}], "the owner");`);
  }
  for (const [other, name] of seen) {
    const check = other.ino === stat.ino ? "equal" : "different";
    lines.push(`t.${check}(info.ino, ${name}.ino, "the inode number");`);
  }
  return lines;
}
