import { assert, assertEquals } from "@std/assert";
import { chain, type MaybePromise } from "../base/mod.ts";
import { HookEngine, newInterceptProvider } from "../hooks/mod.ts";
import { newReadonlyProvider, ReadonlyProvider } from "../layers/mod.ts";
import { Processor, ProcessorLoad } from "../libc/mod.ts";
import type { Context, FileInfo, Handle, Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { connectUDS, RemoteProvider } from "../wire/mod.ts";
import { ServerProcess } from "./testing/server_process.ts";
import { inChild, run, withMount } from "./testing/with_mount.ts";

/** Enough questions of one program that the mount makes itself at home with it (`HandOver`). */
const FILES = 2000;

/** The policy that proc_pid_stat(5) tells, behind a name that may hold anything. */
function policyIn(stat: string): string {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38] ?? "";
}

/** The nice value that it tells. */
function niceIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
}

/** How a process is scheduled: its policy, and where it may run. */
function schedulingOf(stat: string, status: string): string {
  return `policy ${policyIn(stat)}, on ${/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1]}`;
}

/** Starts a program now and then while it answers, as a hook may. */
class Starting extends MemoryProvider {
  readonly seen: string[] = [];
  #count = 0;

  override lstat(path: string, context?: Context): FileInfo {
    if (++this.#count % 500 === 0) this.#start();
    return super.lstat(path, context);
  }

  #start(): void {
    const read = (name: string): string => {
      const { stdout } = new Deno.Command("cat", { args: [`/proc/self/${name}`] }).outputSync();
      return new TextDecoder().decode(stdout);
    };
    this.seen.push(schedulingOf(read("stat"), read("status")));
  }
}

Deno.test("a program that a provider starts is scheduled like any other, and so are we", async () => {
  const starting = new Starting();
  for (let index = 0; index < FILES; index++) {
    starting.writeFile(`/file${index}`, new Uint8Array(), 0o644);
  }
  const [stat, status] = ["stat", "status"].map((name) => `/proc/thread-self/${name}`);
  const ours = () => schedulingOf(Deno.readTextFileSync(stat!), Deno.readTextFileSync(status!));
  const before = ours();
  await withMount(starting, async (directory) => {
    const { code, stdout } = await run("ls", "-lU", directory);
    assertEquals([code, stdout.trimEnd().split("\n").length], [0, FILES + 1]);
    assertEquals(ours(), before);
  }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
  assert(starting.seen.length >= 2, `started ${starting.seen.length} programs`);
  assertEquals(new Set(starting.seen), new Set([before]));
});

const why = "needs CAP_SYS_NICE or RLIMIT_NICE, and two processors";
const ignore = Processor.ofThread() === null;
if (ignore) console.log(`Left out: how a mount over the wire is scheduled ${why}`);

const NORMAL = "0";
const IDLE = "5";

function ownStat(): string {
  return Deno.readTextFileSync("/proc/thread-self/stat");
}

/** The policy of this thread. */
function policy(): string {
  return policyIn(ownStat());
}

/** Notes how it is scheduled while it answers. */
class Noting extends MemoryProvider {
  readonly seen = new Set<string>();

  override lstat(path: string, context?: Context): FileInfo {
    this.seen.add(policy());
    return super.lstat(path, context);
  }
}

/** One of which it is known that it starts nothing. */
class NotingQuiet extends Noting {
  override get startsNothing(): boolean {
    return true;
  }
}

/** Whether others wanted the processors most of the times that it was looked. */
class Crowd {
  readonly #load = new ProcessorLoad();
  #looks = 0;
  #crowded = 0;

  look(): void {
    this.#looks++;
    // We run, and a server may still look for more.
    if (this.#load.isCrowded(1)) this.#crowded++;
  }

  get isUsual(): boolean {
    return this.#crowded * 2 > this.#looks;
  }
}

/** Lists many files until it has been scheduled in a way of its own, but once at least. */
async function listUntilIdle(noting: Noting, ms: number): Promise<Crowd> {
  const crowd = new Crowd();
  for (let index = 0; index < FILES; index++) {
    noting.writeFile(`/${index}`, new Uint8Array(), 0o644);
  }
  const deadline = performance.now() + ms;
  await withMount(noting, async (directory) => {
    do {
      assertEquals((await run("ls", "-lU", directory)).code, 0);
      crowd.look();
    } while (!noting.seen.has(IDLE) && performance.now() < deadline);
    assertEquals(policy(), NORMAL);
  }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
  return crowd;
}

Deno.test({
  name: "a mount stands back between the questions of a program, where nothing is started",
  ignore,
  fn: async () => {
    const quiet = new NotingQuiet();
    const crowd = await listUntilIdle(quiet, AT_HOME_MS);
    if (!quiet.seen.has(IDLE) && crowd.isUsual) {
      return console.log("Left out: standing back, as other programs want the processors");
    }
    assert(quiet.seen.has(IDLE));
    const any = new Noting();
    await listUntilIdle(any, 0);
    assertEquals(any.seen, new Set([NORMAL]));
  },
});

/** Notes its nice value while it answers. */
class NotingNice extends MemoryProvider {
  readonly seen = new Set<number>();

  override get startsNothing(): boolean {
    return true;
  }
  override lstat(path: string, context?: Context): FileInfo {
    this.seen.add(niceIn(ownStat()));
    return super.lstat(path, context);
  }
}

Deno.test({
  name: "a mount goes ahead while more programs ask than there are processors, and only then",
  ignore,
  fn: async () => {
    const noting = new NotingNice();
    for (let index = 0; index < FILES / 4; index++) {
      noting.writeFile(`/${index}`, new Uint8Array(), 0o644);
    }
    const before = niceIn(ownStat());
    const programs = navigator.hardwareConcurrency + 3;
    const deadline = performance.now() + AT_HOME_MS;
    await withMount(noting, async (directory) => {
      const list = async () => assertEquals((await run("ls", "-lU", directory)).code, 0);
      await list();
      assertEquals(noting.seen, new Set([before]));
      while (noting.seen.size === 1 && performance.now() < deadline) {
        await Promise.all(Array.from({ length: programs }, list));
      }
      assertEquals(niceIn(ownStat()), before);
    }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
    if (noting.seen.size === 1) {
      return console.log("Left out: going ahead, as the programs did not keep the mount busy");
    }
    assertEquals(noting.seen, new Set([before, Math.max(before - 10, -20)]));
  },
});

Deno.test("only who adds nothing of his own says by himself that he starts nothing", () => {
  const memory = new MemoryProvider();
  const real = new RealFSProvider("/");
  const says = (provider: Provider): boolean => provider.startsNothing === true;
  assertEquals([memory, real, newReadonlyProvider(real)].map(says), [true, true, true]);
  const others = [
    new Noting(),
    newReadonlyProvider(new Noting()),
    new (class extends RealFSProvider {})("/"),
    new (class extends ReadonlyProvider {})(memory),
    new RealFSProvider("/", { ffi: false }),
    newInterceptProvider(memory, new HookEngine([])),
  ];
  assertEquals(others.map(says), others.map(() => false));
});

/** Notes how it is scheduled while it asks, and while it hears what came of a promise. */
class Watched extends RemoteProvider {
  readonly seen = new Map<string, Set<string>>();
  asks = 0;

  note(what: string): void {
    const policies = this.seen.get(what);
    if (policies === undefined) this.seen.set(what, new Set([policy()]));
    else policies.add(policy());
  }

  override find(path: string, context?: Context): MaybePromise<FileInfo | null> {
    // To look at what it is itself takes long.
    if (++this.asks % 16 === 0) this.note("asking");
    const found = super.find(path, context);
    if (this.asks % 1000 !== 0) return found;
    const later = async (): Promise<FileInfo | null> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      this.note("later");
      return found;
    };
    return later();
  }

  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    return chain(super.open(path, flags, mode, context), (handle) => {
      const writeAt = handle.writeAt.bind(handle);
      handle.writeAt = (data, ...rest) => {
        this.note(data.length > 64 << 10 ? "writing much" : "writing little");
        return writeAt(data, ...rest);
      };
      return handle;
    });
  }
}

/** One of which it is known that it starts nothing. */
class WatchedQuiet extends Watched {
  override get startsNothing(): boolean {
    return true;
  }
}

/** Writes that are served while we stand back, and others between them. */
const WRITES = `
  const file = Deno.openSync("big", { write: true, create: true });
  for (let round = 0; round < 30; round++) {
    for (let count = 0; count < 100; count++) file.writeSync(new Uint8Array(4096));
    file.writeSync(new Uint8Array(96 << 10));
  }
  file.writeSync(new Uint8Array(1 << 20));`;

/** How long a mount may take to make itself at home, in milliseconds. */
const AT_HOME_MS = 8_000;

/**
 * Serves a directory of many files as the command does, and lists it and writes in a mount until that has stood back, but
 * three times at least. `isBusy` in the result tells that others were in the way.
 */
async function useOverWire(
  Provider: typeof Watched,
): Promise<{ readonly remote: Watched; readonly isBusy: boolean }> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/host`);
  for (let index = 0; index < FILES; index++) {
    await Deno.writeTextFile(`${folder}/host/file${index}`, "");
  }
  try {
    const args = ["serve", `${folder}/host`, "--socket", `${folder}/s`];
    await using _server = await ServerProcess.start(
      new URL("../cli/mod.ts", import.meta.url),
      ...args,
    );
    const { client } = await connectUDS(`${folder}/s`, { forMount: true });
    await using remote = new Provider(client);
    const crowd = new Crowd();
    await withMount(remote, async (directory) => {
      const repeat = async (what: string, use: () => Promise<unknown>): Promise<void> => {
        const deadline = performance.now() + (remote.startsNothing ? AT_HOME_MS : 0);
        const isAtHome = (): boolean => remote.seen.get(what)?.has(IDLE) === true;
        for (let count = 0; count < 3 || (!isAtHome() && performance.now() < deadline); count++) {
          await use();
          crowd.look();
        }
      };
      await repeat("asking", async () => {
        assertEquals((await run("ls", "-lU", directory)).code, 0);
      });
      await repeat("writing little", () => inChild(directory, WRITES));
      assertEquals(policy(), NORMAL);
    }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
    return { remote, isBusy: crowd.isUsual };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "a mount over the wire stands back while it asks a server who is near, and never otherwise",
  ignore,
  fn: async () => {
    const { remote: { seen }, isBusy } = await useOverWire(WatchedQuiet);
    assertEquals(seen.get("later"), new Set([NORMAL]));
    assertEquals(seen.get("writing much"), new Set([NORMAL]));
    const stoodBack = ["asking", "writing little"].map((what) => seen.get(what)?.has(IDLE));
    if (stoodBack.includes(false) && isBusy) {
      return console.log("Left out: standing back, as other programs want the processors");
    }
    assertEquals(stoodBack, [true, true], "while asking, and while writing");
  },
});

Deno.test({
  name: "a class that adds something to a remote provider is scheduled like any other",
  ignore,
  fn: async () => {
    const { remote: { asks, seen } } = await useOverWire(Watched);
    assert(asks > FILES);
    for (const what of ["asking", "later", "writing much", "writing little"]) {
      assertEquals(seen.get(what), new Set([NORMAL]), what);
    }
  },
});
