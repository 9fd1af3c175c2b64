import { assert, assertEquals, assertThrows } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError } from "../base/mod.ts";
import { close, dup, MemoryBlock, POLLIN, PollSet, read } from "../libc/mod.ts";
import type { FileInfo, Leases } from "../provider/mod.ts";
import { RealFSProvider } from "./mod.ts";

/** A directory `d` with a file and a directory in it, and somebody who leases. */
class Leasing extends ScratchDirectory implements AsyncDisposable {
  readonly provider = new RealFSProvider(this.path, { ffi: true });
  readonly leases: Leases;
  readonly over: number[] = [];
  readonly #open = openDescriptors();
  #wake: (() => void) | null = null;

  constructor() {
    super();
    Deno.mkdirSync(`${this.path}/d/sub`, { recursive: true });
    Deno.mkdirSync(`${this.path}/e`);
    Deno.writeTextFileSync(`${this.path}/d/f`, "content");
    const leases = this.provider.leases((lease) => {
      this.over.push(lease);
      this.#wake?.();
    });
    assert(leases !== null);
    this.leases = leases;
  }

  /** Waits until something is over. */
  async untilOver(): Promise<number[]> {
    if (this.over.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.over.splice(0);
  }

  add(path: string): number {
    const lease = this.leases.add(path);
    assert(typeof lease === "number");
    return lease;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leases.close();
    // Who waits for the queue closes it when it is woken.
    for (let turns = 0; turns < 200 && openDescriptors() > this.#open; turns++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(openDescriptors(), this.#open, "the leases left descriptors open");
    await this.provider.close();
    this[Symbol.dispose]();
  }
}

/** What somebody does on the host, which a lease of `/d` does not outlive. */
const ENDS: Record<string, (host: string) => void> = {
  "a file is made": (host) => Deno.writeTextFileSync(`${host}/d/new`, ""),
  "a directory is made": (host) => Deno.mkdirSync(`${host}/d/new`),
  "a link is made": (host) => Deno.symlinkSync("f", `${host}/d/new`),
  "a file gets a second name here": (host) => Deno.linkSync(`${host}/d/f`, `${host}/d/new`),
  "a file is removed": (host) => Deno.removeSync(`${host}/d/f`),
  "a directory is removed": (host) => Deno.removeSync(`${host}/d/sub`),
  "a file is moved in it": (host) => Deno.renameSync(`${host}/d/f`, `${host}/d/g`),
  "a file is moved away": (host) => Deno.renameSync(`${host}/d/f`, `${host}/g`),
  "a directory is moved here": (host) => Deno.renameSync(`${host}/e`, `${host}/d/e`),
  "a file is written": (host) => Deno.writeTextFileSync(`${host}/d/f`, "x", { append: true }),
  "a file is cut": (host) => Deno.truncateSync(`${host}/d/f`, 2),
  "a file's mode is changed": (host) => Deno.chmodSync(`${host}/d/f`, 0o600),
  "a directory's mode is changed": (host) => Deno.chmodSync(`${host}/d/sub`, 0o700),
  "a file's times are changed": (host) => Deno.utimeSync(`${host}/d/f`, 1, 1),
  "its own mode is changed": (host) => Deno.chmodSync(`${host}/d`, 0o700),
  "its own times are changed": (host) => Deno.utimeSync(`${host}/d`, 1, 1),
  "it is moved itself": (host) => Deno.renameSync(`${host}/d`, `${host}/elsewhere`),
  "it is removed": (host) => Deno.removeSync(`${host}/d`, { recursive: true }),
};

Deno.test("who looks is told of what has changed at once, of each change once", async () => {
  await using here = new Leasing();
  here.leases.look?.();
  const lease = here.add("/d");
  here.leases.look?.();
  assertEquals(here.over, []);
  Deno.writeTextFileSync(`${here.path}/d/new`, "");
  here.leases.look?.();
  assertEquals(here.over, [lease]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  here.leases.look?.();
  assertEquals(here.over, [lease]);
});

for (const [what, change] of Object.entries(ENDS)) {
  Deno.test(`a lease is over when ${what}`, async () => {
    await using here = new Leasing();
    const lease = here.add("/d");
    change(here.path);
    assertEquals(await here.untilOver(), [lease]);
  });
}

Deno.test("a lease is over when the directory above the one that is leased goes, with that", async () => {
  await using here = new Leasing();
  const lease = here.add("/d/sub");
  Deno.removeSync(`${here.path}/d`, { recursive: true });
  assertEquals(await here.untilOver(), [lease]);
});

Deno.test("a lease outlasts whoever only looks, and what happens elsewhere or below", async () => {
  await using here = new Leasing();
  here.add("/d");
  const other = here.add("/e");
  const { path: host } = here;
  Deno.readTextFileSync(`${host}/d/f`);
  [...Deno.readDirSync(`${host}/d`)].forEach(({ name }) => Deno.statSync(`${host}/d/${name}`));
  Deno.writeTextFileSync(`${host}/d/sub/new`, "");
  Deno.writeTextFileSync(`${host}/beside`, "");
  // What happens last is heard of last.
  Deno.writeTextFileSync(`${host}/e/new`, "");
  assertEquals(await here.untilOver(), [other]);
});

Deno.test("a lease is over once, and what is given back never", async () => {
  await using here = new Leasing();
  const first = here.add("/d");
  const again = here.add("/d");
  here.leases.remove(first);
  Deno.writeTextFileSync(`${here.path}/d/one`, "");
  Deno.writeTextFileSync(`${here.path}/d/two`, "");
  assertEquals(await here.untilOver(), [again]);
  const given = here.add("/d");
  here.leases.remove(given);
  here.leases.remove(given);
  Deno.writeTextFileSync(`${here.path}/d/three`, "");
  const last = here.add("/e");
  Deno.chmodSync(`${here.path}/e`, 0o700);
  assertEquals(await here.untilOver(), [last]);
});

Deno.test("a directory with two leases by two paths ends both", async () => {
  await using here = new Leasing();
  const leases = [here.add("/d"), here.add("/e/../d")];
  Deno.writeTextFileSync(`${here.path}/d/new`, "");
  assertEquals((await here.untilOver()).sort(), leases);
});

Deno.test("a lease begins with what is asked after it: a change before it is not its end", async () => {
  await using here = new Leasing();
  for (let round = 0; round < 200; round++) {
    Deno.writeTextFileSync(`${here.path}/d/new`, `${round}`);
    const lease = here.add("/d");
    const before = here.provider.lstat("/d/new") as FileInfo;
    Deno.writeTextFileSync(`${here.path}/d/new`, "longer", { append: true });
    assertEquals(before.size, `${round}`.length);
    assertEquals(await here.untilOver(), [lease]);
  }
});

Deno.test("a lease is refused of what is no directory, not there, behind a link or outside", async () => {
  await using here = new Leasing();
  Deno.symlinkSync("d", `${here.path}/link`);
  const refused = (path: string) => assertThrows(() => here.leases.add(path), FsError).code;
  assertEquals(refused("/d/f"), "ENOTDIR");
  assertEquals(refused("/none"), "ENOENT");
  assertEquals(refused("/link"), "ENOTDIR");
  Deno.symlinkSync("/etc", `${here.path}/out`);
  assertEquals(refused("/out/ssl"), "ENOENT");
});

Deno.test("there are no leases without system calls, nor of who answers in a way of his own", async () => {
  using scratch = new ScratchDirectory();
  await using plain = new RealFSProvider(scratch.path, { ffi: false });
  assertEquals(plain.leases(() => {}), null);
  await using own = new class extends RealFSProvider {
    override lstat(path: string): FileInfo {
      return (super.lstat(path) as FileInfo).with({ size: 0 });
    }
  }(scratch.path);
  assertEquals(own.leases(() => {}), null);
});

/** Somebody who believes leases as long as the signal is quiet. */
class Believer {
  told = 0;
  readonly #set: PollSet;
  readonly #telling: number;
  readonly #block = new MemoryBlock(8);

  constructor(leases: Leases) {
    const signal = leases.signal?.(() => this.told++) ?? null;
    assert(signal !== null);
    this.#telling = signal.telling;
    this.#set = new PollSet([signal.changed, POLLIN], [signal.telling, POLLIN]);
  }

  get isQuiet(): boolean {
    return this.#set.look() === 0;
  }

  /** Hears that all has been told. */
  hear(): void {
    assertEquals(read(this.#telling, this.#block.address, 8), 8);
  }
}

for (const [what, change] of Object.entries(ENDS)) {
  Deno.test(`the signal of a lease tells before anything else happens that ${what}`, async () => {
    await using here = new Leasing();
    const lease = here.add("/d");
    const believer = new Believer(here.leases);
    assertEquals(believer.isQuiet, true);
    change(here.path);
    assertEquals([believer.isQuiet, believer.told], [false, 0]);
    assertEquals(await here.untilOver(), [lease]);
    assertEquals([believer.isQuiet, believer.told], [false, 1], "until the believer has heard");
    believer.hear();
    assertEquals(believer.isQuiet, true);
  });
}

Deno.test("the signal is quiet while others look, and counts how often there was something to tell", async () => {
  await using here = new Leasing();
  assertEquals(here.leases.signal?.(() => {}) ?? null, null, "before the first lease");
  here.add("/d");
  const believer = new Believer(here.leases);
  Deno.readTextFileSync(`${here.path}/d/f`);
  [...Deno.readDirSync(`${here.path}/d`)];
  assertEquals(believer.isQuiet, true);
  for (let times = 1; times <= 3; times++) {
    Deno.writeTextFileSync(`${here.path}/d/new`, `${times}`);
    await here.untilOver();
    here.add("/d");
  }
  assertEquals(believer.told, 3);
  for (let times = 0; times < 3; times++) {
    assertEquals(believer.isQuiet, false);
    believer.hear();
  }
  assertEquals(believer.isQuiet, true);
});

Deno.test("whoever still has the signal of leases that are given back believes nothing", async () => {
  await using here = new Leasing();
  here.add("/d");
  const signal = here.leases.signal?.(() => {});
  assert(signal !== null && signal !== undefined);
  const telling = dup(signal.telling);
  const set = new PollSet([telling, POLLIN]);
  assertEquals(set.look(), 0);
  here.leases.close();
  while (set.look() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  close(telling);
});

Deno.test("there are no leases where the kernel makes the files up", async () => {
  await using provider = new RealFSProvider("/proc", { ffi: true });
  const leases = provider.leases(() => {});
  assert(leases !== null);
  assertEquals(assertThrows(() => leases.add("/sys"), FsError).code, "EOPNOTSUPP");
  leases.close();
});
