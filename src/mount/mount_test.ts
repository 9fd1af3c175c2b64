import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FuseMountError } from "../fuse/mod.ts";
import { BaseProvider, FileInfo, Forward, type Handle } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { mount } from "./mount.ts";
import { DescriptorWatch } from "./testing/descriptor_watch.ts";
import { inChild, run, withMount } from "./testing/with_mount.ts";

Deno.test("what is written through the mount is in the provider, and the other way round", async () => {
  const provider = new MemoryProvider();
  await withMount(provider, async (directory) => {
    await Deno.mkdir(`${directory}/a/b`, { recursive: true });
    await Deno.writeTextFile(`${directory}/a/b/c.txt`, "through the kernel\n");
    assertEquals(new TextDecoder().decode(provider.readFile("/a/b/c.txt")), "through the kernel\n");
    provider.writeFile("/x", new TextEncoder().encode("from inside"), 0o600);
    assertEquals(await Deno.readTextFile(`${directory}/x`), "from inside");
  });
});

Deno.test("after unmount() the directory is what it was before, and nothing is left open", async () => {
  await withMount(new MemoryProvider(), async () => {}); // the first mount opens the libraries
  const descriptors = new DescriptorWatch();
  await withMount(new MemoryProvider(), async (directory, mounted) => {
    await Deno.writeTextFile(`${directory}/file`, "x");
    await mounted.unmount();
    assertEquals([...Deno.readDirSync(directory)], []);
    await mounted.finished;
    assertEquals(mounted.openCount, 0);
  });
  await descriptors.nothingLeftOpen();
});

Deno.test("a file without a name is read, written, resized and described by its descriptor", async () => {
  await withMount(new MemoryProvider(), async (directory, mounted) => {
    const said = await inChild(
      directory,
      `const file = Deno.openSync("gone", { read: true, write: true, createNew: true });
      file.writeSync(bytes("kept data"));
      Deno.removeSync("gone");
      file.truncateSync(4);
      const { nlink, size } = file.statSync();
      file.seekSync(0, Deno.SeekMode.Start);
      const buffer = new Uint8Array(10);
      const count = file.readSync(buffer);
      print(nlink, size, text(buffer.subarray(0, count)));
      print([...Deno.readDirSync(".")].length);`,
    );
    assertEquals(said, "0 4 kept\n0");
    while (mounted.openCount > 0) await Deno.lstat(directory);
  });
});

Deno.test("an open file stays reachable when a directory above it is renamed", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    await Deno.mkdir(`${directory}/old/deep`, { recursive: true });
    await Deno.writeTextFile(`${directory}/old/deep/f`, "1");
    await Deno.rename(`${directory}/old`, `${directory}/new`);
    await Deno.writeTextFile(`${directory}/new/deep/f`, "2", { append: true });
    assertEquals(await Deno.readTextFile(`${directory}/new/deep/f`), "12");
    await assertRejects(() => Deno.stat(`${directory}/old/deep/f`), Deno.errors.NotFound);
  });
});

Deno.test("hard links are one inode, symbolic links are followed by the kernel", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    await Deno.writeTextFile(`${directory}/a`, "one");
    await Deno.link(`${directory}/a`, `${directory}/b`);
    await Deno.symlink("b", `${directory}/s`);
    const [a, b] = [await Deno.stat(`${directory}/a`), await Deno.stat(`${directory}/s`)];
    assertEquals([a.ino, a.nlink], [b.ino, 2]);
    await Deno.remove(`${directory}/a`);
    assertEquals((await Deno.stat(`${directory}/b`)).nlink, 1);
    assertEquals(await Deno.readLink(`${directory}/s`), "b");
    assertEquals(await Deno.readTextFile(`${directory}/s`), "one");
  });
});

Deno.test("two descriptors that append never overwrite each other", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    const said = await inChild(
      directory,
      `const open = () => Deno.openSync("log", { append: true, create: true });
      const [first, second] = [open(), open()];
      for (let round = 0; round < 20; round++) {
        first.writeSync(bytes("first\\n"));
        second.writeSync(bytes("second\\n"));
      }
      const lines = Deno.readTextFileSync("log").split("\\n");
      print(lines.length, [...new Set(lines)].join());`,
    );
    assertEquals(said, "41 first,second,");
  });
});

Deno.test("a shared mapping of an appending descriptor is written where it was mapped", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    const said = await inChild(
      directory,
      `const libc = Deno.dlopen("libc.so.6", {
        open: { parameters: ["buffer", "i32"], result: "i32" },
        write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
        close: { parameters: ["i32"], result: "i32" },
        mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "usize"], result: "pointer" },
        munmap: { parameters: ["pointer", "usize"], result: "i32" },
      }).symbols;
      Deno.writeTextFileSync("mapped", "a".repeat(8192));
      const O_RDWR = 2, O_APPEND = 0o2000, PROT_READ_WRITE = 3, MAP_SHARED = 1;
      const fd = libc.open(bytes("mapped\\0"), O_RDWR | O_APPEND);
      const page = libc.mmap(0n, 8192n, PROT_READ_WRITE, MAP_SHARED, fd, 0n);
      new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(page, 8192)).set(bytes("MMAP"));
      libc.munmap(page, 8192n);
      libc.write(fd, bytes("END"), 3n);
      libc.close(fd);
      const data = Deno.readTextFileSync("mapped");
      print(data.length, data.slice(0, 5), data.slice(-4));`,
    );
    assertEquals(said, "8195 MMAPa aEND");
  });
});

Deno.test("a directory of 3,000 entries is listed completely, each name once", async () => {
  const provider = new MemoryProvider();
  const names = Array.from(
    { length: 3000 },
    (_, index) => `entry-${index}-${"x".repeat(index % 60)}`,
  );
  for (const name of names) provider.writeFile(`/${name}`, new Uint8Array(), 0o644);
  await withMount(provider, async (directory) => {
    const listed = (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name);
    assertEquals(listed.toSorted(), names.toSorted());
    const { stdout } = await run("sh", "-c", `ls -l ${directory} | wc -l`);
    assertEquals(Number(stdout), 3001);
  });
});

Deno.test("errors reach the caller as the provider meant them", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    await Deno.mkdir(`${directory}/full/x`, { recursive: true });
    await assertRejects(() => Deno.open(`${directory}/none`), Deno.errors.NotFound);
    await assertRejects(() => Deno.mkdir(`${directory}/file`), Deno.errors.AlreadyExists);
    await assertRejects(() => Deno.stat(`${directory}/file/x`), Deno.errors.NotADirectory);
    const rmdir = await run("rmdir", `${directory}/full`);
    assertStringIncludes(rmdir.stderr, "Directory not empty");
    const move = await run("mv", `${directory}/full`, `${directory}/full/x/inside`);
    assertEquals(move.code === 0, false);
    const long = await run("touch", `${directory}/${"n".repeat(256)}`);
    assertStringIncludes(long.stderr, "File name too long");
  });
});

Deno.test("a provider that fails unexpectedly answers EIO, is reported, and the mount goes on", async () => {
  class Broken extends MemoryProvider {
    override readlink(): never {
      throw new TypeError("a defect");
    }
  }
  const lines: string[] = [];
  await withMount(new Broken(), async (directory) => {
    await Deno.symlink("x", `${directory}/link`);
    const { stderr } = await run("cat", `${directory}/link`);
    assertStringIncludes(stderr, "Input/output error");
    assertStringIncludes(lines.join("\n"), "a defect");
    await Deno.writeTextFile(`${directory}/alive`, "yes");
  }, { logger: (line) => void lines.push(line) });
});

Deno.test("a caller that is killed while the provider never answers goes away, and so does the mount", async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  class Never extends BaseProvider {
    override stat(path: string, context?: { readonly signal?: AbortSignal }) {
      if (path === "/") return new FileInfo({ name: "/", mode: 0o040755 });
      const signal = context?.signal;
      return new Promise<FileInfo>((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        if (signal !== undefined) asked.resolve(signal);
      });
    }
    override open(): Handle {
      throw new TypeError("nothing can be opened");
    }
  }
  await withMount(new Never(), async (directory) => {
    const child = new Deno.Command("cat", { args: [`${directory}/x`], stderr: "null" }).spawn();
    const signal = await asked.promise;
    child.kill("SIGKILL");
    await child.status;
    assert(signal.aborted);
  });
});

Deno.test("10,000 opens leave no handle and no descriptor behind", async () => {
  const provider = new MemoryProvider();
  provider.writeFile("/f", new Uint8Array(10), 0o644);
  await withMount(provider, async (directory, mounted) => {
    await Deno.readFile(`${directory}/f`);
    const descriptors = new DescriptorWatch();
    const loop = `for (let i = 0; i < 10_000; i++) Deno.openSync("f").close(); print("done");`;
    assertEquals(await inChild(directory, loop), "done");
    // RELEASE comes after close() has returned.
    while (mounted.openCount > 0) await Deno.lstat(`${directory}/f`);
    await descriptors.nothingLeftOpen();
  });
});

Deno.test("a read-only mount refuses every change with EROFS", async () => {
  const provider = new MemoryProvider();
  provider.writeFile("/f", new Uint8Array(1), 0o644);
  await withMount(provider, async (directory) => {
    for (const command of ["touch new", "rm f", "mkdir d", "mv f g", "chmod 600 f", "ln f h"]) {
      const { stderr } = await run("sh", "-c", `cd ${directory} && ${command}`);
      assertStringIncludes(stderr, "Read-only file system", command);
    }
    assertEquals((await run("cat", `${directory}/f`)).code, 0);
  }, { readOnly: true });
});

Deno.test("a mount point that is missing, no directory or in use is refused with advice", async () => {
  const provider = new MemoryProvider();
  await assertRejects(
    () => mount(provider, "/tmp/no/such/directory"),
    FuseMountError,
    "mkdir -p /tmp/no/such/directory",
  );
  const file = await Deno.makeTempFile();
  await assertRejects(() => mount(provider, file), FuseMountError, "not a directory");
  await Deno.remove(file);
  await withMount(provider, async (directory) => {
    await assertRejects(() => mount(provider, directory), FuseMountError, "Unmount it first");
  });
});

Deno.test("two providers are mounted in one process, also without libfuse", async () => {
  await withMount(new MemoryProvider(), async (first) => {
    await withMount(new MemoryProvider(), async (second) => {
      await Deno.writeTextFile(`${first}/a`, "first");
      await Deno.copyFile(`${first}/a`, `${second}/b`);
      assertEquals(await Deno.readTextFile(`${second}/b`), "first");
    }, { directMount: true });
  });
});

Deno.test({
  name: "root mounts with every flag that mount(2) has, whatever libfuse knows",
  ignore: Deno.uid() !== 0,
  async fn() {
    for (const word of ["nodiratime", "diratime", "noatime", "dirsync", "noexec"]) {
      await withMount(new MemoryProvider(), async (directory) => {
        const table = await Deno.readTextFile("/proc/self/mounts");
        const [, , , flags = ""] = table.split("\n").find((line) => line.includes(directory))
          ?.split(" ") ?? [];
        assertEquals(flags.split(",").includes(word), word !== "diratime", `${word}: ${flags}`);
      }, { extraOptions: [word] });
    }
  },
});

Deno.test("a time too far away for a number is set to the last that one holds", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    const file = `${directory}/file`;
    assertEquals((await run("touch", "-d", "2147483647-12-31 23:59:59 UTC", file)).code, 0);
    const { stdout } = await run("stat", "-c", "%X %Y", file);
    assertEquals(stdout, `${Number.MAX_SAFE_INTEGER} ${Number.MAX_SAFE_INTEGER}\n`);
  });
});

Deno.test("a file handle opens the file that the kernel knows, as overlayfs wants it", async () => {
  await withMount(new MemoryProvider(), async (directory) => {
    const said = await inChild(
      directory,
      `const libc = Deno.dlopen("libc.so.6", {
        name_to_handle_at: { parameters: ["i32", "buffer", "buffer", "buffer", "i32"], result: "i32" },
        open_by_handle_at: { parameters: ["i32", "buffer", "i32"], result: "i32" },
        read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      }).symbols;
      Deno.writeTextFileSync("file", "found");
      const held = Deno.openSync("file"); // the kernel knows it
      const AT_FDCWD = -100, O_RDONLY = 0, handle = new Uint32Array(34), mount = new Uint8Array(4);
      handle[0] = 128;
      if (libc.name_to_handle_at(AT_FDCWD, bytes("file\\0"), handle, mount, 0) !== 0) throw "refused";
      Deno.renameSync("file", "renamed");
      const data = new Uint8Array(10);
      const opened = libc.open_by_handle_at(AT_FDCWD, handle, O_RDONLY);
      print(text(data.subarray(0, Number(libc.read(opened, data, 10n)))));`,
    );
    assertEquals(said, "found");
  });
});

Deno.test("a file that is replaced while it is opened is looked up again", async () => {
  let opened = 0;
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  class Slow extends Forward {
    override async open(path: string, flags: number, mode: number): Promise<Handle> {
      if (path === "/file") {
        opened++;
        asked.resolve();
        await gate.promise;
      }
      return await this.inner.open(path, flags, mode);
    }
  }
  const inner = new MemoryProvider();
  inner.writeFile("/file", new TextEncoder().encode("old"), 0o644);
  inner.writeFile("/other", new TextEncoder().encode("new and longer"), 0o644);
  await withMount(new Slow(inner), async (directory) => {
    const reader = run("cat", `${directory}/file`);
    await asked.promise;
    await Deno.rename(`${directory}/other`, `${directory}/file`);
    gate.resolve();
    assertEquals((await reader).stdout, "new and longer");
    // The kernel must not take the new content for that of the old inode, whose size it knows.
    assertEquals(opened, 2);
  });
});

Deno.test("a logger that fails ends no mount", async () => {
  const logger = (): never => {
    throw new Error("no room for lines");
  };
  await withMount(new MemoryProvider(), async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "written");
    assertEquals(await Deno.readTextFile(`${directory}/file`), "written");
  }, { debug: true, logger });
});

Deno.test(
  "a directory that the host shows below itself as well is ELOOP there, and stays what it is",
  {
    ignore: Deno.uid() !== 0,
  },
  async () => {
    const host = await Deno.makeTempDir();
    await Deno.mkdir(`${host}/a/b/loop`, { recursive: true });
    await Deno.writeTextFile(`${host}/a/file`, "of a");
    const loop = `${host}/a/b/loop`;
    assertEquals((await run("mount", "--bind", `${host}/a`, loop)).code, 0);
    try {
      for (const readdirPlus of ["always", "never"] as const) {
        await withMount(new RealFSProvider(host), async (directory) => {
          const found = await run("find", directory, "-printf", "%P\\n");
          assertEquals(found.stdout.split("\n").sort(), ["", "", "a", "a/b", "a/file"]);
          assertEquals((await run("ls", `${directory}/a/b`)).stdout, "loop\n");
          const { stderr } = await run("ls", `${directory}/a/b/loop`);
          assertEquals(/Too many levels of symbolic links/.test(stderr), true, stderr);
          assertEquals(await Deno.readTextFile(`${directory}/a/file`), "of a");
          await Deno.writeTextFile(`${directory}/a/b/new`, "still here");
          assertEquals(await Deno.readTextFile(`${host}/a/b/new`), "still here");
          await Deno.remove(`${directory}/a/b/new`);
        }, { readdirPlus });
      }
    } finally {
      await run("umount", loop);
      await Deno.remove(host, { recursive: true });
    }
  },
);
