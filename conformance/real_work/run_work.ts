/**
 * One piece of work, on the reference and on mounts.
 *
 * @module
 */
import { unmountBelow } from "../scenarios/scenario.ts";
import { type Ground, type GroundKind, openGround } from "./ground.ts";
import { Place, type StepTime } from "./place.ts";
import type { RealWork } from "./real_work.ts";
import { openReference } from "./reference.ts";
import { treeRecord } from "./tree_record.ts";

/** How a step's time compares. */
export interface StepComparison extends StepTime {
  /** Milliseconds on the reference. */
  readonly referenceMs: number;
}

/** What came out of work on one mount. */
export interface WorkOutcome {
  /** The work. */
  readonly work: string;
  /** Where it was done. */
  readonly ground: string;
  /** What it was compared with. */
  readonly reference: string;
  /** Why it is not as it should be; empty when it is. */
  readonly problem: string;
  /** Its steps, up to where it came. */
  readonly steps: readonly StepComparison[];
  /** What the programs measured themselves, here and on the reference. */
  readonly figures: readonly {
    readonly name: string;
    readonly value: string;
    readonly reference: string;
  }[];
}

/** How to run work. */
export interface RunOptions {
  /** Which mounts. */
  readonly grounds: readonly GroundKind[];
  /** At full size. */
  readonly full: boolean;
  /** Hears of every step, and where it is made. */
  readonly onStep?: (ground: string, step: string) => void;
  /** Hears of every outcome as soon as it is there. */
  readonly onOutcome?: (outcome: WorkOutcome) => void;
}

/** How many differences are told. */
const DIFFERENCES_MAX = 12;

/** The first lines that only one of two records has. */
export function differences(expected: readonly string[], got: readonly string[]): string {
  const [wanted, found] = [new Set(expected), new Set(got)];
  const missing = expected.filter((line) => !found.has(line)).map((line) => `- ${line}`);
  const extra = got.filter((line) => !wanted.has(line)).map((line) => `+ ${line}`);
  const all = [...missing, ...extra].sort((one, other) => one.slice(2) < other.slice(2) ? -1 : 1);
  if (all.length === 0) {
    // Lines may come twice, or in another order.
    const longer = expected.length > got.length ? expected : got;
    const at = longer.findIndex((_, index) => expected[index] !== got[index]);
    if (at < 0) return "";
    return `line ${at}: expected "${expected[at]}", got "${got[at]}"`;
  }
  const rest = all.length - DIFFERENCES_MAX;
  return [...all.slice(0, DIFFERENCES_MAX), ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
}

/**
 * Does the work on the reference and then on each mount, below a new folder of the machine's disk.
 *
 * @throws {Error} When it fails on the reference: then it says nothing about the mounts.
 */
export async function runWork(work: RealWork, options: RunOptions): Promise<WorkOutcome[]> {
  const below = await Deno.makeTempDir({ prefix: "fusewire-work-" });
  try {
    await Deno.chmod(below, 0o755);
    const outside = `${below}/outside`;
    await Deno.mkdir(`${outside}/home`, { recursive: true });
    await using reference = await openReference(below);
    const placeIn = async (name: string, ground: string): Promise<Place> => {
      const folder = `${ground}/work`;
      await Deno.mkdir(folder);
      const onStep = (step: string): void => options.onStep?.(name, step);
      return new Place({ name, folder, outside }, { full: options.full, onStep });
    };
    const start = new Place({ name: "outside", folder: outside, outside }, { full: options.full });
    await work.prepare?.(start);
    const expected = await placeIn(reference.type, reference.folder);
    await work.run(expected);
    const outcomes: WorkOutcome[] = [];
    for (const kind of options.grounds) {
      await using ground = await openGround(kind, `${below}/${kind}`);
      const place = await placeIn(kind, ground.folder);
      const problem = await problemOf(work, ground, place, expected);
      const outcome = outcomeOf(work, place, expected, problem);
      options.onOutcome?.(outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await unmountBelow(below);
    await Deno.remove(below, { recursive: true });
  }
}

/** Does the work on a mount. Returns what is wrong, or the empty string. */
async function problemOf(
  work: RealWork,
  ground: Ground,
  place: Place,
  expected: Place,
): Promise<string> {
  try {
    await work.run(place);
    const different = differences(expected.lines, place.lines) || ownView(ground);
    await ground.end();
    return different;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function outcomeOf(work: RealWork, place: Place, expected: Place, problem: string): WorkOutcome {
  return {
    work: work.name,
    ground: place.name,
    reference: expected.name,
    problem,
    steps: place.times.map(({ name, ms }, at) => {
      return { name, ms, referenceMs: expected.times[at]?.ms ?? 0 };
    }),
    figures: [...place.figures].map(([name, value]) => {
      return { name, value, reference: expected.figures.get(name) ?? "" };
    }),
  };
}

/** What the server sees in its directory must be what programs see through the mount. */
function ownView({ folder, served }: Ground): string {
  if (served === undefined) return "";
  const options = { times: true };
  const [behind, through] = [treeRecord(served, options), treeRecord(folder, options)];
  const different = differences(behind, through);
  return different === "" ? "" : `The mount shows another tree than the server has:\n${different}`;
}
