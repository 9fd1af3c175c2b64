/**
 * The filesystem that a command line names.
 *
 * @module
 */
import {
  type HookEngine,
  newHookEngine,
  newInterceptProvider,
  parseHookRules,
} from "../hooks/mod.ts";
import { newReadonlyProvider } from "../layers/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { newMemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { connectUDS, connectVFS, type RemoteProvider } from "../wire/mod.ts";
import { type Address, cannotConnect, dial } from "./address.ts";
import { CommandError, reasonOf, UsageError } from "./command_error.ts";

/** What the kernel asks of a file that was just made or written comes within this time, in milliseconds. */
const RECENT_MS = 1;

/** How a mount speaks with a server. */
export interface RemoteMemory {
  /** Whether the kernel remembers attributes for a while, so that what was just said need not be asked again. */
  readonly remembers: boolean;
  /** Whether directories are leased also where what others change on the host is seen when the server tells of it. */
  readonly leases: boolean;
}

/** A directory of this machine. */
export async function providerOfDirectory(path: string): Promise<Provider> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (thrown) {
    const advice = thrown instanceof Deno.errors.NotFound ? "Name a directory that exists" : "";
    throw new CommandError(`Cannot use the directory ${path}: ${reasonOf(thrown)}`, advice, {
      cause: thrown,
    });
  }
  if (!info.isDirectory) throw new CommandError(`Cannot use ${path}: it is not a directory`);
  return newRealFSProvider(await Deno.realPath(path));
}

/** An empty filesystem in memory, whose root belongs to the caller. */
export function providerInMemory(): Provider {
  return newMemoryProvider();
}

/** What another process serves, for a mount. */
export async function providerAt(
  address: Address,
  { remembers, leases }: RemoteMemory,
): Promise<RemoteProvider> {
  const recentMs = remembers ? RECENT_MS : 0;
  const options = { fromKernel: true, cache: leases ? "leases" : "exact", recentMs } as const;
  try {
    return address.kind === "socket"
      ? await connectUDS(address.path, { ...options, forMount: true })
      : await connectVFS(await dial(address), options);
  } catch (thrown) {
    throw cannotConnect(address, thrown);
  }
}

/** What stands in front of a provider. */
export interface Guards {
  /** Every change fails with EROFS. */
  readonly readonly?: boolean;
  /** A file of hook rules as JSON. */
  readonly rules?: string;
}

/** A provider behind its guards. */
export interface Guarded {
  /** To be served or mounted; closing it closes all of it. */
  readonly provider: Provider;
  /** The hooks, when there are rules. */
  readonly engine: HookEngine | undefined;
}

/** Puts rules and read-only in front of a provider: hooks see every attempt, also one that is refused. */
export async function guarded(provider: Provider, guards: Guards): Promise<Guarded> {
  const inner = guards.readonly === true ? newReadonlyProvider(provider) : provider;
  if (guards.rules === undefined) return { provider: inner, engine: undefined };
  const engine = newHookEngine(await readRules(guards.rules));
  return { provider: newInterceptProvider(inner, engine), engine };
}

async function readRules(path: string): Promise<ReturnType<typeof parseHookRules>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (thrown) {
    throw new CommandError(`Cannot read the rules in ${path}: ${reasonOf(thrown)}`, "", {
      cause: thrown,
    });
  }
  try {
    return parseHookRules(text);
  } catch (thrown) {
    throw new UsageError(`Cannot use the rules in ${path}: ${reasonOf(thrown)}`, "", {
      cause: thrown,
    });
  }
}
