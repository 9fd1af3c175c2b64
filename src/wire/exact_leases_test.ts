// Leases whose end a client of the same machine sees in the moment of the change.
import { assert, assertEquals } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { close } from "../libc/mod.ts";
import { newRealFSProvider } from "../providers/mod.ts";
import { connectUDS } from "./connect_vfs.ts";
import { LEASE_WITH_SIGNAL } from "./lease_operation.ts";
import { OpCode } from "./op_code.ts";
import { OwnChannel } from "./own_channel.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { learn, look, requestsOf } from "./testing/lease_world.ts";
import { linked } from "./testing/linked.ts";
import { VFSClient } from "./vfs_client.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import { newVFSServer, type VFSServer, type VFSServerOptions } from "./vfs_server.ts";

/** A directory of the host, its server, and a client for a mount. */
interface Served extends AsyncDisposable {
  readonly host: string;
  readonly server: VFSServer;
  readonly socket: string;
  readonly mine: RemoteProvider;
  /** The names of the operations that were answered. */
  readonly asked: string[];
}

async function served(
  client: VFSClientOptions = { cache: "exact", recentMs: 1 },
  options: VFSServerOptions = {},
): Promise<Served> {
  const scratch = new ScratchDirectory();
  const host = `${scratch.path}/host`;
  Deno.mkdirSync(`${host}/d/sub`, { recursive: true });
  Deno.mkdirSync(`${host}/e`);
  Deno.writeTextFileSync(`${host}/d/f`, "hello");
  const asked: string[] = [];
  const observer = ({ name }: { name?: string | undefined }): void => {
    asked.push(name ?? "");
  };
  const provider = newRealFSProvider(host);
  const server = newVFSServer(provider, { observer, ...options });
  const socket = `${scratch.path}/s`;
  await server.serveUDSBackground(socket);
  const mine = await connectUDS(socket, { ...client, forMount: true });
  const end = async (): Promise<void> => {
    await mine.close();
    await server.close();
    await provider.close();
    scratch[Symbol.dispose]();
  };
  return { host, server, socket, mine, asked, [Symbol.asyncDispose]: end };
}

/** How somebody on the host changes what was leased, and what a path is like then. */
const CHANGES: Record<string, [change: (host: string) => void, path: string, then: string]> = {
  "a file is written": [
    (host) => Deno.writeTextFileSync(`${host}/d/f`, "!", { append: true }),
    "/d/f",
    "6",
  ],
  "a file is made": [(host) => Deno.writeTextFileSync(`${host}/d/none`, "abc"), "/d/none", "3"],
  "a file is removed": [(host) => Deno.removeSync(`${host}/d/f`), "/d/f", "ENOENT"],
  "a file is moved": [(host) => Deno.renameSync(`${host}/d/f`, `${host}/e/f`), "/d/f", "ENOENT"],
  "the directory is moved": [(host) => Deno.renameSync(`${host}/d`, `${host}/g`), "/d/f", "ENOENT"],
  "another one takes its place": [
    (host) => {
      Deno.renameSync(`${host}/d`, `${host}/g`);
      Deno.renameSync(`${host}/e`, `${host}/d`);
    },
    "/d/f",
    "ENOENT",
  ],
};

for (const [what, [change, path, then]] of Object.entries(CHANGES)) {
  Deno.test(`the next question sees that ${what} on the host, with no turn of the event loop between`, async () => {
    await using here = await served();
    const { mine, host } = here;
    await learn(mine, "/d/f", "/d/none");
    assertEquals(await requestsOf(mine, () => look(mine, path)), 0);
    change(host);
    assertEquals(await look(mine, path), then);
    assertEquals((await mine.readDir("/")).length, Deno.readDirSync(host).toArray().length);
  });
}

Deno.test("after a change elsewhere leases are believed again as soon as all has been told", async () => {
  await using here = await served();
  const { mine, host } = here;
  await learn(mine, "/d/f", "/e/none");
  Deno.writeTextFileSync(`${host}/e/new`, "");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 1, "nobody knows where it was");
  const isBelieved = async (): Promise<boolean> =>
    await requestsOf(mine, () => look(mine, "/d/f")) === 0;
  while (!await isBelieved()) await new Promise((resolve) => setTimeout(resolve, 1));
});

Deno.test("a listing is as the host has it now", async () => {
  await using here = await served();
  const { mine, host } = here;
  await learn(mine, "/d/f", "/d/sub/none");
  const names = async (): Promise<string[]> => (await mine.readDir("/d")).map(({ name }) => name);
  assertEquals(await requestsOf(mine, names), 0);
  Deno.writeTextFileSync(`${host}/d/new`, "");
  assertEquals((await names()).toSorted(), ["f", "new", "sub"]);
});

Deno.test("changes by other clients are seen by the next question too", async () => {
  await using here = await served();
  const { mine } = here;
  const other = await linked(here.server);
  await learn(mine, "/d/f");
  for (let round = 1; round <= 50; round++) {
    await other.truncate("/d/f", round);
    assertEquals(await look(mine, "/d/f"), String(round));
    await learn(mine, "/d/f");
  }
  await other.close();
});

Deno.test("what the client changes itself it sees, and in the end all is let go of", async () => {
  const before = openDescriptors();
  {
    await using here = await served();
    const { mine } = here;
    for (let round = 1; round <= 50; round++) {
      await learn(mine, "/d/f", "/d/new");
      await mine.truncate("/d/f", round);
      assertEquals(await look(mine, "/d/f"), String(round));
      await mine.mkdir("/d/new", 0o755);
      assertEquals((await mine.lstat("/d/new")).isDir, true);
      await mine.remove("/d/new");
      assertEquals(await look(mine, "/d/new"), "ENOENT");
    }
    assert(here.asked.includes("Lease"));
  }
  // Whoever waits for the queue closes it when it is woken.
  while (openDescriptors() > before) await new Promise((resolve) => setTimeout(resolve, 1));
});

Deno.test("where no descriptor can come a strict client asks each time", async () => {
  await using here = await served();
  const far = await linked(here.server, { cache: "exact", recentMs: 1 });
  await learn(far, "/d/f");
  assertEquals(await requestsOf(far, () => look(far, "/d/f")), 1);
  assert(!here.asked.includes("Lease"));
  await far.close();
});

Deno.test("who wants to see all that the host does not tell of asks each time", async () => {
  await using here = await served({ cache: "exact", recentMs: 0 });
  const { mine } = here;
  await learn(mine, "/d/f");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 1);
  assert(!here.asked.includes("Lease"));
});

Deno.test("a strict client whose server sends none gives up after the first lease", async () => {
  using scratch = new ScratchDirectory();
  Deno.writeTextFileSync(`${scratch.path}/f`, "hello");
  const asked: string[] = [];
  const provider = newRealFSProvider(scratch.path);
  const server = newVFSServer(provider, { observer: ({ name }) => asked.push(name ?? "") });
  // Deno's own listener: the server does not know the descriptors of its connections.
  const socket = `${scratch.path}/s`;
  using listener = Deno.listen({ transport: "unix", path: socket });
  const accepting = listener.accept().then((connection) => server.handleConnection(connection));
  const mine = await connectUDS(socket, { cache: "exact", recentMs: 1, forMount: true });
  await learn(mine, "/f", "/none");
  await learn(mine, "/f", "/none");
  assertEquals(asked.filter((name) => name === "Lease").length, 1);
  assertEquals(mine.client.cache.isOn, false);
  Deno.writeTextFileSync(`${scratch.path}/none`, "");
  assertEquals(await look(mine, "/none"), "0");
  await mine.close();
  await accepting;
  await server.close();
  await provider.close();
});

Deno.test("nobody is sent descriptors who has not asked for them", async () => {
  await using here = await served({ cache: false });
  const { mine } = here;
  const before = openDescriptors();
  const request = mine.client.begin(OpCode.Lease);
  request.path = "/d";
  request.size = 100;
  const handle = await mine.client.send((reply) => reply.handle, { syscall: "lease" });
  assertEquals(handle, 1);
  // The queue, what wakes it, and the buffer of nobody else.
  assertEquals(openDescriptors() - before, 2);
});

Deno.test("who asks for descriptors is sent them once", async () => {
  await using here = await served();
  const channel = new OwnChannel(here.socket);
  const client = await VFSClient.connect(channel);
  const received: (number | undefined)[] = [];
  for (let times = 0; times < 2; times++) {
    channel.keepDescriptors(2);
    const request = client.begin(OpCode.Lease);
    request.path = "/d";
    request.flags = LEASE_WITH_SIGNAL;
    await client.send(() => {}, { syscall: "lease" });
    const descriptors = channel.takeDescriptors();
    received.push(descriptors?.length);
    descriptors?.forEach(close);
  }
  assertEquals(received, [2, undefined]);
  client.close();
});
