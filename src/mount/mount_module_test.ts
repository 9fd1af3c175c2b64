import { assert, assertEquals, assertRejects } from "@std/assert";
import { FuseMountError } from "../fuse/mod.ts";
import { type ModuleMount, type ModuleMountOptions, mountModule } from "./mount_module.ts";
import { undisturbed } from "./testing/undisturbed.ts";
import { run } from "./testing/with_mount.ts";

const MEMORY = new URL("./testing/memory_module.ts", import.meta.url);
const LOOPS = new URL("./testing/loops_module.ts", import.meta.url);
const UNCLOSING = new URL("./testing/unclosing_module.ts", import.meta.url);
const ROOTLESS = new URL("./testing/rootless_module.ts", import.meta.url);

async function withModule(
  url: URL,
  use: (directory: string, mounted: ModuleMount) => Promise<void> | void,
  options: ModuleMountOptions = {},
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "fusewire-module-" });
  try {
    await using mounted = await mountModule(url, directory, options);
    await use(mounted.mountpoint, mounted);
  } finally {
    await Deno.remove(directory);
  }
}

Deno.test("the thread that mounted a module uses it synchronously", async () => {
  const lines: string[] = [];
  await withModule(MEMORY, (directory) => {
    Deno.mkdirSync(`${directory}/sub`);
    Deno.writeTextFileSync(`${directory}/sub/file`, "in the same process");
    assertEquals(Deno.readTextFileSync(`${directory}/sub/file`), "in the same process");
    const here = new Deno.Command("ls", { cwd: `${directory}/sub` }).outputSync();
    assertEquals(new TextDecoder().decode(here.stdout), "file\n");
  }, { logger: (line) => void lines.push(line) });
  const lost = lines.filter((line) => line.includes("nobody caught")).sort();
  assertEquals(lost.length, 2, lines.join("\n"));
});

Deno.test("a mounted module ends when somebody else unmounts it", async () => {
  await withModule(MEMORY, async (directory, mounted) => {
    assertEquals((await run("umount", directory)).code, 0);
    await mounted.finished;
  }, { logger: () => {} });
});

Deno.test("a mounted module that is busy names who uses it, and leaves lazily", async () => {
  await withModule(MEMORY, async (directory, mounted) => {
    using file = Deno.openSync(`${directory}/file`, { create: true, write: true });
    const error = await assertRejects(() => mounted.unmount(), FuseMountError);
    assert(error.message.includes(`${Deno.pid}`), error.message);
    const ended = mounted.unmount({ lazy: true });
    file.writeSync(new Uint8Array(3)); // what is open stays open
    file.close();
    await ended;
    Object.defineProperty(file, Symbol.dispose, { value: () => {} });
  }, { logger: () => {} });
});

Deno.test("a module that cannot be mounted is refused, and nothing is mounted", async () => {
  const directory = await Deno.makeTempDir();
  const refused: [url: string, options: ModuleMountOptions, message: string][] = [
    ["data:text/typescript,export default 1", {}, "must be a provider"],
    ["data:text/typescript,throw new Error('broken')", {}, "broken"],
    ["file:///nowhere.ts", {}, "nowhere.ts"],
    [MEMORY.href, { loops: 2 }, "with 2 loops"],
    [MEMORY.href, { loops: 0 }, "with loops 0"],
    [MEMORY.href, { maxWrite: 1 }, "maxWrite"],
  ];
  for (const [url, options, message] of refused) {
    const mounting = mountModule(url, directory, { ...options, logger: () => {} });
    await assertRejects(() => mounting, Error, message);
  }
  await Deno.remove(directory); // which is EBUSY where something is mounted
});

/** One of each name, as far as they go together. */
const ALL_OPTIONS: Required<ModuleMountOptions> = {
  loops: 1,
  logger: () => {},
  soleOwner: true,
  watch: true,
  allowOther: true,
  defaultPermissions: true,
  fsName: "memory",
  subtype: "all",
  readOnly: false,
  directMount: true,
  autoUnmount: false,
  extraOptions: ["noatime"],
  maxWrite: 65536,
  maxReadahead: 65536,
  maxBackground: 10,
  congestionThreshold: 5,
  readdirPlus: "never",
  keepCaches: false,
  alwaysReady: false,
  writebackCache: true,
  passthrough: false,
  enableLocks: false,
  enableAcl: true,
  enableSymlinkCaching: false,
  explicitDataCacheControl: true,
  syncRead: true,
  loop: { spinUs: 0 },
  patient: false,
  debug: false,
  entryTimeoutMs: 10,
  attrTimeoutMs: 10,
  negativeTimeoutMs: 10,
  firstAutomaticIno: 1n << 62n,
  rootStableAttr: { mode: 0o040000, ino: 1 },
  nullPermissions: true,
  uid: 0,
  gid: 0,
};

Deno.test("a module is mounted with every option that there is", async () => {
  await withModule(MEMORY, async (directory) => {
    Deno.writeTextFileSync(`${directory}/file`, "there");
    assertEquals(Deno.readTextFileSync(`${directory}/file`), "there");
    const { stdout } = await run("findmnt", "-no", "SOURCE,FSTYPE", directory);
    assertEquals(stdout.split(/\s+/), ["memory", "fuse.all", ""]);
  }, ALL_OPTIONS);
});

Deno.test(
  "a sole owner's module is asked once, however often somebody looks",
  undisturbed(async () => {
    let asked = 0;
    const logger = (line: string): void => void (/: LOOKUP .*none/.test(line) && asked++);
    await withModule(MEMORY, async (directory) => {
      for (let round = 0; round < 3; round++) await run("ls", `${directory}/none`);
    }, { soleOwner: true, debug: true, logger });
    assertEquals(asked, 1);
  }),
);

Deno.test("several loops serve at the same time, each on its own descriptor", async () => {
  await withModule(LOOPS, async (directory) => {
    const names = new Set<string>();
    while (names.size < 3) {
      const files = Array.from({ length: 8 }, (_, index) => `${directory}/${index + 2}`);
      const read = await Promise.all(files.map((file) => run("cat", file)));
      for (const { stdout, code, stderr } of read) {
        assertEquals([code, stderr], [0, ""]);
        names.add(stdout);
      }
    }
    assertEquals(names.size, 3);
  }, { loops: 3 });
});

Deno.test("a signal reaches a request on whichever loop it waits", async () => {
  await withModule(LOOPS, async (directory) => {
    const script =
      `for i in 1 2 3 4 5 6 7 8; do timeout -s TERM 0.3 cat ${directory}/1000 & done; wait`;
    const { code } = await run("timeout", "-s", "KILL", "60", "sh", "-c", script);
    assertEquals(code, 0);
  }, { loops: 3 });
});

Deno.test("a module that cannot be served once it is mounted leaves no mount behind", async () => {
  const directory = await Deno.makeTempDir();
  const mounting = mountModule(ROOTLESS, directory, { logger: () => {} });
  await assertRejects(() => mounting, Error, "EIO");
  const again = await mountModule(MEMORY, directory, { logger: () => {} });
  assertEquals(again.replacedStale, false);
  await again.unmount();
  await Deno.remove(directory);
});

Deno.test("the end of a worker that failed writes to nobody's file", async () => {
  const directory = await Deno.makeTempDir();
  const mounted = await mountModule(UNCLOSING, directory, { logger: () => {} });
  const channel = new BroadcastChannel("fusewire-unclosing");
  const closing = new Promise((resolve) => channel.onmessage = resolve);
  assertEquals((await run("umount", directory)).code, 0);
  await closing;
  // One of them gets the number of the descriptor that woke the worker.
  const paths = Array.from({ length: 64 }, (_, index) => `${directory}/${index}`);
  const files = paths.map((path) => Deno.openSync(path, { create: true, write: true }));
  channel.postMessage("go on");
  await assertRejects(() => mounted.finished, Error, "EIO");
  const sizes = new Set(files.map((file) => file.statSync().size));
  for (const file of files) file.close();
  channel.close();
  assertEquals([...sizes], [0]);
  await Deno.remove(directory, { recursive: true });
});
