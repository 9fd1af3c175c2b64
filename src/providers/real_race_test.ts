/**
 * Somebody swaps directories for links while the provider works, and gets nobody out.
 *
 * `FUSEWIRE_RACE=1000000` runs that many rounds of each test instead of 100,000.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { GENTLE, refusable, ROUGH } from "../../fixtures/scratch/every_operation.ts";
import { GuardedRoot } from "../../fixtures/scratch/guarded_root.ts";
import { openDescriptors } from "../../fixtures/scratch/scratch_directory.ts";
import { Swapper } from "../../fixtures/scratch/swapper.ts";
import type { Provider } from "../provider/mod.ts";
import { RealFSProvider } from "./mod.ts";

const rounds = Number(Deno.env.get("FUSEWIRE_RACE") ?? 100_000);

/** The operations, without those that take the ground from under the other thread. */
const OPERATIONS = Object.entries({ ...GENTLE, ...ROUGH }).filter(([name]) =>
  !["renameFrom", "renameTo", "exchange", "remove", "removeAll", "unlink"].includes(name)
);

/** What the rounds of one race have come to. */
interface Score {
  /** How often an operation succeeded. */
  done: number;
  /** How often it failed in each way. */
  readonly failed: Map<string, number>;
  /** How many descriptors were open after the first rounds. */
  open: number;
}

/** Does everything with the paths again and again, in turn. */
async function run(guarded: GuardedRoot, provider: Provider, paths: string[]): Promise<Score> {
  const score: Score = { done: 0, failed: new Map(), open: 0 };
  const text = new TextDecoder();
  for (let round = 0; round < rounds; round++) {
    const [name, operation] = OPERATIONS[round % OPERATIONS.length]!;
    const path = paths[Math.floor(round / OPERATIONS.length) % paths.length]!;
    const outcome = await refusable(() =>
      operation(provider, path, {
        info: (info) => assert(!guarded.foreign.has(Number(info.ino)), `${name} described outside`),
        data: (data) => assert(!text.decode(data).includes("secret"), `${name} read outside`),
      })
    );
    if (outcome === "") score.done++;
    else score.failed.set(outcome, (score.failed.get(outcome) ?? 0) + 1);
    // By then both threads have all that they will need.
    if (round === OPERATIONS.length) score.open = openDescriptors();
    const touches = guarded.touches();
    if (touches.length > 0) assertEquals(touches, [], `${name} ${path} in round ${round}`);
  }
  assertEquals(openDescriptors(), score.open, "descriptors were left open");
  // A disturbed resolution is tried again, not passed on.
  assertEquals(score.failed.get("EAGAIN"), undefined);
  return score;
}

function refill(directory: string): void {
  Deno.mkdirSync(`${directory}/dir`, { recursive: true });
  for (const name of ["secret", "dir/inner"]) Deno.writeTextFileSync(`${directory}/${name}`, "in");
}

Deno.test("a directory that becomes a link meanwhile lets nobody out", async () => {
  using guarded = new GuardedRoot();
  const { root } = guarded;
  refill(`${root}/door`);
  Deno.writeTextFileSync(`${root}/file`, "in");
  Deno.symlinkSync("../outside", `${root}/trap`);
  {
    await using provider = new RealFSProvider(root, { ffi: true });
    await using swapper = new Swapper(`${root}/door`, `${root}/trap`);
    await swapper.started();
    const score = await run(guarded, provider, ["/door", "/door/secret", "/door/dir/inner"]);
    assert(swapper.count >= rounds / 10, `only ${swapper.count} swaps`);
    // Both sides of the swap were met.
    assert(score.done > rounds / 20 && (score.failed.get("ENOENT") ?? 0) > rounds / 20);
  }
  assert(guarded.isIntact());
});

Deno.test("a directory that moves while .. is resolved lets nobody out", async () => {
  using guarded = new GuardedRoot();
  const { root } = guarded;
  for (const name of ["a", "b", "a/deep/er", "b/flat"]) {
    Deno.mkdirSync(`${root}/${name}`, { recursive: true });
  }
  refill(`${root}/outside`);
  // From /a/deep/er two levels too far up; when deep is exchanged for flat, from anywhere.
  Deno.symlinkSync("../../../../outside", `${root}/a/deep/er/up`);
  Deno.symlinkSync("a/deep/er/../../../../../outside", `${root}/around`);
  Deno.writeTextFileSync(`${root}/file`, "in");
  {
    await using provider = new RealFSProvider(root, { ffi: true });
    await using swapper = new Swapper(`${root}/a/deep`, `${root}/b/flat`);
    await swapper.started();
    const paths = ["/a/deep/er/up/secret", "/around/secret", "/a/deep/er/up", "/b/flat/er/up/dir"];
    const score = await run(guarded, provider, paths);
    assert(swapper.count >= rounds / 10, `only ${swapper.count} swaps`);
    assert(score.done > 0);
  }
  assert(guarded.isIntact());
});

Deno.test("removeAll() follows no link that takes a directory's place meanwhile", async () => {
  using guarded = new GuardedRoot();
  const { root } = guarded;
  const tree = `${root}/tree`;
  {
    await using provider = new RealFSProvider(root, { ffi: true });
    await using swapper = new Swapper(`${tree}/door`, `${tree}/trap`);
    let swaps = 0;
    // On a busy machine the swapper's thread may sleep for a while: then it takes more rounds.
    for (let round = 0; round < rounds / 20 || (swaps === 0 && round < rounds); round++) {
      refill(`${tree}/door`);
      Deno.symlinkSync("../../outside", `${tree}/trap`);
      await swapper.started();
      const before = swapper.count;
      // Who keeps putting things into a directory can keep it from being removed, as with rm(1).
      const removed = () => refusable(async () => await provider.removeAll("/tree"));
      for (let outcome = await removed(); outcome !== ""; outcome = await removed()) {
        assertEquals(outcome, "ENOTEMPTY");
      }
      swaps += swapper.count - before;
      assertEquals(await refusable(async () => void await provider.lstat("/tree")), "ENOENT");
      assertEquals(guarded.touches(), [], `round ${round}`);
    }
    assert(swaps > 0, "nothing was swapped while a tree was removed");
  }
  assert(guarded.isIntact());
});
