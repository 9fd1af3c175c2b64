/**
 * Locks between the handles of a provider, and with others outside it.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError, O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from "../base/mod.ts";
import {
  close,
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  flock,
  getRecordLock,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  open,
  setRecordLock,
} from "../libc/mod.ts";
import { type FileLock, type Handle, LOCK_END_MAX } from "../provider/mod.ts";
import { RealFSProvider } from "./mod.ts";

const WHOLE = { start: 0, end: LOCK_END_MAX, pid: 1 };

function posix(type: FileLock["type"], owner: number | bigint, start = 0, end = LOCK_END_MAX) {
  return { kind: "posix", type, owner, start, end, pid: 1 } as const;
}

function whole(type: FileLock["type"], owner: number): FileLock {
  return { kind: "flock", type, owner, ...WHOLE };
}

/** A provider with one file, and a descriptor of it that is no business of the provider's. */
class Scratch extends ScratchDirectory implements AsyncDisposable {
  readonly provider = new RealFSProvider(this.path, { ffi: true });
  readonly #handles: Handle[] = [];
  readonly foreign: number;

  constructor() {
    super();
    Deno.writeTextFileSync(`${this.path}/f`, "content");
    this.foreign = open(`${this.path}/f`, O_RDWR);
  }

  async open(flags = O_RDWR): Promise<Handle> {
    const handle = await this.provider.open("/f", flags, 0);
    this.#handles.push(handle);
    return handle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const handle of this.#handles) {
      try {
        await handle.close();
      } catch {
        // The test has closed it.
      }
    }
    close(this.foreign);
    await this.provider.close();
    this[Symbol.dispose]();
  }
}

function refused(code: string, run: () => unknown): void {
  assertEquals(assertThrows(run, FsError).code, code);
}

Deno.test("locks of two owners conflict, of one owner never", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  for (const lock of [posix, whole]) {
    await one.setLock(lock("write", 1), false);
    refused("EAGAIN", () => two.setLock(lock("read", 2), false));
    // The same owner through another handle, and another owner through the same handle.
    await two.setLock(lock("read", 1), false);
    await one.setLock(lock("read", 2), false);
    refused("EAGAIN", () => two.setLock(lock("write", 1), false));
    await one.setLock(lock("unlock", 1), false);
    await two.setLock(lock("unlock", 2), false);
  }
  // The two kinds do not meet.
  await one.setLock(posix("write", 1), false);
  await two.setLock(whole("write", 2), false);
});

Deno.test("an owner's number is the same as its BigInt", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  await one.setLock(posix("write", 7), false);
  await one.setLock(posix("write", 7n), false);
  refused("EAGAIN", () => one.setLock(posix("write", 2n ** 63n), false));
});

Deno.test("record locks cover their ranges and no more", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(posix("write", 1, 10, 19), false);
  await two.setLock(posix("write", 2, 0, 9), false);
  await two.setLock(posix("write", 2, 20), false);
  refused("EAGAIN", () => two.setLock(posix("read", 2, 19, 19), false));
  assertEquals(await two.getLock(posix("read", 2)), posix("write", 1, 10, 19));
  assertEquals(await one.getLock(posix("read", 2, 0, 9)), null);
  await one.setLock(posix("unlock", 1, 12, 15), false);
  await two.setLock(posix("write", 2, 12, 15), false);
  refused("EAGAIN", () => two.setLock(posix("write", 2, 11, 12), false));
});

/** What an owner holds on each byte of a file. */
type Bytes = ("read" | "write" | "unlock")[];

/** What others meet at a byte where the owners here hold this. */
function met(owners: readonly Bytes[], at: number): FileLock["type"] {
  if (owners.some((bytes) => bytes[at] === "write")) return "write";
  return owners.some((bytes) => bytes[at] === "read") ? "read" : "unlock";
}

const BYTES = 10;

const anyLock = fc.record({
  type: fc.constantFrom("read" as const, "write" as const, "unlock" as const),
  owner: fc.nat({ max: 2 }),
  range: fc.tuple(fc.nat({ max: BYTES - 1 }), fc.nat({ max: BYTES - 1 })),
});

Deno.test("other processes meet at each byte what any owner holds there", async () => {
  await using scratch = new Scratch();
  const handle = await scratch.open();
  fc.assert(fc.property(fc.array(anyLock, { maxLength: 20 }), (wanted) => {
    for (const owner of [0, 1, 2]) handle.setLock(posix("unlock", owner), false);
    const owners = [0, 1, 2].map((): Bytes => Array(BYTES).fill("unlock"));
    for (const { type, owner, range } of wanted) {
      const [start, end] = [Math.min(...range), Math.max(...range)];
      try {
        handle.setLock(posix(type, owner, start, end), false);
        owners[owner]!.fill(type, start, end + 1);
      } catch (error) {
        assert(error instanceof FsError && error.code === "EAGAIN", String(error));
      }
      for (let at = 0; at < BYTES; at++) {
        const found = getRecordLock(scratch.foreign, F_WRLCK, at, 1);
        assert(typeof found !== "number");
        const type = found === null ? "unlock" : found.type === F_RDLCK ? "read" : "write";
        assertEquals(type, met(owners, at), `byte ${at}`);
      }
    }
  }));
});

Deno.test("other processes meet the locks of the provider", async () => {
  await using scratch = new Scratch();
  const { foreign } = scratch;
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(posix("read", 1, 0, 99), false);
  await two.setLock(posix("read", 2, 50, 149), false);
  assertEquals(setRecordLock(foreign, F_WRLCK, 149, 1), -11);
  assertEquals(setRecordLock(foreign, F_RDLCK, 0, 0), 0);
  assertEquals(setRecordLock(foreign, F_UNLCK, 0, 0), 0);
  // What one owner gives back is still held where another has it.
  await one.setLock(posix("unlock", 1), false);
  assertEquals(setRecordLock(foreign, F_WRLCK, 0, 50), 0);
  assertEquals(setRecordLock(foreign, F_WRLCK, 50, 1), -11);
  await two.setLock(posix("unlock", 2, 60, 69), false);
  assertEquals(setRecordLock(foreign, F_WRLCK, 60, 10), 0);
  assertEquals(getRecordLock(foreign, F_WRLCK, 40, 30), {
    type: F_RDLCK,
    start: 50,
    length: 10,
    pid: -1,
  });
  await one.setLock(whole("read", 1), false);
  await two.setLock(whole("read", 2), false);
  await one.setLock(whole("unlock", 1), false);
  assertEquals(flock(foreign, LOCK_EX | LOCK_NB), -11);
  assertEquals(flock(foreign, LOCK_SH | LOCK_NB), 0);
  await two.setLock(whole("unlock", 2), false);
  assertEquals(flock(foreign, LOCK_EX | LOCK_NB), 0);
});

Deno.test("the provider meets the locks of other processes", async () => {
  await using scratch = new Scratch();
  const { foreign } = scratch;
  const one = await scratch.open();
  assertEquals(setRecordLock(foreign, F_WRLCK, 5, 5), 0);
  refused("EAGAIN", () => one.setLock(posix("read", 1), false));
  const found = await one.getLock(posix("read", 1));
  assertEquals([found?.type, found?.start, found?.end], ["write", 5, 9]);
  await one.setLock(posix("write", 1, 10), false);
  assertEquals((await one.getLock(posix("write", 1)))?.end, 9);
  for (const [operation, type] of [[LOCK_SH, "read"], [LOCK_EX, "write"]] as const) {
    assertEquals(flock(foreign, operation | LOCK_NB), 0);
    refused("EAGAIN", () => one.setLock(whole("write", 1), false));
    assertEquals((await one.getLock(whole("write", 1)))?.type, type);
  }
  assertEquals(flock(foreign, LOCK_UN), 0);
  assertEquals(await one.getLock(whole("write", 1)), null);
});

Deno.test("a wait ends when the owner here lets go", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  for (const lock of [posix, whole]) {
    await one.setLock(lock("write", 1), false);
    const order: number[] = [];
    const first = Promise.resolve(two.setLock(lock("write", 2), true)).then(() => order.push(2));
    const second = Promise.resolve(two.setLock(lock("write", 3), true)).then(() => order.push(3));
    assertEquals(order, []);
    await one.setLock(lock("unlock", 1), false);
    await first;
    assertEquals(order, [2]);
    await two.setLock(lock("unlock", 2), false);
    await second;
    await two.setLock(lock("unlock", 3), false);
  }
});

Deno.test("a wait ends when another process lets go", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  assertEquals(setRecordLock(scratch.foreign, F_WRLCK, 0, 0), 0);
  const waiting = one.setLock(posix("write", 1), true);
  assert(waiting instanceof Promise);
  assertEquals(setRecordLock(scratch.foreign, F_UNLCK, 0, 0), 0);
  await waiting;
  assertEquals(setRecordLock(scratch.foreign, F_RDLCK, 0, 1), -11);
});

Deno.test("a wait ends with EINTR when the signal aborts, and takes nothing", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(posix("write", 1), false);
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  const waiting = two.setLock(posix("write", 2), true, context);
  controller.abort();
  assertEquals((await assertRejects(() => Promise.resolve(waiting), FsError)).code, "EINTR");
  refused("EINTR", () => two.setLock(posix("write", 2), true, context));
  await one.setLock(posix("unlock", 1), false);
  await one.setLock(posix("write", 3), false);
});

Deno.test("a wait ends with EBADF when its handle is closed", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(whole("write", 1), false);
  const waiting = two.setLock(whole("read", 2), true);
  await two.close();
  assertEquals((await assertRejects(() => Promise.resolve(waiting), FsError)).code, "EBADF");
});

Deno.test("closing a handle leaves what the owner has set through another one", async () => {
  await using scratch = new Scratch();
  const [one, two, three] = [await scratch.open(), await scratch.open(), await scratch.open()];
  await one.setLock(posix("write", 1, 0, 9), false);
  await one.setLock(posix("unlock", 1), false);
  await two.setLock(posix("write", 1, 0, 9), false);
  await three.setLock(posix("unlock", 1, 20, 29), false);
  await one.close();
  await three.close();
  assertEquals(setRecordLock(scratch.foreign, F_RDLCK, 0, 1), -11);
  assertEquals(await (await scratch.open()).getLock(posix("write", 2)), posix("write", 1, 0, 9));
  await two.close();
  assertEquals(setRecordLock(scratch.foreign, F_RDLCK, 0, 1), 0);
});

Deno.test("closing a handle lets go of locks set through it, and of every descriptor", async () => {
  await using scratch = new Scratch();
  const before = openDescriptors();
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(posix("write", 1, 0, 4), false);
  await one.setLock(posix("write", 3, 10, 14), false);
  await one.setLock(whole("write", 1), false);
  const waiting = two.setLock(posix("read", 2), true);
  await one.close();
  await waiting;
  assertEquals(setRecordLock(scratch.foreign, F_RDLCK, 0, 0), 0);
  assertEquals(flock(scratch.foreign, LOCK_EX | LOCK_NB), 0);
  await two.close();
  assertEquals(openDescriptors(), before);
});

Deno.test("locks hold for the inode, whatever its name", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  await one.setLock(posix("write", 1), false);
  await scratch.provider.rename("/f", "/g");
  const two = await scratch.provider.open("/g", O_RDWR, 0);
  refused("EAGAIN", () => two.setLock(posix("write", 2), false));
  await scratch.provider.unlink("/g");
  refused("EAGAIN", () => two.setLock(posix("write", 2), false));
  await two.close();
});

Deno.test("two owners that wait for each other are told", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(posix("write", 1, 0, 0), false);
  await two.setLock(posix("write", 2, 1, 1), false);
  const waiting = one.setLock(posix("write", 1, 1, 1), true);
  refused("EDEADLK", () => two.setLock(posix("write", 2, 0, 0), true));
  await two.setLock(posix("unlock", 2), false);
  await waiting;
});

Deno.test("a lock needs a handle that is open for its kind of access", async () => {
  await using scratch = new Scratch();
  const reading = await scratch.open(O_RDONLY);
  const writing = await scratch.open(O_WRONLY);
  const located = await scratch.open(O_PATH);
  refused("EBADF", () => reading.setLock(posix("write", 1), false));
  refused("EBADF", () => writing.setLock(posix("read", 1), false));
  for (const lock of [posix("read", 1), whole("read", 1)]) {
    refused("EBADF", () => located.setLock(lock, false));
    refused("EBADF", () => located.getLock(lock));
  }
  await reading.setLock(whole("write", 1), false);
  await reading.setLock(posix("read", 1), false);
  refused("EINVAL", () => reading.setLock(posix("read", 1, 5, 4), false));
  refused("EINVAL", () => reading.setLock(posix("read", 1, -1, 4), false));
  refused("EINVAL", () => reading.getLock(posix("unlock", 1)));
});

Deno.test("a changed flock lock is lost when it cannot be had", async () => {
  await using scratch = new Scratch();
  const one = await scratch.open();
  const two = await scratch.open();
  await one.setLock(whole("read", 1), false);
  await two.setLock(whole("read", 2), false);
  refused("EAGAIN", () => one.setLock(whole("write", 1), false));
  await two.setLock(whole("write", 2), false);
});
