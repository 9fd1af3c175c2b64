/**
 * A mount over the wire whose connection goes through shared memory, the same one over the socket alone
 * (`WireLimits.sharersMax` 0), and one that is passed the files that it opens (`VFSServerOptions.passFiles`): questions one
 * after the other, new files, and much data. A server and a mount for each, in processes of their own; in turns, with
 * medians and the median of the ratios of each turn.
 *
 *     deno run -A bench/shared_memory_bench.ts [rounds, default 15]
 *
 * @module
 */
import { DEDICATED_LOOP } from "../src/fuse/mod.ts";
import { mount } from "../src/mount/mod.ts";
import { newRealFSProvider } from "../src/providers/mod.ts";
import { connectUDS, DEFAULT_LIMITS, newVFSServer } from "../src/wire/mod.ts";
import { record } from "./report/record.ts";
import { MILLISECONDS, type Unit } from "./report/row.ts";

const ROUNDS = 15;
/** Until then V8 compiles, in two processes. */
const WARM_UPS = 4;
const STATS = 2000;
const FILES = 200;
const DATA = new Uint8Array(1 << 20).fill(120);
const DATA_COUNT = 128;

/** One way from the mount to the server. */
interface Way {
  /** Its column. */
  readonly title: string;
  /** Its name in the results. */
  readonly subject: string;
  /** How many clients may share memory. */
  readonly sharersMax: number;
  /** Whether files are passed. */
  readonly passFiles: boolean;
}

const { sharersMax } = DEFAULT_LIMITS;
/** Our own name is that of the way that everybody gets. */
const WAYS: readonly Way[] = [
  { title: "shared memory", subject: "fusewire", sharersMax, passFiles: false },
  { title: "socket only", subject: "fusewire, socket only", sharersMax: 0, passFiles: false },
  { title: "files passed", subject: "fusewire, files passed", sharersMax, passFiles: true },
];

/** What is done in a mount. */
const STEPS: Readonly<Record<string, (folder: string) => void>> = {
  [`${STATS} stat`]: (folder) => {
    for (let count = 0; count < STATS; count++) Deno.statSync(`${folder}/file`);
  },
  [`${FILES} new files of 4 KiB`]: (folder) => {
    const data = DATA.subarray(0, 4096);
    for (let count = 0; count < FILES; count++) Deno.writeFileSync(`${folder}/new${count}`, data);
    for (let count = 0; count < FILES; count++) Deno.removeSync(`${folder}/new${count}`);
  },
  [`write ${DATA_COUNT} MiB`]: (folder) => {
    using file = Deno.openSync(`${folder}/large`, { write: true, create: true, truncate: true });
    for (let count = 0; count < DATA_COUNT; count++) {
      for (let done = 0; done < DATA.length;) done += file.writeSync(DATA.subarray(done));
    }
  },
  [`read ${DATA_COUNT} MiB`]: (folder) => {
    using file = Deno.openSync(`${folder}/large`);
    const buffer = new Uint8Array(DATA.length);
    while (file.readSync(buffer) !== null);
  },
};

/** Runs as one of the processes, until its input ends. */
async function help(
  [role, socket = "", path = "", number = ""]: readonly string[],
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  if (role === "serve") {
    const provider = stack.use(newRealFSProvider(path));
    const way = WAYS[Number(number)];
    const passFiles = way?.passFiles === true;
    // As `fusewire serve` does.
    const options = { spinUs: passFiles ? 300 : 140, passFiles };
    const limits = { sharersMax: way?.sharersMax ?? 0 };
    await stack.use(newVFSServer(provider, { ...options, limits })).serveUDSBackground(socket);
  } else {
    // Nothing is remembered, so that each question is asked.
    const remote = stack.use(await connectUDS(socket, { forMount: true, recentMs: 1 }));
    const never = { attrTimeoutMs: 0, entryTimeoutMs: 0 };
    // As `fusewire mount` does.
    stack.use(await mount(remote, path, { ...never, loop: DEDICATED_LOOP }));
  }
  console.log("ready");
  await Deno.stdin.readable.pipeTo(new WritableStream());
}

/** One of our processes. */
class Helper implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
  }

  static async start(...args: readonly string[]): Promise<Helper> {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", import.meta.filename!, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = process.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (done) throw new Error(`The process for "${args.join(" ")}" has ended`);
    return new Helper(process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;
}

/** A row: the times of each way, and how much of those of the first one each other way takes. */
function print(step: string, times: readonly number[][], unit: Unit): void {
  const [first = []] = times;
  const medians = times.map(median);
  const ratios = times.slice(1).map((own) =>
    median(own.map((time, round) => time / first[round]!)).toFixed(2).padStart(14)
  );
  const columns = medians.map((each) => `${each.toFixed(1)} ms`.padStart(14));
  console.log(`${step.padEnd(26)}${columns.join("")}${ratios.join("")}`);
  record({
    name: step,
    unit,
    values: Object.fromEntries(WAYS.map(({ subject }, at) => [subject, medians[at] ?? NaN])),
  });
}

async function main(rounds: number): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-bench-" });
  try {
    await using stack = new AsyncDisposableStack();
    const mounts: string[] = [];
    for (const index of WAYS.keys()) {
      const [socket, host, mounted] = ["sock", "host", "mnt"].map((name) =>
        `${folder}/${name}${index}`
      );
      await Deno.mkdir(host!);
      await Deno.mkdir(mounted!);
      await Deno.writeTextFile(`${host}/file`, "hello");
      stack.use(await Helper.start("serve", socket!, host!, String(index)));
      stack.use(await Helper.start("mount", socket!, mounted!));
      mounts.push(mounted!);
    }
    const titles = [...WAYS, ...WAYS.slice(1)].map(({ title }) => title.padStart(14));
    console.log(`${"".padEnd(26)}${titles.join("")}: of the first`);
    for (const [step, run] of Object.entries(STEPS)) {
      const times: number[][] = WAYS.map(() => []);
      for (let round = -WARM_UPS; round < rounds; round++) {
        for (const [index, mounted] of mounts.entries()) {
          const start = performance.now();
          run(mounted);
          if (round >= 0) times[index]!.push(performance.now() - start);
        }
      }
      print(step, times, MILLISECONDS);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (["serve", "mount"].includes(Deno.args[0] ?? "")) await help(Deno.args);
else await main(Number(Deno.args[0] ?? ROUNDS));
