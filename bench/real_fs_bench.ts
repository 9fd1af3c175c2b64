/**
 * What containment costs: RealFSProvider beside the same directory through Deno's API, which keeps
 * nobody in, and what one call into the C library costs without the kernel's share.
 *
 *     deno run -A bench/real_fs_bench.ts [directory]
 *
 * Prints microseconds per operation, the median of several rounds in turns; each Deno call is the closest there is.
 *
 * @module
 */
import { isPromise, RealFSProvider } from "../mod.ts";
import { getuid, MemoryBlock, read } from "../src/libc/mod.ts";
import { record } from "./report/record.ts";
import { MICROSECONDS } from "./report/row.ts";

const ROUNDS = 15;
const CALLS = 4_000;
const ENTRIES = 10_000;
const PAGE = 4096;

const root = Deno.makeTempDirSync({ dir: Deno.args[0] ?? "/dev/shm", prefix: "fusewire-" });
const provider = new RealFSProvider(root, { ffi: true });
for (const path of ["/a", "/a/b", "/a/b/c", "/many"]) await provider.mkdir(path, 0o755);
for (const path of ["/f", "/a/b/c/f"]) await (await provider.create(path, 0o644)).close();
for (let index = 0; index < ENTRIES; index++) {
  Deno.writeTextFileSync(`${root}/many/${index}`, "");
}
const handle = await provider.open("/a/b/c/f", 2, 0);
await handle.truncate(2 ** 20);
const file = Deno.openSync(`${root}/a/b/c/f`, { read: true, write: true });
const page = new Uint8Array(PAGE);
const block = new MemoryBlock(8);

function missing(run: () => unknown): void {
  try {
    run();
  } catch {
    return;
  }
  throw new Error("Something is there that should not be");
}

/** What is measured: calls in a round, ours, and Deno's. */
const CASES: Record<string, readonly [number, () => unknown, (() => unknown)?]> = {
  "call into C that does nothing": [CALLS * 10, () => getuid()],
  "call that the kernel refuses": [CALLS * 10, () => read(-1, block.address, 8)],
  "lstat in the root": [CALLS, () => provider.lstat("/f"), () => Deno.lstatSync(`${root}/f`)],
  "lstat three deep": [
    CALLS,
    () => provider.lstat("/a/b/c/f"),
    () => Deno.lstatSync(`${root}/a/b/c/f`),
  ],
  "lstat of nothing": [
    CALLS,
    () => missing(() => provider.lstat("/a/b/c/g")),
    () => missing(() => Deno.lstatSync(`${root}/a/b/c/g`)),
  ],
  "open and close": [
    CALLS,
    async () => (await provider.open("/a/b/c/f", 0, 0)).close(),
    () => Deno.openSync(`${root}/a/b/c/f`).close(),
  ],
  "create, close, unlink": [
    CALLS / 4,
    async () => {
      await (await provider.create("/a/b/c/new", 0o644)).close();
      await provider.unlink("/a/b/c/new");
    },
    () => {
      Deno.openSync(`${root}/a/b/c/new`, { write: true, create: true }).close();
      Deno.removeSync(`${root}/a/b/c/new`);
    },
  ],
  "rename there and back": [
    CALLS / 4,
    () => {
      provider.rename("/a/b/c/f", "/a/g");
      provider.rename("/a/g", "/a/b/c/f");
    },
    () => {
      Deno.renameSync(`${root}/a/b/c/f`, `${root}/a/g`);
      Deno.renameSync(`${root}/a/g`, `${root}/a/b/c/f`);
    },
  ],
  "read 4 KiB": [CALLS, () => handle.readAt(page, PAGE), () => {
    file.seekSync(PAGE, Deno.SeekMode.Start);
    file.readSync(page);
  }],
  "write 4 KiB": [CALLS, () => handle.writeAt(page, PAGE), () => {
    file.seekSync(PAGE, Deno.SeekMode.Start);
    file.writeSync(page);
  }],
  "list 10,000 names": [2, () => provider.readDir("/many"), () => [
    ...Deno.readDirSync(`${root}/many`),
  ]],
};

async function microseconds(calls: number, run: () => unknown): Promise<number> {
  const start = performance.now();
  for (let call = 0; call < calls; call++) {
    const result = run();
    if (isPromise(result)) await result;
  }
  return (performance.now() - start) * 1000 / calls;
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1]!;
}

function show(value: number): string {
  return value.toFixed(2).padStart(12);
}

console.log(`${"us per operation".padEnd(34)}${"ours".padStart(12)}${"Deno".padStart(12)}`);
for (const [name, [calls, ours, theirs]] of Object.entries(CASES)) {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    times[0].push(await microseconds(calls, ours));
    if (theirs !== undefined) times[1].push(await microseconds(calls, theirs));
  }
  const values = {
    fusewire: median(times[0]),
    Deno: theirs === undefined ? null : median(times[1]),
  };
  record({ name, unit: MICROSECONDS, values });
  console.log(
    name.padEnd(34) + show(values.fusewire) + (values.Deno === null ? "" : show(values.Deno)),
  );
}
file.close();
await handle.close();
await provider.close();
Deno.removeSync(root, { recursive: true });
