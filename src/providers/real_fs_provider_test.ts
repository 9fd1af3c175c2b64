import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { GENTLE, refusable, ROUGH } from "../../fixtures/scratch/every_operation.ts";
import {
  FsError,
  isPromise,
  O_CREAT,
  O_DIRECT,
  O_EXCL,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  S_IFCHR,
  S_IFIFO,
  S_IFSOCK,
} from "../base/mod.ts";
import { ALL_CAPABILITIES } from "../provider/mod.ts";
import { newRealFSProvider, RealFSProvider, RealHandle } from "./mod.ts";

const isRoot = Deno.uid() === 0;
const MODULE = new URL("./mod.ts", import.meta.url).href;

function refused(code: string, run: () => unknown): FsError {
  const error = assertThrows(run, FsError);
  assertEquals(error.code, code);
  return error;
}

/** Runs a program that has `RealFSProvider` and `root`, and returns what it printed. */
async function run(root: string, program: string, permissions: string[]): Promise<string> {
  const whole = `import { RealFSProvider } from ${JSON.stringify(MODULE)};
    const root = ${JSON.stringify(root)};
    try { ${program} } catch (error) { console.log(error.message); }`;
  const url = `data:application/javascript,${encodeURIComponent(whole)}`;
  const flags = ["--no-prompt", "--no-lock", "--no-check", "--allow-import"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, ...permissions, url],
    env: { NO_COLOR: "1" },
  });
  const { stdout, stderr } = await command.output();
  return (new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)).trim();
}

Deno.test("with system calls it can do everything, without it says what it cannot", () => {
  using scratch = new ScratchDirectory();
  const full = newRealFSProvider(scratch.path);
  assertEquals(full.capabilities, ALL_CAPABILITIES);
  assertEquals(full.readonly(), false);
  const plain = newRealFSProvider(scratch.path, { ffi: false });
  assert(plain.capabilities.size < ALL_CAPABILITIES.size);
  full.close();
  plain.close();
});

Deno.test("what it uses depends on the permissions", async () => {
  const root = await Deno.makeTempDir();
  const size = "console.log(new RealFSProvider(root).capabilities.size);";
  const forced = "new RealFSProvider(root, { ffi: true });";
  const all = String(ALL_CAPABILITIES.size);
  assertEquals(await run(root, size, ["--allow-ffi"]), all);
  assertEquals(await run(root, size, ["--allow-read"]), "5");
  assertEquals(await run(root, size, []), `Cannot open ${JSON.stringify(root)}: EACCES`);
  assertEquals(
    await run(root, forced, ["--allow-read"]),
    "Cannot call the C library: run with --allow-ffi",
  );
  await Deno.remove(root);
});

for (const ffi of [true, false]) {
  const how = ffi ? "with system calls" : "with Deno's API";

  Deno.test(`a root that is no directory is refused, ${how}`, () => {
    using scratch = new ScratchDirectory();
    const before = openDescriptors();
    Deno.writeTextFileSync(`${scratch.path}/f`, "");
    const missing = `${scratch.path}/missing`;
    const error = refused("ENOENT", () => new RealFSProvider(missing, { ffi }));
    assertEquals(error.message, `Cannot open ${JSON.stringify(missing)}: ENOENT`);
    refused("ENOTDIR", () => new RealFSProvider(`${scratch.path}/f`, { ffi }));
    assertEquals(openDescriptors(), before);
  });

  Deno.test(`find() is lstat() without the error for what is not there, ${how}`, async () => {
    using scratch = new ScratchDirectory();
    Deno.symlinkSync("nowhere", `${scratch.path}/link`);
    await using provider = new RealFSProvider(scratch.path, { ffi });
    assertEquals(await provider.find("/none"), null);
    assertEquals(await provider.find("/link"), await provider.lstat("/link"));
    const long = `/${"x".repeat(256)}`;
    const refusal = await assertRejects(async () => await provider.find(long), FsError);
    assertEquals(refusal.message, refused("ENAMETOOLONG", () => provider.lstat(long)).message);
    // Who has an lstat() of his own means that.
    class Hiding extends RealFSProvider {
      override lstat(path: string): ReturnType<RealFSProvider["lstat"]> {
        if (path === "/link") throw new FsError("ENOENT", { syscall: "lstat", path });
        return super.lstat(path);
      }
    }
    await using hiding = new Hiding(scratch.path, { ffi });
    assertEquals(await hiding.find("/link"), null);
    assertEquals((await hiding.find("/"))?.isDir, true);
  });

  Deno.test(`errors name the caller's paths, ${how}`, () => {
    using scratch = new ScratchDirectory();
    const provider = new RealFSProvider(scratch.path, { ffi });
    const one = refused("ENOENT", () => provider.open("a/../b//c", O_RDONLY, 0));
    assertEquals(one.message, 'Cannot open "a/../b//c": ENOENT');
    assert(one instanceof Deno.errors.NotFound);
    const two = refused("ENOENT", () => provider.rename("/x", "/y"));
    assertEquals([two.syscall, two.path, two.dest], ["rename", "/x", "/y"]);
    provider.close();
  });

  Deno.test(`everything answers at once, ${how}`, async () => {
    using scratch = new ScratchDirectory();
    const provider = new RealFSProvider(scratch.path, { ffi });
    const handle = await provider.create("/f", 0o644);
    const data = new Uint8Array(3);
    for (
      const value of [
        provider.stat("/f"),
        provider.lstat("/f"),
        provider.readDir("/"),
        provider.open("/f", O_RDONLY, 0),
        handle.writeAt(data, 0),
        handle.readAt(data, 0),
        handle.read(data),
        handle.stat(),
        provider.mkdir("/d", 0o755),
        provider.removeAll("/d"),
        (await provider.readDir("/"))[0]!.info(),
        handle.close(),
      ]
    ) assert(!isPromise<unknown>(value));
    provider.close();
  });

  Deno.test(`10,000 opens leave nothing behind, ${how}`, async () => {
    using scratch = new ScratchDirectory();
    const provider = new RealFSProvider(scratch.path, { ffi });
    const nothing = { info: () => {}, data: () => {} };
    await provider.mkdir("/d", 0o755);
    await (await provider.create("/d/f", 0o644)).close();
    const before = openDescriptors();
    for (let round = 0; round < 10_000; round++) {
      await (await provider.open("/d/f", O_RDWR | O_CREAT, 0o644)).close();
    }
    for (const path of ["/d/f", "/d", "/d/f/x", "/missing", "/", "/d/new"]) {
      for (const operation of Object.values({ ...GENTLE, ...ROUGH })) {
        await refusable(() => operation(provider, path, nothing));
      }
    }
    assertEquals(openDescriptors(), before);
    provider.close();
  });
}

Deno.test("a closed provider leaves no descriptor, and its handles go on", async () => {
  using scratch = new ScratchDirectory();
  const before = openDescriptors();
  const provider = new RealFSProvider(scratch.path, { ffi: true });
  const handle = await provider.open("/f", O_RDWR | O_CREAT, 0o644);
  await provider.close();
  await provider.close();
  assertEquals(openDescriptors(), before + 1);
  assertEquals(await handle.writeAt(new Uint8Array(3), 0), 3);
  assertEquals((await handle.stat()).size, 3);
  await handle.close();
  assertEquals(openDescriptors(), before);
  // The number of the root's descriptor is used again by now, for what is none of the provider's.
  using files = new ScratchDirectory();
  const others = Array.from({ length: 8 }, () => Deno.openSync(files.path));
  for (const path of ["/", "/f", "/d/f"]) {
    for (const [name, operation] of Object.entries({ ...GENTLE, ...ROUGH })) {
      const outcome = await refusable(() =>
        operation(provider, path, { info: () => assert(false), data: () => assert(false) })
      );
      assert(["EBADF", "EINVAL"].includes(outcome), `${name} ${path}: ${outcome}`);
    }
  }
  assertEquals([...Deno.readDirSync(files.path)], []);
  for (const other of others) other.close();
});

Deno.test(
  "special files can be made and looked at, but not opened",
  { ignore: !isRoot },
  async () => {
    using scratch = new ScratchDirectory();
    await using provider = new RealFSProvider(scratch.path, { ffi: true });
    const null3 = 0x103;
    for (
      const [name, type, rdev] of [["p", S_IFIFO, 0], ["s", S_IFSOCK, 0], [
        "c",
        S_IFCHR,
        null3,
      ]] as const
    ) {
      await provider.mknod(`/${name}`, type | 0o666, rdev);
      const info = await provider.lstat(`/${name}`);
      assertEquals([info.mode, info.rdev], [type | 0o666, rdev]);
      for (const flags of [O_RDONLY, O_RDWR, O_RDWR | O_CREAT]) {
        refused("ENXIO", () => provider.open(`/${name}`, flags, 0o644));
      }
      refused("EEXIST", () => provider.open(`/${name}`, O_RDWR | O_CREAT | O_EXCL, 0o644));
      await using located = await provider.open(`/${name}`, O_PATH, 0);
      assertEquals((await located.stat()).mode, type | 0o666);
      refused("EBADF", () => located.readAt(new Uint8Array(1), 0));
    }
  },
);

Deno.test("O_DIRECT does not refuse buffers that are not aligned", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  await using handle = await provider.open("/f", O_RDWR | O_CREAT | O_DIRECT, 0o644);
  const data = new Uint8Array(33).subarray(1, 20).fill(7);
  assertEquals(await handle.writeAt(data, 5), 19);
  assertEquals(await handle.readAt(new Uint8Array(30), 1), 23);
});

Deno.test("a handle gives its descriptor to those who ask, as long as it is open", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const handle = await provider.open("/f", O_RDWR | O_CREAT, 0o644);
  assert(handle instanceof RealHandle);
  assertEquals(Deno.readLinkSync(`/proc/self/fd/${handle.hostFd}`), `${scratch.path}/f`);
  await handle.close();
  assertEquals(handle.hostFd, -1);
});

Deno.test("reads and writes reach views of any buffer", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  await using handle = await provider.open("/f", O_RDWR | O_CREAT, 0o644);
  for (
    const buffer of [
      new ArrayBuffer(64),
      new SharedArrayBuffer(64),
      new ArrayBuffer(64, { maxByteLength: 128 }),
    ]
  ) {
    const whole = new Uint8Array(buffer);
    whole.set([1, 2, 3, 4], 10);
    assertEquals(await handle.writeAt(whole.subarray(10, 14), 0), 4);
    assertEquals(await handle.readAt(whole.subarray(30, 50), 0), 4);
    assertEquals([...whole.subarray(29, 35)], [0, 1, 2, 3, 4, 0]);
  }
  assertEquals(await handle.readAt(new Uint8Array(0), 0), 0);
  assertEquals(await handle.writeAt(new Uint8Array(0), 2 ** 40), 0);
});

Deno.test("sync() waits elsewhere on a disk, and not at all in memory", async () => {
  using memory = new ScratchDirectory();
  const disk = Deno.makeTempDirSync();
  for (const root of [memory.path, disk]) {
    await using provider = new RealFSProvider(root, { ffi: true });
    const handle = await provider.open("/f", O_RDWR | O_CREAT, 0o644);
    await handle.writeAt(new Uint8Array(1000), 0);
    await handle.sync();
    await handle.sync(true);
    await handle.close();
    refused("EBADF", () => handle.sync());
  }
  Deno.removeSync(disk, { recursive: true });
});
