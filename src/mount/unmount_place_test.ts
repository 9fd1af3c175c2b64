import { assertEquals, assertRejects } from "@std/assert";
import { FuseMountError } from "../fuse/mod.ts";
import { geteuid } from "../libc/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { type Mount, mount } from "./mod.ts";
import { run } from "./testing/with_mount.ts";

/** The lines of the mount table below a folder: the type and the path below it. */
async function mountsIn(folder: string): Promise<string[]> {
  const text = await Deno.readTextFile("/proc/self/mountinfo");
  return text.split("\n").filter((line) => line.includes(` ${folder}/`)).map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    return `${after.split(" ")[0]} ${before.split(" ")[4]?.slice(folder.length)}`;
  });
}

async function must(program: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(program, ...args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

/** A mount on `sub/m` of a folder of its own, where nothing is left at the end. */
async function inFolder(use: (folder: string, mounted: Mount) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "fusewire-place-" });
  await Deno.mkdir(`${folder}/sub/m`, { recursive: true });
  const mounted = await mount(new MemoryProvider(), `${folder}/sub/m`);
  try {
    await use(folder, mounted);
  } finally {
    for (const line of (await mountsIn(folder)).toReversed()) {
      await run("umount", "-l", folder + line.slice(line.indexOf(" ") + 1));
    }
    await mounted[Symbol.asyncDispose]().catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
}

// Only root mounts a tmpfs.
const isRoot = geteuid() === 0;
const test = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ name, ignore: !isRoot, fn });

test("unmount() takes away nobody else's filesystem, on top of it or inside", async () => {
  await inFolder(async (folder, mounted) => {
    const at = `${folder}/sub/m`;
    const inside = `${at}/inside`;
    await Deno.mkdir(inside);
    for (const place of [at, inside]) {
      await must("mount", "-t", "tmpfs", "foreign", place);
      const before = await mountsIn(folder);
      for (const lazy of [false, true]) {
        const text = `Cannot unmount ${at}: foreign (tmpfs) is mounted over it on ${place}`;
        await assertRejects(() => mounted.unmount({ lazy }), FuseMountError, text);
      }
      assertEquals(await mountsIn(folder), before);
      await must("umount", place);
    }
    await mounted.unmount();
    assertEquals(await mountsIn(folder), []);
  });
});

test("unmount() finds the mount where a directory above it was renamed", async () => {
  await inFolder(async (folder, mounted) => {
    await Deno.rename(`${folder}/sub`, `${folder}/moved`);
    await Deno.mkdir(`${folder}/sub/m`, { recursive: true });
    await must("mount", "-t", "tmpfs", "foreign", `${folder}/sub/m`);
    await mounted.unmount();
    assertEquals(await mountsIn(folder), ["tmpfs /sub/m"]);
  });
});

test("unmount() leaves what is mounted at its path when a directory above it is covered", async () => {
  await inFolder(async (folder, mounted) => {
    await must("mount", "-t", "tmpfs", "cover", `${folder}/sub`);
    await Deno.mkdir(`${folder}/sub/m`);
    await must("mount", "-t", "tmpfs", "foreign", `${folder}/sub/m`);
    const text = `foreign (tmpfs) is mounted over it on ${folder}/sub/m`;
    await assertRejects(() => mounted.unmount(), FuseMountError, text);
    assertEquals((await mountsIn(folder)).length, 3);
  });
});

test("unmount() ends the service where the filesystem is mounted elsewhere too", async () => {
  await inFolder(async (folder, mounted) => {
    await Deno.mkdir(`${folder}/bound`);
    await must("mount", "--bind", `${folder}/sub/m`, `${folder}/bound`);
    await mounted.unmount();
    assertEquals(await mountsIn(folder), ["fuse.fusewire /bound"]);
    await assertRejects(() => Deno.readTextFile(`${folder}/bound/file`), Error, "not connected");
  });
});

test("a mount that cannot be taken away is not served any more when it is disposed", async () => {
  await inFolder(async (folder, mounted) => {
    await must("mount", "-t", "tmpfs", "foreign", `${folder}/sub/m`);
    await assertRejects(() => mounted[Symbol.asyncDispose](), FuseMountError, "foreign (tmpfs)");
    await mounted.finished;
    await must("umount", `${folder}/sub/m`);
    await assertRejects(() => Deno.lstat(`${folder}/sub/m`), Error, "not connected");
  });
});

test("unmount() of a mount that has ended leaves alone what has its number now", async () => {
  const folder = await Deno.makeTempDir({ prefix: "fusewire-place-" });
  const [one, two] = [`${folder}/one`, `${folder}/two`];
  await Promise.all([one, two].map((path) => Deno.mkdir(path)));
  const first = await mount(new MemoryProvider(), one);
  await must("umount", one);
  await first.finished;
  await using second = await mount(new MemoryProvider(), two);
  await first.unmount();
  assertEquals((await mountsIn(folder)).length, 1);
  await second.unmount();
  await Deno.remove(folder, { recursive: true });
});
