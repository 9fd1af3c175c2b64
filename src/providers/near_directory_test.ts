import { assertEquals, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { newRealFSProvider } from "./real_fs_provider.ts";

/** As a mount calls. */
const KERNEL: Context = { uid: 0, gid: 0, isFromKernel: true };

/** A directory `/a/b` with the file `old`, and a provider of it. */
async function withTree(
  use: (provider: ReturnType<typeof newRealFSProvider>, host: string) => void | Promise<void>,
): Promise<void> {
  const host = await Deno.makeTempDir({ prefix: "fusewire-near-" });
  const provider = newRealFSProvider(host);
  try {
    Deno.mkdirSync(`${host}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${host}/a/b/old`, "");
    await use(provider, host);
  } finally {
    await provider.close();
    await Deno.remove(host, { recursive: true });
  }
}

function refused(run: () => unknown): string {
  return assertThrows(run, FsError).code;
}

Deno.test("the kernel's calls in one directory see what each has done", async () => {
  await withTree(async (provider) => {
    await provider.lstat("/a/b/old", KERNEL);
    const handle = await provider.open("/a/b/new", 0o102, 0o644, KERNEL);
    await handle.close();
    await provider.lstat("/a/b/new", KERNEL);
    await provider.unlink("/a/b/old", KERNEL);
    assertEquals(refused(() => provider.lstat("/a/b/old", KERNEL)), "ENOENT");
  });
});

Deno.test("a directory that was moved through the provider is not taken for the one before", async () => {
  await withTree((provider) => {
    provider.lstat("/a/b/old", KERNEL);
    provider.rename("/a/b", "/a/c", KERNEL);
    assertEquals(refused(() => provider.lstat("/a/b/old", KERNEL)), "ENOENT");
    provider.mkdir("/a/b", 0o755, KERNEL);
    assertEquals(refused(() => provider.lstat("/a/b/old", KERNEL)), "ENOENT");
    provider.lstat("/a/c/old", KERNEL);
  });
});

Deno.test("a directory above that was moved is not taken for the one before", async () => {
  await withTree((provider) => {
    provider.lstat("/a/b/old", KERNEL);
    provider.rename("/a", "/d", KERNEL);
    assertEquals(refused(() => provider.unlink("/a/b/old", KERNEL)), "ENOENT");
    provider.unlink("/d/b/old", KERNEL);
  });
});

Deno.test("a directory that was removed and made again is the new one", async () => {
  await withTree((provider) => {
    provider.unlink("/a/b/old", KERNEL);
    provider.rmdir("/a/b", KERNEL);
    provider.mkdir("/a/b", 0o755, KERNEL);
    provider.mkdir("/a/b/inner", 0o755, KERNEL);
    provider.lstat("/a/b/inner");
  });
});

Deno.test("others than the kernel never meet a directory that somebody has moved", async () => {
  await withTree((provider, host) => {
    provider.lstat("/a/b/old", KERNEL);
    Deno.renameSync(`${host}/a/b`, `${host}/a/c`);
    assertEquals(refused(() => provider.lstat("/a/b/old")), "ENOENT");
    assertEquals(refused(() => provider.unlink("/a/b/old")), "ENOENT");
  });
});

Deno.test("the kernel meets what others have moved when the running code has ended", async () => {
  await withTree(async (provider, host) => {
    provider.lstat("/a/b/old", KERNEL);
    Deno.renameSync(`${host}/a/b`, `${host}/a/c`);
    await null;
    assertEquals(refused(() => provider.lstat("/a/b/old", KERNEL)), "ENOENT");
  });
});

Deno.test("a link in the way is followed anew each time", async () => {
  await withTree((provider, host) => {
    Deno.mkdirSync(`${host}/other`);
    Deno.symlinkSync("a/b", `${host}/link`);
    provider.lstat("/link/old", KERNEL);
    provider.unlink("/link", KERNEL);
    provider.symlink("other", "/link", KERNEL);
    assertEquals(refused(() => provider.lstat("/link/old", KERNEL)), "ENOENT");
  });
});
