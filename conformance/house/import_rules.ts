/**
 * Who may import whom: floors, doors, dependencies and cycles.
 *
 * @module
 */
import {
  type HouseFault,
  type HouseTree,
  isSource,
  isTest,
  isTestCode,
  resolveFrom,
  roomOf,
} from "./house_tree.ts";

/** The floor of each room. A room imports from lower floors only. */
export const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  provider: 1,
  cbor: 1,
  libc: 1,
  providers: 2,
  layers: 2,
  hooks: 2,
  wire: 2,
  fuse: 2,
  nodefs: 3,
  mount: 4,
  cli: 5,
};

function isBuiltIn(specifier: string): boolean {
  return specifier.startsWith("node:");
}

/** Rooms import from lower floors, and every file enters another room through its `mod.ts`. */
export function checkFloorsAndDoors(tree: HouseTree): HouseFault[] {
  const faults: HouseFault[] = [];
  for (const [path, facts] of tree.files) {
    const room = roomOf(path);
    if (room !== undefined && FLOORS[room] === undefined) {
      faults.push({ rule: "rooms", at: path, message: `"${room}" is not a room of the house` });
    }
    for (const { specifier, line } of facts.imports) {
      const target = resolveFrom(path, specifier);
      if (target === undefined) continue;
      const at = `${path}:${line}`;
      const other = roomOf(target);
      if (isSource(target) && !tree.files.has(target)) {
        faults.push({ rule: "imports", at, message: `${specifier} is not there` });
      } else if (isTest(target) || (isTestCode(target) && !isTestCode(path))) {
        faults.push({ rule: "imports", at, message: `${specifier} is for tests only` });
      } else if (other === undefined) {
        if (path.startsWith("src/") && !isTestCode(path)) {
          faults.push({ rule: "doors", at, message: `${specifier} is outside src/` });
        }
      } else if (other !== room) {
        // A benchmark may measure a part of a room, as the room's own tests look at its parts.
        if (target !== `src/${other}/mod.ts` && !path.startsWith("bench/")) {
          faults.push({
            rule: "doors",
            at,
            message: `Enter ${other} through its mod.ts, not ${specifier}`,
          });
        }
        if (room !== undefined && !isTestCode(path)) {
          const [from, to] = [FLOORS[room] ?? 0, FLOORS[other] ?? 0];
          if (to >= from) {
            faults.push({
              rule: "floors",
              at,
              message: `${room} (floor ${from}) imports ${other} (floor ${to})`,
            });
          }
        }
      } else if (target === `src/${room}/mod.ts` && !isTestCode(path)) {
        faults.push({ rule: "doors", at, message: `A room does not enter through its own door` });
      }
    }
  }
  return faults;
}

/** `src/` outside tests, and all that is exported, imports files and built-ins only. */
export function checkDependencies(tree: HouseTree): HouseFault[] {
  const faults: HouseFault[] = [];
  const bound = reachable(tree, tree.exports, "runs");
  for (const [path, facts] of tree.files) {
    const own = path === "mod.ts" || path.startsWith("src/");
    if (isTestCode(path) || !(own || bound.has(path))) continue;
    for (const { specifier, line } of facts.imports) {
      if (specifier.startsWith(".") || isBuiltIn(specifier)) continue;
      const message = `"${specifier}": what is exported depends on nothing but Deno`;
      faults.push({ rule: "dependencies", at: `${path}:${line}`, message });
    }
  }
  return faults;
}

/** Which files are reached from others: by imports alone, or also by scripts that are started. */
export function reachable(
  tree: HouseTree,
  roots: Iterable<string>,
  by: "runs" | "names",
): Set<string> {
  const seen = new Set<string>();
  const left = [...roots];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const facts = tree.files.get(path);
    if (facts === undefined || seen.has(path)) continue;
    seen.add(path);
    for (const { specifier } of facts.imports) left.push(resolveFrom(path, specifier) ?? "");
    if (by === "runs") continue;
    for (const mention of facts.mentions) left.push(resolveFrom(path, mention) ?? "");
  }
  return seen;
}

/** No file needs itself to run. Imports of types are erased and may go round inside a room. */
export function checkCycles(tree: HouseTree): HouseFault[] {
  const faults: HouseFault[] = [];
  const done = new Set<string>();
  const walk = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path);
    if (start >= 0) {
      const ring = [...above.slice(start), path].join(" -> ");
      faults.push({ rule: "cycles", at: path, message: `${ring} is a cycle` });
      return;
    }
    if (done.has(path)) return;
    const trail = [...above, path];
    for (const { specifier, typeOnly } of tree.files.get(path)?.imports ?? []) {
      const target = typeOnly ? undefined : resolveFrom(path, specifier);
      if (target !== undefined) walk(target, trail);
    }
    done.add(path);
  };
  for (const path of tree.files.keys()) walk(path, []);
  return faults;
}

/** Every file is reached from an export, a test, a benchmark, a fixture or a task. */
export function checkDeadFiles(tree: HouseTree): HouseFault[] {
  const roots = [...tree.exports, ...tree.programs];
  for (const path of tree.files.keys()) {
    const entered = isTest(path) || /^(fixtures|bench)\//.test(path);
    // Declarations are named by comments (`@ts-types`) beside the JavaScript that they describe.
    if (entered || path.endsWith(".d.ts")) roots.push(path);
  }
  const seen = reachable(tree, roots, "names");
  return [...tree.files.keys()].filter((path) => !seen.has(path)).map((path) => ({
    rule: "dead files",
    at: path,
    message: "No export, test or task reaches this file: delete it or use it",
  }));
}
