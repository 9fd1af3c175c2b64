import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FsError,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_WRONLY,
  SEEK_HOLE,
} from "../base/mod.ts";
import type { Handle } from "../provider/mod.ts";
import type { Hook } from "./hook.ts";
import type { InterceptProvider } from "./intercept_provider.ts";
import { noting } from "./testing/noting.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Every method of a provider, and what hooks are asked. */
const METHODS: [name: string, (p: InterceptProvider) => unknown, asked: string[]][] = [
  ["stat", (p) => p.stat("/f"), ["stat:stat /f"]],
  ["lstat", (p) => p.lstat("/link"), ["lstat:lstat /link"]],
  ["readDir", (p) => p.readDir("/dir"), ["readdir:readDir /dir"]],
  ["open", (p) => p.open("/f", O_RDONLY, 0), ["open:open /f"]],
  ["open with O_EXCL", (p) => p.open("/n", O_CREAT | O_EXCL | O_WRONLY, 0o644), ["create:open /n"]],
  ["open with O_TMPFILE", (p) => p.open("/dir", O_TMPFILE | O_RDWR, 0o644), ["create:open /dir"]],
  ["create", (p) => p.create("/new", 0o644), ["create:open /new"]],
  ["mkdir", (p) => p.mkdir("/d", 0o755), ["mkdir:mkdir /d"]],
  ["mknod", (p) => p.mknod("/p", 0o10644, 0), ["mknod:mknod /p"]],
  ["chmod", (p) => p.chmod("/f", 0o600), ["chmod:chmod /f"]],
  ["chown", (p) => p.chown("/f", 1, 2), ["chown:chown /f"]],
  ["lchown", (p) => p.lchown("/link", 1, 2), ["chown:lchown /link"]],
  ["utimes", (p) => p.utimes("/f", "now", "now"), ["utimes:utimes /f"]],
  ["lutimes", (p) => p.lutimes("/link", "now", "now"), ["utimes:lutimes /link"]],
  ["truncate", (p) => p.truncate("/f", 3), ["truncate:truncate /f"]],
  ["remove", (p) => p.remove("/f"), ["remove:remove /f"]],
  ["unlink", (p) => p.unlink("/f"), ["remove:unlink /f"]],
  ["rmdir", (p) => p.rmdir("/dir/sub"), ["remove:rmdir /dir/sub"]],
  ["removeAll", (p) => p.removeAll("/dir"), [
    "remove_all:removeAll /dir",
    "remove:remove /dir/sub",
    "remove:remove /dir/g",
  ]],
  ["rename", (p) => p.rename("/f", "/h"), ["rename:rename /f /h"]],
  ["rename2", (p) => p.rename2("/f", "/h", 1), ["rename:rename2 /f /h"]],
  ["link", (p) => p.link("/f", "/h"), ["link:link /f /h"]],
  ["linkHandle", async (p) => p.linkHandle(await p.open("/f", 0, 0), "/dir//h"), [
    "open:open /f",
    "link:link /f /dir/h",
  ]],
  ["symlink", (p) => p.symlink("../x", "/h"), ["symlink:symlink /h ../x"]],
  ["readlink", (p) => p.readlink("/link"), ["readlink:readlink /link"]],
  ["statfs", (p) => p.statfs("/"), ["statfs:statfs /"]],
  ["setXattr", (p) => p.setXattr("/f", "user.a", encode("x"), 0), ["setxattr:setXattr /f"]],
  ["listXattr", (p) => p.listXattr("/f"), ["listxattr:listXattr /f"]],
];

for (const [name, run, expected] of METHODS) {
  Deno.test(`hooks are asked about ${name}(), before and after, with a clean path`, async () => {
    const { provider, asked, ended } = await noting();
    await run(provider);
    assertEquals(asked, expected);
    assert(ended.length >= 1 && ended.every((text) => !text.includes("ENO")));
  });
}

/** Every method of a handle of /f, opened for reading and writing, and what hooks are asked. */
const HANDLE_METHODS: [name: string, (h: Handle) => unknown, asked: string, ended: string][] = [
  ["read", (h) => h.read(new Uint8Array(3)), "read:read /f", "read /f 3"],
  ["readAt", (h) => h.readAt(new Uint8Array(9), 2), "read:read /f", "read /f 5"],
  ["write", (h) => h.write(encode("abc")), "write:write /f", "write /f 3"],
  ["writeAt", (h) => h.writeAt(encode("abc"), 2), "write:write /f", "write /f 3"],
  ["stat", (h) => h.stat(), "stat:stat /f", "stat /f 0"],
  ["sync", (h) => h.sync(), "sync:sync /f", "sync /f 0"],
  ["truncate", (h) => h.truncate(1), "truncate:truncate /f", "truncate /f 0"],
  ["chmod", (h) => h.chmod(0o600), "chmod:chmod /f", "chmod /f 0"],
  ["chown", (h) => h.chown(1, 2), "chown:chown /f", "chown /f 0"],
  ["utimes", (h) => h.utimes("now", null), "utimes:utimes /f", "utimes /f 0"],
  ["allocate", (h) => h.allocate(0, 0, 10), "allocate:allocate /f", "allocate /f 0"],
  ["seekHole", (h) => h.seekHole(0, SEEK_HOLE), "seek_hole:seekHole /f", "seek_hole /f 0"],
  ["getLock", (h) => h.getLock(LOCK), "lock:lock /f", "lock /f 0"],
  ["setLock", (h) => h.setLock(LOCK, false), "lock:lock /f", "lock /f 0"],
  [
    "setXattr",
    (h) => h.setXattr("user.a", encode("x"), 0),
    "setxattr:setXattr /f",
    "setxattr /f 0",
  ],
  ["getXattr", (h) => h.getXattr("user.a"), "getxattr:getXattr /f", "getxattr /f ENODATA"],
  ["listXattr", (h) => h.listXattr(), "listxattr:listXattr /f", "listxattr /f 0"],
  [
    "removeXattr",
    (h) => h.removeXattr("user.a"),
    "removexattr:removeXattr /f",
    "removexattr /f ENODATA",
  ],
  ["close", (h) => h.close(), "close:close /f", "close /f 0"],
];
const LOCK = { kind: "posix", type: "write", start: 0, end: 9, owner: 1, pid: 1 } as const;

for (const [name, run, expected, end] of HANDLE_METHODS) {
  Deno.test(`hooks are asked about ${name}() of a handle, before and after`, async () => {
    const { provider, asked, ended } = await noting();
    const handle = await provider.open("/f", O_RDWR, 0);
    asked.length = ended.length = 0;
    try {
      await run(handle);
    } catch (thrown) {
      assert(thrown instanceof FsError && thrown.code === "ENODATA");
    }
    assertEquals([asked, ended], [[expected], [end]]);
  });
}

Deno.test("a file without a name gets none where its caller may not create", async () => {
  const deny: Hook = {
    before: ({ op, newPath }) => {
      if (op === "link" && newPath.startsWith("/dir/")) throw new FsError("EACCES", {});
    },
  };
  const { provider, inner } = await noting([deny]);
  await using handle = await provider.open("/", O_TMPFILE | O_RDWR, 0o600);
  await assertRejects(async () => await provider.linkHandle(handle, "/dir/h"), FsError, "EACCES");
  await provider.linkHandle(handle, "/h");
  assertEquals(inner.stat("/h").nlink, 1);
});
