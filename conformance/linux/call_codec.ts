/**
 * Calls and replies as bytes, between a {@linkcode ProcessCaller} and its process.
 *
 * A frame is four bytes of length, then JSON. Both ends are the same version of this project, one
 * started by the other, so shapes are not checked.
 *
 * @module
 */
import { errnoNamed, FsError, toErrno } from "../../src/base/mod.ts";
import type { CallName, CallParameters } from "../system_calls.ts";

/** The longest frame in bytes. */
export const FRAME_SIZE_MAX = 64 * 1024 * 1024;

/** One call. */
export type CallMessage<Name extends CallName = CallName> = {
  readonly [Each in Name]: { readonly name: Each; readonly parameters: CallParameters[Each] };
}[Name];

/** The name of the message that wants every descriptor closed. */
export const CLOSE_ALL = "closeAll";

/** What a call came to. */
interface Reply<Value> {
  /** The result. */
  readonly value?: Value;
  /** The errno, when it failed. */
  readonly code?: string;
  /** The message of an error that was none of the filesystem. */
  readonly message?: string;
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { $bigint: String(value) };
  return value instanceof Uint8Array ? { $bytes: value.toBase64() } : value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("$bytes" in value && typeof value.$bytes === "string") {
    return Uint8Array.fromBase64(value.$bytes);
  }
  if ("$bigint" in value && typeof value.$bigint === "string") return BigInt(value.$bigint);
  return value;
}

function frame(value: unknown): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(value, replace));
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  return bytes;
}

/** The frame of a call. */
export function encodeCall(name: string, parameters: readonly unknown[]): Uint8Array<ArrayBuffer> {
  return frame({ name, parameters });
}

/** The call in the text of a frame. */
export function decodeCall(text: string): CallMessage | { readonly name: typeof CLOSE_ALL } {
  const message: CallMessage | { readonly name: typeof CLOSE_ALL } = JSON.parse(text, revive);
  return message;
}

/** The frame of a result. */
export function encodeResult(value: unknown): Uint8Array<ArrayBuffer> {
  return frame({ value });
}

/** The frame of something that was thrown. */
export function encodeFailure(thrown: unknown): Uint8Array<ArrayBuffer> {
  if (thrown instanceof FsError) return frame({ code: thrown.code });
  return frame({ code: toErrno(thrown, () => {}).code, message: String(thrown) });
}

/**
 * The result in the text of a frame.
 *
 * @throws {FsError} The errno that the frame carries.
 */
export function decodeResult<Value>(syscall: string, text: string): Value {
  const reply: Reply<Value> & { readonly value: Value } = JSON.parse(text, revive);
  if (reply.code === undefined) return reply.value;
  throw new FsError(errnoNamed(reply.code)?.code ?? "EIO", { syscall, cause: reply.message });
}

/** Cuts a stream of bytes into the texts of its frames. */
export class FrameCutter {
  #bytes: Uint8Array = new Uint8Array(0);

  /** Takes the next bytes. Returns the texts of the frames that are complete now. */
  push(chunk: Uint8Array): string[] {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length);
    bytes.set(this.#bytes);
    bytes.set(chunk, this.#bytes.length);
    const view = new DataView(bytes.buffer);
    const texts: string[] = [];
    let at = 0;
    while (at + 4 <= bytes.length) {
      const end = at + 4 + view.getUint32(at, true);
      if (end - at > FRAME_SIZE_MAX) throw new Error(`Cannot take a frame of ${end - at} bytes`);
      if (end > bytes.length) break;
      texts.push(new TextDecoder().decode(bytes.subarray(at + 4, end)));
      at = end;
    }
    this.#bytes = bytes.subarray(at);
    return texts;
  }
}
