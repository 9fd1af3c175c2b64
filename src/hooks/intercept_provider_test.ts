import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  FsError,
  isPromise,
  type MaybePromise,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
} from "../base/mod.ts";
import {
  type Context,
  Forward,
  type Handle,
  mkdirAll,
  readFile,
  writeFile,
} from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { type HookEngine, newHookEngine, newHookEngineWithCallbacks } from "./hook_engine.ts";
import type { HookRequest } from "./hook_request.ts";
import type { HookResult } from "./hook_result.ts";
import { newInterceptProvider } from "./intercept_provider.ts";
import { noting, smallTree, tell } from "./testing/noting.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("the recorded rules answer as recorded", async () => {
  const inner = new MemoryProvider();
  await mkdirAll(inner, "/workspace/src");
  await writeFile(inner, "/workspace/hello.txt", "hello, world\n");
  await writeFile(inner, "/workspace/empty", "");
  const provider = newInterceptProvider(
    inner,
    newHookEngine([
      {
        name: "no-create",
        phase: "before",
        ops: ["create"],
        pathPattern: "/workspace/blocked*",
        action: "block",
      },
      {
        name: "no-remove",
        phase: "BEFORE",
        ops: ["remove", "rename"],
        pathPattern: "/workspace/*.txt",
        action: "Block",
      },
      {
        name: "mutate",
        phase: "",
        ops: ["write"],
        pathPattern: "/workspace/mutated.txt",
        action: "mutate_write",
        mutateWrite: encode("replaced by hook"),
      },
      {
        name: "fn",
        ops: ["write"],
        pathPattern: "/workspace/fn.txt",
        action: "mutate_write",
        mutateWriteFunc: ({ path, offset, size, mode }) => {
          if (size > 4) throw new FsError("EDQUOT");
          return encode(`${path}|${offset}|${size}|${mode.toString(8)}`);
        },
      },
      {
        name: "no-stat-src",
        ops: ["stat", "readdir"],
        pathPattern: "/workspace/s?c",
        action: "block",
      },
      { name: "class", ops: ["mkdir"], pathPattern: "/workspace/[a-c]*", action: "block" },
      { name: "allow", ops: ["mkdir"], pathPattern: "", action: "allow" },
    ]),
  );
  const refused = (run: () => unknown, code = "EPERM") =>
    assertThrows(() => void run(), FsError, `: ${code}`);
  refused(() => provider.create("/workspace/blocked.txt", 0o644));
  await provider.mkdir("/workspace/zdir", 0o755);
  await (await provider.create("/workspace/zdir/blocked.txt", 0o644)).close();
  refused(() => provider.open("/workspace/blocked2", O_CREAT | O_RDWR, 0o644));
  refused(() => provider.unlink("/workspace/hello.txt"));
  refused(() => provider.rename("/workspace/hello.txt", "/workspace/q"));
  await provider.unlink("/workspace/empty");
  const mutated = await provider.create("/workspace/mutated.txt", 0o644);
  assertEquals(await mutated.writeAt(encode("xx"), 0), 2);
  assertEquals(await readFile(inner, "/workspace/mutated.txt"), encode("replaced by hook"));
  const computed = await provider.create("/workspace/fn.txt", 0o640);
  assertEquals(await computed.writeAt(encode("abcd"), 0), 4);
  assertEquals(await readFile(inner, "/workspace/fn.txt"), encode("/workspace/fn.txt|0|4|640"));
  refused(() => computed.writeAt(encode("abcde"), 0), "EDQUOT");
  refused(() => provider.stat("/workspace/src"));
  refused(() => provider.lstat("/workspace/src"));
  refused(() => provider.readDir("/workspace/src"));
  refused(() => provider.mkdir("/workspace/bdir", 0o755));
  await provider.mkdir("/workspace/ddir", 0o755);
  refused(() => provider.create("/workspace/src/../blocked3", 0o644));
});

Deno.test("a refusal names the method and the paths of the caller", () => {
  const provider = newInterceptProvider(
    new MemoryProvider(),
    newHookEngine([{ action: "block" }]),
  );
  const said: [() => unknown, string][] = [
    [() => provider.rmdir("/d"), 'Cannot rmdir "/d": EPERM'],
    [() => provider.rename("/a", "/b"), 'Cannot rename "/a" to "/b": EPERM'],
    [() => provider.symlink("../t", "/l"), 'Cannot symlink "../t" to "/l": EPERM'],
    [() => provider.lutimes("/l", null, null), 'Cannot lutimes "/l": EPERM'],
  ];
  for (const [run, message] of said) assertThrows(() => void run(), FsError, message);
});

Deno.test("a refused operation did not happen, and no after hook sees it", async () => {
  const { provider, inner, ended } = await noting([{
    before: () => {
      throw new FsError("EACCES");
    },
  }]);
  await assertRejects(async () => await provider.unlink("/f"), FsError, "EACCES");
  assertEquals([inner.stat("/f").size, ended], [7, []]);
});

Deno.test("after hooks see the error of the operation, and what was written", async () => {
  const results: [string, HookResult][] = [];
  const { provider } = await noting([{
    phase: "after",
    after: ({ op }, result) => void results.push([op, result]),
  }]);
  await assertRejects(async () => await provider.stat("/none"), FsError, "ENOENT");
  assert(results[0]![1].err instanceof FsError);
  await writeFile(provider, "/f", "1234");
  const [, written] = results.find(([op]) => op === "write")!;
  assertEquals(written, {
    bytes: 4,
    meta: { size: 4, mode: 0o644, uid: 0, gid: 0, hasOwnership: true },
  });
});

Deno.test("the caller's user and group reach the request, those of the opener on a handle", async () => {
  const callers: string[] = [];
  const { provider } = await noting([{
    before: ({ op, uid, gid, pid }) => void callers.push(`${op} ${uid} ${gid} ${pid}`),
  }]);
  const context: Context = { uid: 7, gid: 8, pid: 9 };
  const handle = await provider.open("/f", O_RDWR, 0, context);
  await handle.readAt(new Uint8Array(1), 0);
  await handle.sync(false, { uid: 1, gid: 2 });
  assertEquals(callers, ["open 7 8 9", "read 7 8 9", "sync 1 2 0"]);
});

Deno.test("a before hook can send an operation elsewhere", async () => {
  const { provider, inner } = await noting([{
    before: (request) => {
      if (request.path === "/f") request.path = "/dir/g";
      if (request.op === "mkdir") request.mode = 0o700;
      if (request.op === "rename") request.newPath = "/renamed";
    },
  }]);
  assertEquals((await provider.stat("/f")).size, 4);
  await provider.mkdir("/made", 0o777);
  assertEquals(inner.stat("/made").mode, 0o040700);
  await provider.rename("/f", "/not/here");
  assertEquals(inner.stat("/renamed").size, 4);
  assertEquals(inner.stat("/f").size, 7);
});

Deno.test("where a hook sends an operation elsewhere, errors and names are the caller's", async () => {
  for (const late of [false, true]) {
    const memory = MemoryProvider.fromTree({ real: { a: "1", d: {} } });
    const elsewhere = (path: string) => path.replace(/^\/alias/, "/real");
    const before = (request: HookRequest): void | Promise<void> => {
      request.path = elsewhere(request.path);
      if (request.op !== "symlink") request.newPath = elsewhere(request.newPath);
      return late ? Promise.resolve() : undefined;
    };
    const refuse = ({ op, path }: HookRequest) => {
      if (op === "chmod") throw new FsError("EPERM", { syscall: "chmod", path });
    };
    const provider = newInterceptProvider(
      memory,
      newHookEngineWithCallbacks([{ before }, { before: refuse }]),
    );
    assertEquals((await provider.stat("/alias")).name, "alias");
    assertEquals((await provider.lstat("/alias/a")).name, "a");
    const file = await provider.open("/alias", O_RDONLY, 0);
    assertEquals((await file.stat()).name, "alias");
    const closed = await provider.open("/alias/a", O_RDONLY, 0);
    await closed.close();
    const fails: [message: string, run: () => unknown][] = [
      ['Cannot stat "/alias/none": ENOENT', () => provider.stat("/alias/none")],
      ['Cannot chmod "/alias/a": EPERM', () => provider.chmod("/alias/a", 0)],
      ['Cannot open "/alias/none": ENOENT', () => provider.open("/alias/none", O_RDONLY, 0)],
      ['Cannot unlink "/alias/d": EISDIR', () => provider.unlink("/alias/d")],
      [
        'Cannot rename "/alias/none" to "/alias/b": ENOENT',
        () => provider.rename("/alias/none", "/alias/b"),
      ],
      [
        'Cannot rename "/real/d" to "/alias/d/e": EINVAL',
        () => provider.rename("/real/d", "/alias/d/e"),
      ],
      ['Cannot read "/alias/a": EBADF', () => closed.readAt(new Uint8Array(1), 0)],
    ];
    for (const [message, run] of fails) {
      const error = await assertRejects(async () => await run());
      assert(error instanceof FsError);
      assertEquals(error.message, message);
    }
    await file.close();
  }
});

Deno.test("a handle is closed also when a hook refuses to", async () => {
  let closed = 0;
  class Counting extends Forward {
    override open(path: string, flags: number, mode: number): MaybePromise<Handle> {
      const handle = this.inner.open(path, flags, mode);
      assert(!isPromise(handle));
      const { close } = handle;
      handle.close = () => {
        closed++;
        return close.call(handle);
      };
      return handle;
    }
  }
  const engine = newHookEngine([{ ops: ["close"], action: "block" }]);
  const provider = newInterceptProvider(new Counting(await smallTree()), engine);
  const handle = await provider.open("/f", O_RDONLY, 0);
  assertThrows(() => void handle.close(), FsError, 'Cannot close "/f": EPERM');
  assertEquals(closed, 1);
});

Deno.test("disposing of a handle runs the hooks of close", async () => {
  const { provider, asked } = await noting();
  {
    using handle = await provider.open("/f", O_RDONLY, 0);
    assert(handle);
  }
  assertEquals(asked.at(-1), "close:close /f");
});

Deno.test("positioned calls keep their order while hooks take their time", async () => {
  const gates: (() => void)[] = [];
  const engine: HookEngine = newHookEngineWithCallbacks([{
    matcher: ({ op }) => op === "write",
    before: () => new Promise<void>((resolve) => gates.push(resolve)),
  }]);
  const inner = await smallTree();
  const provider = newInterceptProvider(inner, engine);
  const handle = await provider.create("/order", 0o644);
  const calls = [
    handle.write(encode("one ")),
    handle.write(encode("two ")),
    handle.seek(0, SEEK_CUR),
  ];
  while (gates.length < 1) await Promise.resolve();
  gates[0]!();
  await calls[0];
  while (gates.length < 2) await Promise.resolve();
  gates[1]!();
  assertEquals(await Promise.all(calls), [4, 4, 8]);
  assertEquals(await readFile(inner, "/order"), encode("one two "));
  assertEquals(await handle.seek(-4, SEEK_END), 4);
});

Deno.test("replaced data moves the position behind what was written, and reports the caller's length", async () => {
  const engine = newHookEngine([{
    ops: ["write"],
    action: "mutate_write",
    mutateWrite: encode("long"),
  }]);
  const inner = await smallTree();
  const provider = newInterceptProvider(inner, engine);
  await using handle = await provider.create("/m", 0o644);
  assertEquals([await handle.write(encode("a")), await handle.write(encode("b"))], [1, 1]);
  assertEquals(await handle.seek(0, SEEK_CUR), 8);
  assertEquals(await readFile(inner, "/m"), encode("longlong"));
});

Deno.test("what no hook concerns stays synchronous, and so does what a synchronous hook concerns", async () => {
  const engine = newHookEngine([{ ops: ["write"], pathPattern: "/f", action: "allow" }]);
  const quiet = newInterceptProvider(await smallTree(), engine);
  assert(readFile(quiet, "/f") instanceof Uint8Array);
  const { provider } = await noting();
  assert(readFile(provider, "/f") instanceof Uint8Array);
  assert(!isPromise(writeFile(provider, "/f", "x")));
  assert(!isPromise(provider.rename("/f", "/h")));
});

Deno.test("an intercepting provider closes what it wraps, not its engine", async () => {
  let closed = 0;
  const engine = newHookEngine([]);
  const provider = newInterceptProvider(
    new class extends Forward {
      override close(): void {
        closed++;
      }
    }(new MemoryProvider()),
    engine,
  );
  await provider.close();
  const events = engine.events();
  engine.after({ op: "open", path: "/f" }, { bytes: 0 });
  await engine.close();
  assertEquals([closed, (await Array.fromAsync(events)).length], [1, 1]);
});

Deno.test("watching asks hooks, and can be refused", async () => {
  class Watched extends Forward {
    override async *watch(path: string) {
      yield { kind: "entry" as const, path };
    }
  }
  const inner = new Watched(await smallTree());
  const refusing = newInterceptProvider(
    inner,
    newHookEngine([{ ops: ["watch"], action: "block" }]),
  );
  await assertRejects(
    () => Array.fromAsync(refusing.watch("/dir")),
    FsError,
    'Cannot watch "/dir": EPERM',
  );
  const plain = newInterceptProvider(inner, newHookEngine([]));
  assertEquals(await Array.fromAsync(plain.watch("/dir")), [{ kind: "entry", path: "/dir" }]);
  const asked: string[] = [];
  const engine = newHookEngineWithCallbacks([{
    before: (request) => void asked.push(tell(request)),
  }]);
  await Array.fromAsync(newInterceptProvider(inner, engine).watch("/dir"));
  assertEquals(asked, ["watch:watch /dir"]);
});

Deno.test("O_TRUNC of a file with content is a truncation, before and after", async () => {
  const { provider, asked, ended } = await noting();
  await (await provider.open("/f", O_WRONLY | O_TRUNC, 0)).close();
  assertEquals(asked.slice(0, 2), ["open:open /f", "truncate:truncate /f"]);
  assertEquals(ended.slice(0, 2), ["truncate /f 0", "open /f 0"]);
  asked.length = 0;
  await (await provider.open("/f", O_WRONLY | O_TRUNC, 0)).close();
  assertEquals(asked, ["open:open /f", "close:close /f"]);
});
