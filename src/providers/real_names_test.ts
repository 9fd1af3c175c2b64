/**
 * Names are bytes: all of Linux's come through, none is changed on its way.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { decodeName, encodeName, FsError, O_CREAT, O_EXCL, O_RDWR } from "../base/mod.ts";
import { RealFSProvider } from "./mod.ts";

const seed = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 0x7fff_ffff);

async function names(provider: RealFSProvider, path: string): Promise<string[]> {
  return (await provider.readDir(path)).map((entry) => entry.name).sort();
}

/** What a shell sees in a directory, as bytes. */
async function listedByShell(path: string): Promise<number[][]> {
  const list = `for name in * .[!.]* ..?*; do [ -e "$name" ] && printf '%s\\0' "$name"; done`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", list], cwd: path }).output();
  const found: number[][] = [[]];
  for (const byte of stdout) byte === 0 ? found.push([]) : found.at(-1)!.push(byte);
  return found.slice(0, -1);
}

Deno.test("every name that Linux allows is kept byte by byte", async () => {
  const byte = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(10, 13, 39, 0xff, 0xc3));
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).chain((array) =>
    fc.array(byte, { minLength: array.length, maxLength: array.length })
  ).map((values) => Uint8Array.from(values, (value) => value === 47 ? 48 : value))
    .filter((name) => !/^\.{1,2}$/.test(decodeName(name)));
  await fc.assert(
    fc.asyncProperty(bytes, async (wanted) => {
      using scratch = new ScratchDirectory();
      await using provider = new RealFSProvider(scratch.path, { ffi: true });
      const name = decodeName(wanted);
      await (await provider.open(`/${name}`, O_RDWR | O_CREAT | O_EXCL, 0o644)).close();
      assertEquals(await listedByShell(scratch.path), [[...wanted]]);
      assertEquals(await names(provider, "/"), [name]);
      assertEquals((await provider.lstat(`/${name}`)).name, name);
      await provider.symlink(name, "/link");
      assertEquals(encodeName(await provider.readlink("/link")), wanted);
      assertEquals((await provider.stat("/link")).ino, (await provider.lstat(`/${name}`)).ino);
      await provider.unlink(`/${name}`);
    }),
    { numRuns: 60, seed, endOnFailure: false },
  );
});

Deno.test("names that the system has made are listed and can be used", async () => {
  using scratch = new ScratchDirectory();
  const made =
    `touch "$(printf 'bad\\377\\200')" "$(printf 'new\\nline')" "$(printf '\\355\\240\\200')"`;
  await new Deno.Command("sh", { args: ["-c", made], cwd: scratch.path }).output();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  assertEquals(
    await names(provider, "/"),
    ["bad\udcff\udc80", "new\nline", "\udced\udca0\udc80"].sort(),
  );
  for (const name of await names(provider, "/")) await provider.unlink(`/${name}`);
  assertEquals(await listedByShell(scratch.path), []);
});

for (const ffi of [true, false]) {
  const how = ffi ? "with system calls" : "with Deno's API";

  Deno.test(`a NUL is refused wherever it comes, ${how}`, () => {
    using scratch = new ScratchDirectory();
    const provider = new RealFSProvider(scratch.path, { ffi });
    for (
      const run of [
        () => provider.lstat("/a\0b"),
        () => provider.mkdir("/a\0", 0o755),
        () => provider.rename("/a", "/b\0"),
        () => provider.symlink("a\0b", "/link"),
        () => provider.open("/\0", O_RDWR | O_CREAT, 0o644),
      ]
    ) assertEquals(assertThrows(run, FsError).code, "EINVAL");
    provider.close();
    assertEquals([...Deno.readDirSync(scratch.path)], []);
  });

  Deno.test(`a surrogate that stands for no byte is refused, ${how}`, () => {
    using scratch = new ScratchDirectory();
    const provider = new RealFSProvider(scratch.path, { ffi });
    for (const name of ["\ud800", "a\udfff", "\udcc3\udca9"]) {
      for (
        const run of [
          () => provider.lstat(`/${name}`),
          () => provider.mkdir(`/${name}`, 0o755),
          () => provider.symlink(name, "/link"),
        ]
      ) assertEquals(assertThrows(run, FsError).code, "EILSEQ");
    }
    provider.close();
  });

  Deno.test(`names of 255 bytes work and of 256 do not, ${how}`, async () => {
    using scratch = new ScratchDirectory();
    await using provider = new RealFSProvider(scratch.path, { ffi });
    for (const name of ["n".repeat(255), `${"é".repeat(127)}n`, "\u{1f600}".repeat(63) + "abc"]) {
      await provider.mkdir(`/${name}`, 0o755);
      assertEquals(await names(provider, "/"), [name]);
      assertEquals(assertThrows(() => provider.lstat(`/${name}x`), FsError).code, "ENAMETOOLONG");
      const longer = () => provider.rename(`/${name}`, `/${name}x`);
      assertEquals(assertThrows(longer, FsError).code, "ENAMETOOLONG");
      await provider.rmdir(`/${name}`);
    }
  });
}

Deno.test("names that Deno's API cannot express are not shown as something else", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: false });
  Deno.writeTextFileSync(`${scratch.path}/\ufffd`, "");
  assertEquals(await names(provider, "/"), ["\ufffd"]);
  const made = `touch "$(printf 'bad\\377')"`;
  await new Deno.Command("sh", { args: ["-c", made], cwd: scratch.path }).output();
  assertEquals(assertThrows(() => provider.readDir("/"), FsError).code, "EILSEQ");
});

Deno.test("paths of any length work for every operation", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const parts = Array.from({ length: 60 }, (_, index) => `${index}-${"p".repeat(180)}`);
  let deep = "";
  for (const part of parts) await provider.mkdir(deep += `/${part}`, 0o755);
  assertEquals(deep.length > 2 * 4096, true);
  const data = new TextEncoder().encode("deep");
  const handle = await provider.open(`${deep}/file`, O_RDWR | O_CREAT, 0o640);
  assertEquals(await handle.writeAt(data, 0), 4);
  await handle.close();
  await provider.chmod(`${deep}/file`, 0o600);
  await provider.utimes(`${deep}/file`, { sec: 1, nsec: 2 }, null);
  await provider.truncate(`${deep}/file`, 2);
  await provider.setXattr(`${deep}/file`, "user.a", data, 0);
  assertEquals(await provider.getXattr(`${deep}/file`, "user.a"), data);
  await provider.link(`${deep}/file`, `${deep}/hard`);
  await provider.rename(`${deep}/hard`, `${deep}/moved`);
  await provider.symlink(`${parts.at(-1)}/file`, `${deep}/../link`);
  const info = await provider.stat(`${deep}/../link`);
  assertEquals([info.size, info.mode & 0o777, info.nlink], [2, 0o600, 2]);
  assertEquals(info.atime, { sec: 1, nsec: 2 });
  assertEquals(await names(provider, deep), ["file", "moved"]);
  assertEquals((await provider.statfs(deep)).namelen, 255);
  assertEquals(assertThrows(() => provider.lstat(`${deep}/none`), FsError).code, "ENOENT");
  const below = () => provider.lstat(`${deep}/file/below`);
  assertEquals(assertThrows(below, FsError).code, "ENOTDIR");
  await provider.removeAll(`/${parts[0]}`);
  assertEquals(await names(provider, "/"), []);
});
