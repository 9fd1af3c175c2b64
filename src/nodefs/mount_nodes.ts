/**
 * Mounting a tree of nodes.
 *
 * @module
 */
import {
  BackingFiles,
  DebugLog,
  Device,
  initWishes,
  type KernelMount,
  mountKernel,
  serveOrUnmount,
  Session,
  type SessionOptions,
} from "../fuse/mod.ts";
import type { Bridge } from "./bridge.ts";
import { refuseOptions } from "./known_options.ts";
import { Mount } from "./mount.ts";
import { newNodeFS } from "./new_node_fs.ts";
import type { InodeEmbedder } from "./node.ts";
import { type Options, ROOT_STABLE_ATTR, TIMEOUT_DEFAULT_MS } from "./options.ts";

/**
 * Seed 2's `fs.Mount`: mounts the tree below `root` on a directory, and serves it until it is unmounted.
 *
 * @param root The root node; a new object for each mount.
 * @param path An existing directory.
 * @throws {FuseMountError} With what to do about it.
 *
 * @example
 * ```ts ignore
 * import { MemRegularFile, mountNodes, Node } from "@fusewire/vfs/fuse";
 *
 * class Hello extends Node {
 *   onAdd(): void {
 *     const file = new MemRegularFile(new TextEncoder().encode("Hello, world\n"));
 *     const inode = this.embeddedInode();
 *     inode.addChild("hello", inode.newPersistentInode(file, { mode: 0, ino: 0 }));
 *   }
 * }
 *
 * await using mounted = await mountNodes(new Hello(), "/mnt/hello");
 * await mounted.finished;
 * ```
 */
export async function mountNodes(
  root: InodeEmbedder,
  path: string,
  options: Options = {},
): Promise<Mount> {
  refuseOptions(path, options);
  initWishes(path, options); // what is refused is refused before anything is mounted
  const bridge = await plant(root, options);
  const kernel = await mountKernel(path, options);
  return await serveOrUnmount(kernel, () => serve(bridge, kernel, options));
}

/** The second half of {@linkcode mountNodes}: serves what has been mounted already. */
export async function serveNodes(
  root: InodeEmbedder,
  kernel: KernelMount,
  options: Options,
): Promise<Mount> {
  return serve(await plant(root, options), kernel, options);
}

async function plant(root: InodeEmbedder, options: Options): Promise<Bridge> {
  const rootStableAttr = options.rootStableAttr ?? await root.rootStableAttr?.() ??
    ROOT_STABLE_ATTR;
  return newNodeFS(root, { ...options, rootStableAttr });
}

function serve(bridge: Bridge, kernel: KernelMount, options: Options): Mount {
  const sessionOptions = sessionOptionsOf(kernel.mountpoint, options);
  const device = new Device(kernel.fd, kernel.dispose);
  bridge.backingFiles = new BackingFiles(device);
  const session = new Session(device, bridge, sessionOptions);
  bridge.notices = session.notices;
  bridge.tree.callbacks = options.serverCallbacks ?? session.notices;
  return new Mount({
    kernel,
    session,
    wakeFd: device.wakeFd,
    bridge,
    report: sessionOptions.report,
  });
}

/** What a session is told of the options of its mount. */
export function sessionOptionsOf(mountpoint: string, options: Options): SessionOptions {
  const log = unfailing(options.logger ?? ((line) => console.error(line)));
  return {
    wishes: initWishes(mountpoint, options),
    entryTimeoutMs: options.entryTimeoutMs ?? TIMEOUT_DEFAULT_MS,
    attrTimeoutMs: options.attrTimeoutMs ?? TIMEOUT_DEFAULT_MS,
    loop: options.loop ?? {},
    patient: options.patient ?? false,
    report: (problem) => log(`fusewire: ${mountpoint}: ${describe(problem)}`),
    ...(options.debug === true ? { trace: new DebugLog(log) } : {}),
  };
}

/** Who cannot log must not end the service. */
function unfailing(log: (line: string) => void): (line: string) => void {
  return (line) => {
    try {
      log(line);
    } catch {
      // Nobody is left who could be told.
    }
  };
}

function describe(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const cause = problem.cause === undefined ? "" : `: ${describe(problem.cause)}`;
  return problem.message + cause;
}
