import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LoopTimes, SessionLoop } from "./session_loop.ts";
import { FakeChannel } from "./testing/fake_channel.ts";
import { MemoryBlock, threadWait } from "../libc/mod.ts";

/** Runs a loop over messages; `use` gets what it drives. */
async function withLoop(
  options: LoopTimes,
  state: { pending: number; isFromUs: boolean },
  use: (channel: FakeChannel, steps: () => number) => Promise<void>,
): Promise<void> {
  const channel = new FakeChannel();
  const block = new MemoryBlock(8);
  let steps = 0;
  const loop = new SessionLoop(channel, {
    step: () => {
      steps++;
      return channel.read(block);
    },
    rest: () => {},
    pending: () => state.pending,
    isFromUs: () => state.isFromUs,
  }, options);
  const running = loop.run();
  await use(channel, () => steps);
  channel.unmount();
  await running;
}

/** Sends a message and resolves when the loop sleeps again. */
async function served(channel: FakeChannel): Promise<void> {
  channel.send(new Uint8Array(8));
  await channel.slept();
}

Deno.test("the loop holds the thread for a moment before it sleeps", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 60_000, sliceMs: 60_000 },
    { pending: 0, isFromUs: false },
    async (channel) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      channel.onBriefWait = () => {
        channel.unmount();
        resolve();
      };
      channel.send(new Uint8Array(8));
      await promise;
      assertEquals(channel.briefWaits, 1);
    },
  );
});

Deno.test("the loop sleeps as soon as the event loop has work", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 60_000, sliceMs: 60_000 },
    { pending: 0, isFromUs: false },
    async (channel) => {
      channel.hasOtherWork = true;
      await served(channel);
      assertEquals(channel.briefWaits, 1);
    },
  );
});

Deno.test("a loop that is always busy sleeps for the work of others after each slice", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 0, sliceMs: 0 },
    { pending: 0, isFromUs: false },
    async (channel, steps) => {
      channel.hasOtherWork = true;
      for (let index = 0; index < 3; index++) channel.send(new Uint8Array(8));
      const before = steps();
      await channel.slept();
      assert(steps() - before < 3, "it went on reading");
    },
  );
});

Deno.test("the loop does not hold the thread with lingerMs 0", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 0, sliceMs: 1 },
    { pending: 0, isFromUs: false },
    async (channel) => {
      await served(channel);
      assertEquals(channel.briefWaits, 0);
    },
  );
});

Deno.test("the loop does not hold the thread of a process that uses its own mount", async () => {
  await withLoop(
    { spinUs: 1000, lingerMs: 1000, sliceMs: 1 },
    { pending: 0, isFromUs: true },
    async (channel, steps) => {
      await served(channel);
      assertEquals(channel.briefWaits, 0);
      // The message, and one look that finds no other, each time it wakes.
      assert(steps() <= 4);
    },
  );
});

Deno.test("the loop does not hold the thread while an answer is due from elsewhere", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 1000, sliceMs: 1 },
    { pending: 1, isFromUs: false },
    async (channel) => {
      await served(channel);
      assertEquals(channel.briefWaits, 0);
    },
  );
});

/** Sends a message to a loop whose answers are due from a source; how often it held the thread until it slept. */
async function holdsFor(isFromUs: boolean, isAnswerDue: boolean): Promise<number> {
  let holds = 0;
  await withLoop(
    { spinUs: 0, lingerMs: 60_000, sliceMs: 1 },
    { pending: 1, isFromUs },
    async (channel) => {
      channel.hasSources = true;
      channel.isAnswerDue = isAnswerDue;
      await served(channel);
      holds = channel.briefWaits;
    },
  );
  return holds;
}

Deno.test("the loop holds the thread for an answer that is due from a source, and then sleeps", async () => {
  assertEquals(await holdsFor(false, true), 1);
});

Deno.test("the loop holds the thread neither for sources without an answer due, nor for our own process", async () => {
  assertEquals(await holdsFor(false, false), 0);
  assertEquals(await holdsFor(true, true), 0);
});

Deno.test("a message that comes before the answer is served at once", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 60_000, sliceMs: 60_000 },
    { pending: 1, isFromUs: false },
    async (channel, steps) => {
      channel.hasSources = true;
      channel.isAnswerDue = true;
      channel.wakes.push("message", "work");
      await served(channel);
      assertEquals(channel.wakes, []);
      // The message, a look that finds no other, and one more after the wake.
      assertEquals(steps(), 4);
    },
  );
});

Deno.test("after an answer the loop looks again, though nothing says that it was the last one", async () => {
  await withLoop(
    { spinUs: 0, lingerMs: 60_000, sliceMs: 60_000 },
    { pending: 1, isFromUs: false },
    async (channel) => {
      channel.hasSources = true;
      channel.isAnswerDue = true;
      channel.wakes.push("answer", "answer", "work");
      await served(channel);
      assertEquals(channel.wakes, []);
    },
  );
});

Deno.test("a step may hold the thread for its answer, unless a promise is pending or we are the user", async () => {
  const channel = new FakeChannel();
  const block = new MemoryBlock(8);
  const state = { pending: 0, isFromUs: false };
  const seen: unknown[] = [];
  let moment = -1;
  let rests = 0;
  const loop = new SessionLoop(channel, {
    step: () => {
      const result = channel.read(block);
      if (result > 0) {
        seen.push(threadWait.holder?.mayHold());
        assert(threadWait.moment !== moment);
        moment = threadWait.moment;
      }
      return result;
    },
    rest: () => rests++,
    pending: () => state.pending,
    isFromUs: () => state.isFromUs,
  }, { spinUs: 0, lingerMs: 0, sliceMs: 60_000 });
  const running = loop.run();
  await served(channel);
  assertEquals(threadWait.holder, null);
  assert(rests > 0);
  state.isFromUs = true;
  await served(channel);
  Object.assign(state, { pending: 1, isFromUs: false });
  await served(channel);
  assertEquals(seen, [true, false, false]);
  channel.unmount();
  await running;
});

Deno.test("a loop that fails leaves nobody to hold the thread", async () => {
  let rests = 0;
  const loop = new SessionLoop(new FakeChannel(), {
    step: () => {
      throw new Error("broken");
    },
    rest: () => rests++,
    pending: () => 0,
    isFromUs: () => false,
  }, { spinUs: 0, lingerMs: 0, sliceMs: 1 });
  await assertRejects(() => loop.run(), Error, "broken");
  assertEquals([threadWait.holder, rests], [null, 1]);
});
