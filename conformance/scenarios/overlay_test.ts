// overlayfs, as containers use it, with all of its layers on one of our mounts.
import { assertEquals } from "@std/assert";
import { mount } from "../../src/mount/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../../src/providers/mod.ts";
import { scenario } from "./scenario.ts";

/** Runs a program, which must succeed; returns what it printed. */
async function run(program: string, ...args: string[]): Promise<string> {
  const output = await new Deno.Command(program, { args, env: { LC_ALL: "C" } }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assertEquals([output.code, text(output.stderr)], [0, ""], `${program} ${args.join(" ")}`);
  return text(output.stdout);
}

/** What a container does to its files, and what it then sees. */
const WORK = `set -e
  cat file
  echo appended >> file
  rm directory/removed
  mv directory/moved directory/elsewhere
  mkdir new && echo inside > new/file
  rm -r replaced && mkdir replaced
  chmod 600 directory/elsewhere
  find . -mindepth 1 -printf '%P %y %m\n' | sort
  cat file`;

const SEEN = `lower
directory d 755
directory/elsewhere f 600
file f 644
new d 755
new/file f 644
replaced d 755
lower
appended
`;

async function overlayOn(provider: Provider, folder: string): Promise<void> {
  const [layers, merged] = [`${folder}/layers`, `${folder}/merged`];
  for (const directory of [layers, merged]) await Deno.mkdir(directory);
  await using mounted = await mount(provider, layers, {
    allowOther: true,
    defaultPermissions: true,
    extraOptions: ["dev", "suid"],
  });
  const prepare = `umask 022 && mkdir -p lower/directory lower/replaced/below upper work &&
    echo lower > lower/file && touch lower/directory/removed lower/directory/moved`;
  await run("sh", "-c", `cd "$1" && ${prepare}`, "sh", mounted.mountpoint);
  const words = ["lower", "upper", "work"].map((name) => `${name}dir=${layers}/${name}`);
  await run("mount", "-t", "overlay", "overlay", "-o", words.join(","), merged);
  try {
    assertEquals(await run("sh", "-c", `umask 022 && cd "$1" && ${WORK}`, "sh", merged), SEEN);
  } finally {
    await run("umount", merged);
  }
  const kinds = "find upper/directory lower/file ! -type d -printf '%P %y %s\n' | sort";
  assertEquals(
    await run("sh", "-c", `cd "$1" && ${kinds}`, "sh", mounted.mountpoint),
    " f 6\nelsewhere f 0\nmoved c 0\nremoved c 0\n",
  );
}

/** Only root mounts overlays, where the kernel has them. */
const hasOverlay = Deno.uid() === 0 &&
  /\boverlay$/m.test(await Deno.readTextFile("/proc/filesystems"));

if (hasOverlay) {
  scenario("an overlay keeps its layers in memory", async (folder) => {
    await using provider = new MemoryProvider();
    await overlayOn(provider, folder);
  });

  scenario("an overlay keeps its layers in a directory of the host", async (folder) => {
    const directory = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-overlay-" });
    {
      await using provider = new RealFSProvider(directory);
      await overlayOn(provider, folder);
    }
    await Deno.remove(directory, { recursive: true });
  });
} else {
  Deno.test.ignore("an overlay needs root and a kernel with overlayfs", () => {});
}
