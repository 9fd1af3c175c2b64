/**
 * The table of replies and notices.
 *
 * @module
 */
import {
  BytesField,
  type Field,
  IntField,
  NameField,
  type Schema,
  Uint64Field,
  UintField,
} from "./field.ts";
import { ListField, MapField, NamesField, schemaOf } from "./message_map.ts";
import { ENTRY, HELLO, LOCK, STAT, STATFS } from "./part_schemas.ts";
import { VFSDirEntry } from "./vfs_dir_entry.ts";
import { VFSHello, VFSLock, VFSStatFs } from "./vfs_parts.ts";
import type { VFSResponse } from "./vfs_response.ts";
import { VFSStat } from "./vfs_stat.ts";

const UINT32 = 0xffff_ffff;
const UINT53 = Number.MAX_SAFE_INTEGER;

/** The keys of a reply in their order. */
function rows(version: 1 | 2): Field<VFSResponse>[] {
  return [
    new IntField({
      key: "err",
      always: true,
      about: "0, or a negated Linux errno",
      get: (response) => response.err,
      set: (response, value) => response.err = value,
    }),
    new MapField("stat", STAT[version], () => new VFSStat(), {
      key: "stat",
      about: "The attributes",
      get: (response) => response.stat,
      set: (response, value) => response.stat = value,
    }),
    new BytesField({
      key: "data",
      about: "Bytes read",
      get: (response) => response.data,
      set: (response, value) => response.data = value,
    }),
    new UintField(UINT32, {
      key: "written",
      about: "Bytes written",
      get: (response) => response.written,
      set: (response, value) => response.written = value,
    }),
    new Uint64Field({
      key: "fh",
      about: "The open file, the watch, or the lease",
      get: (response) => response.handle,
      set: (response, value) => response.handle = value,
    }),
    new ListField("entry", ENTRY[version], () => new VFSDirEntry(), {
      key: "entries",
      about: "The entries of a listing",
      get: (response) => response.entries,
      set: (response, value) => response.entries = value,
    }),
    new UintField(UINT32, {
      key: "id",
      since: 2,
      about: "The request's number",
      get: (response) => response.id,
      set: (response, value) => response.id = value,
    }),
    new UintField(UINT53, {
      key: "off",
      since: 2,
      about: "A position, or a number of entries",
      get: (response) => response.offset,
      set: (response, value) => response.offset = value,
    }),
    new NamesField({
      key: "names",
      since: 2,
      about: "Names of extended attributes",
      get: (response) => response.names,
      set: (response, value) => response.names = value,
    }),
    new MapField("fs", STATFS, () => new VFSStatFs(), {
      key: "fs",
      since: 2,
      about: "The filesystem's attributes",
      get: (response) => response.fs,
      set: (response, value) => response.fs = value,
    }),
    new MapField("lock", LOCK, () => new VFSLock(), {
      key: "lock",
      since: 2,
      about: "A lock in the way",
      get: (response) => response.lock,
      set: (response, value) => response.lock = value,
    }),
    new MapField("hello", HELLO, () => new VFSHello(), {
      key: "hello",
      since: 2,
      about: "The server's answer to Hello",
      get: (response) => response.hello,
      set: (response, value) => response.hello = value,
    }),
    new UintField(UINT32, {
      key: "cursor",
      since: 2,
      about: "Number of a listing that goes on",
      get: (response) => response.cursor,
      set: (response, value) => response.cursor = value,
    }),
    new UintField(UINT32, {
      key: "notice",
      since: 2,
      about: "Kind of a notice: 1 entry, 2 content, 3 attributes, 4 overflow, 5 ended, 6 over",
      get: (response) => response.notice,
      set: (response, value) => response.notice = value,
    }),
    new NameField(version, {
      key: "path",
      since: 2,
      about: "The path that a notice is about",
      get: (response) => response.path,
      set: (response, value) => response.path = value,
    }),
    new UintField(UINT32, {
      key: "fd",
      since: 2,
      about: "The number of the descriptor that has been passed",
      get: (response) => response.passed,
      set: (response, value) => response.passed = value,
    }),
  ];
}

/** Replies and notices of each version. */
export const RESPONSE: Record<1 | 2, Schema<VFSResponse>> = {
  1: schemaOf(rows(1).filter((row) => row.since === 1)),
  2: schemaOf(rows(2)),
};
