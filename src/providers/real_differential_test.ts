/**
 * RealFSProvider against the system calls themselves: random operations, same answers, same final tree.
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
  sparseOperation,
} from "../../conformance/differential/operation_arbitrary.ts";
import type { Operation } from "../../conformance/differential/operation.ts";
import { O_APPEND, O_CREAT, O_RDWR } from "../base/mod.ts";
import { RealFSProvider } from "./mod.ts";

const operations = Number(Deno.env.get("FUSEWIRE_FUZZ") ?? 200_000);
const seed = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 0x7fff_ffff);
const PER_RUN = 60;
/** The oracle gives files away and takes their modes, and still wants to look into them. */
const ignore = Deno.uid() !== 0;

/** A provider that takes its directory along when it is closed. */
class TemporaryRealFS extends RealFSProvider {
  readonly #path: string;

  constructor() {
    const path = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "fusewire-" });
    Deno.chmodSync(path, 0o755);
    super(path, { ffi: true });
    this.#path = path;
  }

  override close(): void {
    super.close();
    Deno.removeSync(this.#path, { recursive: true });
  }
}

/** Runs random sequences; fast-check shrinks what fails and prints the seed. */
async function fuzz(operation: fc.Arbitrary<Operation>, before: readonly Operation[]) {
  const sequence = fc.array(operation, { maxLength: PER_RUN * 2, size: "max" });
  const umask = Deno.umask(0);
  try {
    await fc.assert(
      fc.asyncProperty(sequence, async (more) => {
        await compare(new TemporaryRealFS(), KernelDirectory.onTmpfs(), [...before, ...more]);
      }),
      { numRuns: Math.ceil(operations / 3 / PER_RUN), seed, endOnFailure: false },
    );
  } finally {
    Deno.umask(umask);
  }
}

Deno.test("random operations on names answer as the system calls do", { ignore }, async () => {
  await fuzz(anyOperation, []);
});

const OPEN: readonly Operation[] = [
  { op: "open", slot: 0, path: "/a", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 1, path: "/b", flags: O_RDWR | O_CREAT, mode: 0o644 },
  { op: "open", slot: 2, path: "/a", flags: O_RDWR | O_APPEND, mode: 0 },
];

Deno.test("random reads and writes answer as the system calls do", { ignore }, async () => {
  await fuzz(fileOperation, OPEN);
});

Deno.test("random allocations and copies answer as the system calls do", { ignore }, async () => {
  await fuzz(sparseOperation, OPEN);
});
