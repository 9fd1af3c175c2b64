// What is written, GNU tar reads; what GNU tar writes, is read. FUSEWIRE_FUZZ=100000 tries that many names.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { decodeName, FsError, isDirectory, isRegular, isSymlink } from "../base/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import type { Provider } from "./provider.ts";
import { readFile } from "./read_file.ts";
import { readTar } from "./read_tar.ts";
import { walk } from "./walk.ts";
import { writeTar } from "./write_tar.ts";

const text = new TextDecoder();
const isRoot = Deno.uid() === 0;

/** Everything that an archive keeps, a line for each name; with all names of an inode that has several. */
async function lines(provider: Provider, root: string, xattrs = true): Promise<string[]> {
  const namesOf = new Map<unknown, string[]>();
  const found: unknown[][] = [];
  for await (const { path, entry } of walk(provider, root)) {
    const info = await entry.info();
    const name = path.slice(root === "/" ? 0 : root.length) || "/";
    const parts: unknown[] = [JSON.stringify(name), info.mode.toString(8), info.uid, info.gid];
    parts.push(`${info.mtime.sec}.${info.mtime.nsec}`);
    if (!info.isDir && info.nlink > 1) {
      const names = namesOf.get(info.ino) ?? [];
      namesOf.set(info.ino, names);
      names.push(JSON.stringify(name));
      parts.push("names", names);
    }
    if (isSymlink(info.mode)) parts.push(JSON.stringify(await provider.readlink(path)));
    else if (isRegular(info.mode)) {
      parts.push(info.size);
      if (info.size < 2 ** 24) {
        const hash = await crypto.subtle.digest(
          "SHA-256",
          (await readFile(provider, path)).slice(),
        );
        parts.push(new Uint8Array(hash).toHex());
      }
    } else if (!isDirectory(info.mode)) parts.push(info.rdev);
    if (xattrs && !isSymlink(info.mode)) {
      for (const key of (await provider.listXattr(path)).toSorted()) {
        parts.push(key, (await provider.getXattr(path, key)).toHex());
      }
    }
    found.push(parts);
  }
  for (const names of namesOf.values()) names.sort();
  return found.map((parts) => parts.join(" ")).sort();
}

/** A tree with one of everything. */
function everything(): MemoryProvider {
  const memory = new MemoryProvider();
  const bytes = new TextEncoder();
  const deep = `/d${"/component-of-a-long-path".repeat(12)}`;
  memory.mkdirAll(deep, 0o755);
  memory.writeFile(`${deep}/${"n".repeat(200)}`, bytes.encode("long"), 0o640);
  memory.writeFile("/empty", new Uint8Array(0), 0o600);
  memory.writeFile("/block", new Uint8Array(512).fill(1), 0o644);
  memory.writeFile("/odd", new Uint8Array(100_001).fill(2), 0o4755);
  memory.writeFile("/new\nline \u00fc \u{1f600}", bytes.encode("x"), 0o644);
  memory.writeFile(`/${decodeName(Uint8Array.of(0xff, 0x41))}`, bytes.encode("y"), 0o644);
  memory.setXattr("/odd", "user.a=b%3D", Uint8Array.of(0, 10, 255), 0);
  memory.setXattr("/d", "user.dir", bytes.encode("value"), 0);
  memory.link("/odd", "/d/second");
  memory.symlink("../nowhere", "/d/link");
  memory.symlink("t".repeat(300), "/long-link");
  memory.link("/long-link", "/long-link-2");
  memory.mknod("/pipe", 0o10640, 0);
  memory.writeFile("/holes", new Uint8Array(5000).fill(3), 0o644);
  memory.truncate("/holes", 3_000_000);
  const holes = memory.open("/holes", 2, 0);
  holes.writeAt(bytes.encode("in the middle"), 1_500_000);
  holes.close();
  memory.writeFile("/only-hole", new Uint8Array(0), 0o644);
  memory.truncate("/only-hole", 100_000);
  if (isRoot) {
    memory.mknod("/device", 0o20600, (5 << 8) | 1);
    memory.mknod("/block-device", 0o60600, ((259 << 8) | 0x34 | (0x12 << 20)) >>> 0);
    memory.chown("/empty", 1234, 3_000_000);
  }
  memory.utimes("/empty", { sec: -2, nsec: 500_000_000 }, { sec: -2, nsec: 500_000_000 });
  memory.utimes("/block", { sec: 1, nsec: 0 }, { sec: 2_000_000_000, nsec: 123_456_789 });
  memory.utimes("/d", { sec: 7, nsec: 8 }, { sec: 9, nsec: 10 });
  memory.chmod("/d", 0o1555);
  if (!isRoot) ownedByUs(memory);
  return memory;
}

/** Only root can give files away. */
function ownedByUs(memory: MemoryProvider, path = "/"): void {
  memory.lchown(path, Deno.uid() ?? 0, Deno.gid() ?? 0);
  if (!memory.lstat(path).isDir) return;
  for (const { name } of memory.readDir(path)) {
    ownedByUs(memory, `${path === "/" ? "" : path}/${name}`);
  }
}

async function tar(args: string[], input?: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const child = new Deno.Command("tar", {
    args,
    env: { LC_ALL: "C.UTF-8" },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const feeding = input === undefined ? null : ReadableStream.from(input).pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  await feeding;
  assert(success && stderr.length === 0, text.decode(stderr));
  return stdout;
}

/** The bytes in pieces that end anywhere. */
async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function withDirectory(
  use: (path: string, real: RealFSProvider) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "fusewire-tar-" });
  try {
    await using real = new RealFSProvider(path);
    await use(path, real);
  } finally {
    await new Deno.Command("chmod", { args: ["-R", "u+rwx", path] }).output();
    await Deno.remove(path, { recursive: true });
  }
}

const KEEP = [
  "--warning=no-timestamp",
  "--xattrs",
  "--xattrs-include=user.*",
  "--same-owner",
  "--same-permissions",
];

Deno.test("what writeTar() writes, GNU tar unpacks to the same tree", async () => {
  const memory = everything();
  await withDirectory(async (path, real) => {
    await tar([...KEEP, "-C", path, "-xf", "-"], writeTar({ provider: memory, path: "/" }));
    assertEquals(await lines(real, "/"), await lines(memory, "/"));
    const holes = await real.stat("/holes");
    assert(holes.blocks * 512 < 100_000, `${holes.blocks} blocks`);
  });
});

Deno.test("what GNU tar packs, readTar() unpacks to the same tree", async () => {
  const memory = everything();
  await withDirectory(async (path, real) => {
    await readTar(writeTar({ provider: memory, path: "/" }), { provider: real, path: "/" }, {
      owner: true,
    });
    assertEquals(await lines(real, "/"), await lines(memory, "/"));
    for (const more of [["--sparse"], [], ["--sparse", "--pax-option=delete=atime"]]) {
      const archive = await tar([...KEEP, ...more, "--format=posix", "-C", path, "-cf", "-", "."]);
      const copy = new MemoryProvider();
      await readTar(pieces(archive), { provider: copy, path: "/copy" }, { owner: true });
      assertEquals(await lines(copy, "/copy"), await lines(memory, "/"));
      assertEquals(copy.stat("/copy/holes").blocks < 100, more.length > 0);
    }
  });
});

Deno.test("GNU tar's own format and ustar are read, to the second", async () => {
  const memory = everything();
  for await (const { path, entry } of walk(memory, "/")) {
    const { mtime: { sec } } = await entry.info();
    memory.lutimes(path, null, { sec: Math.max(sec, 0), nsec: 0 });
  }
  await withDirectory(async (path, real) => {
    await readTar(writeTar({ provider: memory, path: "/" }), { provider: real, path: "/" }, {
      owner: true,
    });
    const archive = await tar(["--format=gnu", "-C", path, "-cf", "-", "."]);
    const copy = new MemoryProvider();
    await readTar(pieces(archive), { provider: copy, path: "/" }, { owner: true });
    assertEquals(await lines(copy, "/", false), await lines(memory, "/", false));
    // ustar has room for less.
    for (const name of ["/d", "/long-link", "/long-link-2", "/empty"]) await real.removeAll(name);
    await real.utimes("/", null, { sec: 5, nsec: 0 });
    const small = await tar(["--format=ustar", "-C", path, "-cf", "-", "."]);
    const kept = new MemoryProvider();
    await readTar(pieces(small), { provider: kept, path: "/" }, { owner: true });
    assertEquals(await lines(kept, "/", false), await lines(real, "/", false));
  });
});

Deno.test("GNU tar lists a size over 8 GiB", async () => {
  const memory = new MemoryProvider();
  memory.writeFile("/large", new Uint8Array(0), 0o644);
  memory.truncate("/large", 10 * 2 ** 30);
  const [start] = await Array.fromAsync({
    async *[Symbol.asyncIterator]() {
      for await (const chunk of writeTar({ provider: memory, path: "/" }, { holes: false })) {
        return yield chunk;
      }
    },
  });
  const child = new Deno.Command("tar", {
    args: ["-tvf", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await ReadableStream.from([start!]).pipeTo(child.stdin);
  assertStringIncludes(text.decode((await child.output()).stdout), " 10737418240 ");
});

const component = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => decodeName(bytes)),
  fc.constantFrom("a", "b", "c"),
).filter((name) => !/[/\0]/.test(name) && name !== "." && name !== "..");

const nsec = fc.integer({ min: 0, max: 999_999_999 });
const time = fc.record({ sec: fc.integer({ min: -(2 ** 31), max: 2 ** 33 }), nsec });

const step = fc.record({
  kind: fc.constantFrom("file", "directory", "symlink", "link", "pipe", "hole"),
  name: component,
  parent: fc.nat(),
  data: fc.uint8Array({ maxLength: 1500 }),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  time,
  xattr: fc.option(component, { nil: undefined }),
});

Deno.test("random trees come back as they were, and GNU tar agrees", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const memory = new MemoryProvider();
      const directories = [""];
      const files: string[] = [];
      for (const { kind, name, parent, data, mode, time, xattr } of steps) {
        const path = `${directories[parent % directories.length]}/${name}`;
        try {
          if (kind === "directory") directories.push((memory.mkdir(path, 0o755), path));
          else if (kind === "symlink") memory.symlink(`${name}/x`, path);
          else if (kind === "pipe") memory.mknod(path, 0o10600, 0);
          else if (kind === "link" && files.length > 0) {
            memory.link(files[parent % files.length]!, path);
          } else {
            if (memory.writeFile(path, data, 0o600) === undefined) files.push(path);
            if (kind === "hole") memory.truncate(path, mode * 1000);
          }
          if (kind !== "symlink") {
            memory.chmod(path, mode);
            const hasXattrs = kind !== "pipe" && xattr !== undefined;
            if (hasXattrs) memory.setXattr(path, `user.${xattr}`, data, 0);
          }
          memory.lutimes(path, time, time);
        } catch (thrown) {
          // Names collide and links lead nowhere: then the tree is without.
          if (!(thrown instanceof FsError)) throw thrown;
        }
      }
      const chunks = await Array.fromAsync(writeTar({ provider: memory, path: "/" }));
      const copy = new MemoryProvider();
      await readTar(ReadableStream.from(chunks), { provider: copy, path: "/" }, { owner: true });
      assertEquals(await lines(copy, "/"), await lines(memory, "/"));
      const listed = await tar(["--quoting-style=escape", "-tf", "-"], ReadableStream.from(chunks));
      const names = text.decode(listed).split("\n").length - 1;
      assertEquals(names, (await lines(memory, "/")).length);
    }),
    { numRuns: Number(Deno.env.get("FUSEWIRE_FUZZ") ?? 6000) / 100 },
  );
});
