import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { newHookEngine } from "./hook_engine.ts";
import { HookOp } from "./hook_op.ts";
import { completeHookRequest, type HookRequest } from "./hook_request.ts";
import type { HookRule } from "./hook_rule.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (data: Uint8Array) => new TextDecoder().decode(data);

function write(path = "/f", text = "text"): HookRequest {
  const request = {
    op: HookOp.Write,
    path,
    data: encode(text),
    mode: 0o640,
    uid: 7,
    gid: 8,
    offset: 9,
  };
  completeHookRequest(request);
  return request;
}

Deno.test("block refuses with EPERM, in any case", () => {
  for (const action of ["block", "Block", "BLOCK"] as const) {
    const engine = newHookEngine([{ ops: [HookOp.Write], pathPattern: "/f", action }]);
    assertThrows(() => engine.before(write()), FsError, 'Cannot write "/f": EPERM');
    engine.before(write("/g"));
  }
});

Deno.test("allow does nothing: it overrules no block before or after it", () => {
  const allow: HookRule = { action: "allow" };
  const block: HookRule = { pathPattern: "/f", action: "block" };
  for (const rules of [[allow, block], [block, allow]]) {
    assertThrows(() => newHookEngine(rules).before(write()), FsError, "EPERM");
  }
  newHookEngine([allow]).before(write());
});

Deno.test("mutate_write replaces the data, by bytes that are copied", () => {
  const mutateWrite = encode("other");
  const engine = newHookEngine([{ action: "mutate_write", mutateWrite }]);
  mutateWrite.fill(0);
  const request = write();
  engine.before(request);
  assertEquals(decode(request.data), "other");
});

Deno.test("mutate_write by a function gets path, offset, size, mode and caller", async () => {
  const engine = newHookEngine([{
    action: "mutate_write",
    mutateWriteFunc: (asked) => Promise.resolve(encode(JSON.stringify(asked))),
    mutateWrite: encode("not looked at"),
  }]);
  const request = write();
  await engine.before(request);
  assertEquals(JSON.parse(decode(request.data)), {
    path: "/f",
    offset: 9,
    size: 4,
    mode: 0o640,
    uid: 7,
    gid: 8,
  });
});

Deno.test("a mutate function's FsError fails the write, anything else and no bytes are EIO", async () => {
  const failing = (mutateWriteFunc: NonNullable<HookRule["mutateWriteFunc"]>) =>
    newHookEngine([{ action: "mutate_write", mutateWriteFunc }], { onError: () => {} });
  const before = (engine: ReturnType<typeof failing>) => async () => await engine.before(write());
  const full = failing(() => {
    throw new FsError("EDQUOT");
  });
  await assertRejects(before(full), FsError, 'Cannot write "/f": EDQUOT');
  await assertRejects(before(failing(() => Promise.reject(new Error()))), FsError, "EIO");
  const nothing = JSON.parse("null");
  await assertRejects(before(failing(() => nothing)), FsError, "EIO");
});

Deno.test("mutate_write leaves other operations alone that count as writes", () => {
  const engine = newHookEngine([{ action: "mutate_write", mutateWrite: encode("x") }]);
  const request = { op: HookOp.Truncate, path: "/f", data: new Uint8Array(), offset: 3 };
  engine.before(request);
  assertEquals([request.data.length, request.offset], [0, 3]);
});

Deno.test("actionFunc decides for each request, action is not looked at", async () => {
  const engine = newHookEngine([{
    action: "block",
    mutateWrite: encode("mutated"),
    actionFunc: ({ path }) =>
      path === "/no" ? "Block" : path === "/other" ? Promise.resolve("mutate_write") : "allow",
  }]);
  engine.before(write("/yes"));
  assertThrows(() => engine.before(write("/no")), FsError, "EPERM");
  const request = write("/other");
  await engine.before(request);
  assertEquals(decode(request.data), "mutated");
});

Deno.test("an answer of actionFunc that means nothing is EIO, not allow", () => {
  for (const text of ['"blok"', "null", '"mutate_write"', '"mutate_read"']) {
    const answer = JSON.parse(text);
    const engine = newHookEngine([{ actionFunc: () => answer }], { onError: () => {} });
    assertThrows(() => engine.before(write()), FsError, "EIO");
  }
});

Deno.test("an after rule runs its function and changes nothing", () => {
  let asked = 0;
  const engine = newHookEngine([{
    phase: "After",
    actionFunc: () => {
      asked++;
      return "block";
    },
  }, { phase: "after", action: "allow" }]);
  engine.before(write());
  engine.after(write(), { bytes: 0 });
  assertEquals(asked, 1);
});

Deno.test("a rule that cannot do what it says is refused", () => {
  const rules: [json: string, message: string][] = [
    ['{"phase": "during"}', 'unknown phase "during"'],
    ['{"action": "blok"}', 'unknown action "blok"'],
    ['{"name": "n", "ops": ["wirte"]}', 'rule 0 ("n"): unknown operation "wirte"'],
    ['{"pathPattern": "/a["}', 'malformed pattern "/a["'],
    ['{"namePattern": "["}', 'malformed pattern "["'],
    ['{"phase": "after", "action": "block"}', "an after rule cannot block"],
    ['{"action": "mutate_write"}', "needs mutateWrite or mutateWriteFunc"],
    ['{"action": "mutate_read"}', "needs mutateRead or mutateReadFunc"],
    ['{"action": "mutate_write", "mutateWrite": [], "ops": ["read"]}', "lack write"],
    ['{"action": "mutate_read", "mutateRead": [], "ops": ["write"]}', "lack read"],
  ];
  for (const [json, message] of rules) {
    assertThrows(() => newHookEngine([JSON.parse(json)]), TypeError, message);
  }
});
