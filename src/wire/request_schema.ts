/**
 * The table of requests.
 *
 * @module
 */
import {
  BytesField,
  type Field,
  Int64Field,
  NameField,
  type Schema,
  Uint64Field,
  UintField,
} from "./field.ts";
import { MapField, schemaOf } from "./message_map.ts";
import { LOCK, TIMES } from "./part_schemas.ts";
import { VFSLock, VFSTimes } from "./vfs_parts.ts";
import type { VFSRequest } from "./vfs_request.ts";

const UINT8 = 0xff;
const UINT32 = 0xffff_ffff;
const UINT53 = Number.MAX_SAFE_INTEGER;

/** The keys of a request in their order. */
function rows(version: 1 | 2): Field<VFSRequest>[] {
  return [
    new UintField(UINT8, {
      key: "op",
      always: true,
      about: "The operation",
      get: (request) => request.op,
      set: (request, value) => request.op = value,
    }),
    new NameField(version, {
      key: "path",
      about: "The path",
      get: (request) => request.path,
      set: (request, value) => request.path = value,
    }),
    new NameField(version, {
      key: "new_path",
      about: "The second path; the target of a symbolic link",
      get: (request) => request.newPath,
      set: (request, value) => request.newPath = value,
    }),
    new Uint64Field({
      key: "fh",
      about: "The open file",
      get: (request) => request.handle,
      set: (request, value) => request.handle = value,
    }),
    new Int64Field({
      key: "off",
      about: "Offset, or new size",
      get: (request) => request.offset,
      set: (request, value) => request.offset = value,
    }),
    new UintField(UINT32, {
      key: "sz",
      about: "Bytes to read, or entries to list",
      get: (request) => request.size,
      set: (request, value) => request.size = value,
    }),
    new BytesField({
      key: "data",
      about: "Bytes to write",
      get: (request) => request.data,
      set: (request, value) => request.data = value,
    }),
    new UintField(UINT32, {
      key: "flags",
      about: "Linux open flags, or flags of the operation",
      get: (request) => request.flags,
      set: (request, value) => request.flags = value,
    }),
    new UintField(UINT32, {
      key: "mode",
      about: "POSIX mode; 07777 of it counts, in Mknod the type too",
      get: (request) => request.mode,
      set: (request, value) => request.mode = value,
    }),
    new UintField(UINT32, {
      key: "uid",
      about: "The caller's user id",
      get: (request) => request.uid,
      set: (request, value) => request.uid = value,
    }),
    new UintField(UINT32, {
      key: "gid",
      about: "The caller's group id",
      get: (request) => request.gid,
      set: (request, value) => request.gid = value,
    }),
    new UintField(UINT32, {
      key: "id",
      since: 2,
      about: "Number of the request; without it the reply comes in order",
      get: (request) => request.id,
      set: (request, value) => request.id = value,
    }),
    new UintField(UINT32, {
      key: "pid",
      since: 2,
      about: "The caller's process id",
      get: (request) => request.pid,
      set: (request, value) => request.pid = value,
    }),
    new UintField(UINT32, {
      key: "ver",
      since: 2,
      about: "The highest version the client speaks",
      get: (request) => request.version,
      set: (request, value) => request.version = value,
    }),
    new NameField(version, {
      key: "name",
      since: 2,
      about: "Name of an extended attribute",
      get: (request) => request.name,
      set: (request, value) => request.name = value,
    }),
    new UintField(UINT32, {
      key: "set",
      since: 2,
      about: "What Setattr changes, and what a reply is to bring",
      get: (request) => request.set,
      set: (request, value) => request.set = value,
    }),
    new UintField(UINT32, {
      key: "owner",
      since: 2,
      about: "New owner",
      get: (request) => request.owner,
      set: (request, value) => request.owner = value,
    }),
    new UintField(UINT32, {
      key: "group",
      since: 2,
      about: "New group",
      get: (request) => request.group,
      set: (request, value) => request.group = value,
    }),
    new UintField(UINT53, {
      key: "len",
      since: 2,
      about: "Length of a range in bytes",
      get: (request) => request.length,
      set: (request, value) => request.length = value,
    }),
    new Uint64Field({
      key: "fh2",
      since: 2,
      about: "The second open file",
      get: (request) => request.handle2,
      set: (request, value) => request.handle2 = value,
    }),
    new UintField(UINT53, {
      key: "off2",
      since: 2,
      about: "Offset in the second open file",
      get: (request) => request.offset2,
      set: (request, value) => request.offset2 = value,
    }),
    new UintField(UINT32, {
      key: "rdev",
      since: 2,
      about: "Device number",
      get: (request) => request.rdev,
      set: (request, value) => request.rdev = value,
    }),
    new MapField("times", TIMES, () => new VFSTimes(), {
      key: "times",
      since: 2,
      about: "Times to set",
      get: (request) => request.times,
      set: (request, value) => request.times = value,
    }),
    new MapField("lock", LOCK, () => new VFSLock(), {
      key: "lock",
      since: 2,
      about: "A lock",
      get: (request) => request.lock,
      set: (request, value) => request.lock = value,
    }),
    new UintField(UINT32, {
      key: "cursor",
      since: 2,
      about: "Number of a listing that goes on",
      get: (request) => request.cursor,
      set: (request, value) => request.cursor = value,
    }),
    new UintField(UINT32, {
      key: "ref",
      since: 2,
      about: "The id of the request to cancel",
      get: (request) => request.ref,
      set: (request, value) => request.ref = value,
    }),
  ];
}

/** Requests of each version. */
export const REQUEST: Record<1 | 2, Schema<VFSRequest>> = {
  1: schemaOf(rows(1).filter((row) => row.since === 1)),
  2: schemaOf(rows(2)),
};

/** The first request of a connection: version 1, and what Hello adds. */
export const FIRST_REQUEST: Schema<VFSRequest> = schemaOf(
  rows(1).filter((row) => row.since === 1 || row.key === "ver" || row.key === "id"),
);
