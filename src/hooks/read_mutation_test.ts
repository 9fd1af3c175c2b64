import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  FsError,
  isPromise,
  O_CREAT,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../base/mod.ts";
import { readFile, writeFile } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import type { MutateReadFunc } from "./hook_callback.ts";
import { newHookEngine, newHookEngineWithCallbacks } from "./hook_engine.ts";
import type { HookRule } from "./hook_rule.ts";
import { newInterceptProvider } from "./intercept_provider.ts";
import { OpPathMatcher } from "./op_path_matcher.ts";
import { MUTATE_READ_SIZE_MAX } from "./read_mutation.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (data: Uint8Array) => new TextDecoder().decode(data);

const redact: MutateReadFunc = ({ data }) =>
  encode(decode(data).replaceAll(/=.*/g, "=<hidden by policy>"));

async function mutated(
  mutateReadFunc: MutateReadFunc = redact,
  more: HookRule[] = [],
) {
  const inner = new MemoryProvider();
  await writeFile(inner, "/a.env", "KEY=secret\n", { mode: 0o640 });
  await writeFile(inner, "/plain", "KEY=secret\n");
  const rule: HookRule = { action: "mutate_read", namePattern: "*.env", mutateReadFunc };
  const engine = newHookEngine([rule, ...more], { onError: () => {} });
  return { inner, provider: newInterceptProvider(inner, engine) };
}

const SEEN = "KEY=<hidden by policy>\n";

Deno.test("readers see the mutated content, of others the own", async () => {
  const { inner, provider } = await mutated();
  assertEquals(decode(await readFile(provider, "/a.env")), SEEN);
  assertEquals(decode(await readFile(provider, "/plain")), "KEY=secret\n");
  assertEquals(decode(await readFile(inner, "/a.env")), "KEY=secret\n");
});

Deno.test("every size is the one that readers see", async () => {
  const { provider } = await mutated();
  await using handle = await provider.open("/a.env", O_RDONLY, 0);
  const listed = (await provider.readDir("/")).find((entry) => entry.name === "a.env");
  const sizes = [
    await provider.stat("/a.env"),
    await provider.lstat("/a.env"),
    await handle.stat(),
    await listed!.info(),
  ].map((info) => info.size);
  assertEquals(sizes, sizes.map(() => SEEN.length));
  assertEquals([(await provider.stat("/plain")).size, (await provider.stat("/")).size], [11, 0]);
});

Deno.test("a handle that only names the file tells the size that readers see, and reads nothing", async () => {
  const { inner, provider } = await mutated();
  for (const flags of [O_PATH, O_PATH | O_WRONLY, O_PATH | O_NOFOLLOW]) {
    await using handle = await provider.open("/a.env", flags, 0);
    assertEquals((await handle.stat()).size, SEEN.length);
    await assertRejects(async () => await handle.readAt(new Uint8Array(9), 0), FsError, "EBADF");
    await assertRejects(async () => await handle.read(new Uint8Array(9)), FsError, "EBADF");
  }
  await using plain = await provider.open("/plain", O_PATH, 0);
  assertEquals((await plain.stat()).size, 11);
  inner.symlink("a.env", "/link.env");
  await using link = await provider.open("/link.env", O_PATH | O_NOFOLLOW, 0);
  assertEquals((await link.stat()).size, "a.env".length);
});

Deno.test("a handle that writes tells the size of what it writes to", async () => {
  const { provider } = await mutated();
  for (const flags of [O_RDWR, O_WRONLY]) {
    await using handle = await provider.open("/a.env", flags, 0);
    assertEquals((await handle.stat()).size, 11);
    assertEquals(await handle.seek(0, SEEK_END), 11);
  }
});

Deno.test("a handle reads, seeks and ends by the mutated content", async () => {
  const { provider } = await mutated();
  await using handle = await provider.open("/a.env", O_RDONLY, 0);
  const buffer = new Uint8Array(4);
  assertEquals([await handle.read(buffer), decode(buffer)], [4, "KEY="]);
  assertEquals(await handle.seek(-5, SEEK_END), SEEN.length - 5);
  assertEquals([await handle.read(buffer), decode(buffer)], [4, "icy>"]);
  assertEquals(await handle.seek(0, SEEK_CUR), SEEN.length - 1);
  assertEquals([await handle.read(buffer), await handle.read(buffer)], [1, 0]);
  assertEquals(await handle.readAt(buffer, 1000), 0);
  assertEquals(await handle.seek(0, SEEK_SET), 0);
  assertThrows(() => void handle.readAt(buffer, -1), FsError, "EINVAL");
  assertThrows(() => void handle.writeAt(buffer, 0), FsError, "EBADF");
  assertEquals(await handle.seekHole(0, SEEK_DATA), 0);
  assertEquals(await handle.seekHole(3, SEEK_HOLE), SEEN.length);
  assertThrows(() => void handle.seekHole(SEEN.length, SEEK_DATA), FsError, "ENXIO");
  assertThrows(() => void handle.seekHole(0, SEEK_SET), FsError, "EINVAL");
});

Deno.test("a handle keeps the content of its first look, a new one sees what changed", async () => {
  const { inner, provider } = await mutated();
  await using handle = await provider.open("/a.env", O_RDONLY, 0);
  assertEquals((await handle.stat()).size, SEEN.length);
  await writeFile(inner, "/a.env", "A=1\nB=2\n");
  const buffer = new Uint8Array(100);
  assertEquals(await handle.readAt(buffer, 0), SEEN.length);
  assertEquals((await provider.stat("/a.env")).size, 2 * "A=<hidden by policy>\n".length);
});

Deno.test("a length is computed once for a content, again after a write through the provider", async () => {
  let runs = 0;
  const { provider } = await mutated((request) => {
    runs++;
    return redact(request, { signal: new AbortController().signal, caller: undefined });
  });
  for (let index = 0; index < 3; index++) await provider.stat("/a.env");
  assertEquals(runs, 1);
  await writeFile(provider, "/a.env", "LONGER=1\n");
  assertEquals((await provider.stat("/a.env")).size, "LONGER=<hidden by policy>\n".length);
  assertEquals(runs, 2);
});

Deno.test("the function gets path, content, permission bits and caller", async () => {
  const { provider } = await mutated(({ path, data, mode, uid, gid }) =>
    encode(`${path} ${data.length} ${mode.toString(8)} ${uid} ${gid}`)
  );
  const context = { uid: 7, gid: 8 };
  assertEquals(decode(await readFile(provider, "/a.env", { context })), "/a.env 11 640 7 8");
});

Deno.test("several mutations work one after the other, also when they answer later", async () => {
  const shout: HookRule = {
    action: "mutate_read",
    mutateReadFunc: ({ data }) => Promise.resolve(encode(decode(data).toUpperCase())),
  };
  const { provider } = await mutated(redact, [shout]);
  assertEquals(decode(await readFile(provider, "/a.env")), SEEN.toUpperCase());
  assertEquals((await provider.stat("/a.env")).size, SEEN.length);
});

Deno.test("fixed content needs no function, and stays synchronous", async () => {
  const inner = new MemoryProvider();
  await writeFile(inner, "/f", "original");
  const mutateRead = encode("fixed");
  const engine = newHookEngine([{ action: "mutate_read", mutateRead }]);
  mutateRead.fill(0);
  const provider = newInterceptProvider(inner, engine);
  const content = readFile(provider, "/f");
  assert(!isPromise(content));
  assertEquals(decode(content), "fixed");
});

Deno.test("hooks of callbacks mutate reads too", async () => {
  const inner = new MemoryProvider();
  await writeFile(inner, "/f", "a=1");
  const engine = newHookEngineWithCallbacks([{
    matcher: new OpPathMatcher({ ops: ["read"], pathPattern: "/f" }),
    mutateRead: redact,
  }]);
  const provider = newInterceptProvider(inner, engine);
  assertEquals(decode(await readFile(provider, "/f")), "a=<hidden by policy>");
});

Deno.test("a handle that can write shows nothing, since offsets would not agree", async () => {
  const { inner, provider } = await mutated();
  await using both = await provider.open("/a.env", O_RDWR, 0);
  assertThrows(
    () => void both.readAt(new Uint8Array(1), 0),
    FsError,
    'Cannot read "/a.env": EPERM',
  );
  assertThrows(() => void both.read(new Uint8Array(1)), FsError, "EPERM");
  assertEquals([await both.writeAt(encode("key"), 0), (await both.stat()).size], [3, 11]);
  assertEquals(decode(await readFile(inner, "/a.env")), "key=secret\n");
  await using writer = await provider.open("/new.env", O_WRONLY | O_CREAT, 0o600);
  assertEquals(await writer.write(encode("X=1")), 3);
  assertThrows(() => void writer.readAt(new Uint8Array(1), 0), FsError, "EBADF");
});

Deno.test("copying takes the mutated content, into a mutated file the data as it is", async () => {
  const { inner, provider } = await mutated();
  const copy = async (from: string, to: string): Promise<string> => {
    await using source = await provider.open(from, O_RDONLY, 0);
    await using target = await provider.open(to, O_RDWR | O_CREAT, 0o600);
    await source.copyRange(0, target, 0, 1000);
    return decode(await readFile(inner, to));
  };
  assertEquals(await copy("/a.env", "/copy"), SEEN);
  assertEquals(await copy("/plain", "/b.env"), "KEY=secret\n");
  assertEquals(await copy("/a.env", "/c.env"), SEEN);
});

Deno.test("read hooks still see and refuse reads of mutated files", async () => {
  const { provider } = await mutated(redact, [{ ops: ["read"], action: "block" }]);
  await assertRejects(async () => await readFile(provider, "/a.env"), FsError, "EPERM");
});

Deno.test("a mutation that fails hides the content: its FsError, or EIO", async () => {
  const denied = await mutated(() => {
    throw new FsError("EACCES");
  });
  await assertRejects(async () => await readFile(denied.provider, "/a.env"), FsError, "EACCES");
  const nothing = JSON.parse("null");
  for (const broken of [() => nothing, () => Promise.resolve(nothing)]) {
    const { provider } = await mutated(broken);
    await assertRejects(async () => await readFile(provider, "/a.env"), FsError, "EIO");
    await assertRejects(async () => await provider.stat("/a.env"), FsError, "EIO");
  }
});

Deno.test("a file that is too large to mutate cannot be read, and keeps its size", async () => {
  const { inner, provider } = await mutated();
  inner.truncate("/a.env", MUTATE_READ_SIZE_MAX + 1);
  assertEquals((await provider.stat("/a.env")).size, MUTATE_READ_SIZE_MAX + 1);
  await using handle = await provider.open("/a.env", O_RDONLY, 0);
  assertThrows(
    () => void handle.readAt(new Uint8Array(1), 0),
    FsError,
    'Cannot read "/a.env": EFBIG',
  );
});

Deno.test("directories and links of a matching name are left alone", async () => {
  const { inner, provider } = await mutated();
  inner.mkdir("/dir.env", 0o755);
  inner.symlink("plain", "/link.env");
  assert((await provider.stat("/dir.env")).isDir);
  assertEquals((await provider.lstat("/link.env")).size, 5);
  await using handle = await provider.open("/dir.env", O_RDONLY, 0);
  assert((await handle.stat()).isDir);
  assertThrows(() => void handle.readAt(new Uint8Array(1), 0), FsError, "EISDIR");
});
