/**
 * CBOR (RFC 8949), as much as a protocol needs: {@linkcode CborWriter} appends items to a buffer that
 * is used again; {@linkcode CborReader} reads them strictly and within bounds. There is no tree of
 * values in between: a schema (see `src/wire`) calls one method an item.
 *
 * Who owns which bytes: the writer's buffer is the writer's, and growing replaces it; a byte string
 * from the reader is a view of the input and lives as long as the input does.
 *
 * @module
 */
export { NESTING_MAX } from "./cbor_cursor.ts";
export { CborError } from "./cbor_error.ts";
export { CborReader } from "./cbor_reader.ts";
export { CborWriter } from "./cbor_writer.ts";
export { KeyTable } from "./key_table.ts";
export { UNKNOWN_KEYS_MAX } from "./unknown_keys.ts";
