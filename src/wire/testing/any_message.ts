/**
 * Any message that there can be, as plain CBOR values and as ours, for tests.
 *
 * Which key of the wire is which property is said here once more, apart from the tables of the codec:
 * that is what other codecs are asked to confirm.
 *
 * @module
 */
import type { CborType } from "@std/cbor";
import fc from "fast-check";
import { decodeName } from "../../base/mod.ts";
import type { WireVersion } from "../codec.ts";
import { VFSDirEntry } from "../vfs_dir_entry.ts";
import { VFSHello, VFSLock, VFSStatFs, VFSTimes } from "../vfs_parts.ts";
import { VFSRequest } from "../vfs_request.ts";
import { VFSResponse } from "../vfs_response.ts";
import { VFSStat } from "../vfs_stat.ts";

/** A message in both forms. */
export interface AnyMessage<Ours> {
  /** As a codec that knows nothing of us has it: a map of keys. */
  readonly plain: { [key: string]: CborType };
  /** As ours. */
  readonly ours: Ours;
}

/** A value in both forms. */
interface Both {
  readonly plain: CborType;
  readonly ours: unknown;
}

/** A key: its name on the wire, our property, its values, and whether it is sent when it is 0. */
type Row = readonly [
  key: string,
  property: string,
  values: fc.Arbitrary<Both>,
  since?: 1 | 2,
  always?: "always",
];

function same<Value extends CborType>(values: fc.Arbitrary<Value>): fc.Arbitrary<Both> {
  return values.map((value) => ({ plain: value, ours: value }));
}

/** Numbers of every size, small ones as often as large ones. */
function uint(bits: number): fc.Arbitrary<Both> {
  const max = bits >= 53 ? Number.MAX_SAFE_INTEGER : 2 ** bits - 1;
  const smaller = [23, 24, 255, 256, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000]
    .filter((edge) => edge <= max);
  return same(fc.oneof(fc.integer({ min: 0, max }), fc.constantFrom(0, max, ...smaller)));
}

function safe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const uint64 = same(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(safe));
const int64 = same(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(safe));
/** The times and sizes at which an encoding ends and a longer one begins are drawn as often as others. */
const int53 = same(
  fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: -300, max: 300 }),
    fc.constantFrom(...[2 ** 16, 2 ** 31, 2 ** 32].flatMap((edge) => [edge - 1, edge, edge + 1]))
      .chain((edge) => fc.constantFrom(edge, -edge)),
  ),
);
/** Sizes of more than 53 bits, those among them of which a number loses nothing. */
const size64 = fc.oneof(
  { weight: 8, arbitrary: int53 },
  fc.bigInt({ min: 2n ** 41n, max: 2n ** 51n - 1n }).map((pages): Both => ({
    plain: pages * 4096n,
    ours: Number(pages * 4096n),
  })),
);
const nanos = same(fc.integer({ min: 0, max: 999_999_999 }));
const boolean = same(fc.boolean());
const bytes = same(fc.uint8Array({ maxLength: 300 }));
const text = same(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }));
/** A name that is no UTF-8, which only version 2 can say: as bytes. */
const anyBytes = fc.uint8Array({ minLength: 0, maxLength: 20 }).map((rest): Both => {
  const plain = new Uint8Array([0xff, ...rest]);
  return { plain, ours: decodeName(plain) };
});

function name(version: WireVersion): fc.Arbitrary<Both> {
  return version === 1 ? text : fc.oneof({ weight: 4, arbitrary: text }, anyBytes);
}

function list(items: fc.Arbitrary<Both>): fc.Arbitrary<Both> {
  return fc.array(items, { maxLength: 30 }).map((all) => ({
    plain: all.map(({ plain }) => plain),
    ours: all.map(({ ours }) => ours),
  }));
}

function isNothing(value: CborType): boolean {
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  return value === 0 || value === "" || value === false;
}

/** A map with any of the keys, and our object with the same in its properties. */
function mapOf<Ours extends object>(
  rows: readonly Row[],
  version: WireVersion,
  make: () => Ours,
): fc.Arbitrary<AnyMessage<Ours>> {
  const known = rows.filter(([, , , since = 1]) => since <= version);
  const values = known.map(([, , arbitrary, , always]) =>
    always === "always" ? arbitrary : fc.option(arbitrary)
  );
  return fc.tuple(...values).map((drawn) => {
    const plain: { [key: string]: CborType } = {};
    const ours = make();
    for (const [index, [key, property, , , always]] of known.entries()) {
      const value = drawn[index] ?? null;
      if (value === null || (always !== "always" && isNothing(value.plain))) continue;
      plain[key] = value.plain;
      Object.assign(ours, { [property]: value.ours });
    }
    return { plain, ours };
  });
}

const STAT_MORE: readonly Row[] = [
  ["nlink", "nlink", uint(32), 2],
  ["uid", "uid", uint(32), 2],
  ["gid", "gid", uint(32), 2],
  ["rdev", "rdev", uint(32), 2],
  ["blocks", "blocks", uint(53), 2],
  ["blksize", "blksize", uint(32), 2],
  ["atime", "atime", int53, 2],
  ["ctime", "ctime", int53, 2],
  ["btime", "btime", int53, 2],
  ["atime_ns", "atimeNs", nanos, 2],
  ["mtime_ns", "mtimeNs", nanos, 2],
  ["ctime_ns", "ctimeNs", nanos, 2],
  ["btime_ns", "btimeNs", nanos, 2],
];

function stat(version: WireVersion): fc.Arbitrary<AnyMessage<VFSStat>> {
  const rows: Row[] = [
    ["size", "size", size64, 1, "always"],
    ["mode", "mode", uint(32), 1, "always"],
    ["mtime", "modTime", int53, 1, "always"],
    ["is_dir", "isDir", boolean, 1, "always"],
    ["ino", "ino", uint64],
    ...STAT_MORE,
  ];
  return mapOf(rows, version, () => new VFSStat());
}

function entry(version: WireVersion): fc.Arbitrary<AnyMessage<VFSDirEntry>> {
  const rows: Row[] = [
    ["name", "name", name(version), 1, "always"],
    ["is_dir", "isDir", boolean, 1, "always"],
    ["mode", "mode", uint(32), 1, "always"],
    ["size", "size", size64, 1, "always"],
    ["ino", "ino", uint64],
    ["mtime", "modTime", int53, 2, "always"],
    ...STAT_MORE,
  ];
  return mapOf(rows, version, () => new VFSDirEntry());
}

const TIMES: readonly Row[] = [
  ["atime", "atime", int53],
  ["mtime", "mtime", int53],
  ["atime_ns", "atimeNs", nanos],
  ["mtime_ns", "mtimeNs", nanos],
];

const LOCK: readonly Row[] = [
  ["kind", "kind", uint(8)],
  ["type", "type", uint(8)],
  ["start", "start", uint(53)],
  ["end", "end", uint(53)],
  ["owner", "owner", uint64],
  ["pid", "pid", uint(32)],
];

const lock = mapOf(LOCK, 2, () => new VFSLock());

/** Requests of a version, with any of its keys. */
export function anyRequest(version: WireVersion): fc.Arbitrary<AnyMessage<VFSRequest>> {
  const rows: Row[] = [
    ["op", "op", uint(8), 1, "always"],
    ["path", "path", name(version)],
    ["new_path", "newPath", name(version)],
    ["fh", "handle", uint64],
    ["off", "offset", int64],
    ["sz", "size", uint(32)],
    ["data", "data", bytes],
    ["flags", "flags", uint(32)],
    ["mode", "mode", uint(32)],
    ["uid", "uid", uint(32)],
    ["gid", "gid", uint(32)],
    ["id", "id", uint(32), 2],
    ["pid", "pid", uint(32), 2],
    ["ver", "version", uint(32), 2],
    ["name", "name", name(version), 2],
    ["set", "set", uint(32), 2],
    ["owner", "owner", uint(32), 2],
    ["group", "group", uint(32), 2],
    ["len", "length", uint(53), 2],
    ["fh2", "handle2", uint64, 2],
    ["off2", "offset2", uint(53), 2],
    ["rdev", "rdev", uint(32), 2],
    ["times", "times", mapOf(TIMES, 2, () => new VFSTimes()), 2],
    ["lock", "lock", lock, 2],
    ["cursor", "cursor", uint(32), 2],
    ["ref", "ref", uint(32), 2],
  ];
  return mapOf(rows, version, () => new VFSRequest());
}

const STATFS_KEYS = ["bsize", "frsize", "blocks", "bfree", "bavail", "files", "ffree"];

/** Replies and notices of a version, with any of its keys. */
export function anyResponse(version: WireVersion): fc.Arbitrary<AnyMessage<VFSResponse>> {
  const fs: Row[] = [
    ...STATFS_KEYS.map((key): Row => [key, key, uint(53)]),
    ["namelen", "namelen", uint(32)],
  ];
  const hello: Row[] = [
    ["ver", "version", uint(32)],
    ["readonly", "readonly", boolean],
    ["caps", "capabilities", list(name(2))],
    ["frame_max", "frameMax", uint(53)],
    ["data_max", "dataMax", uint(53)],
    ["handles_max", "handlesMax", uint(53)],
    ["in_flight_max", "inFlightMax", uint(53)],
    ["exact", "exact", boolean],
    ["leases", "leases", boolean],
    ["shares", "shares", boolean],
  ];
  const rows: Row[] = [
    // The original's is an int32.
    ["err", "err", same(fc.integer({ min: -(2 ** 31), max: 0 })), 1, "always"],
    ["stat", "stat", stat(version)],
    ["data", "data", bytes],
    ["written", "written", uint(32)],
    ["fh", "handle", uint64],
    ["entries", "entries", list(entry(version))],
    ["id", "id", uint(32), 2],
    ["off", "offset", uint(53), 2],
    ["names", "names", list(name(2)), 2],
    ["fs", "fs", mapOf(fs, 2, () => new VFSStatFs()), 2],
    ["lock", "lock", lock, 2],
    ["hello", "hello", mapOf(hello, 2, () => new VFSHello()), 2],
    ["cursor", "cursor", uint(32), 2],
    ["notice", "notice", uint(32), 2],
    ["path", "path", name(version), 2],
    ["fd", "passed", uint(32), 2],
  ];
  return mapOf(rows, version, () => new VFSResponse());
}
