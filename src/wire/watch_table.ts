/**
 * What one connection watches.
 *
 * @module
 */
import { clean, FsError, toErrno } from "../base/mod.ts";
import type { Context, Provider } from "../provider/mod.ts";
import type { ChangeHub, ChangeKind } from "./change_hub.ts";
import { NOTICES } from "./vfs_response.ts";

/** Sends a notice: the watch's number, the kind as an index of `NOTICES`, the path, and an errno or 0. */
export type SendNotice = (watch: number, kind: number, path: string, errno: number) => void;

/** What a table of watches needs. */
export interface WatchSource {
  /** The filesystem, asked where it can watch. */
  readonly provider: Provider;
  /** Told of what other connections change, at once. */
  readonly hub: ChangeHub;
  /** Whether the hub is told of everything: then nobody else is asked. */
  readonly soleOwner: boolean;
  /** How many watches there may be. */
  readonly watchesMax: number;
  /** Whether the client takes notices fast enough. */
  readonly hasRoom: () => boolean;
  /** Sends a notice. */
  readonly send: SendNotice;
}

/** The kind of the notice that ends a watch. */
const ENDED = NOTICES.indexOf("ended");
const OVERFLOW = NOTICES.indexOf("overflow");

/**
 * Watches by their number. A client that does not take its notices loses them, and is told of it with one
 * `overflow` when it takes them again: they never pile up.
 */
export class WatchTable {
  readonly #source: WatchSource;
  readonly #stops = new Map<number, () => void>();
  /** Watches that have lost notices. */
  readonly #overflown = new Set<number>();
  #last = 0;

  /** Watches on behalf of one connection. */
  constructor(source: WatchSource) {
    this.#source = source;
  }

  /** Begins to watch `path` for `origin`; returns the number of the watch. */
  add(origin: object, path: string, context: Context): number {
    const { hub, soleOwner, watchesMax } = this.#source;
    if (this.#stops.size >= watchesMax) throw new FsError("ENOSPC", { syscall: "watch", path });
    const number = ++this.#last;
    // What the provider sees comes later, and with the client's own changes.
    const stopProvider = soleOwner ? () => {} : this.#follow(number, path, context);
    const stopHub = hub.subscribe(origin, path, (kind, at) => this.#tell(number, kind, at));
    this.#stops.set(number, () => {
      stopHub();
      stopProvider();
    });
    return number;
  }

  /** Passes on what the provider sees. */
  #follow(number: number, path: string, context: Context): () => void {
    if (!this.#source.provider.capabilities.has("watch")) {
      throw new FsError("ENOSYS", { syscall: "watch", path });
    }
    const controller = new AbortController();
    const { uid, gid } = context;
    const events = this.#source.provider.watch(path, { uid, gid, signal: controller.signal });
    const run = async (): Promise<void> => {
      try {
        for await (const { kind, path: at } of events) this.#tell(number, kind, at);
        this.#end(number, path, 0);
      } catch (thrown) {
        this.#end(number, path, toErrno(thrown).number);
      }
    };
    run();
    return () => controller.abort();
  }

  #tell(number: number, kind: ChangeKind, path: string): void {
    if (!this.#stops.has(number)) return;
    if (this.#overflown.has(number) || !this.#source.hasRoom()) this.#overflown.add(number);
    else this.#source.send(number, NOTICES.indexOf(kind), clean(path), 0);
  }

  #end(number: number, path: string, errno: number): void {
    if (!this.#stops.has(number)) return;
    this.remove(number);
    this.#source.send(number, ENDED, clean(path), errno);
  }

  /** The client has taken what waited: those that have lost notices hear of it. */
  drained(): void {
    if (this.#overflown.size === 0) return;
    for (const number of this.#overflown) this.#source.send(number, OVERFLOW, "/", 0);
    this.#overflown.clear();
  }

  /** Ends a watch; an unknown one is no error. */
  remove(number: number | bigint): void {
    if (typeof number !== "number") return;
    const stop = this.#stops.get(number);
    this.#stops.delete(number);
    this.#overflown.delete(number);
    stop?.();
  }

  /** Ends all. */
  clear(): void {
    for (const number of [...this.#stops.keys()]) this.remove(number);
  }
}
