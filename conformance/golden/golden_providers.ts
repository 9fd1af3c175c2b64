/**
 * Every provider and layer, for replays.
 *
 * @module
 */
import MapProvider from "../../fixtures/providers/map_provider.ts";
import { newHookEngine, newInterceptProvider } from "../../src/hooks/mod.ts";
import { MountRouter, ReadonlyProvider } from "../../src/layers/mod.ts";
import { Forward, type Provider } from "../../src/provider/mod.ts";
import { MemoryProvider, newMemoryProvider, RealFSProvider } from "../../src/providers/mod.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import { WireLink } from "../subjects/wire_link.ts";

/** The moment at which everything in a golden filesystem happens. */
const MOMENT = { sec: 1_800_000_000, nsec: 123_456_789 };

/** What the sessions are recorded with: the same in every run, times included. */
export function goldenMemory(): MemoryProvider {
  return newMemoryProvider({ clock: () => MOMENT });
}

/** A provider for one replay. */
export interface GoldenProvider extends AsyncDisposable {
  /** The provider, empty. */
  readonly provider: Provider;
}

/** Fills a new filesystem, before any layer is in the way. */
export type Fill = (provider: Provider) => Promise<void>;

/** A layer that changes nothing. */
class Passing extends Forward {}

class Lent implements GoldenProvider {
  readonly provider: Provider;
  readonly #end: () => Promise<void>;

  constructor(provider: Provider, end: () => Promise<void>) {
    this.provider = provider;
    this.#end = end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}

type Make = (fill: Fill) => Promise<GoldenProvider>;

/** Something around a filesystem in memory, or another that `inner` makes. */
function over(
  wrap: (inner: Provider) => Provider,
  inner: () => Provider = () => new MemoryProvider(),
): Make {
  return async (fill) => {
    const filled = inner();
    await fill(filled);
    const provider = wrap(filled);
    return new Lent(provider, async () => await provider.close());
  };
}

function real(ffi: boolean): Make {
  return async (fill) => {
    const directory = await Deno.makeTempDir({ dir: HOST_DIRECTORY, prefix: "fusewire-golden-" });
    await Deno.chmod(directory, 0o755);
    const provider = new RealFSProvider(directory, { ffi });
    await fill(provider);
    return new Lent(provider, async () => {
      await provider.close();
      await Deno.remove(directory, { recursive: true });
    });
  };
}

function remote(version: 1 | 2): Make {
  return async (fill) => {
    const served = new MemoryProvider();
    await fill(served);
    const link = await WireLink.to(served, version);
    return new Lent(link.remote, () => link[Symbol.asyncDispose]());
  };
}

/** All of them, by name. */
export const GOLDEN_PROVIDERS: ReadonlyMap<string, Make> = new Map([
  ["MemoryProvider", over((memory) => memory)],
  ["RealFSProvider", real(true)],
  ["RealFSProvider without FFI", real(false)],
  ["RemoteProvider, version 1", remote(1)],
  ["RemoteProvider, version 2", remote(2)],
  ["Forward", over((memory) => new Passing(memory))],
  ["ReadonlyProvider", over((memory) => new ReadonlyProvider(memory))],
  ["MountRouter", over((memory) => new MountRouter({ "/": memory }))],
  ["InterceptProvider", over((memory) => newInterceptProvider(memory, newHookEngine([])))],
  ["a stranger's provider", over((map) => map, () => new MapProvider())],
]);
