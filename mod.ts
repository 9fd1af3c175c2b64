/**
 * fusewire: write a filesystem in TypeScript and give it to anyone: to code in the same process, to a
 * sandbox or a microVM over a socket, and to the Linux kernel as a real mount.
 *
 * A filesystem is a {@linkcode Provider}: methods on paths, which answer at once or with a promise, throw an
 * {@linkcode FsError} with a Linux errno, and hand out {@linkcode Handle}s. This module has no dependency, needs no
 * permission to be imported, and holds everything but the mount:
 *
 * | to                        | use                                                                        |
 * | ------------------------- | -------------------------------------------------------------------------- |
 * | have files                | {@linkcode MemoryProvider}, {@linkcode RealFSProvider}                       |
 * | write one of your own     | {@linkcode BaseProvider}, {@linkcode BaseHandle}                             |
 * | work with any of them     | {@linkcode readFile}, {@linkcode writeFile}, {@linkcode mkdirAll}, {@linkcode walk}, {@linkcode copyTree} |
 * | have a tree as an archive | {@linkcode writeTar}, {@linkcode readTar}                                    |
 * | allow reading only        | {@linkcode newReadonlyProvider}                                              |
 * | join several into one     | {@linkcode newMountRouter}                                                   |
 * | see, refuse, change       | {@linkcode newHookEngine}, {@linkcode newInterceptProvider}                  |
 * | write a layer of your own | {@linkcode Forward}, {@linkcode ForwardHandle}                               |
 * | serve it over a socket    | {@linkcode newVFSServer}                                                     |
 * | use one over a socket     | {@linkcode connectUDS}                                                       |
 *
 * `@fusewire/vfs/fuse` mounts a provider into the kernel, `@fusewire/vfs/conformance` tells whether it
 * behaves as a filesystem should, `@fusewire/vfs/cli` is the command line.
 *
 * What goes beyond the core of a provider is declared: look into {@linkcode Provider.capabilities} before
 * you rely on links, owners, locks and so on; what is not declared answers ENOSYS. Layers declare what they wrap.
 *
 * Do not `await` in a loop what is there already: {@linkcode chain} uses a value at once when it can, and
 * `await` is right everywhere else.
 *
 * @example A workspace that others may read, with a scratch directory, and a rule in front of it
 * ```ts
 * import {
 *   MemoryProvider,
 *   newHookEngine,
 *   newInterceptProvider,
 *   newMountRouter,
 *   newReadonlyProvider,
 *   readFile,
 *   writeFile,
 * } from "@fusewire/vfs";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const sources = new MemoryProvider();
 * await writeFile(sources, "/main.ts", "console.log(1);");
 * const tree = newMountRouter({
 *   "/workspace": newReadonlyProvider(sources),
 *   "/tmp": new MemoryProvider(),
 * });
 * const engine = newHookEngine([{ ops: ["create"], namePattern: "*.env", action: "block" }]);
 * const workspace = newInterceptProvider(tree, engine);
 *
 * assertEquals((await readFile(workspace, "/workspace/main.ts")).length, 15);
 * await writeFile(workspace, "/tmp/notes", "all mine");
 * assertThrows(() => workspace.unlink("/workspace/main.ts"), Error, "EROFS");
 * assertThrows(() => workspace.create("/tmp/prod.env", 0o600), Error, "EPERM");
 * ```
 *
 * @module
 */
export * from "./src/base/mod.ts";
export * from "./src/provider/mod.ts";
export * from "./src/providers/mod.ts";
export * from "./src/layers/mod.ts";
export * from "./src/hooks/mod.ts";
export * from "./src/wire/mod.ts";
