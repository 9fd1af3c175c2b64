import { assert, assertEquals, assertRejects } from "@std/assert";
import { FuseMountError } from "../fuse/mod.ts";
import { mountNodes, Node } from "../nodefs/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { mount } from "./mount.ts";
import { run, withMount } from "./testing/with_mount.ts";

const SERVER = new URL("./testing/serve_memory.ts", import.meta.url).pathname;

/** A process that serves a memory mount on `directory`; resolves when it is mounted. */
async function spawnServer(directory: string, ...words: string[]): Promise<Deno.ChildProcess> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", SERVER, directory, ...words],
    stdout: "piped",
  });
  const child = command.spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "mounted\n");
  reader.releaseLock();
  return child;
}

Deno.test("unmount() of a mount in use fails and names who uses it; lazily it succeeds", async () => {
  await withMount(new MemoryProvider(), async (directory, mounted) => {
    // Not {cwd: directory}: spawn() would wait for the child's chdir, which this thread has to serve.
    const script = `cd ${directory} && echo there && exec sleep 60`;
    const child = new Deno.Command("sh", { args: ["-c", script], stdout: "piped" }).spawn();
    try {
      const stdout = child.stdout.getReader();
      await stdout.read();
      await stdout.cancel();
      const error = await assertRejects(() => mounted.unmount(), FuseMountError);
      assert(error.message.includes(`sleep (${child.pid}, working directory)`), error.message);
      await Deno.writeTextFile(`${directory}/alive`, "still served");
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    await mounted.unmount({ lazy: true });
  });
});

Deno.test("a mount that somebody else unmounts ends by itself", async () => {
  await withMount(new MemoryProvider(), async (directory, mounted) => {
    assertEquals((await run("umount", directory)).code, 0);
    await mounted.finished;
  });
});

Deno.test("a mount that a killed process left is recognised and replaced", async () => {
  const directory = await Deno.makeTempDir();
  const server = await spawnServer(directory);
  server.kill("SIGKILL");
  await server.status;
  await server.stdout.cancel();
  await assertRejects(() => Deno.stat(directory), Error, "not connected");
  const mounted = await mount(new MemoryProvider(), directory);
  assertEquals(mounted.replacedStale, true);
  await Deno.writeTextFile(`${directory}/new`, "life");
  await mounted.unmount();
  await Deno.remove(directory);
});

/** How long fusermount3 may take to end when its server has died, in milliseconds. */
const NOTICE_MS = 30_000;
/**
 * How often it may miss that: it looks at the mount once, and if it comes before the kernel has closed
 * everything of the dead process, it is told ECONNABORTED and leaves the mount (`should_auto_unmount`).
 * The kernel closes the last descriptors first, so on a busy machine it may come too early several times.
 */
const ATTEMPTS = 100;

/** Whether a fusermount3 waits for the end of the server of `directory`. */
async function isGuarded(directory: string): Promise<boolean> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (words.includes("fusermount") && words.includes(directory)) return true;
  }
  return false;
}

async function isUnmountedAfterKill(directory: string): Promise<boolean> {
  const server = await spawnServer(directory, "autoUnmount");
  await Deno.writeTextFile(`${directory}/file`, "served");
  assert(await isGuarded(directory), "nobody waits for the end of the server");
  server.kill("SIGKILL");
  await server.status;
  await server.stdout.cancel();
  const until = performance.now() + NOTICE_MS;
  while (await isGuarded(directory)) {
    assert(performance.now() < until, "fusermount3 did not notice the end of the server");
  }
  return !(await Deno.readTextFile("/proc/self/mountinfo")).includes(directory);
}

Deno.test("with autoUnmount, nothing is left of a process that was killed", async () => {
  const directory = await Deno.makeTempDir();
  let attempts = 1;
  while (!await isUnmountedAfterKill(directory)) {
    await run("umount", "-l", directory);
    assert(++attempts <= ATTEMPTS, "still mounted");
  }
  await Deno.remove(directory);
});

Deno.test("killing the server while a program reads gives the program an error, not a hang", async () => {
  const directory = await Deno.makeTempDir();
  const server = await spawnServer(directory);
  const reader = new Deno.Command("sh", {
    args: ["-c", `while cat ${directory}/endless > /dev/null; do :; done`],
    stderr: "piped",
  }).spawn();
  server.kill("SIGKILL");
  const killedAt = performance.now();
  const { code, stderr } = await reader.output();
  assert(performance.now() - killedAt < 10_000);
  assertEquals(code === 0 && stderr.length === 0, false);
  await server.status;
  await server.stdout.cancel();
  await run("umount", "-l", directory);
  await Deno.remove(directory);
});

Deno.test("aborting the connection ends the mount cleanly", async () => {
  await withMount(new MemoryProvider(), async (directory, mounted) => {
    const { stdout } = await run("stat", "-c", "%d", directory);
    const minor = Number(stdout);
    const abort = `/sys/fs/fuse/connections/${minor}/abort`;
    let mountedControl = false;
    if ((await run("test", "-e", abort)).code !== 0) {
      mountedControl =
        (await run("mount", "-t", "fusectl", "fusectl", "/sys/fs/fuse/connections")).code === 0;
    }
    await Deno.writeTextFile(abort, "1");
    await mounted.finished;
    await mounted.unmount();
    if (mountedControl) await run("umount", "/sys/fs/fuse/connections");
  });
});

Deno.test("a mounted process that nobody asks uses no CPU", async () => {
  const directory = await Deno.makeTempDir();
  const server = await spawnServer(directory);
  const ticks = async (): Promise<number> => {
    const fields = (await Deno.readTextFile(`/proc/${server.pid}/stat`)).split(") ")[1]?.split(" ");
    return Number(fields?.[11]) + Number(fields?.[12]);
  };
  await run("ls", "-la", directory);
  // One tick is 10 ms: more than that in each second would be measurable. What it has just served may cost once.
  let used = Infinity;
  for (let second = 0; second < 5 && used > 1; second++) {
    const before = await ticks();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    used = await ticks() - before;
  }
  assert(used <= 1, `${used} ticks a second`);
  server.kill("SIGTERM");
  const { code } = await server.status;
  await server.stdout.cancel();
  assertEquals(code, 0);
  assertEquals((await run("mountpoint", "-q", directory)).code === 0, false);
  await Deno.remove(directory);
});

Deno.test("a program ends by itself after unmount(), and its mounts with it", async () => {
  const directory = await Deno.makeTempDir();
  const script = `const { mount } = await import("${import.meta.resolve("./mod.ts")}");
    const { MemoryProvider } = await import("${import.meta.resolve("../providers/mod.ts")}");
    const mounted = await mount(new MemoryProvider(), Deno.args[0]);
    await Deno.writeTextFile(Deno.args[0] + "/file", "x");
    await mounted.unmount();
    console.log("unmounted");`;
  const args = ["60", Deno.execPath(), "eval", "--no-lock", script, directory];
  const { code, stdout } = await run("timeout", ...args);
  assertEquals([code, stdout], [0, "unmounted\n"]);
  await Deno.remove(directory);
});

Deno.test("unmount() waits for requests that are under way", async () => {
  const gate = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  class Slow extends MemoryProvider {
    override open(...args: Parameters<MemoryProvider["open"]>) {
      const handle = super.open(...args);
      const { readAt } = handle;
      Object.defineProperty(handle, "readAt", {
        value: async (...rest: Parameters<typeof readAt>) => {
          reading.resolve();
          await gate.promise;
          return readAt.apply(handle, rest);
        },
      });
      return handle;
    }
  }
  const provider = new Slow();
  provider.writeFile("/file", new TextEncoder().encode("in time"), 0o644);
  const directory = await Deno.makeTempDir();
  const mounted = await mount(provider, directory);
  const reader = run("cat", `${directory}/file`);
  await reading.promise;
  let unmounted = false;
  const unmounting = mounted.unmount({ lazy: true }).then(() => unmounted = true);
  while ((await run("mountpoint", "-q", directory)).code === 0);
  assertEquals([unmounted, mounted.pendingCount], [false, 1]);
  gate.resolve();
  assertEquals((await reader).stdout, "in time");
  await unmounting;
  await Deno.remove(directory);
});

Deno.test("many mounts live in one process, and end in any order", async () => {
  const mounts = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
    const provider = new MemoryProvider();
    provider.writeFile("/number", new TextEncoder().encode(String(index)), 0o644);
    return await mount(provider, await Deno.makeTempDir());
  }));
  const numbers = mounts.map(({ mountpoint }) => Deno.readTextFile(`${mountpoint}/number`));
  assertEquals(await Promise.all(numbers), mounts.map((_, index) => String(index)));
  await Promise.all(mounts.toReversed().map((mounted) => mounted.unmount()));
  for (const { mountpoint } of mounts) await Deno.remove(mountpoint);
});

Deno.test("a mount whose serving cannot begin is taken away", async () => {
  const directory = await Deno.makeTempDir();
  const isMounted = (): boolean =>
    Deno.readTextFileSync("/proc/self/mountinfo").includes(` ${directory} `);
  let wasMounted = false;
  const options = {
    get logger(): (line: string) => void {
      wasMounted = isMounted();
      if (wasMounted) throw new Error("in the middle of it");
      return () => {};
    },
  };
  const mounting = mountNodes(new Node(), directory, options);
  await assertRejects(() => mounting, Error, "in the middle of it");
  assertEquals([wasMounted, isMounted()], [true, false]);
  await Deno.remove(directory);
});

Deno.test("every cleanup runs at the end of a mount, and the first problem is told", async () => {
  const directory = await Deno.makeTempDir();
  const ran: string[] = [];
  const logger = (line: string): void => void ran.push(line.replace(/.*: /, "logged "));
  const mounted = await mount(new MemoryProvider(), directory, { logger });
  mounted.atEnd(() => {
    throw new Error("first");
  });
  mounted.atEnd(() => Promise.reject(new Error("second")));
  mounted.atEnd(() => void ran.push("third"));
  await assertRejects(() => mounted.unmount(), Error, "first");
  assertEquals(ran, ["third", "logged second"]);
  await Deno.remove(directory);
});
