/**
 * Whether this machine can mount through FUSE.
 *
 * @module
 */

const DEVICE = "/dev/fuse";

/** Set to 1 to run the tests without those that mount. They are then counted as ignored, or named. */
export const WITHOUT_FUSE = "FUSEWIRE_WITHOUT_FUSE";
/** Every test in these folders mounts. */
export const MOUNTING_FOLDERS: readonly string[] = ["src/mount"];

async function tryToRun(command: string, args: string[]): Promise<void> {
  try {
    await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output();
  } catch {
    // Not installed: the device says in the end whether it was needed.
  }
}

/** Why FUSE cannot be used here and what to do about it, or undefined when it can. */
export async function whyNoFuse(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return `Mounts need Linux; this is ${Deno.build.os}`;
  try {
    (await Deno.open(DEVICE, { read: true, write: true })).close();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound && Deno.uid() === 0) {
      // The module of the kernel makes the device; in a container only the node may be missing.
      await tryToRun("modprobe", ["fuse"]);
      await tryToRun("mknod", ["-m", "666", DEVICE, "c", "10", "229"]);
    }
  }
  try {
    (await Deno.open(DEVICE, { read: true, write: true })).close();
    return undefined;
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    const load = '  On a machine: load the kernel\'s module with "sudo modprobe fuse"';
    const open =
      `  On a machine: let users open it with "sudo chmod 666 ${DEVICE}", as udev does elsewhere`;
    return [
      `Cannot open ${DEVICE}: ${problem}`,
      thrown instanceof Deno.errors.NotFound ? load : open,
      '  In a container: start it with "--device /dev/fuse --cap-add SYS_ADMIN"',
    ].join("\n");
  }
}
