// A mount over the wire whose server passes the files that are opened: host, server, mount and program are four.
import { assert, assertEquals } from "@std/assert";
import type { Mount } from "../nodefs/mod.ts";
import { connectUDS, type RemoteProvider } from "../wire/mod.ts";
import type { MountOptions } from "./mount.ts";
import { ServerProcess } from "./testing/server_process.ts";
import { inChild, run, withMount } from "./testing/with_mount.ts";

const SERVER = new URL("./testing/serve_wire.ts", import.meta.url);
/** Looks for requests, so that memory is shared: without, nothing is passed. */
const SPIN_US = 140;

/** What a test has to do with. */
interface Passed {
  readonly directory: string;
  readonly host: string;
  readonly mounted: Mount;
  readonly remote: RemoteProvider;
  /** READs and WRITEs that the kernel has sent so far. */
  readonly transfers: () => number;
  readonly server: ServerProcess;
}

/** Whether files can be passed here, said loudly where not. */
function isAble(mounted: Mount): boolean {
  const able = mounted.agreement?.flags.has("PASSTHROUGH") === true &&
    navigator.hardwareConcurrency > 1;
  if (!able) console.error("NOT TESTED: this kernel or machine cannot pass files");
  return able;
}

/** The kernel remembers nothing, so whatever a program asks the client has to answer. */
const NO_MEMORY: MountOptions = { attrTimeoutMs: 0, entryTimeoutMs: 0 };

async function passed(
  use: (here: Passed) => Promise<void>,
  timeouts: MountOptions = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-passed-" });
  const host = `${folder}/host`;
  await Deno.mkdir(host);
  let count = 0;
  const options = {
    ...timeouts,
    debug: true,
    logger: (line: string) => void (/^rx \d+: (READ|WRITE) /.test(line) && count++),
  };
  try {
    await using server = await ServerProcess.start(
      SERVER,
      `${folder}/s`,
      String(SPIN_US),
      host,
      "pass",
    );
    // As `fusewire mount` has it.
    await using remote = await connectUDS(`${folder}/s`, {
      cache: "exact",
      recentMs: 1,
      forMount: true,
    });
    await withMount(remote, async (directory, mounted) => {
      // The first file tells the client that its mount has a use for them.
      await inChild(directory, `Deno.writeTextFileSync("first", "");`);
      const transfers = (): number => count;
      if (isAble(mounted)) await use({ directory, host, mounted, remote, transfers, server });
    }, options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the kernel reads and writes by itself what a server has passed", async () => {
  await passed(async ({ directory, host, remote, transfers }) => {
    const before = [transfers(), remote.client.requestCount];
    const script = `
      for (let index = 0; index < 100; index++) Deno.writeTextFileSync("f" + index, "x".repeat(index));
      Deno.writeFileSync("large", new Uint8Array(1 << 24).fill(7));
      print(Deno.readFileSync("large").every((byte) => byte === 7));`;
    assertEquals(await inChild(directory, script), "true");
    assertEquals(transfers(), before[0]);
    // Looking for it twice, opening and closing it, and here and there a lease; with a write it would be five.
    const asked = remote.client.requestCount - before[1]!;
    assert(asked < 101 * 4.5, `${asked} requests`);
    for (let index = 0; index < 100; index++) {
      assertEquals(await Deno.readTextFile(`${host}/f${index}`), "x".repeat(index));
    }
    assertEquals((await Deno.stat(`${host}/large`)).size, 1 << 24);
  });
});

Deno.test("a program sees at once what it has written past everybody", async () => {
  await passed(async ({ directory, transfers }) => {
    const before = transfers();
    const script = `
      const sizes = (name) => [
        Deno.lstatSync(name).size,
        [...Deno.readDirSync(".")].length > 0 && Deno.statSync(name).size,
      ];
      let wrong = 0;
      Deno.mkdirSync("d");
      Deno.chdir("d");
      for (let round = 0; round < 100; round++) {
        // While what the reply to opening it has said is recent.
        using file = Deno.openSync("new" + round, { createNew: true, write: true });
        file.writeSync(bytes("z"));
        if (file.statSync().size !== 1) wrong++;
      }
      for (let round = 0; round < 40; round++) {
        const name = "f" + round % 7;
        using file = Deno.openSync(name, { create: true, write: true, truncate: true });
        using other = Deno.openSync(name, { read: true });
        for (let size = 1; size <= 20; size++) {
          // Often enough for the directory to be leased meanwhile.
          for (let look = 0; look < 3; look++) Deno.lstatSync(name);
          file.writeSync(bytes("x"));
          const seen = [file.statSync().size, other.statSync().size, ...sizes(name)];
          if (seen.some((each) => each !== size)) wrong++;
          if (other.readSync(new Uint8Array(9)) !== 1) wrong++;
        }
      }
      for (let round = 0; round < 200; round++) {
        Deno.writeTextFileSync("g", "y".repeat(round + 1), { append: round % 2 === 1 });
        const size = Deno.lstatSync("g").size;
        if (size !== (round % 2 === 1 ? 2 * round + 1 : round + 1)) wrong++;
      }
      print(wrong);`;
    assertEquals(await inChild(directory, script), "0");
    assertEquals(transfers(), before);
  });
});

Deno.test("a file that may be mapped is asked about also when nobody has it open any more", async () => {
  await passed(async ({ directory, host, mounted, remote }) => {
    const script = `
      const libc = Deno.dlopen("libc.so.6", {
        open: { parameters: ["buffer", "i32"], result: "i32" },
        close: { parameters: ["i32"], result: "i32" },
        mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "usize"], result: "pointer" },
        msync: { parameters: ["pointer", "usize", "i32"], result: "i32" },
      }).symbols;
      Deno.writeTextFileSync("file", "a".repeat(8192));
      const fd = libc.open(bytes("file\\0"), 2);
      const page = libc.mmap(0n, 8192n, 3, 1, fd, 0n);
      libc.close(fd);
      const map = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(page, 8192));
      const time = () => Deno.lstatSync("file").mtime.getTime();
      const wait = new Int32Array(new SharedArrayBuffer(4));
      // RELEASE comes behind close(2), and then the directory may be leased.
      for (let look = 0; look < 100; look++) {
        time();
        Atomics.wait(wait, 0, 0, 3);
      }
      const before = time();
      Atomics.wait(wait, 0, 0, 30);
      map.set(bytes("mapped"));
      libc.msync(page, 8192n, 4);
      print(time() > before, Deno.readTextFileSync("file").slice(0, 8));`;
    assertEquals(await inChild(directory, script), "true mappedaa");
    assertEquals((await Deno.readTextFile(`${host}/file`)).slice(0, 8), "mappedaa");
    assertEquals(mounted.backingCount, 0);
    assert(remote.client.passed.has((await Deno.stat(`${host}/file`)).ino ?? 0));
  });
});

Deno.test("others see at once what is written past the server, and what they write is seen", async () => {
  await passed(async ({ directory, host }) => {
    const script = `
      const host = ${JSON.stringify(host)} + "/";
      let wrong = 0;
      using file = Deno.openSync("both", { create: true, write: true, append: true });
      for (let size = 1; size <= 300; size++) {
        for (let look = 0; look < 3; look++) Deno.lstatSync("both");
        if (size % 2 === 0) file.writeSync(bytes("x"));
        else Deno.writeTextFileSync(host + "both", "y", { append: true });
        if (Deno.lstatSync(host + "both").size !== size) wrong++;
        if (Deno.lstatSync("both").size !== size) wrong++;
      }
      print(wrong, Deno.readTextFileSync("both") === "yx".repeat(150));`;
    assertEquals(await inChild(directory, script), "0 true");
  }, NO_MEMORY);
});

Deno.test("what is open goes on when the server has been killed, and what is opened then is EIO", async () => {
  await passed(async ({ directory, host, server, mounted, remote }) => {
    const script = `
      using file = Deno.openSync("f", { create: true, write: true });
      file.writeSync(bytes("before "));
      Deno.writeTextFileSync(${JSON.stringify(host)} + "/opened", "");
      while (true) {
        try { Deno.statSync(${JSON.stringify(host)} + "/killed"); break; } catch { /* not yet */ }
      }
      file.writeSync(bytes("after"));
      try { Deno.openSync("f"); } catch (error) { print(error.message.includes("os error 5")); }`;
    const child = inChild(directory, script);
    while (!(await Deno.readDir(host)[Symbol.asyncIterator]().next()).done) {
      if (await Deno.stat(`${host}/opened`).then(() => true, () => false)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(mounted.backingCount, 1);
    assert(remote.client.passed.has((await Deno.stat(`${host}/f`)).ino ?? 0));
    await server.end("SIGKILL");
    await Deno.writeTextFile(`${host}/killed`, "");
    assertEquals(await child, "true");
    assertEquals(await Deno.readTextFile(`${host}/f`), "before after");
  });
});

Deno.test("the last release lets a passed file go", async () => {
  await passed(async ({ directory, host, mounted, remote }) => {
    const script = `
      for (let round = 0; round < 100; round++) {
        const files = [1, 2, 3].map((part) =>
          Deno.openSync("f", part === 2 ? { read: true } : { create: true, write: true, append: part === 3 }));
        files[0].writeSync(bytes("x"));
        if (round % 3 === 1) Deno.removeSync("f");
        for (const file of files) file.close();
      }`;
    await inChild(directory, script);
    // The kernel sends RELEASE behind close(2).
    await run("sync", "-f", directory);
    for (let wait = 0; wait < 200 && mounted.backingCount > 0; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(mounted.backingCount, 0);
    assertEquals(remote.client.passed.has((await Deno.stat(`${host}/f`)).ino ?? 0), false);
    const links = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`);
      } catch {
        return "";
      }
    });
    assertEquals(links.filter((link) => link.startsWith(host)), []);
  });
});
