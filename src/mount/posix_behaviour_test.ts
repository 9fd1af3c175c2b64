import { assertEquals } from "@std/assert";
import type { Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { connectVFS, memoryPipe, newVFSServer } from "../wire/mod.ts";
import { mountNodes } from "../nodefs/mod.ts";
import { newLoopbackRoot } from "./loopback_node.ts";
import { mount } from "./mount.ts";
import { BEHAVIOURS } from "./testing/posix_behaviours.ts";
import { DescriptorWatch } from "./testing/descriptor_watch.ts";
import { run } from "./testing/with_mount.ts";

const PROGRAM = new URL("./testing/posix_behaviours.ts", import.meta.url).pathname;
const RIGHTS = { allowOther: true, defaultPermissions: true } as const;

/** The outcome of each behaviour, in a directory. */
type Outcomes = Readonly<Record<string, string>>;

async function outcomesIn(directory: string): Promise<Outcomes> {
  const args = ["run", "-A", "--no-lock", "--no-check", PROGRAM, directory];
  const { code, stdout, stderr } = await run(
    "timeout",
    "-s",
    "KILL",
    "40",
    Deno.execPath(),
    ...args,
  );
  if (code !== 0) throw new Error(`The program in ${directory} failed: ${stderr}`);
  const outcomes: Outcomes = JSON.parse(stdout);
  return outcomes;
}

/** Where the behaviours are tried. The host's own memory filesystem shows that they are right. */
const TREES: Readonly<Record<string, () => Promise<Outcomes>>> = {
  "tmpfs": async () => {
    const directory = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-posix-" });
    const outcomes = await outcomesIn(directory);
    await Deno.remove(directory, { recursive: true });
    return outcomes;
  },
  "a memory tree": async () => {
    const directory = await Deno.makeTempDir();
    const mounted = await mount(new MemoryProvider(), directory, RIGHTS);
    const outcomes = await outcomesIn(mounted.mountpoint);
    while (mounted.openCount > 0) await Deno.lstat(directory);
    await mounted.unmount();
    await Deno.remove(directory);
    return outcomes;
  },
  "a memory tree that nobody else changes": async () => {
    const directory = await Deno.makeTempDir();
    const options = { ...RIGHTS, soleOwner: true };
    const mounted = await mount(new MemoryProvider(), directory, options);
    const outcomes = await outcomesIn(mounted.mountpoint);
    await mounted.unmount();
    await Deno.remove(directory);
    return outcomes;
  },
  "a loopback tree": async () => {
    const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
    const directory = await Deno.makeTempDir();
    const root = newLoopbackRoot(lower);
    const options = { ...RIGHTS, nullPermissions: true, enableLocks: true };
    const mounted = await mountNodes(root, directory, options);
    const descriptors = new DescriptorWatch();
    const outcomes = await outcomesIn(mounted.mountpoint);
    while (mounted.openCount > 0) await Deno.lstat(directory);
    await descriptors.nothingLeftOpen();
    await mounted.unmount();
    await root.close();
    await Deno.remove(directory);
    await Deno.remove(lower, { recursive: true });
    return outcomes;
  },
  "a memory tree over the wire": () => overWire(new MemoryProvider()),
  "a directory over the wire": async () => {
    const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
    await Deno.chmod(lower, 0o755);
    const outcomes = await overWire(new RealFSProvider(lower));
    await Deno.remove(lower, { recursive: true });
    return outcomes;
  },
};

async function overWire(provider: Provider): Promise<Outcomes> {
  const directory = await Deno.makeTempDir();
  const server = newVFSServer(provider);
  const [ours, theirs] = memoryPipe();
  server.handleConnection(theirs);
  const remote = await connectVFS(ours, { version: 2 });
  const mounted = await mount(remote, directory, RIGHTS);
  const outcomes = await outcomesIn(mounted.mountpoint);
  await mounted.unmount();
  await remote.close();
  await server.close();
  await provider.close();
  await Deno.remove(directory);
  return outcomes;
}

for (const [tree, outcomesOf] of Object.entries(TREES)) {
  Deno.test(`posix behaviours on ${tree}`, async (test) => {
    const outcomes = await outcomesOf();
    for (const name of Object.keys(BEHAVIOURS)) {
      await test.step(name, () => assertEquals(outcomes[name], "ok"));
    }
  });
}
