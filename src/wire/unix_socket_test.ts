import { assert, assertEquals, assertRejects } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectUDS } from "./connect_vfs.ts";
import { SOCKET_PATH_MAX } from "./unix_socket.ts";
import { VFSServer } from "./vfs_server.ts";

/** Runs with a folder of its own. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refusal(run: () => Promise<unknown>): Promise<string> {
  const thrown = await assertRejects(run);
  assert(thrown instanceof FsError);
  return thrown.code;
}

Deno.test("serveUDSBackground() makes a socket for its user only, and removes it at the end", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    await using server = new VFSServer(newMemoryProvider());
    const stop = await server.serveUDSBackground(path);
    assertEquals((await Deno.lstat(path)).mode! & 0o7777, 0o600);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
    await using remote = await connectUDS(path);
    assertEquals((await remote.stat("/")).isDir, true);
    await stop();
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("serveUDSBackground() gives the socket the mode that it is told", async () => {
  await inFolder(async (folder) => {
    await using server = new VFSServer(newMemoryProvider(), { socketMode: 0o660 });
    await server.serveUDSBackground(`${folder}/s`);
    assertEquals((await Deno.lstat(`${folder}/s`)).mode! & 0o7777, 0o660);
  });
});

Deno.test("serveUDSBackground() replaces a socket that nobody listens on", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    const stale = Deno.listen({ transport: "unix", path: `${folder}/old` });
    await Deno.rename(`${folder}/old`, path);
    stale.close();
    await using server = new VFSServer(newMemoryProvider());
    await server.serveUDSBackground(path);
    await using remote = await connectUDS(path);
    assertEquals((await remote.stat("/")).isDir, true);
  });
});

Deno.test("serveUDSBackground() refuses a socket that somebody listens on", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    await using first = new VFSServer(newMemoryProvider());
    await first.serveUDSBackground(path);
    await using second = new VFSServer(newMemoryProvider());
    assertEquals(await refusal(() => second.serveUDSBackground(path)), "EADDRINUSE");
    await using remote = await connectUDS(path);
    assertEquals((await remote.stat("/")).isDir, true);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  });
});

Deno.test("serveUDSBackground() refuses a name that something else has", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "mine");
    await using server = new VFSServer(newMemoryProvider());
    assertEquals(await refusal(() => server.serveUDSBackground(`${folder}/file`)), "EADDRINUSE");
    assertEquals(await Deno.readTextFile(`${folder}/file`), "mine");
  });
});

for (const size of [SOCKET_PATH_MAX - 20, SOCKET_PATH_MAX - 1, SOCKET_PATH_MAX]) {
  Deno.test(`serveUDSBackground() and connectUDS() take a path of ${size} bytes`, async () => {
    await inFolder(async (folder) => {
      const deep = `${folder}/${"d".repeat(size - folder.length - 3)}`;
      await Deno.mkdir(deep);
      assertEquals(`${deep}/s`.length, size);
      await using server = new VFSServer(newMemoryProvider());
      const stop = await server.serveUDSBackground(`${deep}/s`);
      assertEquals((await Deno.lstat(`${deep}/s`)).mode! & 0o7777, 0o600);
      await using remote = await connectUDS(`${deep}/s`);
      assertEquals((await remote.stat("/")).isDir, true);
      await stop();
      assertEquals([...Deno.readDirSync(deep)], []);
    });
  });
}

Deno.test("connectUDS() refuses a path that is too long for a socket", async () => {
  const path = `/tmp/${"x".repeat(SOCKET_PATH_MAX)}`;
  assertEquals(await refusal(() => connectUDS(path)), "ENAMETOOLONG");
});

Deno.test("serveUDSBackground() refuses a path that is too long for a socket", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const path = `/tmp/${"x".repeat(SOCKET_PATH_MAX)}`;
  assertEquals(await refusal(() => server.serveUDSBackground(path)), "ENAMETOOLONG");
});

Deno.test("closing leaves a socket alone that is another's by now", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    await using server = new VFSServer(newMemoryProvider());
    const stop = await server.serveUDSBackground(path);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "another's");
    await stop();
    assertEquals(await Deno.readTextFile(path), "another's");
  });
});

Deno.test("serveUDS() serves until the server is closed", async () => {
  await inFolder(async (folder) => {
    const server = new VFSServer(newMemoryProvider());
    const serving = server.serveUDS(`${folder}/s`);
    while ([...Deno.readDirSync(folder)].every(({ name }) => name !== "s")) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await server.close();
    await serving;
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});
