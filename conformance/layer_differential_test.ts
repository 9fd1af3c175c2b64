/**
 * Layers that change nothing, against the same provider without them: random operations, same answers, same
 * final tree.
 *
 * `FUSEWIRE_FUZZ=200000` does that many operations; `FUSEWIRE_SEED` repeats a run.
 *
 * @module
 */
import fc from "fast-check";
import {
  Forward,
  MemoryProvider,
  newHookEngine,
  newHookEngineWithCallbacks,
  newInterceptProvider,
  newMountRouter,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  type Provider,
} from "../mod.ts";
import { compare } from "./differential/compare.ts";
import {
  anyOperation,
  fileOperation,
  sparseOperation,
} from "./differential/operation_arbitrary.ts";
import type { Operation } from "./differential/operation.ts";

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
const LAYERS: [name: string, make: () => Provider, data?: fc.Arbitrary<Operation>][] = [
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
    fileOperation,
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
    fileOperation,
  ],
  ["an intercepting provider that is observed", () => {
    const engine = newHookEngine([]);
    engine.setEventFunc(() => {});
    return newInterceptProvider(memory(), engine);
  }],
];

const operations = Number(Deno.env.get("FUSEWIRE_FUZZ") ?? 12_000);
const seed = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 0x7fff_ffff);
const PER_RUN = 60;

/** Runs random sequences; fast-check shrinks what fails and prints the seed. */
async function fuzz(
  make: () => Provider,
  operation: fc.Arbitrary<Operation>,
  before: readonly Operation[],
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: PER_RUN * 2, size: "max" }), async (more) => {
      await compare(make(), memory(), [...before, ...more]);
    }),
    { numRuns: Math.ceil(operations / LAYERS.length / 2 / PER_RUN), seed },
  );
}

const OPEN: readonly Operation[] = [
  { op: "open", slot: 0, path: "/a", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 1, path: "/b", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 2, path: "/a", flags: O_RDWR | O_APPEND, mode: 0 },
];

for (const [name, make, data = sparseOperation] of LAYERS) {
  Deno.test(`random operations through ${name} answer as without it`, async () => {
    await fuzz(make, anyOperation, []);
  });

  Deno.test(`random reads and writes through ${name} answer as without it`, async () => {
    await fuzz(make, data, OPEN);
  });
}
