/**
 * RealFSProvider against the system calls themselves: random operations, same answers, same final tree.
 *
 * `FUSEWIRE_FUZZ=2000000` runs that many operations instead of 200,000; `FUSEWIRE_SEED` repeats a run.
 *
 * @module
 */
import { assertSame, operationsWanted } from "../../conformance/differential/assert_same.ts";
import { KernelDirectory } from "../../conformance/differential/kernel_directory.ts";
import { DATA, NAMES, type Profile, SPARSE } from "../../conformance/fuzz/profile.ts";
import { RealFSProvider } from "./mod.ts";

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

const operations = Math.ceil(operationsWanted(200_000) / 3);

async function assertLikeSystemCalls(profile: Profile): Promise<void> {
  const make = (): TemporaryRealFS => new TemporaryRealFS();
  await assertSame({ make, model: () => KernelDirectory.onTmpfs(), profile, operations });
}

Deno.test("random operations on names answer as the system calls do", { ignore }, async () => {
  await assertLikeSystemCalls(NAMES);
});

Deno.test("random reads and writes answer as the system calls do", { ignore }, async () => {
  await assertLikeSystemCalls(DATA);
});

Deno.test("random allocations and copies answer as the system calls do", { ignore }, async () => {
  // Both are tmpfs: what is a hole must be equal too.
  await assertLikeSystemCalls({ ...SPARSE, holes: true });
});
