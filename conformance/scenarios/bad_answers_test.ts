// A provider that answers with what its types forbid: EIO for that one operation, and a report that names it.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Errno, O_RDONLY, O_RDWR, SEEK_DATA, toErrno } from "../../src/base/mod.ts";
import { mount } from "../../src/mount/mod.ts";
import {
  DirEntry,
  FileInfo,
  Forward,
  ForwardHandle,
  type Handle,
  type Provider,
} from "../../src/provider/mod.ts";
import { MemoryProvider } from "../../src/providers/mod.ts";
import { connectVFS, memoryPipe, newVFSServer, type RemoteProvider } from "../../src/wire/mod.ts";
import { ProviderCaller } from "../contract/provider_caller.ts";
import { ProcessCaller } from "../linux/process_caller.ts";
import type { Caller } from "../system_calls.ts";
import { scenario } from "./scenario.ts";

const REGULAR = 0o100644;
const INFO = { name: "file", mode: REGULAR, size: 10 };
const SIZES = {
  bsize: 1,
  frsize: 1,
  blocks: 1,
  bfree: 1,
  bavail: 1,
  files: 1,
  ffree: 1,
  namelen: 255,
};

/** What no type would let through. */
type Anything = ReturnType<typeof JSON.parse>;

/** What an operation answers in place of the truth. */
interface Lie {
  readonly operation: Operation;
  readonly value: Anything;
  readonly late: boolean;
}

const NO_COUNT: Anything[] = [NaN, undefined, null, -3, 1.5, "7", 2 ** 60];
const NO_OBJECT: Anything[] = [undefined, null, 7, "text"];

function infos(fields: Anything[]): FileInfo[] {
  return fields.map((some) => new FileInfo({ ...INFO, ...some }));
}

function listing(names: Anything[]): DirEntry[] {
  return names.map((name) => new DirEntry(name, REGULAR, 0, new FileInfo({ ...INFO, name })));
}

/** What each operation must not answer. */
const LIES = {
  readAt: [...NO_COUNT, 1e9],
  writeAt: [...NO_COUNT, 1e9],
  copyRange: [...NO_COUNT, 1e9],
  seekHole: NO_COUNT,
  readlink: [undefined, null, 7, {}],
  statfs: [...NO_OBJECT, {}, { ...SIZES, blocks: NaN }, { ...SIZES, bfree: -1 }],
  getXattr: [...NO_OBJECT, [1, 2]],
  listXattr: [...NO_OBJECT, [7], new Set(["user.a"])],
  getLock: [undefined, 7, { kind: "posix", type: "read", start: NaN, end: 1, owner: 1, pid: 1 }],
  readDir: [
    ...NO_OBJECT,
    new Set(),
    listing([""]),
    listing(["good", "a/b"]),
    listing(["a\0"]),
    [undefined],
  ],
  stat: [
    ...NO_OBJECT,
    { size: 3 },
    ...infos([{ size: NaN }, { size: 1.5 }, { size: Infinity }, { size: -5 }, { size: "7" }]),
    ...infos([{ mode: 2 ** 40 }, { uid: -1 }, { nlink: 0.5 }, { blocks: NaN }, { ino: 1.5 }]),
    ...infos([{ mtime: { sec: 1.5, nsec: 0 } }, { ctime: { sec: 0, nsec: 1e9 } }]),
  ],
  open: NO_OBJECT,
} satisfies Record<string, Anything[]>;

type Operation = keyof typeof LIES;

/** What version 1 carries. */
const IN_VERSION_1: readonly Operation[] = [
  "readAt",
  "writeAt",
  "readlink",
  "readDir",
  "stat",
  "open",
];

class Liar extends Forward {
  lie: Lie | null = null;

  constructor() {
    const memory = new MemoryProvider();
    memory.writeFile("/file", new Uint8Array(10), 0o644);
    memory.writeFile("/truth", new TextEncoder().encode("truth"), 0o644);
    memory.mkdir("/dir", 0o755);
    memory.symlink("file", "/link");
    super(memory);
  }

  say<Value>(operation: Operation, truth: () => Value): Value {
    const { lie } = this;
    if (lie?.operation !== operation) return truth();
    const value: Anything = lie.late ? Promise.resolve(lie.value) : lie.value;
    return value;
  }

  override stat(path: string) {
    return path === "/file" ? this.say("stat", () => super.stat(path)) : super.stat(path);
  }
  override lstat(path: string) {
    return path === "/file" ? this.say("stat", () => super.lstat(path)) : super.lstat(path);
  }
  override open(path: string, flags: number, mode: number) {
    if (path !== "/file") return super.open(path, flags, mode);
    return this.say("open", () => {
      const handle: Anything = super.open(path, flags, mode);
      return new LiarHandle(handle, this);
    });
  }
  override readDir(path: string) {
    return path === "/dir" ? this.say("readDir", () => super.readDir(path)) : super.readDir(path);
  }
  override readlink(path: string) {
    return this.say("readlink", () => super.readlink(path));
  }
  override statfs(path: string) {
    return this.say("statfs", () => super.statfs(path));
  }
  override getXattr(path: string, name: string) {
    return this.say("getXattr", () => super.getXattr(path, name));
  }
  override listXattr(path: string) {
    return this.say("listXattr", () => super.listXattr(path));
  }
}

class LiarHandle extends ForwardHandle {
  readonly #liar: Liar;

  constructor(inner: Handle, liar: Liar) {
    super(inner);
    this.#liar = liar;
  }

  override readAt(buffer: Uint8Array, offset: number) {
    return this.#liar.say("readAt", () => super.readAt(buffer, offset));
  }
  override writeAt(data: Uint8Array, offset: number) {
    return this.#liar.say("writeAt", () => super.writeAt(data, offset));
  }
  override copyRange(offset: number, target: Handle, targetOffset: number, length: number) {
    return this.#liar.say(
      "copyRange",
      () => super.copyRange(offset, target, targetOffset, length),
    );
  }
  override seekHole(offset: number, whence: number) {
    return this.#liar.say("seekHole", () => super.seekHole(offset, whence));
  }
  override getLock(lock: Parameters<Handle["getLock"]>[0]) {
    return this.#liar.say("getLock", () => super.getLock(lock));
  }
}

async function withFile(
  caller: Caller,
  file: string,
  use: (fd: number) => Promise<unknown> | unknown,
): Promise<void> {
  const fd = await caller.call("open", [file, O_RDWR, 0]);
  try {
    await use(fd);
  } finally {
    await caller.call("close", [fd]);
  }
}

/** How a program comes by each operation. */
const ASK: Record<Operation, (caller: Caller, base: string) => unknown> = {
  readAt: (caller, base) =>
    withFile(caller, `${base}/file`, (fd) => caller.call("pread", [fd, 100, 0])),
  writeAt: (caller, base) =>
    withFile(caller, `${base}/file`, (fd) => caller.call("pwrite", [fd, new Uint8Array(9), 0])),
  copyRange: (caller, base) =>
    withFile(
      caller,
      `${base}/file`,
      (from) =>
        withFile(
          caller,
          `${base}/truth`,
          (to) => caller.call("copyFileRange", [from, 0, to, 100, 5]),
        ),
    ),
  seekHole: (caller, base) =>
    withFile(caller, `${base}/file`, (fd) => caller.call("lseek", [fd, 0, SEEK_DATA])),
  getLock: (caller, base) =>
    withFile(caller, `${base}/file`, (fd) => caller.call("getlk", [fd, "write", 0, 1])),
  readlink: (caller, base) => caller.call("readlink", [`${base}/link`]),
  statfs: (caller, base) => caller.call("statfs", [`${base}/file`]),
  getXattr: (caller, base) => caller.call("getxattr", [`${base}/file`, "user.a"]),
  listXattr: (caller, base) => caller.call("listxattr", [`${base}/file`]),
  readDir: (caller, base) => caller.call("readdir", [`${base}/dir`]),
  stat: (caller, base) => caller.call("stat", [`${base}/file`]),
  open: (caller, base) =>
    withFile(caller, `${base}/file`, () => {
      throw new Error("It is open");
    }),
};

/** A way to the provider, and what was reported on it. */
interface Way extends AsyncDisposable {
  readonly caller: Caller;
  readonly base: string;
  readonly reports: string[];
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.message}: ${textOf(thrown.cause)}` : String(thrown);
}

async function overWire(provider: Provider, version: 1 | 2, reports: string[]) {
  const server = newVFSServer(provider, {
    onUnexpected: (thrown) => void reports.push(textOf(thrown)),
    onBroken: (thrown) => void reports.push(`BROKEN ${textOf(thrown)}`),
  });
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  const remote = await connectVFS(near, { version });
  return { server, remote };
}

async function wireWay(provider: Provider, version: 1 | 2): Promise<Way> {
  const reports: string[] = [];
  const { server, remote } = await overWire(provider, version, reports);
  return {
    caller: new ProviderCaller(remote),
    base: "",
    reports,
    async [Symbol.asyncDispose]() {
      await remote.close();
      await server.close({ abrupt: true });
    },
  };
}

async function mountWay(provider: Provider, folder: string, isRemote: boolean): Promise<Way> {
  const reports: string[] = [];
  const link = isRemote ? await overWire(provider, 2, reports) : null;
  const served: Provider | RemoteProvider = link?.remote ?? provider;
  const mounted = await mount(served, folder, {
    attrTimeoutMs: 0,
    entryTimeoutMs: 0,
    logger: (line) => void reports.push(line),
  });
  const caller = new ProcessCaller();
  return {
    caller,
    base: folder,
    reports,
    async [Symbol.asyncDispose]() {
      await caller[Symbol.asyncDispose]();
      await mounted[Symbol.asyncDispose]();
      await link?.remote.close();
      await link?.server.close({ abrupt: true });
    },
  };
}

async function errnoOf(ask: () => unknown): Promise<Errno["code"] | "none"> {
  try {
    await ask();
    return "none";
  } catch (thrown) {
    return toErrno(thrown, () => {}).code;
  }
}

async function readTruth({ caller, base }: Way): Promise<string> {
  const fd = await caller.call("open", [`${base}/truth`, O_RDONLY, 0]);
  const data = await caller.call("pread", [fd, 5, 0]);
  await caller.call("close", [fd]);
  return new TextDecoder().decode(data);
}

/** Tells every lie, and looks whether the way still leads to the truth. */
async function tellAll(liar: Liar, way: Way, operations: Operation[]): Promise<void> {
  for (const operation of operations) {
    for (const value of LIES[operation]) {
      for (const late of [false, true]) {
        const told = `${operation} answers ${textOf(value)}${late ? " late" : ""}`;
        way.reports.length = 0;
        liar.lie = { operation, value, late };
        const code = await errnoOf(() => ASK[operation](way.caller, way.base));
        liar.lie = null;
        assertEquals([told, code], [told, "EIO"]);
        assert(way.reports.length > 0, `${told}: nothing was reported`);
        assertMatch(way.reports[0]!, /"\/?(file|dir|link)"/, told);
        assertEquals([told, await readTruth(way)], [told, "truth"]);
      }
    }
  }
}

/** A directory in which one entry has attributes that nothing can have. */
const MIXED: [what: string, info: Anything][] = [
  ["a size", new FileInfo({ ...INFO, size: NaN })],
  ["nothing", () => undefined],
  ["nothing, later", () => Promise.resolve(undefined)],
  ["a defect", () => {
    throw new TypeError("a defect");
  }],
];

/** Lists it: every name is there, and what is wrong with one is told. */
async function listMixed(liar: Liar, way: Way, isReported: boolean): Promise<void> {
  for (const [what, info] of MIXED) {
    const [good] = listing(["good"]);
    way.reports.length = 0;
    liar.lie = {
      operation: "readDir",
      value: [good, new DirEntry("bad", REGULAR, 0, info)],
      late: false,
    };
    const names = await way.caller.call("readdir", [`${way.base}/dir`]);
    liar.lie = null;
    assertEquals([what, names.map(({ name }) => name).sort()], [what, ["bad", "good"]]);
    if (isReported) assertMatch(way.reports.join(), /"\/dir"/, what);
  }
}

const ALL: Operation[] = Object.keys(LIES).filter((name): name is Operation =>
  Object.hasOwn(LIES, name)
);

for (const version of [1, 2] as const) {
  Deno.test(`over the wire, version ${version}, a wrong answer is EIO and reported, and costs nothing else`, async () => {
    const liar = new Liar();
    await using way = await wireWay(liar, version);
    const can = version === 1 ? ALL.filter((name) => IN_VERSION_1.includes(name)) : ALL;
    await tellAll(liar, way, can);
    await listMixed(liar, way, true);
  });
}

for (const isRemote of [false, true]) {
  const where = isRemote ? "a mount over the wire" : "a mount";
  scenario(
    `on ${where}, a wrong answer is EIO and reported, and costs nothing else`,
    async (folder) => {
      const liar = new Liar();
      const place = `${folder}/mount`;
      await Deno.mkdir(place);
      await using way = await mountWay(liar, place, isRemote);
      await tellAll(liar, way, ALL);
      // The kernel looks up what it was told nothing of, and meets the attributes there.
      await listMixed(liar, way, isRemote);
    },
  );
}
