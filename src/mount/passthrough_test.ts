import { assertEquals } from "@std/assert";
import { newHookEngineWithCallbacks, newInterceptProvider } from "../hooks/mod.ts";
import type { FileHandle, Mount, NodeReader } from "../nodefs/mod.ts";
import { chain, type MaybePromise, O_RDONLY } from "../base/mod.ts";
import {
  BaseHandle,
  type Context,
  type FileInfo,
  Forward,
  type Handle,
  type Provider,
} from "../provider/mod.ts";
import { RealFSProvider } from "../providers/mod.ts";
import { LoopbackNode, LoopbackRoot } from "./loopback_node.ts";
import type { MountOptions } from "./mount.ts";
import { ProviderFile } from "./provider_file.ts";
import type { ProviderNode } from "./provider_node.ts";
import { inChild, run, type UseMount, withMount, withNodes } from "./testing/with_mount.ts";

/** Runs `use` with a directory on tmpfs, whose files can back others wherever the kernel can do it. */
async function withLower(use: (lower: string) => Promise<void>): Promise<void> {
  const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
  await Deno.chmod(lower, 0o755);
  try {
    await use(lower);
  } finally {
    await Deno.remove(lower, { recursive: true });
  }
}

/** Counts the READs and WRITEs that come here. */
class Transfers {
  count = 0;
  readonly options: MountOptions = {
    debug: true,
    logger: (line) => void (/^rx \d+: (READ|WRITE) /.test(line) && this.count++),
  };
}

async function counted(
  provider: Provider,
  use: UseMount,
  options: MountOptions = {},
): Promise<number> {
  const transfers = new Transfers();
  await withMount(provider, use, { ...transfers.options, ...options });
  return transfers.count;
}

/** Whether this kernel reads and writes files by itself. */
const isAble = (mounted: Mount): boolean => mounted.agreement?.flags.has("PASSTHROUGH") === true;

async function writeAndRead(directory: string): Promise<void> {
  await inChild(directory, `Deno.writeTextFileSync("new", "written\\n");`);
  assertEquals((await run("cat", `${directory}/new`, `${directory}/old`)).stdout, "written\nold\n");
}

Deno.test("files of the host are read and written by the kernel itself", async () => {
  await withLower(async (lower) => {
    await Deno.writeTextFile(`${lower}/old`, "old\n");
    await using provider = new RealFSProvider(lower);
    let able = false;
    const transfers = await counted(provider, async (directory, mounted) => {
      await writeAndRead(directory);
      able = isAble(mounted);
    });
    assertEquals(transfers === 0, able);
    assertEquals(await Deno.readTextFile(`${lower}/new`), "written\n");
  });
});

/** Files of a directory of the host, which say that they are other ones. */
class Pretends extends BaseHandle {
  /** Of whom or what is its own business. */
  readonly fd = 0;
  readonly hostFd?: number;
  readonly #file: Handle;

  constructor(file: Handle, isOpen: boolean) {
    super(O_RDONLY, "/old");
    this.#file = file;
    if (isOpen && file.hostFd !== undefined) this.hostFd = file.hostFd;
  }
  override readAt(buffer: Uint8Array): number {
    return new TextEncoder().encodeInto("other\n", buffer).written;
  }
  override stat(): MaybePromise<FileInfo> {
    return this.#file.stat();
  }
  override close(): MaybePromise<void> {
    return this.#file.close();
  }
}

class Pretender extends Forward {
  readonly #isOpen: boolean;

  constructor(inner: Provider, isOpen: boolean) {
    super(inner);
    this.#isOpen = isOpen;
  }
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    return chain(
      super.open(path, flags, mode, context),
      (file) => new Pretends(file, this.#isOpen),
    );
  }
}

for (const isOpen of [true, false]) {
  Deno.test(`a handle ${isOpen ? "of" : "without"} a descriptor of the host is read ${isOpen ? "there" : "here"}`, async () => {
    await withLower(async (lower) => {
      await Deno.writeTextFile(`${lower}/old`, "mine!\n");
      await using real = new RealFSProvider(lower);
      await withMount(new Pretender(real, isOpen), async (directory, mounted) => {
        const seen = (await run("cat", `${directory}/old`)).stdout;
        assertEquals(seen, isOpen && isAble(mounted) ? "mine!\n" : "other\n");
      });
    });
  });
}

for (
  const [name, options] of [
    ["passthrough: false", { passthrough: false }],
    ["a writeback cache", { writebackCache: true }],
  ] as const
) {
  Deno.test(`with ${name}, reads and writes come here`, async () => {
    await withLower(async (lower) => {
      await Deno.writeTextFile(`${lower}/old`, "old\n");
      await using provider = new RealFSProvider(lower);
      const transfers = await counted(provider, async (directory, mounted) => {
        await writeAndRead(directory);
        assertEquals(isAble(mounted), false);
      }, options);
      assertEquals(transfers > 0, true);
    });
  });
}

Deno.test("nothing gets past hooks: what a layer has a say in comes here", async () => {
  await withLower(async (lower) => {
    await Deno.writeTextFile(`${lower}/old`, "old\n");
    const seen = new Set<string>();
    const engine = newHookEngineWithCallbacks([{ before: ({ op }) => void seen.add(op) }]);
    await using provider = newInterceptProvider(new RealFSProvider(lower), engine);
    await withMount(provider, writeAndRead);
    assertEquals([seen.has("read"), seen.has("write")], [true, true]);
  });
});

/** Reads in capitals. */
class Loud extends LoopbackNode implements NodeReader {
  protected override newNode(): ProviderNode {
    return new Loud(this.provider);
  }
  read(
    context: Context,
    file: FileHandle | null,
    buffer: Uint8Array,
    offset: number,
  ): number {
    if (!(file instanceof ProviderFile)) return 0;
    const size = Number(file.read(context, buffer, offset));
    buffer.set(new TextEncoder().encode(new TextDecoder().decode(buffer).toUpperCase()));
    return size;
  }
}

Deno.test("a node that reads itself is asked", async () => {
  await withLower(async (lower) => {
    await Deno.writeTextFile(`${lower}/file`, "quiet");
    await using root = new LoopbackRoot(lower);
    await withNodes(new Loud(root.source), async (directory) => {
      assertEquals((await run("cat", `${directory}/file`)).stdout, "QUIET");
    });
  });
});

Deno.test("every open of an inode goes the same way, and the last release lets the file go", async () => {
  await withLower(async (lower) => {
    await using provider = new RealFSProvider(lower);
    await withMount(provider, async (directory, mounted) => {
      // Readers, writers and appenders by two names, some of which are removed while they are open.
      const script = `Deno.writeTextFileSync("one", "0123456789");
        Deno.linkSync("one", "two");
        for (let round = 0; round < 200; round++) {
          const files = [
            Deno.openSync("one"),
            Deno.openSync("two", { read: true, write: true }),
            Deno.openSync("one", { append: true }),
          ];
          files[2].writeSync(bytes(String(round % 10)));
          files[round % 3].close();
          files.push(Deno.openSync("two", { write: true }));
          files[3].writeSync(bytes("x"));
          if (round === 100) Deno.removeSync("one");
          if (round === 100) Deno.linkSync("two", "one");
          for (const file of files) { try { file.close(); } catch {} }
        }
        print(Deno.readTextFileSync("one").length, Deno.readTextFileSync("two").slice(0, 3));`;
      assertEquals(await inChild(directory, script), "210 x12");
      while (mounted.openCount > 0) await Deno.lstat(directory);
      assertEquals(mounted.backingCount, 0);
    });
  });
});

Deno.test("attributes are kept of all but what may be mapped to write on", async () => {
  await withLower(async (lower) => {
    await using provider = new RealFSProvider(lower);
    let asked = 0;
    const options: MountOptions = {
      soleOwner: true,
      debug: true,
      logger: (line) => void (/^rx \d+: (GETATTR|STATX|LOOKUP) /.test(line) && asked++),
    };
    await withMount(provider, async (directory, mounted) => {
      // Not Deno's own: that asks for the time of birth, which the reply to making a file does not tell.
      const script = `const libc = Deno.dlopen("libc.so.6", {
          open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
          stat: { parameters: ["buffer", "buffer"], result: "i32" },
        }).symbols;
        const O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0o100, O_TMPFILE = 0o20200000;
        const look = (name, flags) => {
          const fd = libc.open(bytes(name + "\\0"), flags, 0o600);
          for (let round = 0; round < 100; round++) {
            libc.stat(bytes("/proc/self/fd/" + fd + "\\0"), new Uint8Array(144));
          }
        };`;
      const askedFor = async (name: string, flags: string): Promise<number> => {
        const before = asked;
        await inChild(directory, `${script} look(${JSON.stringify(name)}, ${flags});`);
        return asked - before;
      };
      assertEquals(await askedFor("written", "O_WRONLY | O_CREAT") < 50, true);
      assertEquals(await askedFor(".", "O_WRONLY | O_TMPFILE") < 50, true);
      assertEquals(await askedFor("both", "O_RDWR | O_CREAT") >= 100, isAble(mounted));
      assertEquals(await askedFor(".", "O_RDWR | O_TMPFILE") >= 100, isAble(mounted));
    }, options);
  });
});

Deno.test("size, holes, truncation and copies are those of the file", async () => {
  await withLower(async (lower) => {
    await using provider = new RealFSProvider(lower);
    await withMount(provider, async (directory) => {
      const script = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
        const open = (name) => libc.open(name, 0o102);
        const [from, to] = [open("from"), open("to")];
        const data = new Uint8Array(10_000).fill(7);
        print(libc.pwrite(from, data, data.length, 1_000_000), Deno.statSync("from").size);
        print(libc.lseek(from, 0, 3) >= 999_424, libc.lseek(from, 0, 4));
        print(libc.copyFileRange(from, 1_000_000, to, 5, 10_000), Deno.statSync("to").size);
        print(libc.ftruncate(from, 3), Deno.statSync("from").size, libc.fallocate(from, 0, 0, 50));
        print(Deno.statSync("from").size, libc.fsync(from, false), libc.fsync(to, true));
        libc.close(from);
        libc.close(to);`;
      const lines = (await inChild(directory, script)).split("\n");
      assertEquals(lines, ["10000 1010000", "true 0", "10000 10005", "0 3 0", "50 0 0"]);
      assertEquals((await Deno.readFile(`${lower}/to`)).lastIndexOf(7), 10_004);
    });
  });
});

Deno.test("a write of somebody else takes set-id bits away", async () => {
  await withLower(async (lower) => {
    await Deno.writeTextFile(`${lower}/program`, "#!/bin/sh\n");
    await using provider = new RealFSProvider(lower);
    await withMount(provider, async (directory) => {
      const write = `chmod 6777 ${directory}/program; cd /
        setpriv --reuid 65534 --regid 65534 --clear-groups sh -c 'echo evil >> ${directory}/program'
        stat -c %a ${directory}/program ${lower}/program
        # Again, set while the file is open already.
        setpriv --reuid 65534 --regid 65534 --clear-groups sh -c 'read go; echo >&3' \
          3>> ${directory}/program < ${directory}/gate &
        chmod 6777 ${directory}/program; echo > ${directory}/gate; wait
        stat -c %a ${directory}/program ${lower}/program`;
      const gate = `mkfifo ${directory}/gate; `;
      const { stdout, stderr } = await run("sh", "-c", gate + write);
      assertEquals([stdout, stderr], ["777\n777\n777\n777\n", ""]);
    }, { allowOther: true, defaultPermissions: true });
  });
});

Deno.test("what is set on an open file reaches that file, whoever has taken its name", async () => {
  await withLower(async (lower) => {
    await using provider = new RealFSProvider(lower);
    await withMount(provider, async (directory) => {
      const seen = await inChild(
        directory,
        `const lower = ${JSON.stringify(lower)};
        Deno.writeTextFileSync("name", "first");
        Deno.linkSync(lower + "/name", lower + "/kept");
        const file = Deno.openSync("name", { write: true });
        Deno.writeTextFileSync(lower + "/other", "second");
        const before = Deno.statSync(lower + "/other").mtime.getTime();
        Deno.renameSync(lower + "/other", lower + "/name");
        file.utimeSync(1000, 2000);
        print(Deno.statSync(lower + "/kept").mtime.getTime());
        print(Deno.statSync(lower + "/name").mtime.getTime() === before);`,
      );
      assertEquals(seen, "2000000\ntrue");
    });
  });
});
