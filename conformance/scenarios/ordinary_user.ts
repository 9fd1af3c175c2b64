/**
 * Somebody who is not root.
 *
 * @module
 */
import { type FusewireResult, runFusewire } from "./fusewire_process.ts";

const ROOT = new URL("../../", import.meta.url);
/** The user and group `nobody`, on every Linux (uid 65534 is also what user namespaces fall back to). */
const NOBODY = "65534";

const DEVICE = "/dev/fuse";
/** What udev sets everywhere; without udev (containers, small virtual machines) only root may open it. */
const DEVICE_MODE = 0o666;

/** Opens the device to everybody; returns how to undo that. */
async function openDevice(): Promise<() => Promise<void>> {
  const before = (await Deno.stat(DEVICE)).mode! & 0o777;
  await Deno.chmod(DEVICE, DEVICE_MODE);
  return async () => await Deno.chmod(DEVICE, before);
}

/** Runs fusewire as an ordinary user. */
export interface OrdinaryUser extends AsyncDisposable {
  /** Runs a command to its end. */
  run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<FusewireResult>;
}

/**
 * Ourselves, unless we are root. Root makes copies of the sources and of Deno that `nobody` can read (both
 * may lie in root's home), below `folder`, and becomes `nobody` with setpriv.
 */
export async function ordinaryUser(folder: string): Promise<OrdinaryUser> {
  if (Deno.uid() !== 0) return { run: runFusewire, [Symbol.asyncDispose]: async () => {} };
  await Deno.chmod(folder, 0o755);
  const home = `${folder}/home`;
  await Deno.mkdir(`${home}/program`, { recursive: true });
  const script = `
    set -e
    cp -R src mod.ts deno.json "$1/program/"
    cp "$2" "$1/deno"
    chmod -R u=rwX,go=rX "$1"
    chown -R ${NOBODY}:${NOBODY} "$1"
  `;
  await check(["sh", "-c", script, "sh", home, Deno.execPath()], ROOT);
  const closeDevice = await openDevice();
  return {
    async run(args, env) {
      const become = ["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all"];
      const command = [`${home}/deno`, "run", "--quiet", "--allow-all"];
      const { code, stdout, stderr } = await new Deno.Command("setpriv", {
        args: [...become, ...command, `${home}/program/src/cli/mod.ts`, ...args],
        cwd: home,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        env: { ...env, HOME: home, DENO_DIR: `${home}/cache` },
      }).output();
      const decoder = new TextDecoder();
      return { code, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
    },
    [Symbol.asyncDispose]: async () => {
      await closeDevice();
      await Deno.remove(home, { recursive: true });
    },
  };
}

async function check(command: readonly [string, ...string[]], cwd: URL): Promise<void> {
  const [program, ...args] = command;
  const { success, stderr } = await new Deno.Command(program, { args, cwd }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
