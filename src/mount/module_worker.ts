/**
 * The worker of `mountModule`: loads the module and serves what it exports, while the thread that mounted it
 * does what it likes.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { MaybePromise } from "../base/mod.ts";
import { Device, type KernelMount, type RawFileSystem, Session } from "../fuse/mod.ts";
import { duplicate } from "../libc/mod.ts";
import { type InodeEmbedder, serveNodes, sessionOptionsOf } from "../nodefs/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { fromMessage, type FromWorker, toMessage, type ToWorker } from "./module_message.ts";
import { type MountOptions, serveProvider } from "./mount.ts";

/** What a module may export. */
type Mountable = Provider | InodeEmbedder | RawFileSystem;

type Serve = Extract<ToWorker, { readonly kind: "serve" }>;

const tell = (message: FromWorker): void => self.postMessage(message);
const log = (line: string): void => tell({ kind: "log", line });
let mountable: Mountable | null = null;

function isMountable(value: unknown): value is Mountable {
  if (typeof value !== "object" || value === null) return false;
  return isNode(value) || isRaw(value) || ("capabilities" in value && "stat" in value);
}

function isNode(value: object): value is InodeEmbedder {
  return "embeddedInode" in value;
}

function isRaw(value: object): value is RawFileSystem {
  return "lookup" in value && "forget" in value && "init" in value;
}

function isClass(value: object): value is new () => unknown {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

function isFactory(value: unknown): value is () => MaybePromise<unknown> {
  return typeof value === "function";
}

async function load(url: string): Promise<Mountable> {
  const { default: exported }: { readonly default?: unknown } = await import(url);
  const value = !isFactory(exported)
    ? exported
    : isClass(exported)
    ? new exported()
    : await exported();
  if (isMountable(value)) return value;
  throw new TypeError(
    `The default export of ${url} must be a provider, a node or a RawFileSystem, or a class or ` +
      "function that makes one",
  );
}

/** The kernel's side is the other thread's: it unmounts, and closes the descriptor. */
function kernelOf({ mountpoint, fd }: Serve): KernelMount {
  const unmount = (): Promise<void> => Promise.reject(new TypeError("Not from here"));
  return { mountpoint, fd, replacedStale: false, unmount, dispose: () => {} };
}

async function serve(served: Mountable, order: Serve): Promise<void> {
  const options: MountOptions = { ...order.options, logger: log };
  if (isRaw(served) && !isNode(served)) return await serveRaw(served, order, options);
  const kernel = kernelOf(order);
  const mounted = isNode(served)
    ? await serveNodes(served, kernel, options)
    : await serveProvider(served, kernel, options);
  tell({ kind: "serving", wakeFd: duplicate(mounted.wakeFd) });
  await mounted.finished;
  // Nobody else can have it.
  if (!isNode(served)) await served.close();
}

async function serveRaw(fs: RawFileSystem, order: Serve, options: MountOptions): Promise<void> {
  const { agreement, fd } = order;
  const device = agreement === null ? new Device(fd, () => {}) : Device.clone(fd);
  using channel = new InterruptChannel(order.channel);
  const session = new Session(device, fs, {
    ...sessionOptionsOf(order.mountpoint, options),
    ...(agreement === null ? {} : { agreement: fromMessage(agreement) }),
    interruptElsewhere: (unique) => channel.tell(unique),
  });
  channel.listen((unique) => void session.interrupt(unique));
  if (agreement === null) {
    session.agreed.then((agreed) => tell({ kind: "agreed", agreement: toMessage(agreed) }));
  }
  tell({ kind: "serving", wakeFd: duplicate(device.wakeFd) });
  await session.run();
}

/** The kernel gives an INTERRUPT to whoever reads next, which need not be who serves the request. */
class InterruptChannel implements Disposable {
  readonly #channel: BroadcastChannel;

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
  }

  tell(unique: number): void {
    this.#channel.postMessage(unique);
  }

  listen(use: (unique: number) => void): void {
    this.#channel.onmessage = ({ data }) => use(Number(data));
  }

  [Symbol.dispose](): void {
    this.#channel.close();
  }
}

async function obey(message: ToWorker): Promise<void> {
  if (message.kind === "load") {
    mountable = await load(message.url);
    const readOnly = "readonly" in mountable && mountable.readonly();
    tell({ kind: "loaded", readOnly, isRaw: isRaw(mountable) && !isNode(mountable) });
  } else if (mountable !== null) {
    await serve(mountable, message);
    tell({ kind: "finished" });
  }
}

const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : `${thrown}`;

// What nobody awaits in the module must not end the mount, as it would end the worker.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  log(`fusewire: nobody caught: ${reasonOf(event.reason)}`);
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  log(`fusewire: nobody caught: ${event.message}`);
});
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  obey(data).catch((thrown) => tell({ kind: "failed", reason: reasonOf(thrown) }));
};
