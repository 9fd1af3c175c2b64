import { assert, assertEquals } from "@std/assert";
import { type Errno, S_IFREG } from "../base/mod.ts";
import type { EntryOut } from "../fuse/mod.ts";
import { type Inode, Node } from "../nodefs/mod.ts";
import type { NodeLookuper } from "../nodefs/mod.ts";
import type { Context } from "../provider/mod.ts";
import { forgetAll } from "./testing/forget_all.ts";
import { type MemoryUse, soak } from "./testing/forget_soak.ts";
import { run, withNodes } from "./testing/with_mount.ts";

/** How many files are looked at. The long run: FUSEWIRE_SOAK=1000000 */
const SOAK = Deno.env.get("FUSEWIRE_SOAK");
const FILES = Number(SOAK ?? 50_000);
/** How often all files are looked at: what is left must not add up. */
const LOOKS = 3;
/** How long V8 may take until it collects the garbage by itself, in the long run, in milliseconds. */
const UNTOUCHED_MAX_MS = 60_000;
/** How much more than at the start may be in use when all files are forgotten. */
const LEFT_MAX = 0.1;
/** How much larger the heap may be after the last look than after the first. */
const GROWN_MAX = 0.03;

const inMB = ({ rss, heapUsed }: MemoryUse): string =>
  `${(rss / 1e6).toFixed(1)} MB, heap ${(heapUsed / 1e6).toFixed(2)} MB`;

/** That no more is in use than before, but for {@linkcode LEFT_MAX}. */
function assertBack(now: MemoryUse, before: MemoryUse): void {
  const text = `${inMB(before)} have become ${inMB(now)}`;
  assert(now.heapUsed <= before.heapUsed * (1 + LEFT_MAX), text);
  assert(now.rss <= before.rss * (1 + LEFT_MAX), text);
}

Deno.test("what the kernel has forgotten is gone here too", async () => {
  const { before, rounds } = await soak({
    files: FILES,
    rounds: LOOKS,
    dropsCaches: SOAK !== undefined,
    untouchedMaxMs: SOAK === undefined ? 0 : UNTOUCHED_MAX_MS,
  });
  if (SOAK !== undefined) console.log(`${FILES} files; at the start ${inMB(before)}`);
  assertEquals(rounds.length, LOOKS);
  for (const { told, known, children, forgotten, untouched, after } of rounds) {
    assert(told >= FILES, `${told} of ${FILES}`);
    assertEquals(children, 0);
    if (untouched !== null) {
      console.log(`${known} known; forgotten: ${inMB(forgotten)}`);
      console.log(`untouched for ${(untouched.ms / 1000).toFixed(0)} s: ${inMB(untouched)}`);
      console.log(`collected: ${inMB(after)}`);
      const left = (untouched.rss - before.rss) / (forgotten.rss - before.rss);
      assert(left <= LEFT_MAX, `${(left * 100).toFixed(0)} % of what the files took are left`);
    }
    assertBack(after, before);
  }
  const [first, last] = [rounds[0]?.after, rounds.at(-1)?.after];
  assert(first !== undefined && last !== undefined);
  assert(last.heapUsed <= first.heapUsed * (1 + GROWN_MAX), `${inMB(first)}, then ${inMB(last)}`);
});

/** How many files are looked for again and again. */
const CONTESTED = 8;
/** How often all of them are looked for. */
const ROUNDS = 100;

/** Answers later, so that a FORGET can come while a lookup is under way. */
class Late extends Node implements NodeLookuper {
  async lookup(_context: Context, name: string, _out: EntryOut): Promise<Inode | Errno> {
    const inode = this.embeddedInode();
    const ino = Number(name) + 2;
    const found = inode.knownInode(ino, S_IFREG) ??
      inode.newInode(new Node(), { mode: S_IFREG, ino });
    await new Promise((resolve) => setTimeout(resolve));
    return found;
  }
}

Deno.test("files are found while the kernel forgets them, and every lookup is counted", async () => {
  await withNodes(new Late(), async (directory, mounted) => {
    const names = Array.from({ length: CONTESTED }, (_, index) => `${directory}/${index}`).join(
      " ",
    );
    const script = `i=0; while [ $i -lt ${ROUNDS} ]; do i=$((i+1)); stat -c %i ${names}; done`;
    const wanted = Array.from({ length: CONTESTED }, (_, index) => `${index + 2}\n`).join("");
    let done = false;
    const looking = Promise.all([1, 2, 3].map(() => run("sh", "-c", script)))
      .finally(() => done = true);
    const prune = async (): Promise<void> => {
      const nodeids = [...mounted.root.children().values()].map(({ nodeid }) => nodeid);
      if ((mounted.agreement?.minor ?? 0) >= 45) await mounted.notices.prune(nodeids);
      else {await Promise.all([...mounted.root.children().keys()].map((name) =>
          mounted.root.notifyEntry(name)
        ));}
    };
    while (!done) {
      await prune();
      await new Promise((resolve) => setTimeout(resolve));
    }
    for (const { stdout, stderr } of await looking) {
      assertEquals([stderr, stdout], ["", wanted.repeat(ROUNDS)]);
    }
    await forgetAll(mounted);
    assertEquals(mounted.root.children().size, 0);
  }, { entryTimeoutMs: 1e9, attrTimeoutMs: 1e9 });
});
