/**
 * MemoryProvider against tmpfs: random operations, same answers, same final tree.
 *
 * `FUSEWIRE_FUZZ=2000000` runs that many operations instead of 200,000; `FUSEWIRE_SEED` repeats a run.
 *
 * @module
 */
import fc from "fast-check";
import { compare } from "../../conformance/differential/compare.ts";
import { KernelDirectory } from "../../conformance/differential/kernel_directory.ts";
import {
  anyOperation,
  fileOperation,
  FIRST_FILES,
  FIRST_NAMES,
  sparseOperation,
} from "../../conformance/differential/operation_arbitrary.ts";
import type { Operation } from "../../conformance/differential/operation.ts";
import { MemoryProvider } from "./mod.ts";

const operations = Number(Deno.env.get("FUSEWIRE_FUZZ") ?? 200_000);
const seed = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 0x7fff_ffff);
const PER_RUN = 60;

/** Runs random sequences; fast-check shrinks what fails and prints the seed. */
async function fuzz(
  operation: fc.Arbitrary<Operation>,
  before: readonly Operation[],
  options: { readonly comparesHoles?: boolean } = {},
): Promise<void> {
  const sequence = fc.array(operation, { maxLength: PER_RUN * 2, size: "max" });
  const umask = Deno.umask(0);
  try {
    await fc.assert(
      fc.asyncProperty(sequence, async (more) => {
        await compare(
          new MemoryProvider(),
          KernelDirectory.onTmpfs(),
          [...before, ...more],
          options,
        );
      }),
      { numRuns: Math.ceil(operations / 3 / PER_RUN), seed, endOnFailure: false },
    );
  } finally {
    Deno.umask(umask);
  }
}

Deno.test("random operations on names answer as on tmpfs", async () => {
  await fuzz(anyOperation, FIRST_NAMES);
});

Deno.test("random reads and writes answer as on tmpfs", async () => {
  await fuzz(fileOperation, FIRST_FILES);
});

Deno.test("random allocations and copies answer as on tmpfs", async () => {
  await fuzz(sparseOperation, FIRST_FILES, { comparesHoles: false });
});
