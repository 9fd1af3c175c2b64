import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { FsError } from "../base/mod.ts";
import type { Hook } from "./hook.ts";
import { AfterHookFunc, BeforeHookFunc } from "./hook_callback.ts";
import {
  type HookEngineOptions,
  type HookErrorReport,
  newHookEngineWithCallbacks,
} from "./hook_engine.ts";
import { HookMatcherFunc } from "./hook_matcher.ts";
import { HookOp } from "./hook_op.ts";
import type { HookRequestInit } from "./hook_request.ts";
import { OpPathMatcher } from "./op_path_matcher.ts";

const REQUEST = { op: HookOp.Open, path: "/f" } as const;

function engineOf(hooks: Hook[], options: HookEngineOptions = {}) {
  const reports: HookErrorReport[] = [];
  const onError = (report: HookErrorReport) => void reports.push(report);
  return { engine: newHookEngineWithCallbacks(hooks, { onError, ...options }), reports };
}

Deno.test("before hooks run in their order, and the first that throws ends it", () => {
  const ran: string[] = [];
  const { engine } = engineOf([
    { before: () => void ran.push("first") },
    { before: new BeforeHookFunc(() => void ran.push("second")) },
    {
      before: {
        before() {
          throw new FsError("EDQUOT");
        },
      },
    },
    { before: () => void ran.push("never") },
  ]);
  assertThrows(() => engine.before({ ...REQUEST }), FsError, 'Cannot open "/f": EDQUOT');
  assertEquals(ran, ["first", "second"]);
});

Deno.test("hooks that answer later keep their order, and make the answer a promise", async () => {
  const ran: string[] = [];
  const { engine } = engineOf([
    { before: () => Promise.resolve().then(() => void ran.push("first")) },
    { before: () => void ran.push("second") },
    { before: () => Promise.reject(new FsError("EACCES")) },
    { before: () => void ran.push("never") },
  ]);
  const answer = engine.before({ ...REQUEST });
  assert(answer instanceof Promise);
  await assertRejects(() => answer, FsError, 'Cannot open "/f": EACCES');
  assertEquals(ran, ["first", "second"]);
});

Deno.test("hooks that answer at once cost no promise", () => {
  const { engine } = engineOf([{ before: () => {} }, { phase: "after", after: () => {} }]);
  assertEquals(engine.before({ ...REQUEST }), undefined);
  assertEquals(engine.after({ ...REQUEST }, { bytes: 0 }), undefined);
});

Deno.test("a hook runs in its phase only, in any case", () => {
  const ran: string[] = [];
  const note = (text: string) => () => void ran.push(text);
  const { engine } = engineOf([
    { phase: "AFTER", before: note("no"), after: note("after") },
    { phase: "Before", before: note("before"), after: note("no") },
    { before: note("default"), after: note("no") },
  ]);
  engine.before({ ...REQUEST });
  engine.after({ ...REQUEST }, { bytes: 0 });
  assertEquals(ran, ["before", "default", "after"]);
});

Deno.test("an unknown phase and a negative time are refused", () => {
  const phase = JSON.parse('"during"');
  assertThrows(() => engineOf([{ phase, before: () => {} }]), TypeError, 'unknown phase "during"');
  assertThrows(() => engineOf([{ timeoutMs: -1, before: () => {} }]), TypeError, "timeoutMs");
});

Deno.test("a matcher decides, as an object or a function", () => {
  const ran: string[] = [];
  const { engine } = engineOf([
    { matcher: new HookMatcherFunc(({ path }) => path === "/f"), before: () => void ran.push("f") },
    { matcher: ({ path }) => path === "/g", before: () => void ran.push("g") },
    { matcher: new HookMatcherFunc(), before: () => void ran.push("all") },
  ]);
  engine.before({ ...REQUEST });
  assertEquals(ran, ["f", "all"]);
});

Deno.test("an adapter without a function does nothing", () => {
  const { engine } = engineOf([
    { before: new BeforeHookFunc() },
    { phase: "after", after: new AfterHookFunc() },
  ]);
  assertEquals(engine.before({ ...REQUEST }), undefined);
  assertEquals(engine.after({ ...REQUEST }, { bytes: 0 }), undefined);
});

Deno.test("a before hook changes the request for those after it", () => {
  const { engine } = engineOf([
    { before: (request) => void (request.path = "/else") },
    {
      matcher: new OpPathMatcher({ pathPattern: "/else" }),
      before: (request) => void (request.mode = 7),
    },
  ]);
  const request = { op: HookOp.Open, path: "/a/../f", mode: 0 };
  engine.before(request);
  assertEquals([request.path, request.mode], ["/else", 7]);
});

Deno.test("a request is completed and cleaned in place", () => {
  const { engine } = engineOf([]);
  const request: HookRequestInit = { op: HookOp.Rename, path: "a//b", newPath: "/c/../d" };
  engine.before(request);
  assertEquals(
    request,
    {
      op: "rename",
      path: "/a/b",
      newPath: "/d",
      syscall: "rename",
      flags: 0,
      mode: 0,
      uid: 0,
      gid: 0,
      pid: 0,
      offset: 0,
      data: new Uint8Array(),
      size: 0,
      name: "",
      newUid: -1,
      newGid: -1,
      rdev: 0,
    },
  );
});

Deno.test("what is no FsError becomes EIO and is reported, also from a matcher", async () => {
  const oops = new RangeError("oops");
  const fail = (): never => {
    throw oops;
  };
  for (
    const hook of [
      { name: "bad", before: fail },
      { name: "bad", before: () => Promise.reject(oops) },
      { name: "bad", matcher: fail, before: () => {} },
    ]
  ) {
    const { engine, reports } = engineOf([hook]);
    await assertRejects(
      async () => await engine.before({ ...REQUEST }),
      FsError,
      'Cannot open "/f": EIO',
    );
    assertEquals(reports.map(({ hook, request }) => [hook, request.path]), [["bad", "/f"]]);
    assertStrictEquals(reports[0]!.thrown, oops);
  }
});

Deno.test("an FsError keeps its own path when it has one", () => {
  const { engine } = engineOf([{
    before: () => {
      throw new FsError("ENOSPC", { syscall: "reserve", path: "/quota" });
    },
  }]);
  assertThrows(() => engine.before({ ...REQUEST }), FsError, 'Cannot reserve "/quota": ENOSPC');
});

Deno.test("a hook whose time is over fails the operation with ETIMEDOUT and sees its signal", async () => {
  using time = new FakeTime();
  let signal: AbortSignal | undefined;
  const { engine } = engineOf([{
    timeoutMs: 30_000,
    before: (_request, context) => {
      signal = context.signal;
      return new Promise(() => {});
    },
  }]);
  const answer = engine.before({ ...REQUEST });
  time.tick(29_999);
  assertEquals(signal?.aborted, false);
  time.tick(1);
  await assertRejects(async () => await answer, FsError, "ETIMEDOUT");
  assert(signal?.aborted === true && signal.reason.name === "TimeoutError");
});

Deno.test("the engine's time applies to hooks that have none, 0 is no limit", async () => {
  using time = new FakeTime();
  const { engine } = engineOf([{ before: () => new Promise(() => {}) }], { timeoutMs: 1000 });
  const late = engine.before({ ...REQUEST });
  time.tick(1000);
  await assertRejects(async () => await late, FsError, "ETIMEDOUT");
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 86_400_000));
  const patient = engineOf([{ before: slow, timeoutMs: 0 }], { timeoutMs: 1000 }).engine;
  const answer = patient.before({ ...REQUEST });
  time.tick(86_400_000);
  await answer;
});

Deno.test("a hook that is still busy ends with EINTR when the caller leaves", async () => {
  const { engine } = engineOf([{ before: () => new Promise(() => {}) }]);
  const controller = new AbortController();
  const caller = { uid: 1, gid: 1, signal: controller.signal };
  const answer = engine.before({ ...REQUEST }, caller);
  controller.abort();
  await assertRejects(async () => await answer, FsError, "EINTR");
});

Deno.test("the caller is handed to hooks", () => {
  const caller = { uid: 7, gid: 8 };
  const { engine } = engineOf([{
    before: (_request, context) => assertStrictEquals(context.caller, caller),
  }]);
  engine.before({ ...REQUEST }, caller);
});

Deno.test("after hooks see the result and what they throw is reported, not passed on", async () => {
  const seen: unknown[] = [];
  const { engine, reports } = engineOf([
    {
      name: "throws",
      phase: "after",
      after: () => {
        throw new FsError("EPERM");
      },
    },
    { name: "rejects", phase: "after", after: () => Promise.reject(new Error("late")) },
    {
      phase: "after",
      matcher: () => {
        throw new Error("match");
      },
      after: () => {},
    },
    { phase: "after", timeoutMs: 1, after: () => new Promise(() => {}) },
    { phase: "after", after: (_request, result) => void seen.push(result) },
  ]);
  await engine.after({ ...REQUEST }, { bytes: 3 });
  assertEquals(seen, [{ bytes: 3 }]);
  assertEquals(
    reports.map(({ hook, thrown }) => [hook, thrown instanceof Error ? thrown.message : ""]),
    [
      ["throws", "Cannot do that: EPERM"],
      ["rejects", "late"],
      ["hook 2", "match"],
      ["hook 3", 'Cannot open "/f": ETIMEDOUT'],
    ],
  );
});

Deno.test("an error report that fails changes no result", () => {
  const { error } = console;
  console.error = () => {};
  try {
    const { engine } = engineOf([{
      phase: "after",
      after: () => {
        throw new Error();
      },
    }], {
      onError: () => {
        throw new Error("report");
      },
    });
    assertEquals(engine.after({ ...REQUEST }, { bytes: 0 }), undefined);
  } finally {
    console.error = error;
  }
});

Deno.test("an asynchronous after hook is not waited for, and gets a copy of the data", async () => {
  const seen: string[] = [];
  const { engine } = engineOf([{
    phase: "after",
    async: true,
    after: (request) => void seen.push(new TextDecoder().decode(request.data)),
  }]);
  const data = new TextEncoder().encode("data");
  assertEquals(engine.after({ op: HookOp.Write, path: "/f", data }, { bytes: 4 }), undefined);
  data.fill(0);
  assertEquals([seen, engine.queued], [[], 1]);
  await engine.wait();
  assertEquals([seen, engine.queued], [["data"], 0]);
});

Deno.test("the event function sees every operation until it is taken away", () => {
  const { engine, reports } = engineOf([]);
  const seen: string[] = [];
  assert(!engine.observed);
  engine.setEventFunc((request, result) => seen.push(`${request.op} ${result.bytes}`));
  assert(engine.observed);
  engine.after({ ...REQUEST }, { bytes: 1 });
  engine.setEventFunc(() => {
    throw new Error("event");
  });
  engine.after({ ...REQUEST }, { bytes: 2 });
  engine.setEventFunc(null);
  engine.after({ ...REQUEST }, { bytes: 3 });
  assertEquals([seen, reports.length], [["open 1"], 1]);
});

Deno.test("a side-effect hook is left out while one runs, and counted", async () => {
  let ran = 0;
  const { engine } = engineOf([{
    phase: "after",
    async: true,
    sideEffect: true,
    after: async () => {
      ran++;
      await engine.after({ ...REQUEST }, { bytes: 0 });
    },
  }]);
  engine.after({ ...REQUEST }, { bytes: 0 });
  await engine.wait();
  assertEquals([ran, engine.suppressed], [1, 1]);
  engine.after({ ...REQUEST }, { bytes: 0 });
  await engine.wait();
  assertEquals(ran, 2);
});

Deno.test("a side-effect hook that is not asynchronous does not trigger itself either", () => {
  let ran = 0;
  const { engine } = engineOf([{
    phase: "after",
    sideEffect: true,
    after: () => {
      ran++;
      engine.after({ ...REQUEST }, { bytes: 0 });
      throw new Error("must not keep the others out for ever");
    },
  }]);
  engine.after({ ...REQUEST }, { bytes: 0 });
  engine.after({ ...REQUEST }, { bytes: 0 });
  assertEquals(ran, 2);
});

Deno.test("closing waits for what is queued; then nothing is told, but hooks still refuse", async () => {
  const seen: string[] = [];
  const { engine } = engineOf([
    {
      before: () => {
        throw new FsError("EPERM");
      },
    },
    { phase: "after", async: true, after: () => void seen.push("after") },
  ]);
  engine.setEventFunc(() => seen.push("event"));
  engine.after({ ...REQUEST }, { bytes: 0 });
  await engine.close();
  await engine.close();
  assertEquals(seen, ["event", "after"]);
  engine.after({ ...REQUEST }, { bytes: 0 });
  assertEquals(seen.length, 2);
  assertThrows(() => engine.before({ ...REQUEST }), FsError, "EPERM");
});
