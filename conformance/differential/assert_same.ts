/**
 * Random operations on two providers, as tests: same answers, same tree at the end.
 *
 * @module
 */
import { ALL_CAPABILITIES, type Provider } from "../../src/provider/mod.ts";
import { ProviderCaller } from "../contract/provider_caller.ts";
import { compare } from "../fuzz/compare.ts";
import type { Profile } from "../fuzz/profile.ts";
import { search } from "../fuzz/search.ts";
import { stepText } from "../fuzz/step_source.ts";
import { World } from "../fuzz/world.ts";
import type { Need } from "../need.ts";

/** Everything is compared: both sides are providers of ours, or Linux itself. */
const HAS: ReadonlySet<Need> = new Set<Need>([
  ...ALL_CAPABILITIES,
  "users",
  "nlink",
  "owner",
  "handleStat",
  "blocks",
]);

/** `FUSEWIRE_FUZZ` is how many operations there are in place of `usual`. */
export function operationsWanted(usual: number): number {
  return Number(Deno.env.get("FUSEWIRE_FUZZ") ?? usual);
}

/** `FUSEWIRE_SEED` repeats a run. */
export const SEED = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 0x7fff_ffff);

/** What to compare. */
export interface SameOptions {
  /** Makes the provider under test, anew for each sequence. */
  readonly make: () => Provider;
  /** Makes the one that is right. */
  readonly model: () => Provider;
  /** What sequences are about. */
  readonly profile: Profile;
  /** How many operations. */
  readonly operations: number;
}

function worldOf(provider: Provider): World & AsyncDisposable {
  const caller = new ProviderCaller(provider);
  return Object.assign(new World([caller], ""), {
    [Symbol.asyncDispose]: async () => {
      try {
        await caller.closeAll();
      } finally {
        await provider.close();
      }
    },
  });
}

/**
 * Does random sequences to both.
 *
 * @throws {Error} With the shortest sequence that they answer differently, and its seed.
 */
export async function assertSame(options: SameOptions): Promise<void> {
  const { make, model, profile, operations } = options;
  // Modes are meant as they are.
  const umask = Deno.umask(0);
  try {
    const { finding } = await search({
      profiles: [profile],
      scope: { has: HAS, privileged: true, clients: 1, exact: true },
      seed: SEED,
      operations,
      run: async ({ items, holes }) => {
        await using subject = worldOf(make());
        await using right = worldOf(model());
        return await compare(subject, right, { items, holes, has: HAS });
      },
    });
    if (finding === undefined) return;
    const { before, differs, got, wanted } = finding.difference;
    const lines = [...before, differs].flat().map((done) => `  ${stepText(done)}`);
    throw new Error(
      [`With FUSEWIRE_SEED=${finding.seed}`, ...lines, `got     ${got}`, `wanted  ${wanted}`]
        .join("\n"),
    );
  } finally {
    Deno.umask(umask);
  }
}
