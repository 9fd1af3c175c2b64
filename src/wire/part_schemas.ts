/**
 * The tables of the maps inside messages.
 *
 * @module
 */
import {
  BooleanField,
  type Field,
  InodeField,
  IntField,
  NameField,
  SizeField,
  Uint64Field,
  UintField,
} from "./field.ts";
import { NamesField, schemaOf } from "./message_map.ts";
import type { Schema } from "./field.ts";
import { readEntryFirst, readStatFirst } from "./stat_reader.ts";
import type { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSHello, VFSLock, VFSStatFs, VFSTimes } from "./vfs_parts.ts";
import type { VFSStat } from "./vfs_stat.ts";

const UINT8 = 0xff;
const UINT32 = 0xffff_ffff;
const UINT53 = Number.MAX_SAFE_INTEGER;
/** Nanoseconds of a second. */
const NANOS = 999_999_999;

const SIZE = new SizeField<VFSStat>({
  key: "size",
  always: true,
  about: "Size in bytes",
  get: (stat) => stat.size,
  set: (stat, value) => stat.size = value,
});
const MODE = new UintField<VFSStat>(UINT32, {
  key: "mode",
  always: true,
  about: "Version 1: Go's FileMode. Version 2: `st_mode`",
  get: (stat) => stat.mode,
  set: (stat, value) => stat.mode = value,
});
const MTIME = new IntField<VFSStat>({
  key: "mtime",
  always: true,
  about: "Last change of the content in seconds since 1970",
  get: (stat) => stat.modTime,
  set: (stat, value) => stat.modTime = value,
});
const IS_DIR = new BooleanField<VFSStat>({
  key: "is_dir",
  always: true,
  about: "Whether it is a directory",
  get: (stat) => stat.isDir,
  set: (stat, value) => stat.isDir = value,
});
const INO = new InodeField({ key: "ino", about: "Inode number" });

/** What version 2 adds to the attributes. */
const MORE: readonly Field<VFSStat>[] = [
  new UintField(UINT32, {
    key: "nlink",
    since: 2,
    about: "Names of the inode",
    get: (stat) => stat.nlink,
    set: (stat, value) => stat.nlink = value,
  }),
  new UintField(UINT32, {
    key: "uid",
    since: 2,
    about: "Owner",
    get: (stat) => stat.uid,
    set: (stat, value) => stat.uid = value,
  }),
  new UintField(UINT32, {
    key: "gid",
    since: 2,
    about: "Group",
    get: (stat) => stat.gid,
    set: (stat, value) => stat.gid = value,
  }),
  new UintField(UINT32, {
    key: "rdev",
    since: 2,
    about: "Device number of a device node, as `makedev(3)` makes it",
    get: (stat) => stat.rdev,
    set: (stat, value) => stat.rdev = value,
  }),
  new UintField(UINT53, {
    key: "blocks",
    since: 2,
    about: "Allocated blocks of 512 bytes",
    get: (stat) => stat.blocks,
    set: (stat, value) => stat.blocks = value,
  }),
  new UintField(UINT32, {
    key: "blksize",
    since: 2,
    about: "Preferred size of one transfer in bytes",
    get: (stat) => stat.blksize,
    set: (stat, value) => stat.blksize = value,
  }),
  new IntField({
    key: "atime",
    since: 2,
    about: "Last access in seconds",
    get: (stat) => stat.atime,
    set: (stat, value) => stat.atime = value,
  }),
  new IntField({
    key: "ctime",
    since: 2,
    about: "Last change of the inode in seconds",
    get: (stat) => stat.ctime,
    set: (stat, value) => stat.ctime = value,
  }),
  new IntField({
    key: "btime",
    since: 2,
    about: "Creation in seconds; absent when not known",
    get: (stat) => stat.btime,
    set: (stat, value) => stat.btime = value,
  }),
  new UintField(NANOS, {
    key: "atime_ns",
    since: 2,
    about: "Nanoseconds of `atime`",
    get: (stat) => stat.atimeNs,
    set: (stat, value) => stat.atimeNs = value,
  }),
  new UintField(NANOS, {
    key: "mtime_ns",
    since: 2,
    about: "Nanoseconds of `mtime`",
    get: (stat) => stat.mtimeNs,
    set: (stat, value) => stat.mtimeNs = value,
  }),
  new UintField(NANOS, {
    key: "ctime_ns",
    since: 2,
    about: "Nanoseconds of `ctime`",
    get: (stat) => stat.ctimeNs,
    set: (stat, value) => stat.ctimeNs = value,
  }),
  new UintField(NANOS, {
    key: "btime_ns",
    since: 2,
    about: "Nanoseconds of `btime`",
    get: (stat) => stat.btimeNs,
    set: (stat, value) => stat.btimeNs = value,
  }),
];

/** The attributes. */
export const STAT: Record<1 | 2, Schema<VFSStat>> = {
  1: schemaOf([SIZE, MODE, MTIME, IS_DIR, INO], readStatFirst),
  2: schemaOf([SIZE, MODE, MTIME, IS_DIR, INO, ...MORE], readStatFirst),
};

function entryFields(version: 1 | 2): Field<VFSDirEntry>[] {
  const name = new NameField<VFSDirEntry>(version, {
    key: "name",
    always: true,
    about: "One component",
    get: (entry) => entry.name,
    set: (entry, value) => entry.name = value,
  });
  return [name, IS_DIR, MODE, SIZE, INO];
}

/** An entry of a listing. */
export const ENTRY: Record<1 | 2, Schema<VFSDirEntry>> = {
  1: schemaOf(entryFields(1), readEntryFirst(1)),
  2: schemaOf([...entryFields(2), MTIME, ...MORE], readEntryFirst(2)),
};

/** Times to set. */
export const TIMES: Schema<VFSTimes> = schemaOf<VFSTimes>([
  new IntField({
    key: "atime",
    since: 2,
    about: "Access time in seconds",
    get: (times) => times.atime,
    set: (times, value) => times.atime = value,
  }),
  new IntField({
    key: "mtime",
    since: 2,
    about: "Modification time in seconds",
    get: (times) => times.mtime,
    set: (times, value) => times.mtime = value,
  }),
  new UintField(NANOS, {
    key: "atime_ns",
    since: 2,
    about: "Nanoseconds of `atime`",
    get: (times) => times.atimeNs,
    set: (times, value) => times.atimeNs = value,
  }),
  new UintField(NANOS, {
    key: "mtime_ns",
    since: 2,
    about: "Nanoseconds of `mtime`",
    get: (times) => times.mtimeNs,
    set: (times, value) => times.mtimeNs = value,
  }),
]);

/** A file lock. */
export const LOCK: Schema<VFSLock> = schemaOf<VFSLock>([
  new UintField(UINT8, {
    key: "kind",
    since: 2,
    about: "0 record lock, 1 flock lock",
    get: (lock) => lock.kind,
    set: (lock, value) => lock.kind = value,
  }),
  new UintField(UINT8, {
    key: "type",
    since: 2,
    about: "0 read, 1 write, 2 unlock",
    get: (lock) => lock.type,
    set: (lock, value) => lock.type = value,
  }),
  new UintField(UINT53, {
    key: "start",
    since: 2,
    about: "First byte",
    get: (lock) => lock.start,
    set: (lock, value) => lock.start = value,
  }),
  new UintField(UINT53, {
    key: "end",
    since: 2,
    about: "Last byte, inclusive; 2^53 - 1 for the end of the file",
    get: (lock) => lock.end,
    set: (lock, value) => lock.end = value,
  }),
  new Uint64Field({
    key: "owner",
    since: 2,
    about: "Locks of one owner of one connection never conflict",
    get: (lock) => lock.owner,
    set: (lock, value) => lock.owner = value,
  }),
  new UintField(UINT32, {
    key: "pid",
    since: 2,
    about: "Process id of the holder",
    get: (lock) => lock.pid,
    set: (lock, value) => lock.pid = value,
  }),
]);

/** The filesystem's attributes. */
export const STATFS: Schema<VFSStatFs> = schemaOf<VFSStatFs>([
  new UintField(UINT53, {
    key: "bsize",
    since: 2,
    about: "Size of one block in bytes",
    get: (fs) => fs.bsize,
    set: (fs, value) => fs.bsize = value,
  }),
  new UintField(UINT53, {
    key: "frsize",
    since: 2,
    about: "Unit of `blocks`, `bfree` and `bavail` in bytes",
    get: (fs) => fs.frsize,
    set: (fs, value) => fs.frsize = value,
  }),
  new UintField(UINT53, {
    key: "blocks",
    since: 2,
    about: "Blocks in all",
    get: (fs) => fs.blocks,
    set: (fs, value) => fs.blocks = value,
  }),
  new UintField(UINT53, {
    key: "bfree",
    since: 2,
    about: "Free blocks",
    get: (fs) => fs.bfree,
    set: (fs, value) => fs.bfree = value,
  }),
  new UintField(UINT53, {
    key: "bavail",
    since: 2,
    about: "Free blocks for callers that are not root",
    get: (fs) => fs.bavail,
    set: (fs, value) => fs.bavail = value,
  }),
  new UintField(UINT53, {
    key: "files",
    since: 2,
    about: "Inodes in all",
    get: (fs) => fs.files,
    set: (fs, value) => fs.files = value,
  }),
  new UintField(UINT53, {
    key: "ffree",
    since: 2,
    about: "Free inodes",
    get: (fs) => fs.ffree,
    set: (fs, value) => fs.ffree = value,
  }),
  new UintField(UINT32, {
    key: "namelen",
    since: 2,
    about: "Longest name in bytes",
    get: (fs) => fs.namelen,
    set: (fs, value) => fs.namelen = value,
  }),
]);

/** What a server says of itself. */
export const HELLO: Schema<VFSHello> = schemaOf<VFSHello>([
  new UintField(UINT32, {
    key: "ver",
    since: 2,
    about: "The version spoken from now on",
    get: (hello) => hello.version,
    set: (hello, value) => hello.version = value,
  }),
  new BooleanField({
    key: "readonly",
    since: 2,
    about: "Every change fails with EROFS",
    get: (hello) => hello.readonly,
    set: (hello, value) => hello.readonly = value,
  }),
  new NamesField({
    key: "caps",
    since: 2,
    about: "Names of the provider's capabilities",
    get: (hello) => hello.capabilities,
    set: (hello, value) => hello.capabilities = [...value ?? []],
  }),
  new UintField(UINT53, {
    key: "frame_max",
    since: 2,
    about: "Longest request frame in bytes",
    get: (hello) => hello.frameMax,
    set: (hello, value) => hello.frameMax = value,
  }),
  new UintField(UINT53, {
    key: "data_max",
    since: 2,
    about: "Longest `data` in bytes",
    get: (hello) => hello.dataMax,
    set: (hello, value) => hello.dataMax = value,
  }),
  new UintField(UINT53, {
    key: "handles_max",
    since: 2,
    about: "Open handles",
    get: (hello) => hello.handlesMax,
    set: (hello, value) => hello.handlesMax = value,
  }),
  new UintField(UINT53, {
    key: "in_flight_max",
    since: 2,
    about: "Requests at the same time",
    get: (hello) => hello.inFlightMax,
    set: (hello, value) => hello.inFlightMax = value,
  }),
  new BooleanField({
    key: "exact",
    since: 2,
    about: "Notices tell each change by others, at once, and nothing else",
    get: (hello) => hello.exact,
    set: (hello, value) => hello.exact = value,
  }),
  new BooleanField({
    key: "leases",
    since: 2,
    about: "Directories can be leased",
    get: (hello) => hello.leases,
    set: (hello, value) => hello.leases = value,
  }),
  new BooleanField({
    key: "shares",
    since: 2,
    about: "There is shared memory for this connection",
    get: (hello) => hello.shares,
    set: (hello, value) => hello.shares = value,
  }),
]);
