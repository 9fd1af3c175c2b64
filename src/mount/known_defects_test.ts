// What can be read in other libraries of this kind to go wrong, and does not here. Besides: a timeout of 0 for
// one node (kernel_cache_test.ts), and inodes that are kept though the kernel has forgotten them
// (forget_test.ts).
import { assertEquals } from "@std/assert";
import { ERRNO, type Errno, S_IFREG } from "../base/mod.ts";
import type { AttrOut, OpenOut } from "../fuse/mod.ts";
import { type FileHandle, MemRegularFile, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type { Context } from "../provider/mod.ts";
import { newLoopbackRoot } from "./loopback_node.ts";
import { inChild, run, withNodes } from "./testing/with_mount.ts";

/** A root with one child, `file`. */
function rootWith(file: Node): Node {
  class Root extends Node {
    onAdd(): void {
      const inode = this.embeddedInode();
      inode.addChild("file", inode.newPersistentInode(file, { mode: S_IFREG, ino: 0 }));
    }
  }
  return new Root();
}

const LIBC = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
  const fd = libc.open("file", 2);`;

Deno.test("copy_file_range() copies once and says how much, also where a part was copied", async () => {
  const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
  await Deno.writeTextFile(`${lower}/file`, "0123456789");
  await using root = newLoopbackRoot(lower);
  await withNodes(root, async (directory) => {
    const script = `${LIBC}
      const to = libc.open("to", 0o102, 0o600);
      print(libc.copyFileRange(fd, 2, to, 0, 5), libc.copyFileRange(fd, 8, to, 5, 5));
      print(libc.copyFileRange(fd, 10, to, 7, 5));`;
    assertEquals(await inChild(directory, script), "5 2\n0");
  }, { passthrough: false, nullPermissions: true });
  assertEquals(await Deno.readTextFile(`${lower}/to`), "2345689");
  await Deno.remove(lower, { recursive: true });
});

Deno.test("an error of a handle's setattr() reaches the caller", async () => {
  class Full extends Node implements nodefs.NodeOpener {
    open(): FileHandle {
      return { setattr: () => ERRNO.ENOSPC };
    }
  }
  await withNodes(rootWith(new Full()), async (directory) => {
    assertEquals(await inChild(directory, `${LIBC} print(libc.ftruncate(fd, 5));`), "-28");
  });
});

Deno.test("who has no right in his own class is refused, whatever the others may", async () => {
  class Strange extends Node implements nodefs.NodeGetattrer {
    getattr(_context: Context, _file: FileHandle | null, out: AttrOut): void {
      Object.assign(out.attr, { mode: 0o077, uid: 65_534, gid: 65_534 });
    }
  }
  await withNodes(rootWith(new Strange()), async (directory) => {
    const may = async (uid: number, gid: number): Promise<string> => {
      const test = `cd / ; test -r ${directory}/file && echo yes || echo no`;
      const user = ["--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
      return (await run("setpriv", ...user, "sh", "-c", test)).stdout.trim();
    };
    const [owner, group, other] = [await may(65_534, 1), await may(1, 65_534), await may(1, 1)];
    assertEquals([owner, group, other], ["no", "yes", "yes"]);
  }, { allowOther: true });
});

Deno.test("a truncate that grows a memory file past what it holds fills with zeros", async () => {
  const file = new MemRegularFile(new TextEncoder().encode("abc"));
  await withNodes(rootWith(file), async (directory) => {
    assertEquals((await run("truncate", "-s", "300000", `${directory}/file`)).stderr, "");
    const content = await Deno.readFile(`${directory}/file`);
    assertEquals([content.length, content.lastIndexOf(99)], [300_000, 2]);
  });
});

Deno.test("an open without a handle is released too", async () => {
  let [opens, releases] = [0, 0];
  class Handleless extends Node implements nodefs.NodeOpener, nodefs.NodeReleaser {
    open(_context: Context, _flags: number, _out: OpenOut): null {
      opens++;
      return null;
    }
    read(): number {
      return 0;
    }
    release(): Errno | void {
      releases++;
    }
  }
  await withNodes(rootWith(new Handleless()), async (directory, mounted) => {
    await run("cat", `${directory}/file`, `${directory}/file`);
    while (mounted.openCount > 0) await Deno.lstat(directory);
    assertEquals([opens, releases], [2, 2]);
  });
});
