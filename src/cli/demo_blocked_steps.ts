/**
 * What the hooks of the demo refuse.
 *
 * @module
 */
import { CommandError } from "./command_error.ts";
import { type DemoPlace, type DemoStep, mustRun, tryProgram } from "./demo_step.ts";

/** The kernel's words for EPERM, as programs print them in the C locale. */
const EPERM_TEXT = "Operation not permitted";

/** Insists that a shell command fails with EPERM. Returns the program's own words. */
async function mustBeRefused(place: DemoPlace, script: string): Promise<string> {
  const { code, stderr } = await tryProgram(place, ["sh", "-c", script]);
  const words = stderr.trim();
  if (code !== 0 && words.includes(EPERM_TEXT)) return words.split("\n").at(-1) ?? "";
  throw new CommandError(
    `"${script}" should have been refused`,
    code === 0 ? "It succeeded" : `It failed differently: ${words}`,
  );
}

async function mustNotExist(place: DemoPlace, path: string): Promise<void> {
  try {
    await Deno.lstat(`${place.mount}/${path}`);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return;
    throw thrown;
  }
  throw new CommandError(`${path} was refused and is there nevertheless`);
}

/** Attempts to write secrets and git hooks: directly, by renaming, by linking, by changing what is there. */
export const BLOCKED_STEPS: readonly DemoStep[] = [
  {
    title: "write secret.env",
    async run(place) {
      const words = await mustBeRefused(place, "echo TOKEN=1 >secret.env");
      await mustNotExist(place, "secret.env");
      return words;
    },
  },
  {
    title: "rename to secret.env",
    async run(place) {
      await mustRun(place, ["sh", "-c", "echo TOKEN=1 >secret.txt"]);
      const words = await mustBeRefused(place, "mv secret.txt secret.env");
      await mustRun(place, ["rm", "secret.txt"]);
      await mustNotExist(place, "secret.env");
      return words;
    },
  },
  {
    title: "plant a git hook",
    async run(place) {
      await mustNotExist(place, ".git/hooks/post-commit");
      const words = await mustBeRefused(place, "echo 'exit 1' >.git/hooks/post-commit");
      await mustNotExist(place, ".git/hooks/post-commit");
      return words;
    },
  },
  {
    title: "link a git hook",
    async run(place) {
      const words = await mustBeRefused(place, "ln -s /bin/true .git/hooks/post-commit");
      await mustNotExist(place, ".git/hooks/post-commit");
      return words;
    },
  },
];
