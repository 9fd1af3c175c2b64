/**
 * Serves very many files, has them looked at and forgotten, and prints what that takes of its memory: the
 * process of `forget_soak.ts`.
 *
 * @module
 */
import { ERRNO, type Errno, S_IFREG } from "../../base/mod.ts";
import type { EntryOut } from "../../fuse/mod.ts";
import {
  type DirStream,
  type Inode,
  mountNodes,
  newGeneratorDirStream,
  Node,
} from "../../nodefs/mod.ts";
import type { NodeLookuper, NodeReaddirer } from "../../nodefs/mod.ts";
import type { Context } from "../../provider/mod.ts";
import type { MemoryUse, SoakPlan, SoakReport, SoakRound } from "./forget_soak.ts";
import { forgetAll } from "./forget_all.ts";
import { run } from "./with_mount.ts";

/** How often garbage is collected before memory is measured: finalizers free more. */
const GC_ROUNDS = 4;
/** How often a tenth of the files is looked at before the start. */
const WARM_LOOKS = 3;
/** How often memory is looked at while nobody does anything, in milliseconds. */
const LOOK_MS = 1000;
/** Which part of what the files took may be left when nobody has done anything: then the wait is over. */
const LEFT_UNTOUCHED = 0.1;

const { symbols: malloc } = Deno.dlopen("libc.so.6", {
  malloc_trim: { parameters: ["usize"], result: "i32" },
});

/** Has as many files as anybody wants, and remembers none. */
class Many extends Node implements NodeLookuper, NodeReaddirer {
  /** How many files there are. */
  files = 0;
  /** How many files the kernel was told of. */
  told = 0;

  lookup(_context: Context, name: string, _out: EntryOut): Inode | Errno {
    const number = Number(name);
    if (!(number < this.files)) return ERRNO.ENOENT;
    this.told++;
    return this.embeddedInode().newInode(new Node(), { mode: S_IFREG, ino: number + 2 });
  }
  readdir(): DirStream {
    return newGeneratorDirStream(this.#names());
  }
  *#names() {
    for (let index = 0; index < this.files; index++) {
      yield { name: String(index), type: S_IFREG, ino: index + 2 };
    }
  }
}

function memoryUse(): MemoryUse {
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rss, heapUsed };
}

/**
 * Memory without garbage, and without what is kept for more:
 *
 * - empty pages of V8, which a collection of last resort gives back;
 * - V8's table of the strings that were keys of a `Map` or an object. It has room for as many as there ever
 *   were, some 16 bytes each, until another string is added; then the next collection frees it;
 * - what malloc has free, between blocks in use (`malloc_trim(3)`): V8's collector takes and frees tens of
 *   megabytes while it works on a large heap.
 */
async function settled(): Promise<MemoryUse> {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") throw new TypeError("Run this with --v8-flags=--expose-gc");
  for (let round = 0; round < GC_ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve)); // what this turn still holds
    new Map().set(crypto.randomUUID(), round);
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
  }
  malloc.malloc_trim(0n);
  return memoryUse();
}

/** Waits until V8 has given back by itself what the files took, or for `maxMs`. */
async function untouched(
  before: MemoryUse,
  forgotten: MemoryUse,
  maxMs: number,
): Promise<SoakRound["untouched"]> {
  if (maxMs === 0) return null;
  const enough = before.rss + LEFT_UNTOUCHED * (forgotten.rss - before.rss);
  const start = performance.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = memoryUse();
    const ms = Math.round(performance.now() - start);
    if (now.rss <= enough || ms >= maxMs) return { ...now, ms };
  }
}

async function list(directory: string, files: number): Promise<void> {
  const { stdout } = await run("sh", "-c", `ls -lU ${directory} | wc -l`);
  if (Number(stdout) !== files + 1) throw new Error(`ls showed ${stdout} lines for ${files} files`);
}

async function soak(directory: string, plan: SoakPlan): Promise<SoakReport> {
  const many = new Many();
  const forEver = { entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 };
  await using mounted = await mountNodes(many, directory, { readdirPlus: "always", ...forEver });
  // With a tenth of them: what is compiled and cached by then stays.
  many.files = plan.files / 10;
  for (let look = 0; look < WARM_LOOKS; look++) {
    await list(mounted.mountpoint, many.files);
    await forgetAll(mounted, plan.dropsCaches);
    await settled();
  }
  const before = await settled();
  many.files = plan.files;
  const rounds: SoakRound[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    many.told = 0;
    await list(mounted.mountpoint, many.files);
    const known = mounted.inodeCount;
    await forgetAll(mounted, plan.dropsCaches);
    const forgotten = memoryUse();
    rounds.push({
      told: many.told,
      known,
      children: mounted.root.children().size,
      forgotten,
      untouched: await untouched(before, forgotten, plan.untouchedMaxMs),
      after: await settled(),
    });
  }
  return { before, rounds };
}

const [directory, plan] = Deno.args;
if (directory === undefined || plan === undefined) {
  throw new TypeError("Name a directory, and what to do");
}
console.log(JSON.stringify(await soak(directory, JSON.parse(plan))));
