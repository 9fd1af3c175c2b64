/**
 * Which registry the tests take their tools from.
 *
 * `src/` and everything that is exported need no registry. Tests, conformance and benchmarks import
 * `@std/...` by the names in `deno.json`, which come from JSR. Where JSR is out of reach, the offline
 * import map puts npm packages behind the same names (`conformance/offline/README.md`).
 *
 * @module
 */

/** `jsr`: as `deno.json` says. `offline`: through `conformance/offline/import_map.json`. */
export type Registry = "jsr" | "offline";

/** The top of the repository. */
export const ROOT = new URL("../../", import.meta.url);

const PROBE = "https://jsr.io/@std/assert/meta.json";
/** How long JSR may take to answer before it counts as out of reach. */
const PROBE_TIMEOUT_MS = 2000;
/** How long an answer is remembered. */
const REMEMBERED_MS = 15 * 60 * 1000;
const MEMORY = new URL(".deno/registry.json", ROOT);
const IMPORT_MAP = new URL("conformance/offline/import_map.json", ROOT);
/** Set to `jsr` or `offline` to decide without asking the network. */
const VARIABLE = "FUSEWIRE_REGISTRY";

interface Remembered {
  readonly registry: Registry;
  readonly until: number;
}

function isRegistry(value: unknown): value is Registry {
  return value === "jsr" || value === "offline";
}

async function remembered(now: number): Promise<Registry | undefined> {
  try {
    const memory: Remembered = JSON.parse(await Deno.readTextFile(MEMORY));
    return memory.until > now && isRegistry(memory.registry) ? memory.registry : undefined;
  } catch {
    return undefined; // Never written, or half written: ask again.
  }
}

async function probe(): Promise<Registry> {
  try {
    const response = await fetch(PROBE, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok ? "jsr" : "offline";
  } catch {
    return "offline"; // No name, no route, no answer in time: all the same to us.
  }
}

/** Finds out which registry to use, and says so in one line when it is not JSR. */
export async function chooseRegistry(now: number = Date.now()): Promise<Registry> {
  const wanted = Deno.env.get(VARIABLE);
  if (wanted !== undefined && !isRegistry(wanted)) {
    throw new Error(`Cannot use ${VARIABLE}=${wanted}: it is "jsr" or "offline"`);
  }
  const known = wanted ?? await remembered(now);
  const registry = known ?? await probe();
  if (known === undefined) {
    const memory: Remembered = { registry, until: now + REMEMBERED_MS };
    await Deno.mkdir(new URL(".", MEMORY), { recursive: true });
    await Deno.writeTextFile(MEMORY, JSON.stringify(memory));
  }
  if (registry === "offline") {
    const why = wanted === undefined ? "jsr.io is out of reach" : `${VARIABLE}=offline`;
    console.error(`${why}: using conformance/offline/import_map.json (npm) for @std`);
  }
  return registry;
}

/**
 * The arguments that make a Deno subcommand resolve its imports here.
 *
 * `deno.lock` pins the npm packages of both ways. Offline nothing else is needed, so it is frozen and a
 * package that it does not pin is an error. With JSR, Deno adds the JSR packages to it.
 */
export async function importArguments(): Promise<string[]> {
  if (await chooseRegistry() === "jsr") return [];
  return ["--frozen", `--import-map=${decodeURIComponent(IMPORT_MAP.pathname)}`];
}
