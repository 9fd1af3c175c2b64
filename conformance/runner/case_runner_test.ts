// The runner: what it makes of cases that pass, fail, hang and leak.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { O_CREAT, O_RDWR } from "../../src/base/mod.ts";
import { Forward, type Handle, type Provider } from "../../src/provider/mod.ts";
import { MemoryProvider } from "../../src/providers/mod.ts";
import { type Case, caseFile } from "../case.ts";
import { HOST_DIRECTORY, subjectFactory } from "../subjects/open_subject.ts";
import { CaseRunner } from "./case_runner.ts";
import type { Outcome } from "./outcome.ts";

function caseOf(steps: Case["steps"], options = {}): Case {
  const { cases, it } = caseFile("test", { clause: "none" });
  it("does something", options, steps);
  return cases[0]!;
}

async function run(
  steps: Case["steps"],
  make: () => Provider = () => new MemoryProvider(),
  options = {},
): Promise<Outcome> {
  await using runner = new CaseRunner("direct", subjectFactory("direct", make), { timeoutMs: 200 });
  return await runner.run(caseOf(steps, options));
}

Deno.test("a case that throws nothing passes, with its calls recorded", async () => {
  const { status, steps } = await run((t) => t.file("/file", "data"));
  assertEquals(status, "passed");
  assertEquals(steps.map(({ call }) => call.replace(/\d+/, "N")), [
    'open("/file", O_WRONLY|O_CREAT|O_EXCL, N)',
    'write(N, "data")',
    "close(N)",
  ]);
  assertEquals(steps[1]?.outcome, "4");
});

Deno.test("a broken promise fails with what was expected and what came", async () => {
  const outcome = await run(async (t) => {
    await t.mkdir("/dir");
    await t.refuses("EEXIST", t.mkdir("/other"));
  });
  assertEquals(outcome.status, "failed");
  assertEquals([outcome.expected, outcome.got], ["EEXIST", "success"]);
  assertStringIncludes(outcome.message ?? "", 'mkdir("/other"');
});

Deno.test("a call that fails unexpectedly fails the case", async () => {
  const outcome = await run((t) => t.rmdir("/none"));
  assertEquals(outcome.message, 'rmdir("/none"): expected success, got ENOENT');
});

Deno.test("an exception that is no error of a filesystem is shown as it is", async () => {
  class Odd extends Forward {
    constructor() {
      super(new MemoryProvider());
    }
    override rmdir(): void {
      throw new TypeError("x is not a function");
    }
  }
  const outcome = await run((t) => t.refuses("EIO", t.rmdir("/none")), () => new Odd());
  assertEquals(outcome.got, "TypeError: x is not a function");
});

Deno.test("a case is not for a subject that lacks what it needs", async () => {
  const { status, missing } = await run(() => Promise.reject("never"), undefined, {
    needs: ["kernel", "lstat"],
  });
  assertEquals([status, missing], ["skipped", ["kernel"]]);
});

Deno.test("each case finds an empty directory, whatever the one before has left", async () => {
  const factory = subjectFactory("direct", () => new MemoryProvider());
  await using runner = new CaseRunner("direct", factory);
  for (let round = 0; round < 3; round++) {
    const { status } = await runner.run(caseOf(async (t) => {
      t.equal(await t.names("/"), []);
      await t.mkdir("/dir");
      await t.file("/dir/file", "data");
      await t.symlink("nowhere", "/link");
      await t.open("/dir/file");
    }));
    assertEquals(status, "passed");
  }
});

Deno.test("a provider that hangs ends one case, and the next gets a new provider", async () => {
  let made = 0;
  class Hanging extends Forward {
    constructor() {
      super(new MemoryProvider());
      made++;
    }
    override readDir(path: string) {
      return path.endsWith("/hang") ? new Promise<never>(() => {}) : super.readDir(path);
    }
  }
  const factory = subjectFactory("direct", () => new Hanging());
  await using runner = new CaseRunner("direct", factory, { timeoutMs: 100 });
  const hung = await runner.run(caseOf(async (t) => void await t.readdir("/hang")));
  assertEquals(hung.status, "failed");
  assertStringIncludes(hung.message ?? "", 'did not end within 100 ms; its last call: readdir("');
  assertEquals((await runner.run(caseOf((t) => t.mkdir("/dir")))).status, "passed");
  assertEquals(made, 2);
});

Deno.test("a handle that stays open on the server fails the case", async () => {
  class Leaking extends Forward {
    override close(): void {}
  }
  const factory = subjectFactory("wire-v2", () => new Leaking(new MemoryProvider()));
  await using runner = new CaseRunner("wire-v2", factory);
  const kept: Handle[] = [];
  const outcome = await runner.run(caseOf(async (t) => {
    kept.push(await t.provider.open(t.absolute("/file"), O_RDWR | O_CREAT, 0o644));
  }));
  assertEquals(outcome.message, "files that the case has left open: expected 0, got 1");
  assertEquals((await runner.run(caseOf((t) => t.mkdir("/dir")))).status, "passed");
});

Deno.test("what cannot be removed afterwards fails the case", async () => {
  class Sticky extends Forward {
    override rmdir(): void {}
  }
  const stuck = await run((t) => t.mkdir("/dir"), () => new Sticky(new MemoryProvider()));
  assertStringIncludes(stuck.message ?? "", "once removed: expected ENOENT, got success");
  class Refusing extends Forward {
    override unlink(): void {
      throw new Error("no");
    }
  }
  const refused = await run(
    (t) => t.file("/file"),
    () => new Refusing(new MemoryProvider()),
  );
  assertStringIncludes(
    refused.message ?? "",
    'removing what the case made, unlink("/case-1/file"): expected success',
  );
});

Deno.test("warnings are told with a case that passes", async () => {
  const { status, warnings } = await run((t) => {
    t.warn("look at this");
    return Promise.resolve();
  });
  assertEquals([status, warnings], ["passed", ["look at this"]]);
});

Deno.test("a kernel call that never ends is killed with its process", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const factory = subjectFactory("host", () => new MemoryProvider());
  await using runner = new CaseRunner("host", factory, { timeoutMs: 500 });
  const outcome = await runner.run(caseOf(async (t) => {
    await t.mknod("/fifo", 0o010644);
    // Opening a pipe without a writer waits for one (fifo(7)).
    await t.open("/fifo");
  }));
  assertStringIncludes(outcome.message ?? "", "did not end within 500 ms");
  assertEquals((await runner.run(caseOf((t) => t.mkdir("/dir")))).status, "passed");
});

Deno.test("a subject on the host leaves nothing behind", async () => {
  const own = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(HOST_DIRECTORY)) {
      if (name.startsWith("fusewire-conformance-")) names.push(name);
    }
    return names;
  };
  let made = "";
  {
    await using runner = new CaseRunner(
      "host",
      subjectFactory("host", () => new MemoryProvider()),
    );
    await runner.run(caseOf((t) => {
      made = t.root.split("/").at(-2) ?? "";
      return t.mkdir("/dir");
    }));
    assert((await own()).includes(made));
  }
  assert(!(await own()).includes(made));
});
