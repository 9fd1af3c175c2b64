/**
 * How a file looks: length, name, door, and the parts of the language that the house does without.
 *
 * @module
 */
import { basename, dirname } from "node:path/posix";
import { type HouseFault, type HouseTree, isTestCode, roomOf } from "./house_tree.ts";
import type { ConstructKind } from "./source_facts.ts";

/** The longest file in lines. */
export const LINES_MAX = 400;

const NAME = /^[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.(ts|mjs)$/;
const EMPTY_NAMES = /^(utils?|helpers?|common|types|index|misc|shared)(_test)?\.ts$/;

/** Files are at most {@linkcode LINES_MAX} lines long. */
export function checkLength(tree: HouseTree): HouseFault[] {
  const faults: HouseFault[] = [];
  for (const [path, { lines }] of tree.files) {
    if (lines <= LINES_MAX) continue;
    const message = `${lines} lines; split it, ${LINES_MAX} is the end`;
    faults.push({ rule: "length", at: path, message });
  }
  return faults;
}

/** Files are named for what they hold, in snake_case. */
export function checkNames(tree: HouseTree): HouseFault[] {
  const faults: HouseFault[] = [];
  for (const path of tree.files.keys()) {
    const name = basename(path);
    const message = !NAME.test(name)
      ? "File names are snake_case"
      : EMPTY_NAMES.test(name)
      ? "Name the file for its main export"
      : undefined;
    if (message !== undefined) faults.push({ rule: "names", at: path, message });
  }
  return faults;
}

/** A door documents and re-exports; it may also start its room's program when it is the main module. */
export function checkDoors(tree: HouseTree): HouseFault[] {
  const faults: HouseFault[] = [];
  const rooms = new Set<string>();
  for (const [path, { ownStatements }] of tree.files) {
    const room = roomOf(path);
    if (room !== undefined) rooms.add(`src/${room}`);
    if (basename(path) !== "mod.ts") continue;
    for (const line of ownStatements) {
      const message = "A mod.ts only documents and re-exports";
      faults.push({ rule: "doors", at: `${path}:${line}`, message });
    }
  }
  for (const room of rooms) {
    if (tree.files.has(`${room}/mod.ts`)) continue;
    faults.push({ rule: "doors", at: room, message: "A room has a door, mod.ts" });
  }
  return faults;
}

/** Where a banned construct is nevertheless right, and why. A path ending in `/` is a whole folder. */
export interface Exception {
  /** The construct. */
  readonly kind: ConstructKind;
  /** The file or folder. */
  readonly path: string;
  /** Why it is right there. */
  readonly why: string;
}

/** A test may say what a value is, and ask: it finds out at once when that is wrong. */
const FREE_IN_TESTS: ReadonlySet<ConstructKind> = new Set(["as", "instanceof Promise"]);

/** Uses of banned constructs beyond the exceptions, and exceptions that nothing needs any more. */
export function checkConstructs(tree: HouseTree, exceptions: readonly Exception[]): HouseFault[] {
  const faults: HouseFault[] = [];
  const used = new Set<Exception>();
  for (const [path, { constructs }] of tree.files) {
    for (const { kind, line } of constructs) {
      if (isTestCode(path) && FREE_IN_TESTS.has(kind)) continue;
      const exception = exceptions.find((one) => one.kind === kind && covers(one.path, path));
      if (exception !== undefined) used.add(exception);
      else {faults.push({
          rule: "bans",
          at: `${path}:${line}`,
          message: `"${kind}" is banned here`,
        });}
    }
  }
  for (const one of exceptions) {
    if (used.has(one)) continue;
    const message = `Nothing needs the exception for "${one.kind}" any more: delete it`;
    faults.push({ rule: "bans", at: one.path, message });
  }
  return faults;
}

function covers(exception: string, path: string): boolean {
  if (!exception.endsWith("/")) return exception === path;
  return `${dirname(path)}/`.startsWith(exception);
}
