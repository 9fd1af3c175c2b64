import { assertEquals } from "@std/assert";
import { MemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { connectVFS, memoryPipe, newVFSServer } from "../wire/mod.ts";
import { undisturbed } from "./testing/undisturbed.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

/** Long enough that only a notice can make the kernel ask again. */
const FOR_EVER = { entryTimeoutMs: 1e9, attrTimeoutMs: 1e9, negativeTimeoutMs: 1e9 };

/** Repeats `read` until it gives `expected`: a notice is on its way, not yet there. */
async function becomes(expected: string, read: () => Promise<string>): Promise<void> {
  const until = performance.now() + 5000;
  let found = await read();
  while (found !== expected && performance.now() < until) found = await read();
  assertEquals(found, expected);
}

Deno.test("a mount over the wire sees what others change, in spite of endless timeouts", async () => {
  const host = await Deno.makeTempDir();
  const server = newVFSServer(newRealFSProvider(host));
  const connect = () => {
    const [ours, theirs] = memoryPipe();
    server.handleConnection(theirs);
    return connectVFS(ours);
  };
  const [mine, other] = [await connect(), await connect()];
  const handle = await other.open("/file", 0o102, 0o644);
  await handle.writeAt(new TextEncoder().encode("before"), 0);
  await withMount(mine, async (directory) => {
    const read = (name: string) => () => Deno.readTextFile(`${directory}/${name}`).catch(String);
    const size = async () => String((await Deno.stat(`${directory}/file`)).size);
    assertEquals(await read("file")(), "before");
    assertEquals(await size(), "6");
    await handle.writeAt(new TextEncoder().encode("after!!"), 0);
    await becomes("7", size);
    await becomes("after!!", read("file"));

    assertEquals(
      await inChild(directory, `try { Deno.statSync("new") } catch { print("none") }`),
      "none",
    );
    const created = await other.create("/new", 0o644);
    await created.close();
    await becomes("", read("new"));

    await other.rename("/new", "/moved");
    await becomes("", read("moved"));

    await Deno.writeTextFile(`${host}/moved`, "on the host itself");
    await becomes("on the host itself", read("moved"));
    await becomes("false", async () => {
      return String(await Deno.stat(`${directory}/new`).then(() => true, () => false));
    });
  }, { ...FOR_EVER, watch: true });
  await handle.close();
  await mine.close();
  await other.close();
  await server.close();
  await Deno.remove(host, { recursive: true });
});

Deno.test(
  "without watch, the kernel trusts what it knows until the timeouts",
  undisturbed(async () => {
    const provider = new MemoryProvider();
    provider.writeFile("/file", new Uint8Array(3), 0o644);
    await withMount(provider, async (directory) => {
      assertEquals((await Deno.stat(`${directory}/file`)).size, 3);
      provider.writeFile("/file", new Uint8Array(9), 0o644);
      assertEquals((await Deno.stat(`${directory}/file`)).size, 3);
    }, FOR_EVER);
  }),
);
