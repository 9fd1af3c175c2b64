import { assertEquals, assertMatch } from "@std/assert";
import { completeHookRequest, type HookEvent, HookOp, type HookRequestInit } from "../hooks/mod.ts";
import { HookRecord, operationTable, pathTable } from "./hook_record.ts";

function event(op: HookOp, path: string, bytes = 0, refusedBy: string | null = null): HookEvent {
  const request: HookRequestInit = { op, path };
  completeHookRequest(request);
  return { request, result: { bytes }, refusedBy, lost: 0 };
}

Deno.test("a record counts by operation and path", () => {
  const record = new HookRecord();
  record.add(event(HookOp.Write, "/a", 10));
  record.add(event(HookOp.Write, "/a", 5));
  record.add(event(HookOp.Write, "/b", 1, "no-b"));
  record.add(event(HookOp.Stat, "/a"));
  assertEquals(record.rows(), [
    { op: HookOp.Write, path: "/a", count: 2, bytes: 15, refused: 0 },
    { op: HookOp.Write, path: "/b", count: 1, bytes: 1, refused: 1 },
    { op: HookOp.Stat, path: "/a", count: 1, bytes: 0, refused: 0 },
  ]);
  assertEquals(record.byOperation(), [
    { op: HookOp.Write, path: "", count: 3, bytes: 16, refused: 1 },
    { op: HookOp.Stat, path: "", count: 1, bytes: 0, refused: 0 },
  ]);
  assertEquals(record.events, 4);
});

Deno.test("a record tells how many operations it missed", async () => {
  const record = new HookRecord();
  async function* events(): AsyncGenerator<HookEvent> {
    yield event(HookOp.Stat, "/a");
    yield await Promise.resolve({ ...event(HookOp.Stat, "/b"), lost: 7 });
  }
  await record.follow(events());
  assertEquals([record.events, record.lost], [2, 7]);
});

Deno.test("the tables show refusals first, and say how much they leave out", () => {
  const record = new HookRecord();
  for (let at = 0; at < 5; at++) record.add(event(HookOp.Write, `/file${at}`, at));
  record.add(event(HookOp.Create, "/x.env", 0, "no-env"));
  const lines = pathTable(record, 2).split("\n");
  assertMatch(lines[2]!, /create +\/x\.env +1 +1$/);
  assertMatch(lines[3]!, /write +\/file4 +1 +4$/);
  assertMatch(lines.at(-1)!, /writes to 3 more paths/);
  assertMatch(operationTable(record), /write +5 +10\n/);
});
