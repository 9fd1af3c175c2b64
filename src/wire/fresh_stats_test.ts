import { assertEquals, assertRejects } from "@std/assert";
import { newMemoryProvider } from "../providers/mod.ts";
import { linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

Deno.test("what came with a reply is not believed later: somebody else may have changed it", async () => {
  const memory = newMemoryProvider();
  await using server = new VFSServer(memory);
  await using one = await linked(server);
  await one.mkdir("/dir", 0o755);
  assertEquals((await one.stat("/dir")).isDir, true);
  await one.mkdir("/gone", 0o755);
  await new Promise((resolve) => setTimeout(resolve, 0));
  memory.rmdir("/gone");
  await assertRejects(async () => await one.stat("/gone"), Deno.errors.NotFound);
  const handle = await one.create("/file", 0o644);
  await new Promise((resolve) => setTimeout(resolve, 0));
  memory.writeFile("/file", new Uint8Array(7), 0o644);
  assertEquals((await handle.stat()).size, 7);
  await handle.close();
});
