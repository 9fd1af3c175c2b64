import { assertRejects } from "@std/assert";
import { FuseMountError } from "../fuse/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { mount, type MountOptions } from "./mount.ts";
import { type ModuleMountOptions, mountModule } from "./mount_module.ts";

const MEMORY = import.meta.resolve("./testing/memory_module.ts");

/** What a number of the options must not be, each also -1, NaN and Infinity. */
const NUMBERS:
  readonly (readonly [name: string, more: number[], (value: number) => MountOptions])[] = [
    ["maxWrite", [0, 0.5], (maxWrite) => ({ maxWrite })],
    ["maxReadahead", [0.5], (maxReadahead) => ({ maxReadahead })],
    ["maxBackground", [0, 0.5], (maxBackground) => ({ maxBackground })],
    ["congestionThreshold", [0, 0.5], (congestionThreshold) => ({ congestionThreshold })],
    ["entryTimeoutMs", [], (entryTimeoutMs) => ({ entryTimeoutMs })],
    ["attrTimeoutMs", [], (attrTimeoutMs) => ({ attrTimeoutMs })],
    ["negativeTimeoutMs", [], (negativeTimeoutMs) => ({ negativeTimeoutMs })],
    ["uid", [2 ** 32 - 1], (uid) => ({ uid })],
    ["gid", [2 ** 32 - 1], (gid) => ({ gid })],
    ["loop.spinUs", [1_000_001], (spinUs) => ({ loop: { spinUs } })],
    ["loop.lingerMs", [60_001], (lingerMs) => ({ loop: { lingerMs } })],
    ["loop.sliceMs", [], (sliceMs) => ({ loop: { sliceMs } })],
  ];

Deno.test("a mount refuses numbers with which it could not work, and nothing is mounted", async () => {
  const directory = await Deno.makeTempDir();
  for (const [name, more, make] of NUMBERS) {
    for (const value of [-1, NaN, Infinity, ...more]) {
      const options = make(value);
      const said = `with ${name} ${value}`;
      const mounting = mount(new MemoryProvider(), directory, options);
      await assertRejects(() => mounting, FuseMountError, said);
      await assertRejects(() => mountModule(MEMORY, directory, options), FuseMountError, said);
    }
  }
  for (const loops of [-1, 0, 0.5, 65, NaN, Infinity]) {
    const mounting = mountModule(MEMORY, directory, { loops });
    await assertRejects(() => mounting, FuseMountError, `with loops ${loops}`);
  }
  await Deno.remove(directory); // which is EBUSY where something is mounted
});

Deno.test("a module is mounted with every option that a provider has", async () => {
  const directory = await Deno.makeTempDir();
  const options: ModuleMountOptions = { soleOwner: true, watch: true, entryTimeoutMs: 0 };
  await using mounted = await mountModule(MEMORY, directory, options);
  await Deno.writeTextFile(`${directory}/f`, "text");
  await mounted.unmount();
  await Deno.remove(directory);
});

Deno.test("a mount point has a name: none does not mean the working directory", async () => {
  const mounting = mount(new MemoryProvider(), "");
  await assertRejects(() => mounting, FuseMountError, "a directory without a name");
});
