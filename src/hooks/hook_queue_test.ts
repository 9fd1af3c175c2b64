import { assert, assertEquals } from "@std/assert";
import { newHookEngineWithCallbacks } from "./hook_engine.ts";
import { HookOp } from "./hook_op.ts";
import { type HookOverflow, HookQueue } from "./hook_queue.ts";

function queueOf(sizeMax: number, overflow: HookOverflow) {
  const dropped: string[] = [];
  const queue = new HookQueue(sizeMax, overflow, (task, count) => {
    dropped.push(`${task.name} ${count}`);
  });
  const ran: string[] = [];
  const gate = Promise.withResolvers<void>();
  /** Work that keeps the worker busy until the gate opens. */
  const push = (name: string) =>
    queue.push({
      name,
      run: async () => {
        await gate.promise;
        ran.push(name);
      },
    });
  return { queue, dropped, ran, open: () => gate.resolve(), push };
}

Deno.test("work runs in the order in which it came, one after the other", async () => {
  const { queue, ran, open, push } = queueOf(10, "wait");
  for (const name of ["a", "b", "c"]) assertEquals(push(name), undefined);
  assertEquals(ran, []);
  open();
  await queue.idle();
  assertEquals(ran, ["a", "b", "c"]);
  await queue.idle();
});

Deno.test("a full queue that drops the newest keeps what waits", async () => {
  const { queue, dropped, ran, open, push } = queueOf(2, "drop-newest");
  for (const name of ["a", "b", "c", "d"]) push(name);
  assertEquals([dropped, queue.dropped], [["c 1", "d 2"], 2]);
  open();
  await queue.idle();
  assertEquals(ran, ["a", "b"]);
});

Deno.test("a full queue that drops the oldest keeps what came last", async () => {
  const { queue, dropped, ran, open, push } = queueOf(2, "drop-oldest");
  for (const name of ["a", "b", "c", "d"]) push(name);
  assertEquals(dropped, ["a 1", "b 2"]);
  open();
  await queue.idle();
  assertEquals(ran, ["c", "d"]);
});

Deno.test("a full queue that waits loses nothing and makes its callers wait", async () => {
  const { queue, dropped, ran, open, push } = queueOf(2, "wait");
  push("a");
  push("b");
  const waiting = [push("c"), push("d")];
  assert(waiting.every((value) => value instanceof Promise));
  assertEquals(queue.size, 4);
  open();
  await Promise.all(waiting);
  await queue.idle();
  assertEquals([ran, dropped], [["a", "b", "c", "d"], []]);
});

Deno.test("work that adds work to a full queue does not wait for itself", async () => {
  const queue = new HookQueue(1, "wait", () => {});
  const ran: string[] = [];
  const add = (name: string, more: string[]): unknown =>
    queue.push({
      name,
      run: async () => {
        ran.push(name);
        for (const next of more) await add(next, []);
      },
    });
  add("a", ["b", "c", "d"]);
  await queue.idle();
  assertEquals(ran, ["a", "b", "c", "d"]);
});

Deno.test("an engine counts and reports what its queue drops", async () => {
  const reports: [string, number][] = [];
  const engine = newHookEngineWithCallbacks([
    { name: "audit", phase: "after", async: true, after: () => {} },
  ], {
    queueMax: 1,
    overflow: "drop-newest",
    onDrop: (hook, count) => reports.push([hook, count]),
  });
  for (let index = 0; index < 3; index++) {
    engine.after({ op: HookOp.Open, path: "/f" }, { bytes: 0 });
  }
  await engine.close();
  assertEquals([engine.dropped, reports], [2, [["audit", 1], ["audit", 2]]]);
});
