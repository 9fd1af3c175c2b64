/**
 * A test with kernel mounts.
 *
 * @module
 */

import { WITHOUT_FUSE } from "../tasks/fuse_device.ts";

/**
 * Registers a test that mounts below a folder of its own. It is never skipped silently: where there is
 * no FUSE it fails, unless `FUSEWIRE_WITHOUT_FUSE=1` says that it should count as ignored.
 */
export function scenario(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.env.get(WITHOUT_FUSE) === "1",
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "fusewire-scenario-" });
      try {
        await run(folder);
      } finally {
        await unmountBelow(folder);
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Unmounts what a failed test left mounted: it would make the next ones fail, too. */
export async function unmountBelow(folder: string): Promise<void> {
  const table = await Deno.readTextFile("/proc/self/mountinfo");
  for (const line of table.split("\n")) {
    const mountpoint = line.split(" ")[4];
    if (mountpoint?.startsWith(`${folder}/`) !== true) continue;
    const root = Deno.uid() === 0;
    const [program, ...args] = root ? ["umount", "-l"] : ["fusermount3", "-u", "-z"];
    await new Deno.Command(program!, { args: [...args, mountpoint] }).output();
  }
}
