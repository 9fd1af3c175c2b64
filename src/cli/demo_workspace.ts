/**
 * The workspace of the demo: a copy of a real git work tree.
 *
 * @module
 */
import { CommandError } from "./command_error.ts";
import { type ProgramResult, runProgram } from "./run_program.ts";

/** The environment of a program. */
export type Environment = Readonly<Record<string, string>>;

/**
 * How git runs in the demo: no settings of this user or machine, fixed names, plain English. It trusts
 * what it was given, whoever owns it; the setting is in a file (`config`, made here) since git does not
 * hand on settings of the environment to the processes that a clone starts.
 */
export async function gitEnvironment(config: string): Promise<Environment> {
  await Deno.writeTextFile(config, "[safe]\n\tdirectory = *\n");
  return {
    GIT_CONFIG_GLOBAL: config,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "fusewire demo",
    GIT_AUTHOR_EMAIL: "demo@fusewire.invalid",
    GIT_COMMITTER_NAME: "fusewire demo",
    GIT_COMMITTER_EMAIL: "demo@fusewire.invalid",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
}

/** The paths of one `cp`: far below the kernel's limit for the words of a command. */
const PATHS_AT_ONCE = 200;

/** Runs git and insists on success. */
export async function git(
  env: Environment,
  folder: string,
  ...args: readonly string[]
): Promise<string> {
  const result: ProgramResult = await runProgram(["git", "-C", folder, ...args], { env });
  if (result.code === 0) return result.stdout;
  const said = result.stderr.trim();
  throw new CommandError(`Cannot run git ${args[0]} in ${folder}: ${said}`);
}

function names(output: string): string[] {
  return output.split("\0").filter((name) => name !== "");
}

/**
 * Copies the work tree that holds `folder`: its commits, and what was changed, added and removed since.
 * What git ignores stays behind.
 *
 * @throws {CommandError} When there is no work tree, or no commit in it.
 */
export async function copyWorkTree(
  env: Environment,
  folder: string,
  target: string,
): Promise<void> {
  let top: string;
  try {
    top = (await git(env, folder, "rev-parse", "--show-toplevel")).trimEnd();
    await git(env, top, "rev-parse", "--verify", "--quiet", "HEAD");
  } catch (thrown) {
    const advice = "Name a directory in a git work tree that has a commit: fusewire demo ~/project";
    throw new CommandError(`Cannot run the demo on ${folder}: it is no git work tree`, advice, {
      cause: thrown,
    });
  }
  await git(env, ".", "clone", "--quiet", "--no-hardlinks", top, target);
  for (const name of names(await git(env, top, "ls-files", "-z", "--deleted"))) {
    await Deno.remove(`${target}/${name}`);
  }
  const changed = ["ls-files", "-z", "--modified", "--others", "--exclude-standard"];
  const there: string[] = [];
  for (const name of new Set(names(await git(env, top, ...changed)))) {
    if (await isThere(`${top}/${name}`)) there.push(name);
  }
  for (let at = 0; at < there.length; at += PATHS_AT_ONCE) {
    const some = there.slice(at, at + PATHS_AT_ONCE);
    const copy = ["cp", "-a", "--parents", "--", ...some, `${target}/`] as const;
    const { code, stderr } = await runProgram([...copy], { cwd: top });
    if (code !== 0) throw new CommandError(`Cannot copy ${top}: ${stderr.trim()}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}
