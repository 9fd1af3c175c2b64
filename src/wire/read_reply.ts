/**
 * Replies with data, read straight into the outgoing buffer.
 *
 * @module
 */
import { chain, isPromise, type MaybePromise } from "../base/mod.ts";
import { CborWriter } from "../cbor/mod.ts";
import { type Handle, requireCount } from "../provider/mod.ts";
import type { Call } from "./call.ts";

function encodedKey(key: string): Uint8Array {
  const writer = new CborWriter();
  writer.text(key);
  return writer.view().slice();
}

/** `err` 0 and the key `data`, which every such reply begins with. */
const BEFORE = new Uint8Array([...encodedKey("err"), 0, ...encodedKey("data")]);
const ID = encodedKey("id");
const BYTES = 0x40;

/** The size of the head of a byte string in bytes (RFC 8949, 3). */
function headSize(length: number): number {
  return length < 24 ? 1 : length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 5;
}

/**
 * Reads up to `size` bytes for the reply. While the provider answers at once, it reads into the place in
 * the outgoing buffer where the data belongs, so that the data is never copied. A provider that answers
 * later gets a buffer of its own.
 */
export function readIntoReply(
  call: Call,
  handle: Handle,
  offset: number,
  size: number,
): MaybePromise<void> {
  const { file, session } = call;
  if (size === 0 || file === null || file.late || !session.repliesNow(call)) {
    return readForReply(call, handle, offset, size);
  }
  const { output } = session;
  const start = output.begin();
  const { writer } = output;
  const withId = call.response.id !== 0;
  writer.mapHeader(withId ? 3 : 2);
  writer.raw(BEFORE);
  const headAt = writer.length;
  writer.reserve(size + 32);
  const dataAt = headAt + headSize(size);
  const view = writer.bytes.subarray(dataAt, dataAt + size);
  let got: MaybePromise<number>;
  try {
    got = handle.readAt(view, offset, call.context);
    if (!isPromise(got)) requireCount(got, size);
  } catch (thrown) {
    writer.length = start;
    throw thrown;
  }
  if (isPromise(got)) {
    // The view is the provider's until it answers, and the next replies need room now.
    output.detach();
    file.late = true;
    return giveData(call, view, got);
  }
  if (got === 0) {
    // As the Go original: no key at the end of the file.
    writer.length = start;
    return;
  }
  writer.head(BYTES, got);
  if (writer.length !== dataAt) writer.bytes.copyWithin(writer.length, dataAt, dataAt + got);
  writer.length += got;
  if (withId) {
    writer.raw(ID);
    writer.uint(call.response.id);
  }
  output.end();
  call.replied = true;
}

/** As {@linkcode readIntoReply}, into a buffer of its own: for replies with more than data, and for whoever answers later. */
export function readForReply(
  call: Call,
  handle: Handle,
  offset: number,
  size: number,
): MaybePromise<void> {
  const buffer = new Uint8Array(size);
  return giveData(call, buffer, handle.readAt(buffer, offset, call.context));
}

function giveData(
  call: Call,
  buffer: Uint8Array,
  size: MaybePromise<number>,
): MaybePromise<void> {
  if (call.file !== null) call.file.late = isPromise(size);
  return chain(size, (got) => {
    call.response.data = buffer.subarray(0, requireCount(got, buffer.length));
  });
}
