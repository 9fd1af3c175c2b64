/**
 * Mounting what another thread serves.
 *
 * @module
 */
import {
  endOrCut,
  FuseMountError,
  initWishes,
  type KernelMount,
  mountKernel,
  serveOrUnmount,
  type UnmountOptions,
} from "../fuse/mod.ts";
import { refuseOptions } from "../nodefs/mod.ts";
import type { AgreementMessage, WorkerOptions } from "./module_message.ts";
import { ModuleWorker } from "./module_worker_thread.ts";

/** How {@linkcode mountModule} mounts. */
export interface ModuleMountOptions extends WorkerOptions {
  /**
   * How many workers serve, each with a module of its own and a descriptor of its own
   * (FUSE_DEV_IOC_CLONE). More than one is for a `RawFileSystem` whose node ids and handles mean the same in
   * all of them: trees of nodes and providers live in one thread. Default 1.
   */
  readonly loops?: number;
  /** Where diagnostics of all workers go. Default `console.error`. */
  readonly logger?: (line: string) => void;
}

/** What a tree of nodes in this thread does not have. */
const OF_MODULES = { watch: true, soleOwner: true, loops: true } as const;

/** The most loops that anybody may ask for. */
const LOOPS_MAX = 64;

/** A filesystem that other threads serve: this one may use it as it likes. */
export class ModuleMount implements AsyncDisposable {
  /** Where it is mounted: absolute, without symbolic links. */
  readonly mountpoint: string;
  /** Resolves when the mount has ended, by whomever; rejects when serving it failed. */
  readonly finished: Promise<void>;
  /** Whether a mount that a dead process had left here was taken away first. */
  readonly replacedStale: boolean;
  readonly #kernel: KernelMount;
  readonly #left = Promise.withResolvers<void>();

  /** For {@linkcode mountModule}. */
  constructor(kernel: KernelMount, workers: readonly ModuleWorker[]) {
    this.#kernel = kernel;
    this.mountpoint = kernel.mountpoint;
    this.replacedStale = kernel.replacedStale;
    this.finished = this.#end(workers);
    this.finished.catch(() => {});
  }

  async #end(workers: readonly ModuleWorker[]): Promise<void> {
    try {
      const finished = Promise.all(workers.map((worker) => worker.finished));
      await Promise.race([finished, this.#left.promise]);
    } finally {
      // A worker that failed may still wait for the kernel, which holds the descriptor.
      endAll(workers);
      this.#kernel.dispose();
    }
  }

  /**
   * Ends the mount and waits until every request has been answered. Who has the filesystem elsewhere, in another
   * namespace or as a bind mount, loses it, unless it ends lazily.
   *
   * @throws {FuseMountError} When the mount is busy, or another mount covers it; the message names what it is.
   */
  async unmount(options: UnmountOptions = {}): Promise<void> {
    await this.#kernel.unmount(options);
    if (options.lazy === true) await this.finished;
    else await endOrCut(this.finished, this.#left.resolve);
  }

  /**
   * Unmounts; a busy mount is taken away lazily. One that cannot be taken away is no longer served.
   *
   * @throws {FuseMountError} When it could not be taken away.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.unmount();
    } catch (thrown) {
      if (!(thrown instanceof FuseMountError)) throw thrown;
      await this.#unmountOrLeave();
    }
  }

  async #unmountOrLeave(): Promise<void> {
    try {
      await this.unmount({ lazy: true });
    } catch (thrown) {
      this.#left.resolve();
      await this.finished;
      throw thrown;
    }
  }
}

/**
 * Mounts the default export of a module, which a worker loads and serves: a provider, a node, a
 * `RawFileSystem`, or a class or function that makes one. The calling thread may use the mount
 * synchronously, also with its working directory there; elsewhere it would wait for itself.
 *
 * What nobody catches in the module is logged, and the mount goes on. A provider is closed at the end.
 *
 * @param url The module, absolute: `import.meta.resolve("./my_provider.ts")`.
 * @param path An existing directory.
 * @throws {FuseMountError} With what to do about it.
 *
 * @example
 * ```ts ignore
 * import { mountModule } from "@fusewire/vfs/fuse";
 *
 * await using mounted = await mountModule(import.meta.resolve("./my_provider.ts"), "/mnt/mine");
 * console.log(Deno.readTextFileSync("/mnt/mine/hello"));
 * ```
 */
export async function mountModule(
  url: string | URL,
  path: string,
  options: ModuleMountOptions = {},
): Promise<ModuleMount> {
  const { loops = 1, logger = (line) => console.error(line), ...forWorkers } = options;
  if (!Number.isInteger(loops) || loops < 1 || loops > LOOPS_MAX) {
    throw new FuseMountError(path, `Cannot mount on ${path} with loops ${loops}`, "1 to 64");
  }
  refuseOptions(path, options, OF_MODULES);
  initWishes(path, forWorkers);
  const workers = Array.from({ length: loops }, () => new ModuleWorker(logger));
  try {
    const loaded = await Promise.all(workers.map((worker) => worker.load(String(url))));
    const [first] = loaded;
    if (loops > 1 && first?.isRaw !== true) {
      throw new FuseMountError(
        path,
        `Cannot mount on ${path} with ${loops} loops`,
        "Trees of nodes and providers live in one thread: only a RawFileSystem can have several",
      );
    }
    const readOnly = forWorkers.readOnly ?? first?.readOnly ?? false;
    const kernel = await mountKernel(path, { ...forWorkers, readOnly });
    const serve = () => start(workers, kernel, { ...forWorkers, readOnly });
    await serveOrUnmount(kernel, serve, () => endAll(workers));
    return new ModuleMount(kernel, workers);
  } catch (thrown) {
    endAll(workers);
    throw thrown;
  }
}

function endAll(workers: readonly ModuleWorker[]): void {
  for (const worker of workers) worker.end();
}

/** The first worker agrees with the kernel, the others then clone its descriptor. */
async function start(
  workers: readonly ModuleWorker[],
  { mountpoint, fd }: KernelMount,
  options: WorkerOptions,
): Promise<void> {
  const channel = `fusewire-${crypto.randomUUID()}`;
  let agreement: AgreementMessage | null = null;
  for (const [index, worker] of workers.entries()) {
    await worker.serve({ kind: "serve", mountpoint, fd, options, channel, agreement });
    if (index === 0 && workers.length > 1) agreement = await worker.agreed;
  }
}
