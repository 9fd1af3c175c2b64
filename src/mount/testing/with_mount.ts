/**
 * A mounted provider for one test.
 *
 * The test runs in the process that serves the mount, so it may touch it only with asynchronous calls
 * and with other processes.
 *
 * @module
 */
import type { Provider } from "../../provider/mod.ts";
import { type InodeEmbedder, type Mount, mountNodes, type Options } from "../../nodefs/mod.ts";
import { mount, type MountOptions } from "../mount.ts";

/** What a test does with a mount. */
export type UseMount = (directory: string, mounted: Mount) => Promise<void>;

/** Mounts `provider` on a temporary directory, runs `use`, unmounts, and removes the directory. */
export function withMount(
  provider: Provider,
  use: UseMount,
  options: MountOptions = {},
): Promise<void> {
  return withMounted((directory) => mount(provider, directory, options), use);
}

/** As {@linkcode withMount}, for a tree of nodes. */
export function withNodes(
  root: InodeEmbedder,
  use: UseMount,
  options: Options = {},
): Promise<void> {
  return withMounted((directory) => mountNodes(root, directory, options), use);
}

async function withMounted(
  make: (directory: string) => Promise<Mount>,
  use: UseMount,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "fusewire-mount-" });
  try {
    const mounted = await make(directory);
    try {
      await use(mounted.mountpoint, mounted);
    } finally {
      await mounted[Symbol.asyncDispose]();
    }
  } finally {
    await Deno.remove(directory);
  }
}

/** Runs a program; returns its status and what it printed. */
export async function run(
  program: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(program, { args, env: { LC_ALL: "C" } }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/**
 * Runs TypeScript in another Deno, in `directory`, with `print` for what the test wants to know: even
 * closing a descriptor waits for the mount, so descriptors are for other processes.
 */
export async function inChild(directory: string, script: string): Promise<string> {
  const prelude = `const print = (...values) => console.log(...values);
    const bytes = (text) => new TextEncoder().encode(text);
    const text = (bytes) => new TextDecoder().decode(bytes);
    Deno.chdir(Deno.args[0]);`;
  const { code, stdout, stderr } = await run(
    Deno.execPath(),
    "eval",
    "--no-lock",
    prelude + script,
    directory,
  );
  if (code !== 0) throw new Error(`The program in the mount failed: ${stderr}`);
  return stdout.trim();
}
