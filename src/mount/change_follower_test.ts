import { assert, assertEquals, assertRejects } from "@std/assert";
import { FsError } from "../base/mod.ts";
import type { CapabilitySet, WatchEvent } from "../provider/mod.ts";
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

Deno.test("what is made in a directory that others have moved is seen by its new path", async () => {
  const provider = new MemoryProvider();
  provider.mkdir("/d", 0o755);
  await withMount(provider, async (directory) => {
    const script = `
      const isThere = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };
      Deno.chdir("d");
      console.log("ready");
      Deno.stdin.readSync(new Uint8Array(1));
      // The kernel asks for it below a directory that is not where it was.
      const before = isThere("new");
      Deno.writeTextFileSync("/dev/fd/1", before + "\\n");
      Deno.stdin.readSync(new Uint8Array(1));
      console.log(isThere("../e/new"));`;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", `Deno.chdir(Deno.args[0]); ${script}`, directory],
      stdin: "piped",
      stdout: "piped",
    });
    await using child = command.spawn();
    const writer = child.stdin.getWriter();
    const steps = [
      () => provider.rename("/d", "/e"),
      () => provider.writeFile("/e/new", new Uint8Array(3), 0o644),
    ];
    let said = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += part;
      const step = steps.shift();
      if (step === undefined) continue;
      step();
      await writer.write(new Uint8Array(1));
    }
    await writer.close();
    assertEquals(said, "ready\nfalse\ntrue\n");
  }, { soleOwner: true, watch: true });
});

Deno.test("what cannot be watched is not mounted to be watched", async () => {
  class Blind extends MemoryProvider {
    override readonly capabilities: CapabilitySet = new Set(
      [...new MemoryProvider().capabilities].filter((name) => name !== "watch"),
    );
  }
  const mounted = withMount(new Blind(), () => Promise.resolve(), { watch: true });
  assertEquals((await assertRejects(() => mounted, FsError)).code, "ENOSYS");
});

Deno.test(
  "when nobody tells of changes any more, the kernel asks again",
  undisturbed(async () => {
    const over = Promise.withResolvers<void>();
    class Ending extends MemoryProvider {
      override async *watch(): AsyncIterableIterator<WatchEvent> {
        await over.promise;
        yield { kind: "attributes", path: "/none" };
      }
    }
    const provider = new Ending();
    provider.mkdir("/d", 0o755);
    provider.writeFile("/d/file", new Uint8Array(3), 0o644);
    const said: string[] = [];
    await withMount(provider, async (directory) => {
      const size = (name: string) => async () =>
        String(await Deno.stat(`${directory}/d/${name}`).then(({ size }) => size, () => "none"));
      assertEquals([await size("file")(), await size("other")()], ["3", "none"]);
      provider.writeFile("/d/file", new Uint8Array(9), 0o644);
      provider.writeFile("/d/other", new Uint8Array(1), 0o644);
      assertEquals([await size("file")(), await size("other")()], ["3", "none"]);
      over.resolve();
      await becomes("9", size("file"));
      await becomes("1", size("other"));
      assert(said.some((line) => line.includes("watch")), said.join("\n"));
      assertEquals(await size("late")(), "none");
      provider.writeFile("/d/file", new Uint8Array(20), 0o644);
      provider.writeFile("/d/late", new Uint8Array(2), 0o644);
      await becomes("20", size("file"));
      await becomes("2", size("late"));
    }, { soleOwner: true, watch: true, logger: (line) => void said.push(line) });
  }),
);
