/**
 * The filesystems that work is done on.
 *
 * @module
 */
import { FusewireProcess } from "../scenarios/fusewire_process.ts";

/** A mount of what; `-wire` has another process serve it over a Unix socket. */
export type GroundKind = "memory" | "real" | "memory-wire" | "real-wire";

/** All of them. */
export const GROUND_KINDS: readonly GroundKind[] = ["memory", "real", "memory-wire", "real-wire"];

/** What root asks for to have a mount behave as any other filesystem; others get their own mount. */
const ROOT_OPTIONS = "allow_other,default_permissions,dev,suid";

/** A mounted filesystem, served by processes of its own. */
export interface Ground extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /** The directory that is served, as the server sees it. */
  readonly served?: string;
  /** Unmounts, and expects that nobody complains. */
  end(): Promise<void>;
}

/** Mounts an empty filesystem of a kind below a folder of the machine's own disk. */
export async function openGround(kind: GroundKind, below: string): Promise<Ground> {
  const [folder, served, socket] = [`${below}/mount`, `${below}/served`, `${below}/socket`];
  await Deno.mkdir(folder, { recursive: true });
  await Deno.mkdir(served, { recursive: true });
  await using opening = new AsyncDisposableStack();
  const processes: FusewireProcess[] = [];
  const start = async (...args: string[]): Promise<void> => {
    processes.unshift(opening.use(await FusewireProcess.start({}, ...args)));
  };
  const source = kind.startsWith("memory") ? ["--memory"] : ["--dir", served];
  if (kind.endsWith("-wire")) {
    const what = kind === "memory-wire" ? "--memory" : served;
    await start("serve", what, "--socket", socket);
    source.splice(0, 2, "--socket", socket);
  }
  await start("mount", folder, ...source, ...(Deno.uid() === 0 ? ["-o", ROOT_OPTIONS] : []));
  const closing = opening.move();
  return {
    folder,
    ...(kind.startsWith("real") ? { served } : {}),
    async end(): Promise<void> {
      for (const one of processes) {
        const { code, errors } = await one.end("SIGTERM");
        if (code !== 0 || errors !== "") throw new Error(`fusewire ended with ${code}: ${errors}`);
      }
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
