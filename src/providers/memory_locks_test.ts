import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from "../base/mod.ts";
import { type FileLock, LOCK_END_MAX } from "../provider/mod.ts";
import { MemoryProvider } from "./mod.ts";
import type { MemoryHandle } from "./mod.ts";
import { LOCKS_MAX } from "./lock_list.ts";

function lock(
  type: FileLock["type"],
  owner: number | bigint,
  start = 0,
  end = LOCK_END_MAX,
): FileLock {
  return { kind: "posix", type, start, end, owner, pid: Number(owner) * 10 };
}

function flock(type: FileLock["type"], owner: number): FileLock {
  return { ...lock(type, owner), kind: "flock" };
}

function open(memory: MemoryProvider, path = "/f", flags = O_RDWR | O_CREAT): MemoryHandle {
  return memory.open(path, flags, 0o644);
}

/** The outcome of a request that waits: what it came to, or "waits" if it has not after a turn. */
function outcome(result: void | Promise<void>): { now: string; end: Promise<void> } {
  assertInstanceOf(result, Promise);
  const seen = { now: "waits", end: result };
  result.then(() => seen.now = "granted", (thrown: Error) => seen.now = thrown.message);
  return seen;
}

async function turn(): Promise<void> {
  for (let index = 0; index < 5; index++) await Promise.resolve();
}

Deno.test("readers share, writers do not, and getLock() says who", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.setLock(lock("read", 1, 0, 9), false);
  file.setLock(lock("read", 2, 5, 20), false);
  assertThrows(() => file.setLock(lock("write", 1, 0, 9), false), Error, "EAGAIN");
  file.setLock(lock("write", 1, 0, 4), false);
  assertEquals(file.getLock(lock("write", 3, 15, 30)), lock("read", 2, 5, 20));
  assertEquals(file.getLock(lock("read", 3, 0, 0)), lock("write", 1, 0, 4));
  assertEquals(file.getLock(lock("write", 3, 21, 30)), null);
  assertThrows(() => file.getLock(lock("unlock", 3)), Error, "EINVAL");
});

Deno.test("locks belong to the inode, not to a handle or a name", () => {
  const memory = new MemoryProvider();
  open(memory).setLock(lock("write", 1), false);
  memory.link("/f", "/g");
  assertThrows(() => open(memory, "/g").setLock(lock("read", 2), false), Error, "EAGAIN");
  open(memory, "/other").setLock(lock("write", 2), false);
});

Deno.test("record locks and flock locks do not meet", () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.setLock(lock("write", 1), false);
  file.setLock(flock("write", 2), false);
  assertThrows(() => file.setLock(flock("read", 1), false), Error, "EAGAIN");
});

Deno.test("an owner is one owner as number and as bigint", () => {
  const file = open(new MemoryProvider());
  file.setLock(lock("write", 7, 0, 1), false);
  file.setLock(lock("write", 7n, 1, 2), false);
  const large = 0xdead_beef_dead_beefn;
  file.setLock(lock("write", large, 10, 20), false);
  assertEquals(file.getLock(lock("read", 1, 20, 20))?.owner, large);
});

Deno.test("a lock that waits is granted when its way is free, in order of asking", async () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  file.setLock(lock("write", 1, 0, 99), false);
  const second = outcome(file.setLock(lock("write", 2, 50, 60), true));
  const third = outcome(file.setLock(lock("read", 3, 55, 56), true));
  const fourth = outcome(file.setLock(lock("read", 4, 0, 9), true));
  file.setLock(lock("unlock", 1, 0, 20), false);
  await turn();
  assertEquals([second.now, third.now, fourth.now], ["waits", "waits", "granted"]);
  file.setLock(lock("unlock", 1), false);
  await turn();
  assertEquals([second.now, third.now], ["granted", "waits"]);
  file.setLock(lock("unlock", 2), false);
  await third.end;
});

Deno.test("a writer that becomes a reader lets readers in", async () => {
  const file = open(new MemoryProvider());
  file.setLock(lock("write", 1), false);
  const reader = outcome(file.setLock(lock("read", 2), true));
  file.setLock(lock("read", 1), false);
  await reader.end;
});

Deno.test("a wait ends with EINTR when its signal aborts, and leaves nothing behind", async () => {
  const memory = new MemoryProvider();
  const file = open(memory);
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  file.setLock(lock("write", 1), false);
  const waiting = file.setLock(lock("write", 2), true, context);
  controller.abort();
  await assertRejects(async () => await waiting, Error, 'Cannot setLock "/f": EINTR');
  assertThrows(() => file.setLock(lock("write", 2), true, context), Error, "EINTR");
  file.setLock(lock("unlock", 1), false);
  assertEquals(file.getLock(lock("write", 3)), null);
});

Deno.test("waits that would wait for each other are EDEADLK, over any number of files", async () => {
  const memory = new MemoryProvider();
  const [a, b, c] = [open(memory, "/a"), open(memory, "/b"), open(memory, "/c")];
  a.setLock(lock("write", 1), false);
  b.setLock(lock("write", 2), false);
  c.setLock(lock("write", 3), false);
  const first = outcome(b.setLock(lock("write", 1), true));
  const second = outcome(c.setLock(lock("read", 2), true));
  assertThrows(() => a.setLock(lock("write", 3), true), Error, "EDEADLK");
  c.setLock(lock("unlock", 3), false);
  await second.end;
  b.setLock(lock("unlock", 2), false);
  await first.end;
});

Deno.test("flock() changes a lock by letting go of it first", async () => {
  const file = open(new MemoryProvider());
  file.setLock(flock("read", 1), false);
  file.setLock(flock("read", 2), false);
  assertThrows(() => file.setLock(flock("write", 1), false), Error, "EAGAIN");
  file.setLock(flock("write", 2), false);
  const waiting = outcome(file.setLock(flock("read", 1), true));
  file.setLock(flock("unlock", 2), false);
  await waiting.end;
});

Deno.test("close() releases what was set through the handle, and lets others in", async () => {
  const memory = new MemoryProvider();
  const [first, second] = [open(memory), open(memory)];
  first.setLock(lock("write", 1, 0, 9), false);
  first.setLock(lock("write", 3, 20, 29), false);
  first.setLock(flock("write", 1), false);
  const records = [5, 25].map((at) => outcome(second.setLock(lock("write", 2, at, at), true)));
  const whole = outcome(second.setLock(flock("read", 2), true));
  first.close();
  await Promise.all([...records, whole].map(({ end }) => end));
});

Deno.test("close() leaves what the owner has set through another handle, before or after", () => {
  const memory = new MemoryProvider();
  const [first, second, third] = [open(memory), open(memory), open(memory)];
  first.setLock(lock("write", 1, 0, 9), false);
  first.setLock(lock("unlock", 1), false);
  second.setLock(lock("write", 1, 0, 9), false);
  // Releasing through a handle makes it none of the owner's.
  third.setLock(lock("unlock", 1, 20, 29), false);
  first.close();
  third.close();
  assertEquals(open(memory).getLock(lock("write", 2)), lock("write", 1, 0, 9));
  second.close();
  assertEquals(open(memory).getLock(lock("write", 2)), null);
});

Deno.test("close() ends the waits of its handle with EBADF", async () => {
  const memory = new MemoryProvider();
  const [first, second] = [open(memory), open(memory)];
  first.setLock(lock("write", 1), false);
  const waiting = second.setLock(lock("write", 2), true);
  second.close();
  await assertRejects(async () => await waiting, Error, "EBADF");
  first.setLock(lock("unlock", 1), false);
  assertEquals(first.getLock(lock("write", 3)), null);
});

Deno.test("a record lock needs a handle that may do as much, flock does not", () => {
  const memory = new MemoryProvider();
  open(memory).close();
  const [reader, writer] = [open(memory, "/f", O_RDONLY), open(memory, "/f", O_WRONLY)];
  assertThrows(() => reader.setLock(lock("write", 1), false), Error, "EBADF");
  assertThrows(() => writer.setLock(lock("read", 1), false), Error, "EBADF");
  reader.setLock(lock("read", 1), false);
  reader.setLock(flock("write", 1), false);
  open(memory, "/", O_RDONLY).setLock(flock("write", 1), false);
});

Deno.test("a lock must have a range", () => {
  const file = open(new MemoryProvider());
  for (const [start, end] of [[5, 4], [-1, 4], [0, 0.5], [0, 2 ** 53]] as const) {
    assertThrows(() => file.setLock(lock("read", 1, start, end), false), Error, "EINVAL");
    assertThrows(() => file.getLock(lock("read", 1, start, end)), Error, "EINVAL");
  }
});

Deno.test("one inode holds a limited number of locks", () => {
  const file = open(new MemoryProvider());
  file.setLock(lock("write", 1, 0, 10 * LOCKS_MAX), false);
  let refused = 0;
  for (let index = 0; index < 200 && refused === 0; index++) {
    // Each hole makes two locks of one.
    for (let at = 0; at < 64; at++) {
      try {
        file.setLock(
          lock("unlock", 1, (index * 64 + at) * 5 + 1, (index * 64 + at) * 5 + 1),
          false,
        );
      } catch (thrown) {
        assert(thrown instanceof Error && thrown.message.endsWith("ENOLCK"));
        refused++;
      }
    }
  }
  assert(refused > 0);
  file.setLock(lock("unlock", 1), false);
  assertEquals(file.getLock(lock("write", 2)), null);
});
