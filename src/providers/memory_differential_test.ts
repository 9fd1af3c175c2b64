/**
 * MemoryProvider against tmpfs: random operations, same answers, same final tree.
 *
 * `FUSEWIRE_FUZZ=2000000` runs that many operations instead of 200,000; `FUSEWIRE_SEED` repeats a run.
 *
 * @module
 */
import { assertSame, operationsWanted } from "../../conformance/differential/assert_same.ts";
import { KernelDirectory } from "../../conformance/differential/kernel_directory.ts";
import { DATA, NAMES, type Profile, SPARSE } from "../../conformance/fuzz/profile.ts";
import { MemoryProvider } from "./mod.ts";

const operations = Math.ceil(operationsWanted(200_000) / 3);

async function assertLikeTmpfs(profile: Profile): Promise<void> {
  const make = (): MemoryProvider => new MemoryProvider();
  await assertSame({ make, model: () => KernelDirectory.onTmpfs(), profile, operations });
}

Deno.test("random operations on names answer as on tmpfs", async () => {
  await assertLikeTmpfs(NAMES);
});

Deno.test("random reads and writes answer as on tmpfs", async () => {
  await assertLikeTmpfs(DATA);
});

Deno.test("random allocations and copies answer as on tmpfs", async () => {
  await assertLikeTmpfs(SPARSE);
});
