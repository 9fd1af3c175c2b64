import { assert, assertEquals } from "@std/assert";
import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type Capability,
  type CapabilitySet,
  chain,
  connectVFS,
  type Context,
  CORE_ONLY,
  Forward,
  ForwardHandle,
  FsError,
  type Handle,
  isCapability,
  type MaybePromise,
  memoryPipe,
  MemoryProvider,
  newHookEngine,
  newHookEngineWithCallbacks,
  newInterceptProvider,
  newMountRouter,
  newReadonlyProvider,
  newVFSServer,
  O_RDWR,
  type Provider,
  SEEK_DATA,
  toErrno,
} from "../mod.ts";

/** A layer to be proven: how it is put around a provider, and where its files are then. */
interface Layer {
  readonly name: string;
  readonly root: string;
  readonly wrap: (inner: Provider) => MaybePromise<Provider>;
}

const hooked = newHookEngineWithCallbacks([
  { before: () => {} },
  { phase: "after", after: () => {} },
]);

async function overTheWire(inner: Provider): Promise<Provider> {
  const [near, far] = memoryPipe();
  newVFSServer(inner).handleConnection(far);
  return await connectVFS(near);
}

const LAYERS: Layer[] = [
  { name: "no layer", root: "", wrap: (inner) => inner },
  { name: "the read-only layer", root: "", wrap: newReadonlyProvider },
  {
    name: "a router with a mount at its root",
    root: "",
    wrap: (inner) => newMountRouter({ "/": inner }),
  },
  { name: "a router", root: "/mnt/here", wrap: (inner) => newMountRouter({ "/mnt/here": inner }) },
  {
    name: "an intercepting provider without hooks",
    root: "",
    wrap: (inner) => newInterceptProvider(inner, newHookEngine([])),
  },
  {
    name: "an intercepting provider with hooks for everything",
    root: "",
    wrap: (inner) => newInterceptProvider(inner, hooked),
  },
  { name: "the wire", root: "", wrap: overTheWire },
  {
    name: "all of them",
    root: "/mnt",
    wrap: async (inner) => {
      const remote = await overTheWire(newInterceptProvider(inner, hooked));
      return newInterceptProvider(newMountRouter({ "/mnt": newReadonlyProvider(remote) }), hooked);
    },
  },
];

const DATA = new Uint8Array([1]);
const LOCK = { kind: "posix", type: "read", start: 0, end: 9, owner: 1, pid: 1 } as const;

/** One call of every method that a capability stands for. `at` is where the tree of the test is. */
const CALLS: Record<string, (provider: Provider, at: string) => unknown> = {
  lstat: (p, at) => p.lstat(`${at}/f`),
  symlink: (p, at) => p.symlink("f", `${at}/new`),
  readlink: (p, at) => p.readlink(`${at}/f`),
  link: (p, at) => p.link(`${at}/f`, `${at}/new`),
  linkHandle: async (p, at) => {
    await using handle = await open(p, `${at}/f`);
    await p.linkHandle(handle, `${at}/new`);
  },
  mknod: (p, at) => p.mknod(`${at}/new`, 0o10644, 0),
  chown: (p, at) => p.chown(`${at}/f`, 1, 1),
  lchown: (p, at) => p.lchown(`${at}/f`, 1, 1),
  utimes: (p, at) => p.utimes(`${at}/f`, "now", "now"),
  lutimes: (p, at) => p.lutimes(`${at}/f`, "now", "now"),
  truncate: (p, at) => p.truncate(`${at}/f`, 1),
  statfs: (p, at) => p.statfs(`${at}/f`),
  getXattr: (p, at) => p.getXattr(`${at}/f`, "user.a"),
  setXattr: (p, at) => p.setXattr(`${at}/f`, "user.a", DATA, 0),
  listXattr: (p, at) => p.listXattr(`${at}/f`),
  removeXattr: (p, at) => p.removeXattr(`${at}/f`, "user.a"),
  rename2: (p, at) => p.rename2(`${at}/f`, `${at}/new`, 1),
  watch: async (p, at) => {
    const controller = new AbortController();
    const context = { uid: 0, gid: 0, signal: controller.signal };
    const next = p.watch(`${at}/`, context)[Symbol.asyncIterator]().next();
    controller.abort();
    await next;
  },
};

const HANDLE_CALLS: Record<string, (handle: Handle, other: Handle) => unknown> = {
  getXattr: (h) => h.getXattr("user.a"),
  setXattr: (h) => h.setXattr("user.a", DATA, 0),
  listXattr: (h) => h.listXattr(),
  removeXattr: (h) => h.removeXattr("user.a"),
  chmod: (h) => h.chmod(0o600),
  chown: (h) => h.chown(1, 1),
  utimes: (h) => h.utimes("now", "now"),
  allocate: (h) => h.allocate(0, 0, 1),
  copyRange: (h, other) => h.copyRange(0, other, 0, 1),
  seekHole: (h) => h.seekHole(0, SEEK_DATA),
  getLock: (h) => h.getLock(LOCK),
  setLock: (h) => h.setLock(LOCK, false),
};

/** A method that answers ENOSYS as a provider does that lacks it. */
function lacking(method: string): () => never {
  return () => {
    throw new FsError("ENOSYS", { syscall: method });
  };
}

function withoutUndeclared(
  target: object,
  declared: CapabilitySet,
  of: "provider" | "handle",
): void {
  for (const [name, row] of Object.entries(CAPABILITIES)) {
    if (isCapability(name) && declared.has(name)) continue;
    for (const method of row[of]) Object.defineProperty(target, method, { value: lacking(method) });
  }
}

class PlainHandle extends ForwardHandle {}

/** A memory provider that declares `declared`, and lacks everything else. */
class Limited extends Forward {
  readonly #declared: CapabilitySet;
  constructor(declared: CapabilitySet) {
    const memory = new MemoryProvider();
    memory.writeFile("/f", DATA, 0o644);
    memory.writeFile("/g", DATA, 0o644);
    super(memory);
    this.#declared = declared;
    withoutUndeclared(this, declared, "provider");
  }
  override get capabilities(): CapabilitySet {
    return this.#declared;
  }
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    return chain(this.inner.open(path, flags, mode, context), (inner) => {
      const handle = new PlainHandle(inner);
      withoutUndeclared(handle, this.#declared, "handle");
      return handle;
    });
  }
}

async function isMissing(run: () => unknown): Promise<boolean> {
  try {
    await run();
    return false;
  } catch (thrown) {
    return toErrno(thrown).code === "ENOSYS";
  }
}

/** Opens for reading and writing, or for reading where nothing can be written. */
async function open(provider: Provider, path: string): Promise<Handle> {
  return await provider.open(path, provider.readonly() ? 0 : O_RDWR, 0);
}

/** The methods that answer otherwise than the provider says, as `method: what is wrong`. */
async function faults(layer: Layer, declared: CapabilitySet): Promise<string[]> {
  const wrong: string[] = [];
  const judge = async (name: string, method: string, run: (provider: Provider) => unknown) => {
    await using provider = await layer.wrap(new Limited(declared));
    const missing = await isMissing(() => run(provider));
    const expected = !(isCapability(name) && declared.has(name));
    if (missing !== expected) wrong.push(`${method}: ${missing ? "ENOSYS" : "works"}`);
  };
  for (const [name, row] of Object.entries(CAPABILITIES)) {
    for (const method of row.provider) {
      await judge(name, method, (provider) => CALLS[method]!(provider, layer.root));
    }
    for (const method of row.handle) {
      await judge(name, `handle.${method}`, async (provider) => {
        await using handle = await open(provider, `${layer.root}/f`);
        await using other = await open(provider, `${layer.root}/g`);
        await HANDLE_CALLS[method]!(handle, other);
      });
    }
  }
  await using provider = await layer.wrap(new Limited(declared));
  const { ino } = await provider.stat(`${layer.root}/f`);
  if (declared.has("inode") && BigInt(ino) === 0n) wrong.push("inode: 0");
  return wrong;
}

Deno.test("the calls cover every method of every capability", () => {
  for (const row of Object.values(CAPABILITIES)) {
    for (const method of row.provider) assert(CALLS[method] !== undefined, method);
    for (const method of row.handle) assert(HANDLE_CALLS[method] !== undefined, method);
  }
});

/** What providers declare: everything they can, nothing, and each capability by itself. */
const memoryCan = new MemoryProvider().capabilities;
const SETS: [name: string, set: CapabilitySet][] = [
  ["everything that memory can", memoryCan],
  ["nothing beyond the core", CORE_ONLY],
  ...[...memoryCan].map((
    name,
  ): [string, CapabilitySet] => [`only ${name}`, new Set<Capability>([name])]),
];

for (const layer of LAYERS) {
  for (const [name, declared] of SETS) {
    Deno.test(`${layer.name} neither loses nor invents a capability of a provider that declares ${name}`, async () => {
      await using provider = await layer.wrap(new Limited(declared));
      assertEquals([...provider.capabilities].sort(), [...declared].sort());
      assertEquals(await faults(layer, declared), []);
    });
  }
}

Deno.test("a router declares what any mount can do, and an operation follows its path", async () => {
  const [rich, poor] = [new Limited(memoryCan), new Limited(CORE_ONLY)];
  const router = newMountRouter({ "/rich": rich, "/poor": poor });
  const { inode: _inode, ...others } = Object.fromEntries(
    [...memoryCan].map((name) => [name, true]),
  );
  assertEquals([...router.capabilities].sort(), Object.keys(others).sort());
  assertEquals(router.capabilitiesAt("/rich/f"), memoryCan);
  assertEquals([...router.capabilitiesAt("/poor/f")], []);
  for (const [method, call] of Object.entries(CALLS)) {
    if (method === "watch") continue;
    assertEquals([method, await isMissing(() => call(router, "/rich"))], [method, false]);
    const missing = await isMissing(() => call(router, "/poor"));
    // Whoever has been told that there is lstat asks for it everywhere: there it is stat.
    assertEquals([method, missing], [method, method !== "lstat"]);
  }
  router.removeMount("/rich");
  assertEquals([...router.capabilities], []);
  router.addMount("/rich", rich);
  assert(router.capabilities.has("lock") && ALL_CAPABILITIES.has("lock"));
});
