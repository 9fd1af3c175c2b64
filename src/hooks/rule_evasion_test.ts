import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FsError,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  RENAME_EXCHANGE,
} from "../base/mod.ts";
import { newReadonlyProvider } from "../layers/mod.ts";
import { mkdirAll, readFile, writeFile } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { newHookEngine } from "./hook_engine.ts";
import type { HookRule } from "./hook_rule.ts";
import { type InterceptProvider, newInterceptProvider } from "./intercept_provider.ts";

/** What an attacker may use freely, and what the rule protects. */
async function guarded(...rules: HookRule[]) {
  const inner = new MemoryProvider();
  await mkdirAll(inner, "/safe/deep");
  await writeFile(inner, "/safe/file", "protected");
  await writeFile(inner, "/safe/deep/file", "protected");
  await mkdirAll(inner, "/tmp/dir");
  await writeFile(inner, "/tmp/evil", "evil");
  return { inner, provider: newInterceptProvider(inner, newHookEngine(rules)) };
}

async function refused(run: () => unknown): Promise<void> {
  await assertRejects(async () => await run(), FsError, "EPERM");
}

type Attack = [how: string, (provider: InterceptProvider) => unknown];

const WRITES: Attack[] = [
  ["writing", async (p) => (await p.open("/safe/file", O_WRONLY, 0)).write(new Uint8Array(1))],
  [
    "writing at an offset",
    async (p) => (await p.open("/safe/file", O_RDWR, 0)).writeAt(new Uint8Array(1), 0),
  ],
  ["truncating by path", (p) => p.truncate("/safe/file", 0)],
  ["truncating a handle", async (p) => (await p.open("/safe/file", O_RDWR, 0)).truncate(0)],
  ["opening with O_TRUNC", (p) => p.open("/safe/file", O_WRONLY | O_TRUNC, 0)],
  ["opening with O_TRUNC for reading", (p) => p.open("/safe/file", O_RDONLY | O_TRUNC, 0)],
  ["opening with O_CREAT and O_TRUNC", (p) => p.open("/safe/file", O_RDWR | O_CREAT | O_TRUNC, 0)],
  ["creating over it", (p) => p.create("/safe/file", 0o644)],
  ["punching a hole", async (p) => (await p.open("/safe/file", O_RDWR, 0)).allocate(3, 0, 4)],
  ["allocating", async (p) => (await p.open("/safe/file", O_RDWR, 0)).allocate(0, 0, 100)],
  ["copying into it", async (p) => {
    const source = await p.open("/tmp/evil", O_RDONLY, 0);
    return source.copyRange(0, await p.open("/safe/file", O_RDWR, 0), 0, 4);
  }],
  ["writing by an unclean path", (p) => writeFile(p, "/tmp/../safe/./file", "x")],
];

for (const [how, attack] of WRITES) {
  Deno.test(`a rule that blocks writes is not avoided by ${how}`, async () => {
    const { inner, provider } = await guarded({
      ops: ["write"],
      pathPattern: "/safe/*",
      action: "block",
    });
    await refused(() => attack(provider));
    assertEquals(await readFile(inner, "/safe/file"), new TextEncoder().encode("protected"));
  });
}

Deno.test("a rule that blocks writes lets an empty file be created and opened", async () => {
  const { provider } = await guarded({ ops: ["write"], pathPattern: "/safe/*", action: "block" });
  await using handle = await provider.create("/safe/new", 0o644);
  await (await provider.create("/safe/new", 0o644)).close();
  await refused(() => handle.write(new Uint8Array(1)));
});

const CREATIONS: Attack[] = [
  ["create", (p) => p.create("/safe/new", 0o644)],
  ["open with O_CREAT", (p) => p.open("/safe/new", O_CREAT | O_WRONLY, 0o644)],
  ["rename", (p) => p.rename("/tmp/evil", "/safe/new")],
  ["rename of a directory", (p) => p.rename("/tmp/dir", "/safe/new")],
  ["an exchange", (p) => p.rename2("/tmp/evil", "/safe/file", RENAME_EXCHANGE)],
  ["an exchange the other way round", (p) => p.rename2("/safe/file", "/tmp/evil", RENAME_EXCHANGE)],
  ["link", (p) => p.link("/tmp/evil", "/safe/new")],
  ["symlink", (p) => p.symlink("/tmp/evil", "/safe/new")],
  ["mknod of a regular file", (p) => p.mknod("/safe/new", 0o100644, 0)],
  ["mknod of a pipe", (p) => p.mknod("/safe/new", 0o10644, 0)],
];

for (const [how, attack] of CREATIONS) {
  Deno.test(`a rule that blocks creation is not avoided by ${how}`, async () => {
    const { inner, provider } = await guarded({
      ops: ["create"],
      pathPattern: "/safe/*",
      action: "block",
    });
    await refused(() => attack(provider));
    assertEquals(inner.readDir("/safe").map((entry) => entry.name), ["deep", "file"]);
  });
}

const REMOVALS: Attack[] = [
  ["remove", (p) => p.remove("/safe/file")],
  ["unlink", (p) => p.unlink("/safe/file")],
  ["renaming it away", (p) => p.rename("/safe/file", "/tmp/gone")],
  ["renaming over it", (p) => p.rename("/tmp/evil", "/safe/file")],
  ["an exchange", (p) => p.rename2("/tmp/evil", "/safe/file", RENAME_EXCHANGE)],
  ["removeAll of it", (p) => p.removeAll("/safe/file")],
  ["removeAll around it", (p) => p.removeAll("/safe")],
  ["removeAll of everything", (p) => p.removeAll("/")],
];

for (const [how, attack] of REMOVALS) {
  Deno.test(`a rule that blocks removal is not avoided by ${how}`, async () => {
    const { inner, provider } = await guarded({
      ops: ["remove"],
      pathPattern: "/safe/file",
      action: "block",
    });
    await refused(() => attack(provider));
    assertEquals(await readFile(inner, "/safe/file"), new TextEncoder().encode("protected"));
  });
}

Deno.test("a rule that blocks removal lets a new file be renamed into place", async () => {
  const { inner, provider } = await guarded({
    ops: ["remove"],
    pathPattern: "/safe/*",
    action: "block",
  });
  await provider.rename("/tmp/evil", "/safe/new");
  assertEquals(inner.stat("/safe/new").size, 4);
});

Deno.test("removeAll removes what it may, and asks about each name once", async () => {
  const { inner, provider } = await guarded({
    ops: ["remove"],
    pathPattern: "/safe/deep/*",
    action: "block",
  });
  await refused(() => provider.removeAll("/safe"));
  assert(inner.stat("/safe/deep/file").size > 0);
  await provider.removeAll("/tmp");
  await provider.removeAll("/tmp");
  assertEquals(inner.readDir("/").map((entry) => entry.name), ["safe"]);
});

Deno.test("a rule that blocks mkdir is not avoided by renaming a directory, but a file may come", async () => {
  const { provider } = await guarded({ ops: ["mkdir"], pathPattern: "/safe/*", action: "block" });
  await refused(() => provider.mkdir("/safe/new", 0o755));
  await refused(() => provider.rename("/tmp/dir", "/safe/new"));
  await provider.rename("/tmp/evil", "/safe/new");
});

Deno.test("a rule that blocks opening is not avoided by O_CREAT, but a new file may be made", async () => {
  const { provider } = await guarded({ ops: ["open"], pathPattern: "/safe/*", action: "block" });
  await refused(() => provider.open("/safe/file", O_RDONLY, 0));
  await refused(() => provider.open("/safe/file", O_RDONLY | O_CREAT, 0o644));
  await refused(() => provider.create("/safe/file", 0o644));
  await (await provider.create("/safe/new", 0o644)).close();
});

const READS: Attack[] = [
  ["reading", async (p) => (await p.open("/safe/file", O_RDONLY, 0)).read(new Uint8Array(1))],
  [
    "reading at an offset",
    async (p) => (await p.open("/safe/file", O_RDONLY, 0)).readAt(new Uint8Array(1), 0),
  ],
  ["copying out of it", async (p) => {
    const source = await p.open("/safe/file", O_RDONLY, 0);
    return source.copyRange(0, await p.open("/tmp/evil", O_RDWR, 0), 0, 9);
  }],
];

for (const [how, attack] of READS) {
  Deno.test(`a rule that blocks reading is not avoided by ${how}`, async () => {
    const { inner, provider } = await guarded({
      ops: ["read"],
      pathPattern: "/safe/*",
      action: "block",
    });
    await refused(() => attack(provider));
    assertEquals(await readFile(inner, "/tmp/evil"), new TextEncoder().encode("evil"));
  });
}

const LOOKS: Attack[] = [
  ["lstat", (p) => p.lstat("/safe/file")],
  ["stat of a handle", async (p) => (await p.open("/safe/file", O_RDONLY, 0)).stat()],
  ["the attributes in a listing", async (p) => {
    for (const entry of await p.readDir("/safe")) {
      if (entry.name === "file") await entry.info();
    }
  }],
];

for (const [how, attack] of LOOKS) {
  Deno.test(`a rule that blocks stat is not avoided by ${how}`, async () => {
    const { provider } = await guarded({
      ops: ["stat"],
      pathPattern: "/safe/file",
      action: "block",
    });
    await refused(() => attack(provider));
    const other = (await provider.readDir("/safe")).find((entry) => entry.name === "deep");
    assert((await other!.info()).isDir);
  });
}

Deno.test("data that is copied is replaced as data that is written", async () => {
  const { inner, provider } = await guarded({
    ops: ["write"],
    pathPattern: "/safe/*",
    action: "mutate_write",
    mutateWrite: new TextEncoder().encode("mutated"),
  });
  const source = await provider.open("/tmp/evil", O_RDONLY, 0);
  const target = await provider.open("/safe/file", O_RDWR | O_TRUNC, 0);
  assertEquals(await source.copyRange(0, target, 0, 100), 4);
  assertEquals(await readFile(inner, "/safe/file"), new TextEncoder().encode("mutated"));
});

Deno.test("copies through hooks answer as copies of the provider", async () => {
  const { inner, provider } = await guarded({
    ops: ["write"],
    actionFunc: () => "allow",
  });
  const handle = await provider.open("/safe/file", O_RDWR, 0);
  const reader = await provider.open("/tmp/evil", O_RDONLY, 0);
  const code = async (run: () => unknown): Promise<string> => {
    try {
      return String(await run());
    } catch (thrown) {
      return thrown instanceof FsError ? thrown.code : "?";
    }
  };
  assertEquals(await code(() => handle.copyRange(0, handle, 1, 3)), "EINVAL");
  assertEquals(await code(() => handle.copyRange(0, handle, 9, 9)), "9");
  assertEquals(await code(() => handle.copyRange(0, reader, 0, 3)), "EBADF");
  assertEquals(await code(() => handle.copyRange(0, handle, 100, -1)), "EINVAL");
  assertEquals(await code(() => reader.copyRange(99, handle, 0, 3)), "0");
  assertEquals(inner.stat("/safe/file").size, 18);
});

Deno.test("a copy from a handle of another layer does not get past the hooks of the target", async () => {
  const { inner, provider } = await guarded({
    ops: ["write"],
    pathPattern: "/safe/*",
    action: "block",
  });
  const source = await newReadonlyProvider(inner).open("/tmp/evil", O_RDONLY, 0);
  const target = await provider.open("/safe/file", O_RDWR, 0);
  await assertRejects(async () => await source.copyRange(0, target, 0, 4), FsError, "EXDEV");
  assertEquals(await readFile(inner, "/safe/file"), new TextEncoder().encode("protected"));
});

const AROUND: Attack[] = [
  ["writing into it", (p) => writeFile(p, "/safe/deep/file", "x")],
  ["making something in it", (p) => p.mkdir("/safe/deep/a", 0o755)],
  ["moving the directory away", (p) => p.rename("/safe/deep", "/tmp/deep")],
  ["moving a directory around it away", (p) => p.rename("/safe", "/tmp/safe")],
  ["moving another directory into its place", (p) => p.rename("/tmp/dir", "/safe/deep")],
  ["removing a directory around it", (p) => p.removeAll("/safe")],
  ["removing everything", (p) => p.removeAll("/")],
];

for (const [how, attack] of AROUND) {
  Deno.test(`a rule for everything below a directory is not avoided by ${how}`, async () => {
    const { inner, provider } = await guarded({ below: "/safe/deep", action: "block" });
    await refused(() => attack(provider));
    assertEquals(await readFile(inner, "/safe/deep/file"), new TextEncoder().encode("protected"));
  });
}

Deno.test("known limit: a file reached by another name is judged by that name", async () => {
  const { inner, provider } = await guarded({
    ops: ["write"],
    pathPattern: "/safe/*",
    action: "block",
  });
  await provider.link("/safe/file", "/tmp/alias");
  await writeFile(provider, "/tmp/alias", "x");
  assertEquals((await readFile(inner, "/safe/file")).length, 1);
});

Deno.test("the recipe against other names: to block link, symlink and rename as well", async () => {
  const { provider } = await guarded({
    ops: ["write", "link", "rename"],
    pathPattern: "/safe/*",
    action: "block",
  });
  await refused(() => provider.link("/safe/file", "/tmp/alias"));
  await refused(() => provider.rename("/safe/file", "/tmp/alias"));
});
