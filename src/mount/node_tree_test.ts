import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ERRNO, S_IFDIR, S_IFLNK, S_IFREG } from "../base/mod.ts";
import { type AttrOut, FuseMountError, type OpenOut } from "../fuse/mod.ts";
import type { FileHandle, NodeGetattrer, NodeOpener, NodeReaddirer } from "../nodefs/mod.ts";
import {
  type DirStream,
  MemRegularFile,
  MemSymlink,
  mountNodes,
  newGeneratorDirStream,
  Node,
  type Options,
} from "../nodefs/mod.ts";
import type { Context } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { mount } from "./mount.ts";
import { mountModule } from "./mount_module.ts";
import { run, withNodes } from "./testing/with_mount.ts";

const FILE = { mode: S_IFREG, ino: 0 };
const DIRECTORY = { mode: S_IFDIR, ino: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A static tree: `/hello`, `/link` to it, `/deep/file`. */
class Static extends Node {
  readonly hello = new MemRegularFile(bytes("hello\n"));

  onAdd(): void {
    const root = this.embeddedInode();
    root.addChild("hello", root.newPersistentInode(this.hello, FILE));
    root.addChild(
      "link",
      root.newPersistentInode(new MemSymlink("hello"), { mode: S_IFLNK, ino: 0 }),
    );
    const deep = root.newPersistentInode(new Node(), DIRECTORY);
    root.addChild("deep", deep);
    deep.addChild("file", deep.newPersistentInode(new MemRegularFile(bytes("below")), FILE));
  }
}

Deno.test("a static tree is listed, looked up, read and followed", async () => {
  await withNodes(new Static(), async (directory) => {
    const { stdout } = await run("sh", "-c", `cd ${directory} && find . | sort && cat link`);
    assertEquals(stdout, ".\n./deep\n./deep/file\n./hello\n./link\nhello\n");
    assertEquals(await Deno.readTextFile(`${directory}/deep/file`), "below");
    const links = (await Array.fromAsync(Deno.readDir(directory))).filter((one) => one.isSymlink);
    assertEquals(links.map((one) => one.name), ["link"]);
  });
});

Deno.test("a tree without operations is read-only", async () => {
  await withNodes(new Static(), async (directory) => {
    const refused = [
      "mkdir d",
      "touch new",
      "rm hello",
      "mv hello x",
      "ln -s a b",
      "rmdir deep",
      "mkfifo p",
    ];
    for (const command of refused) {
      const { stderr } = await run("sh", "-c", `cd ${directory} && ${command}`);
      assertStringIncludes(stderr, "Read-only file system", command);
    }
    assertEquals((await run("ln", `${directory}/hello`, `${directory}/x`)).code, 1);
  });
});

Deno.test("a memory file is written, appended to, truncated and described through the mount", async () => {
  await withNodes(new Static(), async (directory, mounted) => {
    const path = `${directory}/hello`;
    await Deno.writeTextFile(path, "more\n", { append: true });
    assertEquals(await Deno.readTextFile(path), "hello\nmore\n");
    await Deno.truncate(path, 3);
    await Deno.truncate(path, 100_000);
    assertEquals((await Deno.stat(path)).size, 100_000);
    await Deno.chmod(path, 0o600);
    await Deno.utime(path, 1, 2);
    const info = await Deno.stat(path);
    assertEquals([(info.mode ?? 0) & 0o777, info.mtime?.getTime()], [0o600, 2000]);
    const far = await run("truncate", "-s", "999999999999999", path);
    assertStringIncludes(far.stderr, "File too large");
    await Deno.writeTextFile(path, "short");
    assertEquals(await Deno.readTextFile(path), "short");
    while (mounted.openCount > 0) await Deno.lstat(directory);
  });
});

Deno.test("onAdd of the options builds the tree in place of the root's", async () => {
  const root = new Static();
  const onAdd = (): void => {
    const inode = root.embeddedInode();
    inode.addChild("other", inode.newPersistentInode(new MemRegularFile(bytes("x")), FILE));
  };
  await withNodes(root, async (directory) => {
    const names = (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name);
    assertEquals(names, ["other"]);
  }, { onAdd });
});

Deno.test("onAdd that throws fails mountNodes() and mounts nothing", async () => {
  const onAdd = (): never => {
    throw new RangeError("no tree today");
  };
  const directory = await Deno.makeTempDir();
  await assertRejects(() => mountNodes(new Node(), directory, { onAdd }), RangeError, "no tree");
  assertEquals((await run("mountpoint", "-q", directory)).code === 0, false);
  await Deno.remove(directory);
});

/** What `stat` shows of the file. */
async function shown(options: Options, format: string, name = "hello"): Promise<string> {
  let found = "";
  await withNodes(new Static(), async (directory) => {
    found = (await run("stat", "-c", format, `${directory}/${name}`)).stdout.trim();
  }, options);
  return found;
}

Deno.test("permissions of 0 become 644 and 755, and stay 0 with nullPermissions", async () => {
  assertEquals([await shown({}, "%a"), await shown({}, "%a", "deep")], ["644", "755"]);
  assertEquals(await shown({ nullPermissions: true }, "%a"), "0");
});

Deno.test("uid and gid stand in for an owner of 0", async () => {
  assertEquals(await shown({}, "%u %g"), "0 0");
  assertEquals(await shown({ uid: 123, gid: 456 }, "%u %g"), "123 456");
});

Deno.test("automatic numbers begin at 2^63, or where firstAutomaticIno says", async () => {
  assertEquals(BigInt(await shown({}, "%i")), 1n << 63n);
  assertEquals(await shown({ firstAutomaticIno: 5000n }, "%i"), "5000");
});

Deno.test("rootStableAttr is the identity of the root", async () => {
  assertEquals(await shown({ rootStableAttr: { mode: S_IFDIR, ino: 77 } }, "%i", "."), "77");
  assertEquals(await shown({}, "%i", "."), "1");
});

Deno.test("without statfs sizes are zero, and df does not fail", async () => {
  await withNodes(new Static(), async (directory) => {
    const { code, stdout } = await run("stat", "-f", "-c", "%b %f", directory);
    assertEquals([code, stdout], [0, "0 0\n"]);
  });
});

Deno.test("an exception of a node is EIO for its caller, reported, and ends nothing", async () => {
  class Throws extends Static implements NodeGetattrer, NodeReaddirer {
    getattr(): void {}
    readdir(): never {
      throw new TypeError("a defect in readdir");
    }
  }
  const lines: string[] = [];
  await withNodes(new Throws(), async (directory) => {
    const { stderr } = await run("ls", directory);
    assertStringIncludes(stderr, "Input/output error");
    assertStringIncludes(lines.join("\n"), "a defect in readdir");
    assertEquals(await Deno.readTextFile(`${directory}/hello`), "hello\n");
  }, { logger: (line) => void lines.push(line) });
});

Deno.test("an endless generator is listed as far as somebody reads", async () => {
  let made = 0;
  let isEnded = false;
  class Endless extends Node implements NodeReaddirer {
    readdir(): DirStream {
      return newGeneratorDirStream(this.#names());
    }
    async *#names() {
      try {
        for (;; made++) yield await Promise.resolve({ name: `n${made}`, type: S_IFREG, ino: 0 });
      } finally {
        isEnded = true;
      }
    }
  }
  await withNodes(new Endless(), async (directory, mounted) => {
    // With -U, ls prints each name as it comes; head has enough at some point, and ls is ended.
    const { stdout } = await run("sh", "-c", `ls -U1 ${directory} | head -n 3`);
    assertEquals(stdout, "n0\nn1\nn2\n");
    while (mounted.openCount > 0) await Deno.lstat(directory);
    assert(isEnded);
  });
});

/** Answers an access with the mask that was asked for. */
class Guarded extends Node implements NodeGetattrer, NodeOpener {
  getattr(_context: Context, _file: FileHandle | null, out: AttrOut): void {
    out.attr.mode = 0o640;
    out.attr.uid = 12;
    out.attr.gid = 34;
  }
  open(_context: Context, _flags: number, out: OpenOut): FileHandle {
    out.openFlags = 0;
    return {};
  }
}

Deno.test("without access, the permission bits decide; without default_permissions, access does", async () => {
  const root = new Node();
  const asked: number[] = [];
  class Asked extends Guarded {
    access(_context: Context, mask: number) {
      asked.push(mask);
      return mask === 4 ? undefined : ERRNO.EACCES;
    }
  }
  const onAdd = (): void => {
    const inode = root.embeddedInode();
    inode.addChild("bits", inode.newPersistentInode(new Guarded(), FILE));
    inode.addChild("asked", inode.newPersistentInode(new Asked(), FILE));
  };
  await withNodes(root, async (directory) => {
    const as = (uid: number, gid: number, test: string): Promise<{ code: number }> =>
      run("setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "sh", "-c", test);
    const bits = `${directory}/bits`;
    assertEquals((await as(12, 1, `test -r ${bits} && test -w ${bits}`)).code, 0);
    assertEquals((await as(13, 34, `test -r ${bits}`)).code, 0);
    assertEquals((await as(13, 34, `test -w ${bits}`)).code, 1);
    assertEquals((await as(13, 35, `test -r ${bits}`)).code, 1);
    assertEquals((await as(13, 35, `test -r ${directory}/asked`)).code, 0);
    assertEquals((await as(13, 35, `test -w ${directory}/asked`)).code, 1);
    assertEquals(asked, [4, 2]);
  }, { onAdd, allowOther: true });
});

Deno.test("numbers out of their range and unknown options are refused before anything is mounted", async () => {
  const directory = await Deno.makeTempDir();
  // As it comes from a file of settings, or from a program without types.
  const misspelt: Options & { readonly maxwrite: number } = { maxwrite: 8192 };
  const bad: Options[] = [
    misspelt,
    { maxWrite: 1 },
    { maxBackground: 0 },
    { congestionThreshold: 70_000 },
    { maxReadahead: -1 },
    { extraOptions: ["frobnicate"] },
    { autoUnmount: true, directMount: true },
  ];
  for (const options of bad) {
    await assertRejects(() => mountNodes(new Node(), directory, options), FuseMountError);
  }
  const nodes = await assertRejects(() => mountNodes(new Node(), directory, misspelt));
  const provider = await assertRejects(() => mount(new MemoryProvider(), directory, misspelt));
  const module = await assertRejects(() => mountModule("data:,", directory, misspelt));
  const told = [nodes, provider, module].map((refusal) => {
    assert(refusal instanceof FuseMountError);
    return ["maxWrite", "watch", "soleOwner", "loops"].filter((name) =>
      refusal.message.includes(name)
    );
  });
  assertEquals(told, [
    ["maxWrite"],
    ["maxWrite", "watch", "soleOwner"],
    ["maxWrite", "watch", "soleOwner", "loops"],
  ]);
  await Deno.remove(directory);
});
