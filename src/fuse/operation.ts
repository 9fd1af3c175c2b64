/**
 * What one opcode is: how its struct is read, which operation serves it, how its reply is written.
 *
 * @module
 */
import { FsError, type MaybePromise } from "../base/mod.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import type { Reply, Request } from "./request.ts";

/** What a successful reply makes the kernel hold, to be taken back when the reply is not wanted. */
export type Grants = "node" | "handle" | "directory" | "node+handle" | "listing";

/** How one opcode is served. */
export interface Operation {
  /** The least size of the body in bytes; a shorter one is EINVAL. */
  readonly bodyMin: number;
  /** Whether the operation uses views of the message until it ends. */
  readonly keepsInput?: boolean;
  /** Whether the kernel goes on without the reply. */
  readonly nobodyWaits?: boolean;
  /** What its success grants. */
  readonly grants?: Grants;
  /** Decodes, serves and encodes; returns the size of the reply's body. `at` reads the body. */
  serve(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply>;
}

/** Offset of the body in the view that `serve` gets. */
export const BODY = 40;
/** The most that a READ, READDIR or xattr reply may be asked to hold, in bytes. */
export const REPLY_DATA_MAX = 16 * 1024 * 1024;

/** Makes room for `size` bytes of data in the reply, from the session's pool when it is small enough. */
export function room(request: Request, size: number): void {
  if (size > REPLY_DATA_MAX) throw new FsError("EINVAL", { syscall: request.name });
  request.reserve(size);
}

/** The rows of some opcodes, by number. */
export type Rows = Readonly<Record<number, Operation>>;
