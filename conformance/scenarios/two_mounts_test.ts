// Two mounts of what one server serves: each a machine of its own, as far as the kernel knows.
import { assertEquals, assertRejects } from "@std/assert";
import { FsError, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC } from "../../src/base/mod.ts";
import { mount, type MountOptions } from "../../src/mount/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../../src/providers/mod.ts";
import { connectVFS, memoryPipe, newVFSServer } from "../../src/wire/mod.ts";
import { ProcessCaller } from "../linux/process_caller.ts";
import { scenario } from "./scenario.ts";

/** How long the other mount may take to notice something. */
const PATIENCE_MS = 60_000;

/** A mount of the server, and a process that uses it. */
interface Side extends AsyncDisposable {
  readonly path: string;
  readonly process: ProcessCaller;
}

async function sideOf(remote: Provider, path: string, options: MountOptions): Promise<Side> {
  await Deno.mkdir(path);
  const mounted = await mount(remote, path, options);
  const process = new ProcessCaller();
  return {
    path,
    process,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await mounted[Symbol.asyncDispose]();
      await remote.close();
    },
  };
}

async function withTwo(
  folder: string,
  use: (one: Side, two: Side) => Promise<void>,
  provider: Provider = new MemoryProvider(),
  options: MountOptions = { watch: true },
): Promise<void> {
  const server = newVFSServer(provider);
  const connect = () => {
    const [ours, theirs] = memoryPipe();
    server.handleConnection(theirs);
    return connectVFS(ours, { version: 2 });
  };
  {
    await using one = await sideOf(await connect(), `${folder}/one`, options);
    await using two = await sideOf(await connect(), `${folder}/two`, options);
    await use(one, two);
  }
  await server.close();
}

async function refuses(code: string, call: Promise<unknown>): Promise<void> {
  assertEquals((await assertRejects(() => call, FsError)).code, code);
}

scenario("a lock that is held on one mount is refused on the other", async (folder) => {
  await withTwo(folder, async (one, two) => {
    const mine = await one.process.call("open", [`${one.path}/file`, O_RDWR | O_CREAT, 0o644]);
    const other = await two.process.call("open", [`${two.path}/file`, O_RDWR, 0]);
    await one.process.call("flock", [mine, "write"]);
    await refuses("EAGAIN", two.process.call("flock", [other, "read"]));
    await one.process.call("flock", [mine, "unlock"]);
    await two.process.call("flock", [other, "read"]);

    await one.process.call("setlk", [mine, "write", 10, 5]);
    await refuses("EAGAIN", two.process.call("setlk", [other, "read", 14, 1]));
    await two.process.call("setlk", [other, "write", 15, 1]);
    assertEquals(await two.process.call("getlk", [other, "write", 0, 0]), {
      type: "write",
      start: 10,
      length: 5,
    });
  });
});

scenario("the locks of a process that is killed go to the other mount", async (folder) => {
  await withTwo(folder, async (one, two) => {
    const mine = await one.process.call("open", [`${one.path}/file`, O_RDWR | O_CREAT, 0o644]);
    const other = await two.process.call("open", [`${two.path}/file`, O_RDWR, 0]);
    await one.process.call("setlk", [mine, "write", 0, 0]);
    await refuses("EAGAIN", two.process.call("setlk", [other, "write", 0, 0]));
    await one.process.kill();
    // RELEASE is asynchronous: the lock goes a little after the process.
    const until = performance.now() + PATIENCE_MS;
    const isHeld = async () => await two.process.call("getlk", [other, "write", 0, 0]) !== null;
    while (await isHeld() && performance.now() < until);
    await two.process.call("setlk", [other, "write", 0, 0]);
  });
});

/** How often two processes count on, each on its own mount. */
const ROUNDS = 100;

/** Counts on in a file, under a lock of this kind, each side in turn. */
async function countInTurn(sides: readonly Side[], lock: "flock" | "setlk"): Promise<string> {
  const files = [];
  for (const { path, process } of sides) {
    files.push({
      process,
      fd: await process.call("open", [`${path}/${lock}`, O_RDWR | O_CREAT, 0o644]),
    });
  }
  let last = "";
  for (let round = 0; round < ROUNDS; round++) {
    const { process, fd } = files[round % files.length]!;
    const hold = (type: "write" | "unlock"): Promise<unknown> =>
      lock === "flock" ? process.call(lock, [fd, type]) : process.call(lock, [fd, type, 0, 0]);
    await hold("write");
    const bytes = await process.call("pread", [fd, 8, 0]);
    last = String(Number(new TextDecoder().decode(bytes)) + 1).padStart(8, "0");
    await process.call("pwrite", [fd, new TextEncoder().encode(last), 0]);
    // Now the kernel knows the attributes, and may keep them for a second.
    await process.call("fstat", [fd]);
    await hold("unlock");
  }
  return last;
}

scenario("who gets a lock sees what was written under it on the other mount", async (folder) => {
  await Deno.mkdir(`${folder}/host`);
  await using directory = new RealFSProvider(`${folder}/host`);
  for (const provider of [new MemoryProvider(), directory]) {
    const part = await Deno.makeTempDir({ dir: folder });
    const use = async (...sides: Side[]): Promise<void> => {
      for (const lock of ["flock", "setlk"] as const) {
        assertEquals(await countInTurn(sides, lock), String(ROUNDS).padStart(8, "0"));
      }
    };
    await withTwo(part, use, provider, {});
  }
});

scenario("what one mount writes, the other reads as soon as it has been told", async (folder) => {
  await withTwo(folder, async (one, two) => {
    const readThere = async (): Promise<string> => {
      const fd = await two.process.call("open", [`${two.path}/file`, O_RDONLY, 0]);
      const bytes = await two.process.call("pread", [fd, 100, 0]);
      await two.process.call("close", [fd]);
      return new TextDecoder().decode(bytes);
    };
    for (const content of ["first", "second, and longer", "last"]) {
      const flags = O_RDWR | O_CREAT | O_TRUNC;
      const mine = await one.process.call("open", [`${one.path}/file`, flags, 0o644]);
      await one.process.call("pwrite", [mine, new TextEncoder().encode(content), 0]);
      await one.process.call("close", [mine]);
      const until = performance.now() + PATIENCE_MS;
      let found = await readThere();
      while (found !== content && performance.now() < until) found = await readThere();
      assertEquals(found, content);
    }
  });
});
