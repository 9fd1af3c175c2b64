import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { encodeName, FsError } from "../base/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import type { Capability, CapabilitySet } from "./capability.ts";
import { Forward } from "./forward.ts";
import { readFile } from "./read_file.ts";
import { readTar, type ReadTarOptions } from "./read_tar.ts";
import { TarError } from "./tar_error.ts";
import { encodeTarHeader } from "./tar_header.ts";
import { encodeTarRecords } from "./tar_records.ts";
import { writeTar } from "./write_tar.ts";

const text = new TextDecoder();
const END = new Uint8Array(1024);

interface Made {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly content?: string;
  readonly records?: Readonly<Record<string, string>>;
}

function padded(content: string): Uint8Array {
  const bytes = encodeName(content);
  const block = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  block.set(bytes);
  return block;
}

function header(name: string, type: string, size: number, link = ""): Uint8Array {
  const numbers = { mode: 0o644, uid: 0, gid: 0, mtime: 0, major: 0, minor: 0 };
  return encodeTarHeader({ ...numbers, name, type, size, link });
}

/** An archive made by hand, which no program would write. */
function archive(entries: readonly Made[], end: Uint8Array = END): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, type = "0", link, content = "", records } of entries) {
    if (records !== undefined) {
      const values = Object.entries(records).map(([key, value]) =>
        [key, encodeName(value)] as const
      );
      const bytes = encodeTarRecords(new Map(values));
      const block = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
      block.set(bytes);
      parts.push(header("x", "x", bytes.length), block);
    }
    parts.push(header(name, type, encodeName(content).length, link), padded(content));
  }
  return new Uint8Array([...parts, end].flatMap((part) => [...part]));
}

async function unpack(
  bytes: Uint8Array,
  options: ReadTarOptions = {},
  memory: MemoryProvider = new MemoryProvider(),
): Promise<MemoryProvider> {
  await readTar(ReadableStream.from([bytes]), { provider: memory, path: "/in" }, options);
  return memory;
}

async function refused(bytes: Uint8Array, why: string, options?: ReadTarOptions): Promise<void> {
  const error = await assertRejects(() => unpack(bytes, options), TarError);
  assertStringIncludes(error.message, why);
}

async function small(): Promise<Uint8Array> {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.writeFile("/d/f", encodeName("content"), 0o644);
  memory.setXattr("/d/f", "user.a", encodeName("value"), 0);
  const chunks = await Array.fromAsync(writeTar({ provider: memory, path: "/" }));
  assertEquals(chunks.length, 1);
  return chunks[0]!;
}

Deno.test("readTar() makes the directories that an archive leaves out", async () => {
  const memory = await unpack(archive([{ name: "a/b/c", content: "deep" }]));
  assertEquals(text.decode(await readFile(memory, "/in/a/b/c")), "deep");
});

Deno.test("readTar() refuses names that are absolute, empty, or lead upwards", async () => {
  await refused(archive([{ name: "/etc/passwd" }]), "absolute");
  await refused(archive([{ name: "" }]), "empty");
  for (const name of ["..", "../a", "a/../../b", "a/.."]) {
    await refused(archive([{ name }]), "upwards");
    await refused(archive([{ name: "a" }, { name: "b", type: "1", link: name }]), "upwards");
    await refused(archive([{ name: "x", records: { path: name } }]), "upwards");
  }
  await refused(archive([{ name: "a", type: "1", link: "/etc/passwd" }]), "absolute");
  await refused(archive([{ name: "x", records: { path: "a\0b" } }]), "NUL");
});

Deno.test("readTar() goes through no link, whoever made it", async () => {
  const outside = new MemoryProvider();
  outside.mkdirAll("/outside", 0o755);
  outside.mkdirAll("/in", 0o755);
  const through = [
    { name: "way", type: "2", link: "../outside" },
    { name: "way/file", content: "escaped" },
  ];
  await assertRejects(() => unpack(archive(through), {}, outside), TarError, "no directory");
  await assertRejects(() => unpack(archive(through.slice(1)), {}, outside), TarError);
  const into = [{ name: "way", type: "5" }];
  await assertRejects(() => unpack(archive(into), {}, outside), TarError, "no directory");
  const linked = [{ name: "copy", type: "1", link: "way/secret" }];
  await assertRejects(() => unpack(archive(linked), {}, outside), TarError, "no directory");
  assertEquals(outside.readDir("/outside"), []);
});

Deno.test("readTar() writes through no name that was there", async () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/in", 0o755);
  memory.writeFile("/precious", encodeName("kept"), 0o644);
  memory.symlink("/precious", "/in/link");
  memory.link("/precious", "/in/hard");
  for (const name of ["link", "hard"]) {
    const bytes = archive([{ name, content: "lost" }]);
    await assertRejects(() => unpack(bytes, {}, memory), FsError, "EEXIST");
    await unpack(bytes, { overwrite: true }, memory);
    assertEquals(text.decode(await readFile(memory, `/in/${name}`)), "lost");
    assertEquals(text.decode(await readFile(memory, "/precious")), "kept");
  }
});

Deno.test("readTar() refuses an archive that is cut off anywhere", async () => {
  const bytes = await small();
  const used = bytes.length -
    512 *
      [...Array(20).keys()].findIndex((index) =>
        bytes.subarray(bytes.length - 512 * (index + 1)).some((byte) => byte !== 0)
      );
  for (let size = 0; size < used + 1024; size += 256) {
    await refused(bytes.subarray(0, size), "ends in the middle");
  }
  await unpack(bytes.subarray(0, used + 1024));
});

Deno.test("readTar() refuses a header with any byte changed", async () => {
  const bytes = archive([{ name: "file", content: "content" }]);
  for (let at = 0; at < 512; at++) {
    const damaged = bytes.slice();
    damaged[at]! ^= 0x15;
    const error = await assertRejects(() => unpack(damaged), TarError);
    assert(/checksum|not a number/.test(error.message), error.message);
  }
});

Deno.test("readTar() refuses what follows the end mark, and half an end mark", async () => {
  const file = { name: "file" };
  await refused(archive([file], encodeName("\0".repeat(1024) + "x")), "follows its end mark");
  await refused(archive([file], padded("\0".repeat(512) + "x")), "end mark is damaged");
});

Deno.test("readTar() refuses damaged records and unknown kinds", async () => {
  for (const record of ["5 a=b\n", "0 a=b\n", "6 =bb\n", "6 a=b\n!", "99 a=b\n", "6 abb\n", "x"]) {
    const bytes = new Uint8Array([...header("x", "x", record.length), ...padded(record), ...END]);
    await refused(bytes, "damaged");
  }
  await refused(archive([{ name: "a", records: { mtime: "soon" } }]), "not a time");
  await refused(archive([{ name: "a", records: { size: "-1" } }]), "not a number");
  await refused(archive([{ name: "a", type: "Z" }]), "unknown");
  await refused(archive([{ name: "a", type: "S" }]), "format 1.0");
  await refused(archive([{ name: "a", type: "5", content: "x" }]), "only files");
  await refused(new Uint8Array([...header("x", "x", 0), ...END]), "not followed");
  await refused(new Uint8Array([...header("x", "x", 2 ** 21), ...END]), "limit 1048576");
});

Deno.test("readTar() refuses maps of holes that contradict themselves", async () => {
  const sparse = (realsize: string, map: string, data = "data"): Uint8Array =>
    archive([{
      name: "x",
      content: text.decode(padded(map)) + data,
      records: {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "holes",
        "GNU.sparse.realsize": realsize,
      },
    }]);
  const memory = await unpack(sparse("20", "1\n8\n4\n"));
  assertEquals(
    text.decode(await readFile(memory, "/in/holes")),
    `${"\0".repeat(8)}data${"\0".repeat(8)}`,
  );
  await refused(sparse("10", "1\n8\n4\n"), "contradicts");
  await refused(sparse("20", "2\n8\n2\n4\n2\n"), "contradicts");
  await refused(sparse("20", "1\n8\n5\n"), "does not fit");
  await refused(sparse("20", "1\n8\nx\n"), "map of a file with holes is damaged");
  await refused(sparse("20", "9999999\n"), "limit 1000000");
  await refused(sparse("20", `300\n${"0\n".repeat(254)}`, ""), "cut off");
});

Deno.test("readTar() answers to bytes changed anywhere with a tree or an error of its own", async () => {
  const bytes = await small();
  const change = fc.tuple(fc.nat({ max: 6 * 512 - 1 }), fc.nat({ max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (list) => {
      const damaged = bytes.slice();
      for (const [at, value] of list) damaged[at] = value;
      try {
        const memory = await unpack(damaged);
        assertEquals(memory.readDir("/").map((entry) => entry.name), ["in"]);
      } catch (thrown) {
        if (!(thrown instanceof TarError || thrown instanceof FsError)) throw thrown;
      }
    }),
  );
});

Deno.test("readTar() keeps to its limits", async () => {
  const bytes = archive([{ name: "a", content: "12345" }, { name: "b", content: "12345" }]);
  await unpack(bytes, { entriesMax: 2, bytesMax: 10 });
  await refused(bytes, "entriesMax", { entriesMax: 1 });
  await refused(bytes, "bytesMax", { bytesMax: 9 });
  const mentions = archive([{ name: "d/e/f/file" }, { name: "d/e/f/other" }]);
  await unpack(mentions, { entriesMax: 4 + 1 });
  await refused(mentions, "entriesMax", { entriesMax: 4 });
  const deep = (depth: number): Uint8Array =>
    archive([{ name: "x", records: { path: `${"d/".repeat(depth)}file` } }]);
  await unpack(deep(1000));
  await refused(deep(1001), "deeper than 1000");
});

Deno.test("readTar() stops when its signal aborts, also while it waits", async () => {
  const bytes = await small();
  const control = new AbortController();
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  const endless = (async function* () {
    yield bytes.subarray(0, 700);
    resolve();
    await new Promise(() => {});
  })();
  const memory = new MemoryProvider();
  const reading = readTar(endless, { provider: memory, path: "/" }, { signal: control.signal });
  await waiting;
  control.abort();
  await assertRejects(() => reading, FsError, "EINTR");
});

Deno.test("readTar() lets go of a stream that it refuses", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(512).fill(1)),
    cancel: () => {
      isCancelled = true;
    },
  });
  const to = { provider: new MemoryProvider(), path: "/" };
  await assertRejects(() => readTar(stream, to), TarError);
  assert(isCancelled);
});

/** A memory provider that declares only some of what it can do. */
class Modest extends Forward {
  constructor(readonly set: Capability[]) {
    super(new MemoryProvider());
  }
  override get capabilities(): CapabilitySet {
    return new Set(this.set);
  }
}

Deno.test("readTar() asks about what the provider cannot hold", async () => {
  const bytes = archive([
    { name: "file", content: "x" },
    { name: "link", type: "2", link: "file" },
    { name: "pipe", type: "6" },
    { name: "other", type: "1", link: "file" },
  ]);
  const chunks = (): ReadableStream<Uint8Array> => ReadableStream.from([bytes]);
  const modest = new Modest([]);
  await assertRejects(() => readTar(chunks(), { provider: modest, path: "/" }), FsError, "ENOSYS");
  const asked: string[] = [];
  const done = await readTar(chunks(), { provider: new Modest([]), path: "/" }, {
    unsupported: (path, capability) => void asked.push(`${path} ${capability}`),
  });
  assertEquals(asked, ["/link symlink", "/pipe mknod", "/other link"]);
  assertEquals([done.files, done.skipped], [1, 3]);
});
