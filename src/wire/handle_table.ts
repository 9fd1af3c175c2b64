/**
 * The open files of one connection.
 *
 * @module
 */
import { chain, clean, FsError, isWithin, type MaybePromise, rescue } from "../base/mod.ts";
import type { Handle } from "../provider/mod.ts";
import type { HandleQuota } from "./handle_quota.ts";

/** An open file and who uses it at the moment. */
export class OpenFile {
  /** The provider's handle. */
  readonly handle: Handle;
  /** The path that it was opened by, or has now when a rename through this server moved it. */
  path: string;
  /** Whether its last read came later: then the next one gets a buffer of its own. */
  late = false;
  /** Whether it may have a name besides `path`, and keep that one when `path` goes. */
  hasMoreNames: boolean;
  #users = 0;
  #idle: (() => void) | null = null;

  /** @param path The path that it was opened by. */
  constructor(handle: Handle, path: string, hasMoreNames: boolean) {
    this.hasMoreNames = hasMoreNames;
    this.handle = handle;
    this.path = path;
  }

  /** Whether a request uses it. */
  get busy(): boolean {
    return this.#users > 0;
  }

  /** A request that has not ended uses it. */
  retain(): void {
    this.#users++;
  }

  /** The request has ended. */
  release(): void {
    this.#users--;
    if (this.#users === 0) this.#idle?.();
  }

  /**
   * Closes the handle as soon as no request uses it: closing a descriptor under a read could make the
   * read see another file.
   */
  close(): MaybePromise<void> {
    if (this.#users === 0) return this.handle.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    return promise.then(() => this.handle.close());
  }
}

/** Open files by their number, which counts from 1 and is never used twice. */
export class HandleTable {
  readonly #files = new Map<number, OpenFile>();
  readonly #max: number;
  readonly #quota: HandleQuota;
  #last = 0;
  #closed = false;

  /** @param max How many may be open. @param quota Of the server. */
  constructor(max: number, quota: HandleQuota) {
    this.#max = max;
    this.#quota = quota;
  }

  /** How many are open. */
  get size(): number {
    return this.#files.size;
  }

  /** @throws {FsError} EMFILE when as many are open as may be; ENFILE when the server has no more for it. */
  requireRoom(path: string): void {
    const { size } = this.#files;
    if (size >= this.#max) throw new FsError("EMFILE", { syscall: "open", path });
    if (!this.#quota.hasRoom(size)) throw new FsError("ENFILE", { syscall: "open", path });
  }

  /** Gives the handle a number; a handle that comes after the connection has ended is closed. */
  add(handle: Handle, path: string, hasMoreNames: boolean): number {
    if (this.#closed) {
      chain(handle.close(), () => {});
      throw new FsError("ENOTCONN", { syscall: "open", path });
    }
    const number = ++this.#last;
    this.#files.set(number, new OpenFile(handle, path, hasMoreNames));
    this.#quota.count(1);
    return number;
  }

  /** The open file, or undefined when the number has none. */
  get(number: number | bigint): OpenFile | undefined {
    return typeof number === "number" ? this.#files.get(number) : undefined;
  }

  /** Takes the open file out of the table. */
  take(number: number | bigint): OpenFile | undefined {
    const file = this.get(number);
    if (file === undefined || typeof number !== "number") return undefined;
    this.#files.delete(number);
    this.#quota.count(-1);
    return file;
  }

  /** Some file got another name: any of these may be it. */
  linked(): void {
    for (const file of this.#files.values()) file.hasMoreNames = true;
  }

  /** A rename moved what was at or below `from`; an exchange also what was at or below `to`. */
  renamed(from: string, to: string, exchanged: boolean): void {
    const [before, after] = [clean(from), clean(to)];
    for (const file of this.#files.values()) {
      const path = clean(file.path);
      if (isWithin(path, before)) file.path = after + path.slice(before.length);
      else if (exchanged && isWithin(path, after)) file.path = before + path.slice(after.length);
    }
  }

  /** Takes all of them out and closes them, and lets none in any more. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    const closing: MaybePromise<void>[] = [];
    for (const file of this.#files.values()) {
      const { busy } = file;
      const closed = rescue(() => file.close(), () => {});
      // A file that a hanging call still uses closes when the call ends: nobody waits for that here.
      if (!busy) closing.push(closed);
    }
    this.#quota.count(-this.#files.size);
    this.#files.clear();
    await Promise.all(closing);
  }
}
