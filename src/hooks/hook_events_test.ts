import { assertEquals, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { newHookEngine } from "./hook_engine.ts";
import type { HookEvents } from "./hook_events.ts";
import { HookOp } from "./hook_op.ts";

function write(path: string, data = new Uint8Array()) {
  return { op: HookOp.Write, path, data } as const;
}

/** Reads until the stream ends. */
async function paths(events: HookEvents): Promise<string[]> {
  return (await Array.fromAsync(events)).map(({ request, lost }) => `${request.path} ${lost}`);
}

Deno.test("a reader sees what ended since it asked, until the engine closes", async () => {
  const engine = newHookEngine([]);
  engine.after(write("/before"), { bytes: 0 });
  const events = engine.events();
  engine.after(write("/a"), { bytes: 3 });
  engine.after(write("/b"), { err: new FsError("EIO"), bytes: 0 });
  await engine.close();
  const read = await Array.fromAsync(events);
  assertEquals(read.map(({ request, result }) => [request.path, result.bytes, !!result.err]), [
    ["/a", 3, false],
    ["/b", 0, true],
  ]);
});

Deno.test("a reader sees what a hook refused, and which", async () => {
  const engine = newHookEngine([{ name: "no-x", pathPattern: "/x", action: "block" }]);
  const events = engine.events();
  assertThrows(() => engine.before(write("/x")), FsError, "EPERM");
  await engine.close();
  const [event] = await Array.fromAsync(events);
  assertEquals([event!.refusedBy, event!.request.op, event!.result.bytes], ["no-x", "write", 0]);
});

Deno.test("a reader that is too far behind loses the oldest and is told how many", async () => {
  const engine = newHookEngine([]);
  const events = engine.events({ queueMax: 2 });
  for (const path of ["/a", "/b", "/c", "/d"]) engine.after(write(path), { bytes: 0 });
  events[Symbol.dispose]();
  assertEquals(await paths(events), ["/c 2", "/d 0"]);
});

Deno.test("data comes as a copy, and only when asked for", async () => {
  const engine = newHookEngine([]);
  const [plain, full] = [engine.events(), engine.events({ data: true })];
  const data = new Uint8Array([1, 2]);
  engine.after(write("/f", data), { bytes: 2 });
  data.fill(9);
  await engine.close();
  assertEquals((await Array.fromAsync(plain))[0]!.request.data, new Uint8Array());
  assertEquals((await Array.fromAsync(full))[0]!.request.data, new Uint8Array([1, 2]));
});

Deno.test("a reader that leaves costs nothing any more", async () => {
  const engine = newHookEngine([]);
  const events = engine.events();
  engine.after(write("/a"), { bytes: 0 });
  for await (const { request } of events) {
    assertEquals([request.path, engine.observed], ["/a", true]);
    break;
  }
  assertEquals(engine.observed, false);
});

Deno.test("a waiting reader ends with its signal; one that has ended begins nothing", async () => {
  const engine = newHookEngine([]);
  const controller = new AbortController();
  const reading = paths(engine.events({ signal: controller.signal }));
  controller.abort();
  assertEquals(await reading, []);
  assertEquals(await paths(engine.events({ signal: controller.signal })), []);
  await engine.close();
  assertEquals(await paths(engine.events()), []);
  assertEquals(engine.observed, false);
});

Deno.test("a waiting reader is woken by the next event", async () => {
  const engine = newHookEngine([]);
  const iterator = engine.events()[Symbol.asyncIterator]();
  const next = iterator.next();
  engine.after(write("/late"), { bytes: 0 });
  assertEquals((await next).value?.request.path, "/late");
  await iterator.return();
});

Deno.test("two loops over one stream share its events, and both end", async () => {
  const engine = newHookEngine([]);
  const events = engine.events();
  const loops = [paths(events), paths(events)];
  await Promise.resolve();
  for (const path of ["/a", "/b"]) {
    engine.after(write(path), { bytes: 0 });
    await Promise.resolve();
  }
  await engine.close();
  assertEquals((await Promise.all(loops)).flat().sort(), ["/a 0", "/b 0"]);
});
