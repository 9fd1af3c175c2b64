import { assert, assertEquals } from "@std/assert";
import { fuseMounts, unmountDead } from "./dead_mounts.ts";
import { ROOT } from "./registry.ts";

/** Mounts memory where it is told. */
const SERVER = `
import { MemoryProvider } from "${ROOT}/mod.ts";
import { mount } from "${ROOT}/src/mount/mod.ts";
await mount(new MemoryProvider(), Deno.args[0]!);
console.log("mounted");
`;

async function serve(mountpoint: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--ext=ts", "-", mountpoint],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(SERVER));
  await writer.close();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

Deno.test("what a killed server leaves mounted is unmounted, and nothing that is alive or was there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "fusewire-dead-" });
  const paths = ["old", "alive", "dead"].map((name) => `${folder}/${name}`);
  const [, alive = "", dead = ""] = paths;
  for (const path of paths) await Deno.mkdir(path);
  const servers = await Promise.all(paths.map(serve));
  try {
    const mounts = await fuseMounts();
    assert(paths.every((path) => mounts.has(path)));
    for (const index of [0, 2]) servers[index]!.kill("SIGKILL");
    await Promise.all([servers[0]!.status, servers[2]!.status]);
    // Others may have left mounts of their own.
    const before = [...mounts].filter((path) => path !== alive && path !== dead);
    assertEquals(await unmountDead(new Set(before)), [dead]);
    const after = await fuseMounts();
    assertEquals(paths.map((path) => after.has(path)), [true, true, false]);
    assertEquals((await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort(), [
      "alive",
      "old",
    ]);
  } finally {
    for (const server of servers) {
      try {
        server.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await server.status;
    }
    const mounts = await fuseMounts();
    await unmountDead(new Set([...mounts].filter((path) => !path.startsWith(folder))));
    await Deno.remove(folder, { recursive: true });
  }
});
