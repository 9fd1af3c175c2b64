/**
 * A provider mounted directly, and the same provider served by a process of its own and mounted over version 2
 * of the wire: `git clone` into the mount, then `git status` cold (mounted anew) and warm (again at once), of
 * a repository of 5,000 files. In turns; medians, and the ratio of over the wire to directly.
 *
 *     deno run -A bench/mount_over_wire_bench.ts [rounds, default 7]
 *     deno run -A bench/mount_over_wire_bench.ts count    what the kernel asks and what goes over the wire
 *     deno run -A bench/mount_over_wire_bench.ts count names    the same, operation by operation
 *
 * @module
 */
import { type Mount, mount } from "../src/mount/mod.ts";
import type { Provider } from "../src/provider/mod.ts";
import { MemoryProvider, newRealFSProvider } from "../src/providers/mod.ts";
import { connectUDS, newVFSServer, RemoteProvider } from "../src/wire/mod.ts";
import { record } from "./report/record.ts";
import { MILLISECONDS } from "./report/row.ts";

const FILES = 5000;
const FILES_IN_DIRECTORY = 20;
const ROUNDS = 7;
/** Until then V8 compiles, in two processes over the wire: the first clone takes up to twice the time of the fourth. */
const WARM_UPS = 3;
/** A second, and what clocks differ. */
const SECOND_MS = 1100;
/** What is promised of the time over the wire, the time directly being 1. */
const RATIO_MAX = 1.5;
/**
 * Memory, a directory, one that nobody changes meanwhile (`serve --exclusive`), and one that is asked about each time
 * (`mount -o attr_timeout=0`, but the kernel remembers as it does for the others), of which nothing is promised.
 */
const KINDS = ["memory", "real", "exclusive", "asked"] as const;
const ROUTES = ["direct", "wire"] as const;
const STEPS = ["clone", "status, cold", "status, warm"] as const;
type Kind = (typeof KINDS)[number];
type Route = (typeof ROUTES)[number];

const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "Bench",
  GIT_AUTHOR_EMAIL: "bench@example.org",
  GIT_COMMITTER_NAME: "Bench",
  GIT_COMMITTER_EMAIL: "bench@example.org",
};

/** Whether nobody else changes what is served. */
function isExclusive(kind: Kind): boolean {
  return kind === "memory" || kind === "exclusive";
}

function isKind(text: string | undefined): text is Kind {
  return KINDS.some((kind) => kind === text);
}

async function git(...args: string[]): Promise<string> {
  const command = new Deno.Command("git", { args, env: GIT_ENVIRONMENT });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** A repository of text files of some kilobytes, twenty in a directory, directories in directories. */
async function makeRepository(path: string): Promise<void> {
  await git("init", "-q", path);
  await git("-C", path, "config", "gc.auto", "0");
  for (let index = 0; index < FILES; index++) {
    const directory = Math.floor(index / FILES_IN_DIRECTORY);
    const folder = `${path}/part${Math.floor(directory / 10)}/module${directory % 10}`;
    if (index % FILES_IN_DIRECTORY === 0) await Deno.mkdir(folder, { recursive: true });
    const line = `export const value${index} = ${index * 7919};\n`;
    await Deno.writeTextFile(`${folder}/file${index}.ts`, line.repeat(1 + index % 100));
  }
  await git("-C", path, "add", ".");
  await git("-C", path, "commit", "-q", "-m", "Everything");
  await git("-C", path, "repack", "-q", "-a", "-d");
}

function newProvider(kind: Kind, directory: string): Provider {
  return kind === "memory" ? new MemoryProvider() : newRealFSProvider(directory);
}

/** Counts what the kernel asked and wants an answer to, by the lines of the debug log. */
class KernelRequests {
  readonly names = new Map<string, number>();

  readonly logger = (line: string): void => {
    const name = /^rx \d+: (\w+)/.exec(line)?.[1];
    if (name === undefined) {
      if (!/^(tx|notice)/.test(line)) console.error(line);
      return;
    }
    if (name.endsWith("FORGET") || name === "INIT" || name === "DESTROY") return;
    this.names.set(name, (this.names.get(name) ?? 0) + 1);
  };
}

function add(sums: Map<string, number>, name: string): void {
  sums.set(name, (sums.get(name) ?? 0) + 1);
}

/** What went on since the last time. */
interface Counts {
  readonly kernel: Record<string, number>;
  readonly wire: Record<string, number>;
}

/** The lines that somebody writes to a process, one by one. */
async function* linesOf(readable: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** The server: prints what it was asked since the last line that it was sent. */
async function serve(kind: Kind, socket: string, directory: string): Promise<void> {
  const asked = new Map<string, number>();
  const counting = Deno.args.includes("count");
  await using provider = newProvider(kind, directory);
  await using server = newVFSServer(provider, {
    soleOwner: isExclusive(kind),
    // As `fusewire serve` does.
    spinUs: 140,
    ...(counting ? { observer: ({ name }) => add(asked, name ?? "unknown") } : {}),
  });
  await server.serveUDSBackground(socket);
  console.log("ready");
  for await (const _ of linesOf(Deno.stdin.readable)) {
    console.log(JSON.stringify(Object.fromEntries(asked)));
    asked.clear();
  }
}

/** The mounting process: mounts anew for each line that it is sent but `count`. */
async function serveMount(kind: Kind, route: Route, paths: string[]): Promise<void> {
  const [mountpoint = "", socket = "", directory = ""] = paths;
  const counting = Deno.args.includes("count");
  await using provider = route === "direct"
    ? newProvider(kind, directory)
    : await connectUDS(socket, {
      cache: kind === "asked" ? false : "exact",
      forMount: true,
      recentMs: 1,
    });
  const kernel = new KernelRequests();
  // As `fusewire mount` does: what is only here, or told of by the server, the kernel may remember.
  const isExact = provider instanceof RemoteProvider && provider.client.hello.exact;
  const options = {
    soleOwner: isExact || isExclusive(kind),
    watch: isExact,
    ...(counting ? { debug: true, logger: kernel.logger } : {}),
  };
  let mounted: Mount = await mount(provider, mountpoint, options);
  console.log("ready");
  for await (const line of linesOf(Deno.stdin.readable)) {
    if (line === "count") {
      console.log(JSON.stringify(Object.fromEntries(kernel.names)));
      kernel.names.clear();
      continue;
    }
    await mounted.unmount();
    mounted = await mount(provider, mountpoint, options);
    console.log("ready");
  }
  await mounted.unmount();
}

/** One of our processes, which answers each line with a line. */
class Helper {
  readonly #process: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(args: readonly string[]) {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", import.meta.filename!, ...args],
      stdin: "piped",
      stdout: "piped",
    });
    this.#process = command.spawn();
    this.#lines = linesOf(this.#process.stdout);
    this.#writer = this.#process.stdin.getWriter();
  }

  async line(): Promise<string> {
    const { value } = await this.#lines.next();
    if (value === undefined) throw new Error("A process of the benchmark has ended");
    return value;
  }

  async ask(line: string): Promise<string> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
    return await this.line();
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await this.#process.status;
  }
}

/** One provider on one route. */
class Subject {
  readonly name: string;
  readonly times = new Map<string, number[]>();
  readonly counts = new Map<string, Counts>();
  readonly #mountpoint: string;
  readonly #mount: Helper;
  readonly #server: Helper | null;

  private constructor(name: string, mountpoint: string, mount: Helper, server: Helper | null) {
    this.name = name;
    this.#mountpoint = mountpoint;
    this.#mount = mount;
    this.#server = server;
  }

  static async start(kind: Kind, route: Route, folder: string, mode: string): Promise<Subject> {
    const name = `${kind}-${route}`;
    const [mountpoint, directory] = [`${folder}/${name}`, `${folder}/${name}-host`];
    const socket = `${folder}/${name}.sock`;
    await Deno.mkdir(mountpoint);
    await Deno.mkdir(directory);
    let server: Helper | null = null;
    if (route === "wire") {
      server = new Helper(["serve", kind, socket, directory, mode]);
      await server.line();
    }
    const mount = new Helper(["mount", kind, route, mountpoint, socket, directory, mode]);
    await mount.line();
    return new Subject(name, mountpoint, mount, server);
  }

  async #step(step: string, run: () => Promise<unknown>): Promise<void> {
    const start = performance.now();
    await run();
    const took = performance.now() - start;
    this.times.set(step, [...this.times.get(step) ?? [], took]);
  }

  async round(repository: string, count: boolean): Promise<void> {
    const clone = `${this.#mountpoint}/clone`;
    const take = async (step: string): Promise<void> => {
      if (!count) return;
      const kernel = JSON.parse(await this.#mount.ask("count"));
      const wire = JSON.parse(await this.#server?.ask("count") ?? "{}");
      this.counts.set(step, { kernel, wire });
    };
    await take("");
    await this.#step("clone", () => git("clone", "-q", repository, clone));
    await take("clone");
    // What git wrote in the second of its index it reads again each time, until the index is a second younger.
    await new Promise((resolve) => setTimeout(resolve, SECOND_MS));
    await git("-C", clone, "status");
    await this.#mount.ask("mount");
    await take("");
    for (const step of ["status, cold", "status, warm"]) {
      await this.#step(step, async () => {
        const text = await git("-C", clone, "status", "--porcelain");
        if (text !== "") throw new Error(`${this.name}: git sees changes: ${text.slice(0, 500)}`);
      });
      await take(step);
    }
    await new Deno.Command("rm", { args: ["-rf", clone] }).output();
  }

  async end(): Promise<void> {
    await this.#mount.end();
    await this.#server?.end();
  }
}

function median(values: readonly number[] = []): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;
}

function printTimes(kind: Kind, direct: Subject, wire: Subject): void {
  for (const step of STEPS) {
    const [one, other] = [median(direct.times.get(step)), median(wire.times.get(step))];
    const name = `${kind}: ${step}`.padEnd(26);
    const ratio = (other / one).toFixed(2).padStart(6);
    const values = { fusewire: one, "fusewire, over the wire": other };
    const target = { peer: "fusewire", ours: "fusewire, over the wire", ratio: RATIO_MAX };
    const targets = kind === "asked" ? [] : [target];
    record({ name: `${kind}: ${step}`, unit: MILLISECONDS, values, targets });
    console.log(
      `${name}${one.toFixed(0).padStart(8)} ms${other.toFixed(0).padStart(8)} ms${ratio}`,
    );
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}

function printCounts({ name, counts }: Subject): void {
  for (const step of STEPS) {
    const { kernel = {}, wire = {} } = counts.get(step) ?? {};
    const ratio = (sum(wire) / sum(kernel)).toFixed(2);
    console.log(
      `${`${name}: ${step}`.padEnd(28)}${String(sum(kernel)).padStart(8)} requests of the kernel` +
        `${String(sum(wire)).padStart(8)} on the wire  ${ratio}`,
    );
    if (!Deno.args.includes("names")) continue;
    for (const each of [kernel, wire]) {
      const sorted = Object.entries(each).sort((one, other) => other[1] - one[1]);
      console.log("    " + sorted.map(([op, times]) => `${op} ${times}`).join(", "));
    }
  }
}

/**
 * A provider on both routes, in turns. One provider after the other: what has nothing to do for long is moved out of
 * memory, and has to come back when its turn comes.
 */
async function compare(kind: Kind, folder: string, mode: string): Promise<void> {
  const count = mode === "count";
  const subjects: Subject[] = [];
  try {
    for (const route of ROUTES) subjects.push(await Subject.start(kind, route, folder, mode));
    const rounds = count ? 1 : WARM_UPS + Number(mode);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < subjects.length; turn++) {
        await subjects[(round + turn) % subjects.length]!.round(`${folder}/repository`, count);
      }
      if (!count && round < WARM_UPS) subjects.forEach(({ times }) => times.clear());
    }
    const [direct, wire] = subjects;
    if (count) subjects.forEach(printCounts);
    else printTimes(kind, direct!, wire!);
  } finally {
    for (const subject of subjects) await subject.end();
  }
}

async function main(): Promise<void> {
  const [mode = String(ROUNDS)] = Deno.args;
  const folder = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-" });
  try {
    await makeRepository(`${folder}/repository`);
    if (mode !== "count") console.log(`${"".padEnd(26)}   directly   over the wire`);
    for (const kind of KINDS) await compare(kind, folder, mode);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [role, kind, ...rest] = Deno.args;
  if (!isKind(kind)) await main();
  else if (role === "serve") await serve(kind, rest[0]!, rest[1]!);
  else await serveMount(kind, rest[0] === "wire" ? "wire" : "direct", rest.slice(1));
}
