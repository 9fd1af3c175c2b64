import { assertEquals } from "@std/assert";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { VFSServer } from "./vfs_server.ts";

/** The two ends of TCP connections at a port that the kernel probes when nothing is said: `timer:02` in proc_net_tcp. */
async function probedEnds(port: number): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = (await Deno.readTextFile("/proc/self/net/tcp")).split("\n");
  return lines.filter((line) => {
    const [, local = "", remote = "", state, , timer = ""] = line.trim().split(/\s+/);
    const isHere = local.endsWith(`:${hex}`) || remote.endsWith(`:${hex}`);
    return isHere && state === "01" && timer.startsWith("02:");
  }).length;
}

Deno.test("both ends of a TCP connection are probed when nothing is said", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = new VFSServer(newMemoryProvider());
  const serving = server.serve(listener);
  {
    await using remote = await connectVFS(await Deno.connect({ port: listener.addr.port }));
    await remote.stat("/");
    // Until both have acknowledged all, another timer runs.
    const until = performance.now() + 5000;
    while (await probedEnds(listener.addr.port) < 2 && performance.now() < until);
    assertEquals(await probedEnds(listener.addr.port), 2);
  }
  await server.close();
  await serving;
});
