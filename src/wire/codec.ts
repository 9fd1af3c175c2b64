/**
 * Messages to bytes and back.
 *
 * @module
 */
import type { CborReader, CborWriter } from "../cbor/mod.ts";
import type { Field, Schema } from "./field.ts";
import { readMap, writeMap } from "./message_map.ts";
import { type OpRow, opRow } from "./operations.ts";
import { FIRST_REQUEST, REQUEST } from "./request_schema.ts";
import { RESPONSE } from "./response_schema.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** A version of the protocol. */
export type WireVersion = 1 | 2;

/** Operations have numbers of one byte. */
const OPS = 256;
/** Keys that every request may have. */
const REQUEST_KEYS = ["op", "uid", "gid", "id", "pid"];
/** Keys that every reply may have. */
const REPLY_KEYS = ["err", "id"];

type FieldsByOp<Message> = readonly (readonly Field<Message>[])[];

/** For each operation the fields that it uses; for an unknown one all. */
function byOp<Message>(
  schema: Schema<Message>,
  common: readonly string[],
  own: (row: OpRow) => readonly string[],
): FieldsByOp<Message> {
  return Array.from({ length: OPS }, (_, op) => {
    const row = opRow(op);
    if (row === undefined) return schema.fields;
    const keys = [...common, ...own(row)];
    return schema.fields.filter((field) => keys.includes(field.key));
  });
}

const REQUEST_FIELDS: Record<WireVersion, FieldsByOp<VFSRequest>> = {
  1: byOp(REQUEST[1], REQUEST_KEYS, (row) => row.request),
  2: byOp(REQUEST[2], REQUEST_KEYS, (row) => row.request),
};
const REPLY_FIELDS: Record<WireVersion, FieldsByOp<VFSResponse>> = {
  1: byOp(RESPONSE[1], REPLY_KEYS, (row) => row.reply),
  2: byOp(RESPONSE[2], REPLY_KEYS, (row) => row.reply),
};
const ERROR_FIELDS: readonly Field<VFSResponse>[] = RESPONSE[2].fields.filter((field) =>
  REPLY_KEYS.includes(field.key)
);

/** Appends a request with all its fields. */
export function encodeRequest(
  writer: CborWriter,
  request: VFSRequest,
  version: WireVersion,
): void {
  writeMap(writer, REQUEST[version].fields, request);
}

/** Appends a request with the fields that its operation uses: faster. */
export function encodeRequestOfOp(
  writer: CborWriter,
  request: VFSRequest,
  version: WireVersion,
): void {
  writeMap(writer, REQUEST_FIELDS[version][request.op] ?? REQUEST[version].fields, request);
}

/** Appends a reply or notice with all its fields. */
export function encodeResponse(
  writer: CborWriter,
  response: VFSResponse,
  version: WireVersion,
): void {
  writeMap(writer, RESPONSE[version].fields, response);
}

/** Appends a reply with the fields that the operation uses: faster. */
export function encodeReplyTo(
  op: number,
  writer: CborWriter,
  response: VFSResponse,
  version: WireVersion,
): void {
  const fields = response.err !== 0
    ? ERROR_FIELDS
    : REPLY_FIELDS[version][op] ?? RESPONSE[version].fields;
  writeMap(writer, fields, response);
}

/**
 * Reads a request into `request`, cleared before.
 *
 * @throws {CborError} When the bytes are not one request in this version.
 */
export function decodeRequest(
  reader: CborReader,
  request: VFSRequest,
  version: WireVersion,
): void {
  request.clear();
  readMap(reader, REQUEST[version], request);
  reader.finish();
}

/** Reads the first request of a connection, which may be Hello. */
export function decodeFirstRequest(reader: CborReader, request: VFSRequest): void {
  request.clear();
  readMap(reader, FIRST_REQUEST, request);
  reader.finish();
}

/** Reads a reply or notice into `response`, cleared before. */
export function decodeResponse(
  reader: CborReader,
  response: VFSResponse,
  version: WireVersion,
): void {
  response.clear();
  readMap(reader, RESPONSE[version], response);
  reader.finish();
}
