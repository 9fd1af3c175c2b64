/**
 * git at work in the mount.
 *
 * @module
 */
import { CommandError } from "./command_error.ts";
import { counted, type DemoStep, linesOf, mustEqual, mustRun } from "./demo_step.ts";
import { type Environment, git } from "./demo_workspace.ts";

/** The file that the demo adds and commits. */
export const NEW_FILE = "fusewire-demo.txt";
/** What is in it. */
export const NEW_TEXT = "Written through the kernel, kept by TypeScript.\n";
const MESSAGE = "Commit from a mounted workspace";

/** What git says about the work tree before it is served. */
export interface GitBefore {
  /** `git status --porcelain`. */
  readonly status: string;
  /** How many commits HEAD has behind it. */
  readonly commits: number;
  /** A tracked text file to edit. */
  readonly tracked: string;
}

/** Asks git about the work tree, on the disk. */
export async function gitBefore(env: Environment, folder: string): Promise<GitBefore> {
  const status = await git(env, folder, "status", "--porcelain");
  const commits = Number(await git(env, folder, "rev-list", "--count", "HEAD"));
  // Modes of files that are neither links nor executable; unchanged ones, so that the commit is clean.
  const changed = new Set(linesOf(status).map((line) => line.slice(3)));
  const tracked = (await git(env, folder, "ls-files", "-z", "--stage")).split("\0")
    .filter((row) => row.startsWith("100644 "))
    .map((row) => row.slice(row.indexOf("\t") + 1))
    .find((name) => !changed.has(name) && !name.endsWith(".env"));
  if (tracked === undefined) {
    throw new CommandError(`Cannot run the demo on ${folder}: git tracks no unchanged file in it`);
  }
  return { status, commits, tracked };
}

/** status, edit, commit, log, fsck. */
export function gitSteps(before: GitBefore): DemoStep[] {
  return [
    {
      title: "git status",
      async run(place) {
        const status = await mustRun(place, ["git", "status", "--porcelain"]);
        mustEqual("git status", before.status, status);
        const { length } = linesOf(status);
        return length === 0
          ? "clean, as on the disk"
          : `${counted(length, "change")}, as on the disk`;
      },
    },
    {
      title: "edit and commit",
      async run(place) {
        const edit = 'printf "\\n" >>"$1" && printf "%s" "$3" >"$2"';
        await mustRun(place, ["sh", "-c", edit, "sh", before.tracked, NEW_FILE, NEW_TEXT]);
        await mustRun(place, ["git", "add", "--", before.tracked, NEW_FILE]);
        const names = ["--", before.tracked, NEW_FILE];
        await mustRun(place, ["git", "commit", "--quiet", "-m", MESSAGE, ...names]);
        const show = await mustRun(place, ["git", "show", "--name-only", "--format=%s", "-z"]);
        const committed = show.split(/[\0\n]+/).filter((name) => name !== "");
        mustEqual(
          "The commit",
          [MESSAGE, ...[before.tracked, NEW_FILE].sort()].join("\n"),
          [committed[0], ...committed.slice(1).sort()].join("\n"),
        );
        const id = await mustRun(place, ["git", "rev-parse", "--short", "HEAD"]);
        return `${id.trim()}: ${before.tracked} and ${NEW_FILE}`;
      },
    },
    {
      title: "git log",
      async run(place) {
        const { length } = linesOf(await mustRun(place, ["git", "log", "--format=%H"]));
        mustEqual("The number of commits", String(before.commits + 1), String(length));
        return `${counted(length, "commit")}, one more than before`;
      },
    },
    {
      title: "git fsck",
      async run(place) {
        await mustRun(place, ["git", "fsck", "--full", "--no-dangling", "--no-progress"]);
        const counts = await mustRun(place, ["git", "count-objects", "-v"]);
        const of = (key: string): number =>
          Number(new RegExp(`^${key}: (\\d+)`, "m").exec(counts)?.[1] ?? 0);
        return `${of("count") + of("in-pack")} objects are sound`;
      },
    },
  ];
}
