import { assert, assertEquals } from "@std/assert";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS, memoryPipe, newVFSServer, type RemoteProvider } from "../wire/mod.ts";
import { inChild, run, withMount } from "./testing/with_mount.ts";

const FILES = 200;
const GIT = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "gc.auto=0"];

async function git(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("git", ...GIT, ...args);
  assertEquals(code, 0, stderr);
  return stdout;
}

/** What the kernel asked and wants an answer to. */
class KernelRequests {
  count = 0;
  readonly logger = (line: string): void => {
    if (/^rx \d+: (?!FORGET|BATCH_FORGET|INIT|DESTROY)/.test(line)) this.count++;
  };
}

/** A mount of a provider in memory over the wire, and what is asked on both sides of it. */
async function overWire(
  cache: boolean,
  use: (directory: string, remote: RemoteProvider, kernel: KernelRequests) => Promise<void>,
): Promise<void> {
  await using server = newVFSServer(newMemoryProvider(), { soleOwner: true });
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  await using remote = await connectVFS(near, { cache });
  const kernel = new KernelRequests();
  await withMount(remote, (directory) => use(directory, remote, kernel), {
    debug: true,
    logger: kernel.logger,
  });
}

/** Clones a small repository, looks at it twice; the requests of the kernel and of the wire in each step. */
async function gitAtWork(cache: boolean): Promise<[number, number][]> {
  const repository = await Deno.makeTempDir();
  const steps: [number, number][] = [];
  try {
    await git("init", "-q", repository);
    for (let index = 0; index < FILES; index++) {
      const folder = `${repository}/part${index % 4}`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(`${folder}/file${index}`, `${index}\n`.repeat(index));
    }
    await git("-C", repository, "add", ".");
    await git("-C", repository, "commit", "-q", "-m", "All");
    await git("-C", repository, "repack", "-q", "-a", "-d");
    await overWire(cache, async (directory, remote, kernel) => {
      const step = async (...args: string[]): Promise<void> => {
        const [asked, sent] = [kernel.count, remote.client.requestCount];
        assertEquals(await git(...args), "");
        steps.push([kernel.count - asked, remote.client.requestCount - sent]);
      };
      await step("clone", "-q", repository, `${directory}/clone`);
      await step("-C", `${directory}/clone`, "status", "--porcelain");
      await step("-C", `${directory}/clone`, "status", "--porcelain");
    });
  } finally {
    await Deno.remove(repository, { recursive: true });
  }
  return steps;
}

Deno.test("git on a mount over the wire takes no more round trips than the kernel has requests", async () => {
  for (const [kernel, wire] of await gitAtWork(false)) {
    assert(kernel > 50, `only ${kernel} requests`);
    assert(wire <= 1.2 * kernel, `${wire} on the wire for ${kernel} of the kernel`);
  }
});

Deno.test("with what notices keep true, a clone takes a third less", async () => {
  const [[kernel, wire] = [0, 0], ...looks] = await gitAtWork(true);
  assert(wire <= kernel * 2 / 3, `${wire} on the wire for ${kernel} of the kernel`);
  // Git reads what was written in the second of its index again.
  for (const [kernel, wire] of looks) assert(wire <= kernel, `${wire} for ${kernel}`);
});

Deno.test("a full filesystem is told at the write, and removed files at once", async () => {
  await using server = newVFSServer(newMemoryProvider({ maxBytes: 1 << 16 }), { soleOwner: true });
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  await using remote = await connectVFS(near, { cache: true });
  await withMount(remote, async (directory) => {
    const script = `
      Deno.mkdirSync("d");
      const file = Deno.openSync("d/f", { write: true, createNew: true });
      const codes = [];
      try { for (let count = 0; count < 100; count++) file.writeSync(new Uint8Array(4096)); }
      catch (thrown) { codes.push(thrown.code); }
      file.close();
      Deno.removeSync("d/f");
      try { Deno.lstatSync("d/f"); } catch (thrown) { codes.push(thrown.code); }
      print(codes.join(" "));`;
    assertEquals(await inChild(directory, script), "ENOSPC ENOENT");
  });
});

Deno.test("a program sees what another client has just made, written and removed", async () => {
  await using server = newVFSServer(newMemoryProvider(), { soleOwner: true });
  const connect = (cache: boolean): Promise<RemoteProvider> => {
    const [near, far] = memoryPipe();
    server.handleConnection(far);
    return connectVFS(near, { cache });
  };
  await using mine = await connect(true);
  await using other = await connect(false);
  await mine.mkdir("/d", 0o755);
  // The kernel itself remembers nothing here: what is seen is what the client keeps.
  const timeouts = { entryTimeoutMs: 0, attrTimeoutMs: 0 };
  await withMount(mine, async (directory) => {
    const size = (): Promise<unknown> =>
      Deno.stat(`${directory}/d/f`).then(({ size }) => size, ({ code }) => code);
    assertEquals(await size(), "ENOENT");
    const handle = await other.create("/d/f", 0o644);
    await handle.writeAt(new Uint8Array(5), 0);
    assertEquals(await size(), 5);
    await handle.writeAt(new Uint8Array(9), 0);
    assertEquals(await size(), 9);
    await handle.close();
    await other.unlink("/d/f");
    assertEquals(await size(), "ENOENT");
  }, timeouts);
});

Deno.test("a kernel that remembers everything sees what another client changes, and not its own changes", async () => {
  await using server = newVFSServer(newMemoryProvider(), { soleOwner: true });
  const connect = (cache: boolean): Promise<RemoteProvider> => {
    const [near, far] = memoryPipe();
    server.handleConnection(far);
    return connectVFS(near, { cache });
  };
  await using mine = await connect(true);
  await using other = await connect(false);
  let notices = 0;
  const options = {
    soleOwner: true,
    watch: true,
    debug: true,
    logger: (line: string): void => {
      if (line.startsWith("notice")) notices++;
    },
  };
  await withMount(mine, async (directory) => {
    const content = (): Promise<string> =>
      Deno.readTextFile(`${directory}/d/f`).catch(({ code }) => code);
    const becomes = async (expected: string): Promise<void> => {
      const until = performance.now() + 10_000;
      while (await content() !== expected) assert(performance.now() < until, expected);
    };
    await Deno.mkdir(`${directory}/d`);
    await Deno.writeTextFile(`${directory}/d/f`, "mine");
    assertEquals([await content(), await content(), notices], ["mine", "mine", 0]);
    const handle = await other.open("/d/f", 2, 0);
    await handle.writeAt(new TextEncoder().encode("theirs, and longer"), 0);
    await becomes("theirs, and longer");
    await other.rename("/d", "/e");
    await becomes("ENOENT");
    await other.rename("/e", "/d");
    await becomes("theirs, and longer");
    await handle.close();
    await other.unlink("/d/f");
    await becomes("ENOENT");
    await Deno.writeTextFile(`${directory}/d/f`, "mine again");
    await becomes("mine again");
  }, options);
});

/** What a server was asked while a program made and wrote a file and looked at it. */
async function askedForNewFile(recentMs: number): Promise<string[]> {
  const asked: string[] = [];
  await using server = newVFSServer(newMemoryProvider(), {
    observer: ({ name }) => asked.push(name ?? "unknown"),
  });
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  await using remote = await connectVFS(near, { recentMs });
  await withMount(remote, async (directory) => {
    const script = `
      const file = Deno.openSync("f", { write: true, createNew: true });
      file.writeSync(new Uint8Array(50));
      print(file.statSync().size);
      file.writeSync(new Uint8Array(50));
      print(Deno.statSync("f").size);
      file.close();`;
    assertEquals(await inChild(directory, script), "50\n100");
  });
  return asked;
}

Deno.test("what a server has just said of a written file is not asked again", async () => {
  const count = (asked: readonly string[], name: string): number =>
    asked.filter((each) => each === name).length;
  const [before, after] = [await askedForNewFile(0), await askedForNewFile(60_000)];
  assertEquals([count(before, "Write"), count(after, "Write")], [2, 2]);
  assertEquals([count(before, "GetXattr") > 0, count(after, "GetXattr")], [true, 0]);
  // Once behind each write.
  assertEquals(count(before, "Lookup") - count(after, "Lookup"), 2, `${before}; ${after}`);
});

Deno.test("closing a file never fails because another process closes it too", async () => {
  await overWire(false, async (directory) => {
    const script = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
      let failed = 0;
      for (let round = 0; round < 300; round++) {
        const fds = [0, 1, 2].map(() => libc.open("file", 0o102, 0o644));
        // Some are had, others not.
        for (const [at, fd] of fds.entries()) libc.setRecordLock(fd, 1, at * 10 + round % 7, 5);
        for (const fd of fds) if (libc.close(fd) < 0) failed++;
      }
      print(failed);`;
    const said = await Promise.all([1, 2, 3].map(() => inChild(directory, script)));
    assertEquals(said, ["0", "0", "0"]);
  });
});
