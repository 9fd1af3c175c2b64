import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ERRNO, type Errno, S_IFREG } from "../base/mod.ts";
import type { EntryOut, OpenOut, StatxOut } from "../fuse/mod.ts";
import { type FileHandle, type Inode, MemRegularFile, Node, type PollWake } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import type { Context, Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { inChild, run, withMount, withNodes } from "./testing/with_mount.ts";

const FILE = { mode: S_IFREG, ino: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A root with one child, `file`. */
function rootWith(file: Node): Node {
  class Root extends Node {
    onAdd(): void {
      const inode = this.embeddedInode();
      inode.addChild("file", inode.newPersistentInode(file, FILE));
    }
  }
  return new Root();
}

/** For scripts of children: system calls, and a descriptor of `file`. */
const LIBC = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
  const fd = libc.open("file", 2);
  const block = new libc.MemoryBlock(16);`;

Deno.test("ioctl() reaches a node with its data, and ENOTTY one that has none", async () => {
  const calls: unknown[] = [];
  class Device extends MemRegularFile implements nodefs.NodeIoctler {
    ioctl(
      _context: Context,
      _file: FileHandle | null,
      command: number,
      _argument: number | bigint,
      input: Uint8Array,
      output: Uint8Array,
    ): number | Errno {
      calls.push([command, input.length, output.length]);
      if (command !== READ_WRITE) return ERRNO.ENOTTY;
      output.set(input.map((byte) => byte + 1));
      return 42;
    }
  }
  // _IOWR('T', 1, 4 bytes)
  const READ_WRITE = 0xc0045401;
  const script = `${LIBC}
    block.bytes.set([1, 2, 3, 4]);
    print(libc.ioctl(fd, ${READ_WRITE}, block.address), block.bytes.slice(0, 4).join());
    print(libc.ioctl(fd, 0x80045499, block.address));`;
  await withNodes(rootWith(new Device()), async (directory) => {
    assertEquals(await inChild(directory, script), "42 2,3,4,5\n-25");
    assertEquals(calls, [[READ_WRITE, 4, 4], [0x80045499, 0, 4]]);
  });
  await withNodes(rootWith(new MemRegularFile()), async (directory) => {
    assertEquals(await inChild(directory, script), "-25 1,2,3,4\n-25");
  });
});

Deno.test("poll() waits until the node says that it is ready; others are ready always", async () => {
  const asked = Promise.withResolvers<PollWake>();
  let ready = 0;
  class Pipe extends MemRegularFile implements nodefs.NodePoller {
    poll(_context: Context, _file: FileHandle | null, events: number, wake: PollWake | null) {
      if (wake !== null) asked.resolve(wake);
      return events & ready;
    }
  }
  const script = `${LIBC}
    block.view.setInt32(0, fd, true);
    block.view.setInt16(4, 1, true);
    print(libc.poll(block.address, 1, 10_000), block.view.getInt16(6, true));`;
  await withNodes(rootWith(new Pipe()), async (directory) => {
    const child = inChild(directory, script);
    const wake = await asked.promise;
    ready = 1;
    assertEquals(await wake(), true);
    assertEquals(await child, "1 1");
  });
  await withNodes(rootWith(new MemRegularFile()), async (directory) => {
    assertEquals(await inChild(directory, script), "1 1");
  });
});

Deno.test("a node that cannot poll() does not keep the kernel from asking others", async () => {
  class Unable extends MemRegularFile implements nodefs.NodePoller {
    poll(): Errno {
      return ERRNO.ENOSYS;
    }
  }
  class Never extends MemRegularFile implements nodefs.NodePoller {
    poll(): number {
      return 0;
    }
  }
  const root = new Node();
  const onAdd = (): void => {
    const inode = root.embeddedInode();
    inode.addChild("file", inode.newPersistentInode(new Unable(), FILE));
    inode.addChild("never", inode.newPersistentInode(new Never(), FILE));
  };
  const script = `${LIBC}
    const poll = (fd) => {
      block.view.setInt32(0, fd, true);
      block.view.setInt16(4, 5, true);
      return [libc.poll(block.address, 1, 0), block.view.getInt16(6, true)].join();
    };
    print(poll(fd), poll(libc.open("never", 2)), poll(fd));`;
  await withNodes(root, async (directory) => {
    assertEquals(await inChild(directory, script), "1,5 0,0 1,5");
  }, { onAdd });
  // Nothing of a provider can be waited for: the kernel asks once, for all files.
  let asked = 0;
  const logger = (line: string): void => void (/^rx \d+: POLL /.test(line) && asked++);
  const provider = new MemoryProvider();
  for (const name of ["file", "never"]) provider.writeFile(`/${name}`, bytes(""), 0o644);
  await withMount(provider, async (directory) => {
    assertEquals(await inChild(directory, script), "1,5 1,5 1,5");
  }, { debug: true, logger });
  assertEquals(asked, 1);
});

/** A directory that makes files without names, and names them. */
class Nursery extends Node implements nodefs.NodeTmpfiler, nodefs.NodeLinker {
  made: Inode | undefined;
  tmpfile(
    _context: Context,
    _flags: number,
    mode: number,
    out: EntryOut,
    _opened: OpenOut,
  ): nodefs.Created {
    // Persistent: the kernel may forget what nobody has open at any time.
    const file = new MemRegularFile(bytes(""), { mode });
    const inode = this.embeddedInode().newPersistentInode(file, FILE);
    this.made = inode;
    out.attr.mode = mode;
    return { inode, file: null };
  }
  link(
    _context: Context,
    target: nodefs.InodeEmbedder,
    _name: string,
    out: EntryOut,
  ): Inode {
    out.attr.nlink = 1;
    out.attr.size = "born".length;
    return target.embeddedInode();
  }
}

const TMPFILE_SCRIPT = `const c = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "i64" },
    linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  }).symbols;
  const O_TMPFILE_RDWR = 0o20200002, AT_FDCWD = -100, AT_SYMLINK_FOLLOW = 0x400;
  const fd = c.open(bytes(".\\0"), O_TMPFILE_RDWR, 0o640);
  print(fd >= 0, [...Deno.readDirSync(".")].length);
  if (fd >= 0) {
    c.write(fd, bytes("born"), 4n);
    const path = bytes("/proc/self/fd/" + fd + "\\0");
    print(c.linkat(AT_FDCWD, path, AT_FDCWD, bytes("named\\0"), AT_SYMLINK_FOLLOW));
    print(Deno.readTextFileSync("named"));
  }`;

Deno.test("O_TMPFILE makes a file without a name, and linkat() names it", async () => {
  const nursery = new Nursery();
  await withNodes(nursery, async (directory) => {
    assertEquals(await inChild(directory, TMPFILE_SCRIPT), "true 0\n0\nborn");
    assertEquals(nursery.made?.path(), "/named");
  });
});

Deno.test("O_TMPFILE is refused where there is no tmpfile", async () => {
  await withNodes(new Node(), async (directory) => {
    assertEquals(await inChild(directory, TMPFILE_SCRIPT), "false 0");
  });
});

Deno.test("statx() tells the time of birth where it is known", async () => {
  class Born extends MemRegularFile implements nodefs.NodeStatxer {
    statx(_context: Context, _file: FileHandle | null, _mask: number, out: StatxOut): void {
      out.birthtime = { sec: 1_000_000_000, nsec: 5 };
      out.attr.size = 77;
      out.attr.nlink = 1;
    }
  }
  const shown = async (directory: string): Promise<string> =>
    (await run("stat", "-c", "%W %s", `${directory}/file`)).stdout.trim();
  await withNodes(rootWith(new Born()), async (directory) => {
    assertEquals(await shown(directory), "1000000000 77");
  });
  await withNodes(rootWith(new MemRegularFile(bytes("abc"))), async (directory) => {
    assertEquals(await shown(directory), "0 3");
  });
  const provider = new MemoryProvider();
  provider.writeFile("/file", bytes("abcd"), 0o644);
  await withMount(provider, async (directory) => {
    const [birth, size] = (await shown(directory)).split(" ").map(Number);
    assert(Math.abs((birth ?? 0) - Date.now() / 1000) < 60, `born ${birth}`);
    assertEquals(size, 4);
  });
});

/** A file whose reads wait. */
class Gated extends MemRegularFile {
  readonly gate = Promise.withResolvers<void>();
  readonly reading = Promise.withResolvers<AbortSignal | undefined>();
  reads = 0;

  readonly #wait = async (buffer: Uint8Array, signal: AbortSignal | undefined): Promise<number> => {
    this.reads++;
    this.reading.resolve(signal);
    const aborted = new Promise<never>((_, reject) =>
      signal?.addEventListener("abort", () => reject(signal.reason))
    );
    await Promise.race([this.gate.promise, aborted]);
    buffer.set(bytes("late"));
    return 4;
  };

  override open(): FileHandle {
    return {
      read: (context: Context, buffer: Uint8Array, offset: number) =>
        offset > 0 ? 0 : this.#wait(buffer, context.signal),
    };
  }
}

/** As a node that reads through its handles. */
function gatedRoot(file: Gated): Node {
  class Reader extends Node implements nodefs.NodeOpener, nodefs.NodeGetattrer {
    open(_context: Context, _flags: number, out: OpenOut): FileHandle {
      out.openFlags = 1; // FOPEN_DIRECT_IO
      return file.open();
    }
    getattr(): void {}
  }
  return rootWith(new Reader());
}

Deno.test("what waits is sent again on request, and answered once", async () => {
  const file = new Gated();
  const lines: string[] = [];
  await withNodes(gatedRoot(file), async (directory, mounted) => {
    const reader = run("cat", `${directory}/file`);
    await file.reading.promise;
    assertEquals(await mounted.notices.resend(), true);
    await Deno.lstat(directory); // comes behind it
    file.gate.resolve();
    assertEquals((await reader).stdout, "late");
    assertEquals(file.reads, 1);
  }, { debug: true, logger: (line) => void lines.push(line) });
  assertStringIncludes(lines.join("\n"), "notice: RESEND");
});

Deno.test("a signal ends a read that waits, and a thousand of them leave nothing behind", async () => {
  const file = new Gated();
  await withNodes(gatedRoot(file), async (directory, mounted) => {
    const reader = new Deno.Command("cat", { args: [`${directory}/file`] }).spawn();
    await file.reading.promise;
    reader.kill("SIGTERM");
    assertEquals((await reader.status).signal, "SIGTERM");
    assertEquals(file.reads, 1);
    // Each is killed once it has been started; some may have opened the file by then, some may read.
    const script = `i=0; while [ $i -lt 250 ]; do i=$((i+1)); pids=;
      for j in 1 2 3 4; do cat ${directory}/file & pids="$pids $!"; done; kill $pids; wait; done`;
    await run("timeout", "-s", "KILL", "30", "sh", "-c", script);
    while (mounted.openCount > 0 || mounted.pendingCount > 0) await Deno.lstat(directory);
    assertEquals([mounted.openCount, mounted.pendingCount], [0, 0]);
  });
});

Deno.test("with a writeback cache, small writes are collected and appends still append", async () => {
  let writes = 0;
  class Counted extends MemoryProvider {
    override open(...args: Parameters<MemoryProvider["open"]>) {
      const handle = super.open(...args);
      const { writeAt } = handle;
      handle.writeAt = (...rest) => {
        writes++;
        return writeAt.apply(handle, rest);
      };
      return handle;
    }
  }
  await withMount(new Counted(), async (directory) => {
    const script = `const file = Deno.openSync("log", { append: true, create: true });
      for (let count = 0; count < 1000; count++) file.writeSync(bytes("0123456789"));
      file.close();
      print(Deno.readFileSync("log").length);`;
    assertEquals(await inChild(directory, script), "10000");
    assert(writes < 100, `${writes} writes`);
    await inChild(directory, `Deno.writeTextFileSync("log", "!", { append: true });`);
    assertEquals((await Deno.readTextFile(`${directory}/log`)).slice(-3), "89!");
  }, { writebackCache: true });
});

Deno.test("readdirPlus decides whether a listing brings attributes", async () => {
  const asked = async (readdirPlus: "auto" | "always" | "never"): Promise<string> => {
    const seen = new Set<string>();
    const provider = new MemoryProvider();
    provider.writeFile("/file", bytes("x"), 0o644);
    const logger = (line: string): void => {
      const kind = /: (READDIR|READDIRPLUS) n/.exec(line)?.[1];
      if (kind !== undefined) seen.add(kind);
    };
    await withMount(provider, async (directory) => {
      await run("sh", "-c", `cd ${directory} && echo *`);
    }, { readdirPlus, debug: true, logger });
    return [...seen].join();
  };
  assertEquals([await asked("always"), await asked("never")], ["READDIRPLUS", "READDIR"]);
  assertStringIncludes(await asked("auto"), "READDIR");
});

Deno.test("the debug log says what is asked and what is answered", async () => {
  const lines: string[] = [];
  await withNodes(rootWith(new MemRegularFile(bytes("hello"))), async (directory) => {
    await run("cat", `${directory}/file`);
    await run("ls", `${directory}/none`);
  }, { debug: true, logger: (line) => void lines.push(line) });
  const log = lines.join("\n");
  assert(/rx \d+: INIT n0 7\.\d+ ASYNC_READ/.test(log), log);
  assert(
    /rx (\d+): LOOKUP n1 "file" \(uid 0, pid \d+\)\ntx \1: OK n2 -rw-r--r-- 0:0 size 5/.test(log),
  );
  assert(/rx (\d+): LOOKUP n1 "none" .*\ntx \1: ENOENT \(\d+\.\d{3} ms\)/.test(log));
  assert(/rx (\d+): READ n2 fh 1 0\+\d+ .*\ntx \1: OK 5 bytes/.test(log));
});

Deno.test("closing a file is a request only where it can release locks", async () => {
  const backing = await Deno.makeTempDir();
  const flushes = async (provider: Provider): Promise<number> => {
    let count = 0;
    const logger = (line: string): void => void (/^rx \d+: FLUSH /.test(line) && count++);
    await withMount(provider, async (directory) => {
      await inChild(
        directory,
        `for (const name of "abc") Deno.writeTextFileSync(name, "content");`,
      );
    }, { debug: true, logger });
    return count;
  };
  assertEquals(await flushes(new MemoryProvider()), 3);
  assertEquals(await flushes(new RealFSProvider(backing, { ffi: false })), 1);
  await Deno.remove(backing, { recursive: true });
});
