/**
 * Serves a provider to other processes.
 *
 * @module
 */
import { MODE_PERMISSIONS, timeOption, wholeOption } from "../base/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { ChangeHub } from "./change_hub.ts";
import type { ConnectionHost } from "./connection_host.ts";
import { BUFFER_KEPT } from "./frame_output.ts";
import { HandleQuota } from "./handle_quota.ts";
import { limitsOf, type WireLimits } from "./limits.ts";
import { LeaseQuota } from "./lease_quota.ts";
import { ListingShelf } from "./listing_table.ts";
import { MemoryQuota } from "./memory_offer.ts";
import type { WireObserver } from "./observer.ts";
import { ServerConnection } from "./server_connection.ts";
import { SoleClient } from "./sole_client.ts";
import type { InodeSource } from "./stat_message.ts";
import { channelOf, type WireConnection } from "./transport.ts";
import { listenUnix } from "./unix_socket.ts";
import type { WireListener } from "./wire_listener.ts";

/** Only the user who serves may connect. */
const SOCKET_MODE = 0o600;
/** What the buffers of idle connections take together in bytes: with many, each keeps less. */
const BUFFERS_KEPT = 64 << 20;
/** How long a client may take to let what it asked be answered when the server closes. */
const GRACE_MS = 10_000;
/** The longest look for a request in microseconds, for which the thread does nothing else. */
const SPIN_US_MAX = 1_000_000;
/** How long to wait when the process has no descriptor left for a connection, in milliseconds. */
const ACCEPT_PAUSE_MS = 50;

/** How a server behaves; everything has a default. */
export interface VFSServerOptions {
  /** Limits other than the defaults. */
  readonly limits?: Partial<WireLimits>;
  /** Mode of the socket file; default 0600. */
  readonly socketMode?: number;
  /**
   * Version 1's inode numbers: `"provider"`, the default, takes the provider's own where it has them;
   * `"path"` makes them from paths always, as the Go original does for memory.
   */
  readonly inodes?: InodeSource;
  /**
   * Whether nobody changes what is served but the clients of this server. Then they can watch it even when
   * the provider itself cannot: each hears of the changes of the others, at once and not of its own. No layer
   * may give a file two paths then, as a hook that redirects does. Default false.
   */
  readonly soleOwner?: boolean;
  /**
   * How long the thread looks for the next request of a client that it answers at once, in microseconds, before
   * it waits for it in the event loop: what a program asks next comes within some 50 us, and to be woken takes longer.
   * For a process that does nothing else: timers and other sockets have a turn every five milliseconds then. It
   * is left off with one processor, while several clients are busy, and where it does not help. A client that is for a
   * mount gets memory to share then (`WireLimits.sharersMax`). Only for
   * {@linkcode VFSServer.serveUDS} and what {@linkcode listenUnix} accepts with `polled`, with `--allow-ffi`. Default 0.
   */
  readonly spinUs?: number;
  /**
   * Whether a client that is for a mount on this machine gets the descriptors of the files of the host that it opens
   * ({@linkcode Handle.hostFd}): the kernel then reads and writes them by itself (`FUSE_PASSTHROUGH`,
   * `bench/shared_memory_bench.ts`), also when the server has ended. Only for clients that may do with these files whatever the kernel lets them: nobody
   * is asked about what they do with a descriptor, and it may be opened again in another mode (`/proc/self/fd`). Only
   * where memory is shared (`spinUs`), and not of a provider that is read-only nor with `soleOwner`, as nobody would hear
   * of what is written. Hooks have no such files. Default false.
   */
  readonly passFiles?: boolean;
  /** Told of each request that has been answered. */
  readonly observer?: WireObserver;
  /**
   * Told why a connection (by its number) ended that neither its client nor the server meant to end: a
   * `WireError` or `CborError` for a client that broke the protocol, or what the socket said.
   */
  readonly onBroken?: (thrown: unknown, connection: number) => void;
  /**
   * Told of exceptions that no provider should throw, each as the `cause` of an error that names the operation and
   * its path; default: they are printed.
   */
  readonly onUnexpected?: (thrown: unknown) => void;
}

/** How to close a server. */
export interface CloseOptions {
  /** End connections at once instead of answering what they have asked. */
  readonly abrupt?: boolean;
  /**
   * How long that may take, in milliseconds: whoever does not take his replies by then, or has asked for
   * what does not end, is cut off. Default 10,000.
   */
  readonly graceMs?: number;
}

/** The user that this process is, where it may know. */
function processIds(): { uid: number; gid: number } {
  try {
    return { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  } catch {
    // Without --allow-sys.
    return { uid: 0, gid: 0 };
  }
}

function printUnexpected(thrown: unknown): void {
  console.error("fusewire: unexpected exception in a provider, answered with EIO:", thrown);
}

/**
 * Serves a provider over any number of connections: seed 1's `VFSServer`. Both versions of the protocol
 * are spoken; the client chooses. Open files belong to their connection and are closed with it. The
 * provider belongs to the caller and stays open.
 *
 * @example
 * ```ts
 * import { connectUDS, newMemoryProvider, newVFSServer } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using server = newVFSServer(newMemoryProvider());
 *   await server.serveUDSBackground(`${folder}/workspace.sock`);
 *   await using remote = await connectUDS(`${folder}/workspace.sock`);
 *   await remote.mkdir("/src", 0o755);
 *   assertEquals((await remote.stat("/src")).isDir, true);
 * }
 * await Deno.remove(folder);
 * ```
 */
export class VFSServer {
  readonly #host: ConnectionHost;
  readonly #socketMode: number;
  readonly #connections = new Map<ServerConnection, Promise<void>>();
  readonly #listeners = new Set<WireListener>();
  #last = 0;
  #closed = false;

  /**
   * Serves `provider`.
   *
   * @throws {RangeError} For a number of the options that cannot be used.
   */
  constructor(provider: Provider, options: VFSServerOptions = {}) {
    const { socketMode = SOCKET_MODE, spinUs = 0 } = options;
    this.#socketMode = wholeOption("socketMode", socketMode, { most: MODE_PERMISSIONS });
    timeOption("spinUs", spinUs, { most: SPIN_US_MAX });
    const limits = limitsOf(options.limits);
    this.#host = {
      provider,
      limits,
      inodes: options.inodes ?? "provider",
      self: processIds(),
      observer: options.observer,
      onBroken: options.onBroken,
      hub: new ChangeHub(),
      soleOwner: options.soleOwner ?? false,
      shelf: new ListingShelf(limits.listedEntriesMax),
      opened: new HandleQuota(limits.handlesTotalMax),
      quota: new LeaseQuota(limits),
      memories: new MemoryQuota(limits),
      passFiles: options.passFiles === true && options.soleOwner !== true && !provider.readonly(),
      spinMs: navigator.hardwareConcurrency > 1 ? spinUs / 1000 : 0,
      sole: new SoleClient(),
      held: () => this.heldBytes,
      bufferKept: () => Math.min(BUFFER_KEPT, BUFFERS_KEPT / this.#connections.size),
      linked: () => {
        for (const { handles } of this.#connections.keys()) handles.linked();
      },
      renamed: (from, to, exchanged) => {
        for (const { handles } of this.#connections.keys()) handles.renamed(from, to, exchanged);
      },
      onUnexpected: options.onUnexpected ?? printUnexpected,
    };
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How many files the clients have open. */
  get openHandles(): number {
    return this.#host.opened.used;
  }

  /** How many bytes are held for the clients: replies that they have not taken, and writes under way. */
  get heldBytes(): number {
    let sum = 0;
    for (const connection of this.#connections.keys()) sum += connection.held;
    return sum;
  }

  /**
   * Accepts connections until the listener or the server is closed.
   *
   * @throws Whatever else `accept` fails with; the listener is closed then.
   */
  async serve(listener: WireListener): Promise<void> {
    if (this.#closed) {
      listener.close();
      return;
    }
    this.#listeners.add(listener);
    try {
      for (;;) {
        const connection = await this.#accept(listener);
        if (connection === null) return;
        this.handleConnection(connection);
      }
    } finally {
      if (this.#listeners.delete(listener)) listener.close();
    }
  }

  /** The next connection; null when there will be none. */
  async #accept(listener: WireListener): Promise<WireConnection | null> {
    for (;;) {
      try {
        return await listener.accept();
      } catch (thrown) {
        if (!this.#listeners.has(listener) || isClosed(thrown)) return null;
        if (!isExhausted(thrown)) throw thrown;
        // accept(2): EMFILE and ENFILE pass when other connections end.
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
  }

  /**
   * Serves one connection, of any kind that has a readable and a writable side. The promise settles when
   * the connection has ended and its files are closed; it never rejects.
   */
  async handleConnection(connection: WireConnection): Promise<void> {
    const channel = channelOf(connection);
    if (this.#closed || this.#connections.size >= this.#host.limits.connectionsMax) {
      channel.close();
      return;
    }
    const served = new ServerConnection(this.#host, channel, ++this.#last);
    const running = served.run();
    this.#connections.set(served, running);
    await running;
    this.#connections.delete(served);
  }

  #listen(path: string): Promise<WireListener> {
    const { spinMs, soleOwner, provider } = this.#host;
    // Who leases is given descriptors, for which that of the connection has to be known.
    const polled = spinMs > 0 || (!soleOwner && provider.leases !== undefined);
    return listenUnix(path, this.#socketMode, { polled });
  }

  /**
   * Serves a Unix socket until the server is closed. The socket's file has mode 0600 from its first
   * moment; a stale one is replaced, a live one refused (EADDRINUSE); it is removed at the end.
   */
  async serveUDS(path: string): Promise<void> {
    await this.serve(await this.#listen(path));
  }

  /**
   * As {@linkcode VFSServer.serveUDS}, without waiting for the end: settles as soon as clients can
   * connect. The function that it returns stops listening and ends all connections.
   */
  async serveUDSBackground(path: string): Promise<(options?: CloseOptions) => Promise<void>> {
    const listener = await this.#listen(path);
    const serving = this.serve(listener);
    // Whoever stops it hears of a failure; until then nobody waits for it.
    serving.catch(() => {});
    return async (options?: CloseOptions): Promise<void> => {
      requireGrace(options);
      if (this.#listeners.delete(listener)) listener.close();
      await serving;
      await this.#endConnections(options);
    };
  }

  /**
   * Stops listening, then ends the connections: after they have been answered, or at once.
   *
   * @throws {RangeError} For a `graceMs` that no timer has; then nothing is closed.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    requireGrace(options);
    this.#closed = true;
    for (const listener of this.#listeners) {
      this.#listeners.delete(listener);
      listener.close();
    }
    await this.#endConnections(options);
  }

  async #endConnections({ abrupt, graceMs = GRACE_MS }: CloseOptions = {}): Promise<void> {
    const ending = [...this.#connections];
    for (const [connection] of ending) {
      if (abrupt === true) connection.abort();
      else connection.drain();
    }
    const late = setTimeout(() => {
      for (const [connection] of ending) connection.abort();
    }, graceMs);
    await Promise.all(ending.map(([, running]) => running));
    clearTimeout(late);
  }

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function requireGrace({ graceMs = GRACE_MS }: CloseOptions = {}): void {
  timeOption("graceMs", graceMs);
}

function isClosed(thrown: unknown): boolean {
  return thrown instanceof Deno.errors.BadResource || thrown instanceof Deno.errors.Interrupted;
}

function isExhausted(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !("code" in thrown)) return false;
  return thrown.code === "EMFILE" || thrown.code === "ENFILE" || thrown.code === "ECONNABORTED";
}

/** Seed 1's `NewVFSServer`. */
export function newVFSServer(provider: Provider, options?: VFSServerOptions): VFSServer {
  return new VFSServer(provider, options);
}
