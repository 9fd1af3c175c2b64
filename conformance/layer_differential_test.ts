/**
 * Layers that change nothing, against the same provider without them: random operations, same answers, same
 * final tree.
 *
 * `FUSEWIRE_FUZZ=200000` does that many operations; `FUSEWIRE_SEED` repeats a run.
 *
 * @module
 */
import {
  Forward,
  MemoryProvider,
  newHookEngine,
  newHookEngineWithCallbacks,
  newInterceptProvider,
  newMountRouter,
  type Provider,
} from "../mod.ts";
import { assertSame, operationsWanted } from "./differential/assert_same.ts";
import { DATA, NAMES, type Profile, SPARSE } from "./fuzz/profile.ts";

/** Which arguments of a method are paths of the tree; the target of a symbolic link is not. */
const PATHS: Record<string, readonly number[]> = {
  stat: [0],
  lstat: [0],
  readDir: [0],
  open: [0],
  create: [0],
  mkdir: [0],
  mknod: [0],
  chmod: [0],
  chown: [0],
  lchown: [0],
  truncate: [0],
  remove: [0],
  unlink: [0],
  rmdir: [0],
  rename: [0, 1],
  rename2: [0, 1],
  link: [0, 1],
  linkHandle: [1],
  symlink: [1],
  readlink: [0],
  getXattr: [0],
  setXattr: [0],
  listXattr: [0],
  removeXattr: [0],
};

/** The tree below a directory of a provider, as a provider. */
class Below extends Forward {
  constructor(inner: Provider, directory: string) {
    super(inner);
    const below = (path: unknown) => `${directory}${path === "/" ? "" : path}`;
    for (const [method, indexes] of Object.entries(PATHS)) {
      const call: unknown = Reflect.get(inner, method);
      if (typeof call !== "function") throw new TypeError(method);
      Object.defineProperty(this, method, {
        value: (...given: unknown[]): unknown =>
          call.apply(inner, given.map((value, at) => indexes.includes(at) ? below(value) : value)),
      });
    }
  }
}

const memory = () => new MemoryProvider();

/**
 * Layers that must not change what a filesystem does. Copies that go through hooks may end early and fill
 * holes, so those layers are asked for none.
 */
const LAYERS: [name: string, make: () => Provider, data?: Profile][] = [
  ["a router with a mount at its root", () => newMountRouter({ "/": memory() })],
  [
    "a router with nested mounts",
    () => new Below(newMountRouter({ "/m/n": memory(), "/": memory(), "/m": memory() }), "/m/n"),
  ],
  [
    "an intercepting provider without hooks",
    () => newInterceptProvider(memory(), newHookEngine([])),
  ],
  [
    "an intercepting provider with hooks for everything",
    () =>
      newInterceptProvider(
        memory(),
        newHookEngineWithCallbacks([{ before: () => {} }, { phase: "after", after: () => {} }]),
      ),
    DATA,
  ],
  [
    "an intercepting provider whose hooks answer later",
    () =>
      newInterceptProvider(
        memory(),
        newHookEngineWithCallbacks([
          { before: () => Promise.resolve() },
          { phase: "after", after: () => Promise.resolve() },
        ]),
      ),
    DATA,
  ],
  ["an intercepting provider that is observed", () => {
    const engine = newHookEngine([]);
    engine.setEventFunc(() => {});
    return newInterceptProvider(memory(), engine);
  }],
];

const operations = Math.ceil(operationsWanted(12_000) / LAYERS.length / 2);

for (const [name, make, data = { ...SPARSE, holes: true }] of LAYERS) {
  Deno.test(`random operations through ${name} answer as without it`, async () => {
    await assertSame({ make, model: memory, profile: NAMES, operations });
  });

  Deno.test(`random reads and writes through ${name} answer as without it`, async () => {
    await assertSame({ make, model: memory, profile: data, operations });
  });
}
