/**
 * RealFSProvider where no system calls can be made.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  FsError,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../base/mod.ts";
import { CAPABILITIES, isCapability } from "../provider/mod.ts";
import { RealFSProvider } from "./mod.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A provider on Deno's API, with a file, a directory and a link. */
class Scratch extends ScratchDirectory {
  readonly provider = new RealFSProvider(this.path, { ffi: false });

  constructor() {
    super();
    Deno.writeTextFileSync(`${this.path}/f`, "content");
    Deno.mkdirSync(`${this.path}/d`);
    Deno.symlinkSync("f", `${this.path}/l`);
  }

  override [Symbol.dispose](): void {
    this.provider.close();
    super[Symbol.dispose]();
  }
}

function refused(code: string, run: () => unknown): void {
  assertEquals(assertThrows(run, FsError).code, code);
}

Deno.test("what is not declared answers ENOSYS, and the rest does not", async () => {
  using scratch = new Scratch();
  const { provider } = scratch;
  const handle = await provider.open("/f", O_RDWR, 0);
  const calls: Readonly<Record<string, () => unknown>> = {
    mknod: () => provider.mknod("/p", 0o010644, 0),
    chown: () => provider.chown("/f", 0, 0),
    utimes: () => provider.utimes("/f", null, null),
    statfs: () => provider.statfs("/"),
    xattr: () => provider.listXattr("/f"),
    rename2: () => provider.rename2("/f", "/g", 1),
    handleAttr: () => handle.chmod(0o600),
    allocate: () => handle.allocate(0, 0, 1),
    copyRange: () => handle.copyRange(0, handle, 10, 1),
    seekHole: () => handle.seekHole(0, 3),
    lock: () =>
      handle.setLock({ kind: "flock", type: "read", start: 0, end: 1, owner: 1, pid: 1 }, false),
    watch: () => provider.watch("/"),
    tmpfile: () => provider.linkHandle(handle, "/named"),
  };
  for (const run of Object.values(calls)) refused("ENOSYS", run);
  const missing = Object.keys(CAPABILITIES).filter(isCapability)
    .filter((name) => !provider.capabilities.has(name));
  assertEquals(missing.sort(), Object.keys(calls).sort());
  await handle.close();
});

Deno.test("files are opened as their flags say", async () => {
  using scratch = new Scratch();
  const { provider } = scratch;
  const open = openDescriptors();
  refused("EEXIST", () => provider.open("/f", O_RDWR | O_CREAT | O_EXCL, 0));
  refused("EEXIST", () => provider.open("/l", O_RDWR | O_CREAT | O_EXCL, 0));
  refused("ENOENT", () => provider.open("/missing", O_RDONLY, 0));
  refused("ENOTDIR", () => provider.open("/f", O_RDONLY | O_DIRECTORY, 0));
  refused("ENOTDIR", () => provider.open("/f/below", O_RDONLY, 0));
  refused("EISDIR", () => provider.open("/d", O_RDWR, 0));
  refused("EISDIR", () => provider.open("/d", O_RDONLY | O_CREAT, 0));
  refused("ELOOP", () => provider.open("/l", O_RDONLY | O_NOFOLLOW, 0));
  refused("EINVAL", () => provider.open("/new", O_CREAT | O_DIRECTORY, 0));
  refused("ENOSYS", () => provider.open("/f", O_PATH, 0));
  refused("ENOSYS", () => provider.open("/", O_RDWR | O_TMPFILE, 0));
  const appending = await provider.open("/l", O_WRONLY | O_APPEND, 0);
  assertEquals(await appending.writeAt(bytes("!"), 0), 1);
  refused("EBADF", () => appending.readAt(new Uint8Array(1), 0));
  await appending.close();
  assertEquals(Deno.readTextFileSync(`${scratch.path}/f`), "content!");
  await (await provider.open("/f", O_WRONLY | O_TRUNC, 0)).close();
  assertEquals((await provider.stat("/l")).size, 0);
  const directory = await provider.open("/d", O_RDONLY, 0);
  refused("EISDIR", () => directory.readAt(new Uint8Array(1), 0));
  assert((await directory.stat()).isDir);
  await directory.close();
  assertEquals(openDescriptors(), open);
});

Deno.test("a handle reads, writes, seeks and ends", async () => {
  using scratch = new Scratch();
  const { provider } = scratch;
  const handle = await provider.open("/new", O_RDWR | O_CREAT, 0o640);
  assertEquals(await handle.write(bytes("hello")), 5);
  assertEquals(await handle.writeAt(bytes("J"), 0), 1);
  assertEquals(await handle.seek(-4, 2), 1);
  const buffer = new Uint8Array(10);
  assertEquals(await handle.read(buffer), 4);
  assertEquals(new TextDecoder().decode(buffer.subarray(0, 4)), "ello");
  assertEquals(await handle.read(buffer), 0);
  await handle.truncate(2);
  await handle.sync();
  await handle.sync(true);
  assertEquals((await handle.stat()).size, 2);
  assertEquals((await handle.stat()).mode, 0o100640);
  await provider.unlink("/new");
  assertEquals((await handle.stat()).nlink, 0);
  refused("EINVAL", () => handle.readAt(buffer, -1));
  refused("EINVAL", () => handle.truncate(-1));
  await handle.close();
  for (const run of [() => handle.close(), () => handle.stat(), () => handle.seek(0, 0)]) {
    refused("EBADF", run);
  }
});

Deno.test("names are made, moved and removed", async () => {
  using scratch = new Scratch();
  const { provider } = scratch;
  await provider.mkdir("/d/e", 0o1777);
  assertEquals((await provider.lstat("/d/e")).mode, 0o041777);
  refused("EEXIST", () => provider.mkdir("/d", 0o755));
  refused("EEXIST", () => provider.mkdir("/l", 0o755));
  refused("ENOENT", () => provider.mkdir("/x/y", 0o755));
  await provider.link("/l", "/hard");
  assertEquals(await provider.readlink("/hard"), "f");
  refused("EEXIST", () => provider.link("/f", "/hard"));
  refused("EPERM", () => provider.link("/d", "/e"));
  refused("EINVAL", () => provider.readlink("/f"));
  await provider.rename("/f", "/d/f");
  assertEquals((await provider.readDir("/d")).length, 2);
  refused("EINVAL", () => provider.rename("/d", "/d/e/x"));
  refused("EBUSY", () => provider.rename("/", "/x"));
  refused("EISDIR", () => provider.unlink("/d"));
  refused("ENOTDIR", () => provider.rmdir("/d/f"));
  refused("ENOTEMPTY", () => provider.rmdir("/d"));
  refused("EBUSY", () => provider.rmdir("/"));
  await provider.truncate("/d/f", 3);
  refused("EISDIR", () => provider.truncate("/d", 3));
  await provider.chmod("/d/f", 0o600);
  const info = await provider.stat("/d/f");
  assertEquals([info.size, info.mode], [3, 0o100600]);
  refused("EBUSY", () => provider.removeAll("/"));
  refused("ENOTDIR", () => provider.removeAll("/d/f/x"));
  await provider.removeAll("/x/y");
  await provider.symlink("/d", "/d/around");
  await provider.removeAll("/d");
  await provider.remove("/l");
  await provider.remove("/hard");
  assertEquals(await provider.readDir("/"), []);
});

Deno.test("after close() everything is EBADF", () => {
  using scratch = new Scratch();
  scratch.provider.close();
  refused("EBADF", () => scratch.provider.lstat("/f"));
  refused("EBADF", () => scratch.provider.mkdir("/x", 0o755));
});
