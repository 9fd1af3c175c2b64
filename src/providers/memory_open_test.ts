import { assertEquals, assertThrows } from "@std/assert";
import {
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
import { MemoryProvider } from "./mod.ts";

function tree(): MemoryProvider {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.writeFile("/f", Uint8Array.of(1, 2, 3), 0o644);
  memory.symlink("f", "/link");
  memory.symlink("d/new", "/dangling");
  memory.symlink("d", "/dirlink");
  memory.mknod("/pipe", 0o010644, 0);
  return memory;
}

function refuses(memory: MemoryProvider, path: string, flags: number, code: string): void {
  const text = `Cannot open ${JSON.stringify(path)}: ${code}`;
  assertThrows(() => memory.open(path, flags, 0o644), Error, text);
}

Deno.test("O_CREAT makes a file with the mode, and leaves one that is there", () => {
  const memory = tree();
  memory.open("/new", O_RDWR | O_CREAT, 0o4751, { uid: 5, gid: 6 }).close();
  const { mode, uid, gid, size } = memory.stat("/new");
  assertEquals([mode, uid, gid, size], [0o104751, 5, 6, 0]);
  memory.open("/f", O_RDWR | O_CREAT, 0o777).close();
  assertEquals([memory.stat("/f").mode, memory.stat("/f").size], [0o100644, 3]);
});

Deno.test("O_CREAT refuses directories, a missing parent, and O_DIRECTORY with it", () => {
  const memory = tree();
  refuses(memory, "/d", O_CREAT, "EISDIR");
  refuses(memory, "/", O_CREAT, "EISDIR");
  refuses(memory, "/none/x", O_CREAT | O_RDWR, "ENOENT");
  refuses(memory, "/f/x", O_CREAT | O_RDWR, "ENOTDIR");
  refuses(memory, "/x", O_CREAT | O_DIRECTORY, "EINVAL");
  refuses(memory, `/${"x".repeat(256)}`, O_CREAT, "ENAMETOOLONG");
  refuses(memory, "/a\0", O_CREAT, "EINVAL");
});

Deno.test("O_CREAT through a dangling link makes what it points to", () => {
  const memory = tree();
  memory.open("/dangling", O_WRONLY | O_CREAT, 0o600).close();
  assertEquals(memory.stat("/d/new").mode, 0o100600);
  memory.symlink("none/x", "/lost");
  refuses(memory, "/lost", O_WRONLY | O_CREAT, "ENOENT");
  memory.symlink("slash/", "/slashed");
  refuses(memory, "/slashed", O_WRONLY | O_CREAT, "EISDIR");
});

Deno.test("O_EXCL refuses whatever is there, also a dangling link", () => {
  const memory = tree();
  for (const path of ["/f", "/d", "/dangling", "/pipe", "/"]) {
    refuses(memory, path, O_RDWR | O_CREAT | O_EXCL, "EEXIST");
  }
  memory.open("/new", O_RDWR | O_CREAT | O_EXCL, 0o644).close();
});

Deno.test("O_TRUNC empties a file, whatever the access, and is refused for a directory", () => {
  const memory = tree();
  memory.open("/link", O_RDONLY | O_TRUNC, 0).close();
  assertEquals(memory.stat("/f").size, 0);
  refuses(memory, "/d", O_RDONLY | O_TRUNC, "EISDIR");
});

Deno.test("a directory opens for reading only, and has attributes but no data", () => {
  const memory = tree();
  using handle = memory.open("/d", O_RDONLY | O_APPEND, 0);
  assertEquals(handle.stat().isDir, true);
  assertThrows(() => handle.read(new Uint8Array(1)), Error, "EISDIR");
  assertThrows(() => handle.write(new Uint8Array(1)), Error, "EBADF");
  assertThrows(() => handle.truncate(0), Error, "EINVAL");
  assertThrows(() => handle.seek(0, 2), Error, "EINVAL");
  refuses(memory, "/d", O_RDWR, "EISDIR");
  refuses(memory, "/d", O_WRONLY, "EISDIR");
});

Deno.test("O_DIRECTORY and O_NOFOLLOW say what may be at the end", () => {
  const memory = tree();
  memory.open("/dirlink", O_DIRECTORY, 0).close();
  refuses(memory, "/f", O_DIRECTORY, "ENOTDIR");
  refuses(memory, "/link", O_NOFOLLOW, "ELOOP");
  refuses(memory, "/link", O_NOFOLLOW | O_CREAT, "ELOOP");
  refuses(memory, "/dirlink", O_NOFOLLOW | O_DIRECTORY, "ENOTDIR");
});

Deno.test("O_PATH opens anything, and gives its attributes and nothing else", () => {
  const memory = tree();
  using link = memory.open("/dangling", O_PATH | O_NOFOLLOW, 0);
  assertEquals(link.stat().mode, 0o120777);
  using pipe = memory.open("/pipe", O_PATH, 0);
  assertEquals(pipe.stat().mode, 0o010644);
  using file = memory.open("/link", O_PATH | O_RDWR | O_TRUNC, 0);
  assertEquals(file.stat().size, 3, "O_TRUNC is not heeded");
  const refused = [
    () => file.read(new Uint8Array(1)),
    () => file.write(new Uint8Array(1)),
    () => file.seek(0, 0),
    () => file.sync(),
    () => file.chmod(0o600),
    () => file.chown(1, 1),
    () => file.utimes("now", null),
    () => file.allocate(0, 0, 1),
    () => file.seekHole(0, 3),
    () => file.listXattr(),
  ];
  for (const use of refused) assertThrows(use, Error, "EBADF");
  refuses(memory, "/f", O_PATH | O_DIRECTORY, "ENOTDIR");
  refuses(memory, "/dangling", O_PATH | O_CREAT, "ENOENT");
});

Deno.test("O_TMPFILE makes a file without a name", () => {
  const memory = tree();
  const before = memory.statfs("/");
  const handle = memory.open("/dirlink", O_TMPFILE | O_RDWR, 0o640);
  handle.write(new Uint8Array(5000));
  const { mode, nlink, size } = handle.stat();
  assertEquals([mode, nlink, size, memory.readDir("/d")], [0o100640, 0, 5000, []]);
  handle.close();
  assertEquals(memory.statfs("/"), before);
  refuses(memory, "/d", O_TMPFILE | O_RDONLY, "EINVAL");
  refuses(memory, "/d", O_TMPFILE | O_RDWR | O_CREAT, "EINVAL");
  refuses(memory, "/f", O_TMPFILE | O_RDWR, "ENOTDIR");
  refuses(memory, "/none", O_TMPFILE | O_RDWR, "ENOENT");
});

Deno.test("pipes, sockets and devices are the kernel's to open", () => {
  refuses(tree(), "/pipe", O_RDWR, "ENXIO");
});
