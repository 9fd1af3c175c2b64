/**
 * A client with leases, for tests.
 *
 * @module
 */
import { FsError } from "../../base/mod.ts";
import type { Provider } from "../../provider/mod.ts";
import { type MemoryProvider, newMemoryProvider } from "../../providers/mod.ts";
import type { RemoteProvider } from "../remote_provider.ts";
import { VFSServer, type VFSServerOptions } from "../vfs_server.ts";
import { Leasable } from "./leasable.ts";
import { linked } from "./linked.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The time as leases see it, which stands still: however slow the machine is, they do not become old by themselves. */
export class StoppedClock implements Disposable {
  #time = performance.now();

  /** Stops it. */
  constructor() {
    Object.defineProperty(performance, "now", { configurable: true, value: () => this.#time });
  }

  /** Some milliseconds pass. */
  advance(ms: number): void {
    this.#time += ms;
  }

  /** Lets it go on. */
  [Symbol.dispose](): void {
    Reflect.deleteProperty(performance, "now");
  }
}

/** A server that others go around, a client that leases, and one that does not. */
export interface World extends AsyncDisposable {
  readonly clock: StoppedClock;
  readonly memory: MemoryProvider;
  readonly leasable: Leasable;
  readonly mine: RemoteProvider;
  readonly other: RemoteProvider;
}

export async function world(options: VFSServerOptions = {}): Promise<World> {
  const memory = newMemoryProvider();
  memory.mkdirAll("/d/sub", 0o755);
  memory.mkdir("/e", 0o755);
  memory.writeFile("/d/f", bytes("hello"), 0o640);
  memory.writeFile("/d/sub/g", bytes("deep"), 0o640);
  memory.symlink("d", "/link");
  const leasable = new Leasable(memory);
  const server = new VFSServer(leasable, options);
  const mine = await linked(server, { cache: "leases" });
  const other = await linked(server);
  const clock = new StoppedClock();
  const end = async (): Promise<void> => {
    clock[Symbol.dispose]();
    await mine.close();
    await other.close();
    await server.close();
  };
  return { clock, memory, leasable, mine, other, [Symbol.asyncDispose]: end };
}

/** The size of what is at a path, or the error. */
export async function look(provider: Provider, path: string): Promise<string> {
  try {
    return String((await provider.lstat(path)).size);
  } catch (thrown) {
    if (thrown instanceof FsError) return thrown.code;
    throw thrown;
  }
}

/** Looks until there is nothing more to ask. */
export async function learn(provider: RemoteProvider, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    for (let round = 0; round < 3; round++) await look(provider, path);
  }
}

/** How many requests `run` makes. */
export async function requestsOf(remote: RemoteProvider, run: () => unknown): Promise<number> {
  const before = remote.client.requestCount;
  await run();
  return remote.client.requestCount - before;
}
