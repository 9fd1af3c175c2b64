import { assert, assertEquals, assertRejects } from "@std/assert";
import { FsError, isPromise, type MaybePromise } from "../base/mod.ts";
import { threadWait } from "../libc/mod.ts";
import { type Context, Forward } from "../provider/mod.ts";
import { connectUDS, type RemoteProvider } from "../wire/mod.ts";
import { ServerProcess } from "./testing/server_process.ts";
import { inChild, run, withMount } from "./testing/with_mount.ts";

const SERVER = new URL("./testing/serve_wire.ts", import.meta.url);

/** What messages go through, by the `spinUs` of a server that has it so. */
const WAYS = { "over the socket": 0, "through shared memory": 140 } as const;
type Way = keyof typeof WAYS;

/** A server in a process of its own, and a connection to it for a mount. */
async function served(
  way: Way,
  use: (remote: RemoteProvider, kill: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using server = await ServerProcess.start(SERVER, `${folder}/s`, String(WAYS[way]));
    const remote = await connectUDS(`${folder}/s`, { cache: "exact", forMount: true });
    assert(threadWait.hasSources);
    // With one processor nobody looks for anything with its thread.
    assertEquals(remote.client.hello.shares, WAYS[way] > 0 && navigator.hardwareConcurrency > 1);
    await use(remote, () => server.end("SIGKILL"));
    await remote.close();
    assertEquals(threadWait.hasSources, false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const WRITES = `
  const [name] = [Deno.pid];
  Deno.mkdirSync("d" + name);
  for (let index = 0; index < 100; index++) {
    Deno.writeFileSync("d" + name + "/" + index, new Uint8Array(index * 37).fill(index));
  }
  let sum = 0;
  for (const { name: file } of Deno.readDirSync("d" + name)) {
    const data = Deno.readFileSync("d" + name + "/" + file);
    if (data.some((byte) => byte !== Number(file))) throw new Error(file);
    sum += data.length;
  }
  print(sum);`;

/** Counts which answers were there at once. */
class Counted extends Forward {
  values = 0;
  promises = 0;

  #count<T>(answer: MaybePromise<T>): MaybePromise<T> {
    if (isPromise(answer)) this.promises++;
    else this.values++;
    return answer;
  }

  override mkdir(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.#count(super.mkdir(path, mode, context));
  }
}

for (const way of ["over the socket", "through shared memory"] as const) {
  Deno.test(`programs in a mount whose thread waits for kernel and server get what they wrote, side by side (${way})`, async () => {
    await served(way, async (remote) => {
      await withMount(remote, async (directory) => {
        const sums = await Promise.all([1, 2, 3].map(() => inChild(directory, WRITES)));
        assertEquals(sums, Array(3).fill(String(37 * 4950)));
      });
      // The thread has left the connection to itself.
      const names = (await remote.readDir("/")).map(({ name }) => name);
      assertEquals(names.length, 4);
      await assertRejects(async () => await remote.stat("/none"), FsError, "ENOENT");
    });
  });

  Deno.test(`what a lone program asks for is mostly answered without a promise (${way})`, async () => {
    await served(way, async (remote) => {
      const counted = new Counted(remote);
      await withMount(counted, async (directory) => {
        const make =
          "for (let index = 0; index < 500; index++) Deno.mkdirSync(`d${index}`); print(0);";
        assertEquals(await inChild(directory, make), "0");
      });
      assertEquals(counted.values + counted.promises, 500);
      // On a loaded machine the answer may take longer than the thread waits.
      assert(counted.values > 50, `only ${counted.values} of 500`);
    });
  });

  Deno.test(`a slow answer does not keep others waiting, nor timers of the thread (${way})`, async () => {
    await served(way, async (remote) => {
      await withMount(remote, async (directory) => {
        await Deno.writeTextFile(`${directory}/fast`, "fast");
        let ended = false;
        const slow = run("sh", "-c", `for i in 1 2 3 4 5; do cat ${directory}/slow; done`)
          .finally(() => ended = true);
        while (!ended) {
          assertEquals(await Deno.readTextFile(`${directory}/fast`), "fast");
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        assertEquals((await slow).stdout, "slow".repeat(5));
      }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
    });
  });

  Deno.test(`when the server is killed, programs get EIO and the mount ends (${way})`, async () => {
    await served(way, async (remote, kill) => {
      await withMount(remote, async (directory) => {
        await Deno.writeTextFile(`${directory}/f`, "there");
        await kill();
        assertEquals((await remote.client.ended) instanceof Error, true);
        const { code, stderr } = await run("ls", `${directory}/slow`);
        assertEquals([code, /Input\/output error/.test(stderr)], [2, true], stderr);
      }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
    });
  });
}
