import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { FsError, O_RDWR, S_IFDIR, S_IFREG } from "../base/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { OpCode } from "./op_code.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf } from "./testing/linked.ts";
import { replyFrame, ScriptedChannel } from "./testing/scripted_channel.ts";
import { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";
import { VFSServer } from "./vfs_server.ts";
import { VFSStat } from "./vfs_stat.ts";
import { WireError } from "./wire_error.ts";

/** What a server answers; null for nothing. */
type Script = (request: VFSRequest) => Partial<VFSResponse> | null;

/** A provider over a server that answers in this way. */
async function scripted(
  script: Script,
  options?: VFSClientOptions,
): Promise<{ remote: RemoteProvider; channel: ScriptedChannel }> {
  const channel = new ScriptedChannel((request) => {
    const answer = script(request);
    return answer === null ? [] : [replyFrame({ id: request.id, ...answer })];
  });
  return { channel, remote: await connectVFS(channel, options) };
}

for (
  const [what, hello, says] of [
    ["a data_max of 1", { dataMax: 1 }, "says data_max 1: it must be 4096 or more"],
    ["a data_max of 4,095", { dataMax: 4095 }, "says data_max 4095"],
    ["a frame_max below data_max", { frameMax: 5000, dataMax: 5001 }, "says frame_max 5000"],
    ["no version", { version: 0 }, "says version 0"],
    ["a version of the future", { version: 3 }, "says version 3"],
  ] as const
) {
  Deno.test(`a Hello with ${what} is refused, and the connection is ended`, async () => {
    const channel = new ScriptedChannel(() => []);
    channel.hello = hello;
    const connecting = () => connectVFS(channel);
    const error = await assertRejects(connecting, FsError, `(the server's Hello ${says}`);
    assertInstanceOf(error.cause, WireError);
    assert(channel.closed);
  });
}

Deno.test("a Hello without limits has the defaults, and files are read and written", async () => {
  const channel = new ScriptedChannel(({ id, op, size, data }) => {
    const read = op === OpCode.Read ? { data: new Uint8Array(size) } : { written: data.length };
    return [replyFrame(op === OpCode.Open ? { id, handle: 1 } : { id, ...read })];
  });
  channel.hello = { dataMax: 0, frameMax: 0, handlesMax: 0, inFlightMax: 0 };
  await using remote = await connectVFS(channel);
  const { dataMax, frameMax, handlesMax, inFlightMax } = remote.client.hello;
  const limits = { dataMax, frameMax, handlesMax, inFlightMax };
  assertEquals(limits, {
    dataMax: DEFAULT_LIMITS.dataMax,
    frameMax: DEFAULT_LIMITS.frameMax,
    handlesMax: DEFAULT_LIMITS.handlesMax,
    inFlightMax: DEFAULT_LIMITS.inFlightMax,
  });
  const handle = await remote.open("/f", O_RDWR, 0);
  assertEquals(await handle.readAt(new Uint8Array(5), 0), 5);
  assertEquals(await handle.writeAt(new Uint8Array(5), 0), 5);
});

Deno.test("a server takes no limits that its clients would refuse", () => {
  for (
    const limits of [{ dataMax: 4095 }, { frameMax: 4000 }, { inFlightMax: 0 }, { dataMax: NaN }]
  ) {
    assertThrows(() => new VFSServer(newMemoryProvider(), { limits }), RangeError, "Cannot use");
  }
});

const DIRECTORY = Object.assign(new VFSStat(), { mode: S_IFDIR | 0o755, nlink: 1, ino: 3 });

function entriesOf(names: readonly string[]): VFSDirEntry[] {
  return names.map((name, index) =>
    Object.assign(new VFSDirEntry({ name, mode: S_IFREG | 0o644, nlink: 1 }), { ino: 10 + index })
  );
}

const LONG = "x".repeat(256);

for (const name of ["../../evil", "..", ".", "", "a/b", "a\0b", LONG]) {
  const label = name === LONG ? "a name of 256 bytes" : `the name ${JSON.stringify(name)}`;
  Deno.test(`a listing with ${label} is EIO, also when listings are kept`, async () => {
    const { remote } = await scripted(
      ({ op }) => {
        if (op === OpCode.Readdir) return { entries: entriesOf(["ok", name]) };
        return op === OpCode.Watch ? { handle: 1 } : { stat: DIRECTORY };
      },
      { cache: true },
    );
    await using _remote = remote;
    await remote.lstat("/d");
    for (let times = 0; times < 2; times++) {
      const listing = async () => await remote.readDir("/d");
      const error = await assertRejects(listing, FsError, 'Cannot readDir "/d": EIO (it lists');
      assertEquals(error.code, "EIO");
    }
  });
}

Deno.test("a listing with a name twice in succession is EIO", async () => {
  const { remote } = await scripted(() => ({ entries: entriesOf(["a", "b", "b"]) }));
  await using _remote = remote;
  assertEquals(await codeOf(() => remote.readDir("/")), "EIO");
});

Deno.test("a listing that never ends is EIO, and no more of it is asked for", async () => {
  let listed = 0;
  const { remote, channel } = await scripted(
    () => ({ cursor: 7, entries: entriesOf([`${listed++}`, `${listed++}`, `${listed++}`]) }),
    { entriesMax: 10 },
  );
  await using _remote = remote;
  const listing = async () => await remote.readDir("/d");
  const words = 'Cannot readDir "/d": EIO (it has more than 10 entries: entriesMax)';
  await assertRejects(listing, FsError, words);
  assertEquals(channel.requests.length, 4);
});

Deno.test("a listing of as many entries as a client takes is told", async () => {
  const { remote } = await scripted(
    ({ cursor }) => ({ cursor: cursor === 0 ? 7 : 0, entries: entriesOf([`${cursor}`, "x"]) }),
    { entriesMax: 4 },
  );
  await using _remote = remote;
  assertEquals((await remote.readDir("/d")).map(({ name }) => name), ["0", "x", "7", "x"]);
});

Deno.test("a listing that goes on and says nothing new is EIO", async () => {
  for (const names of [[], ["a"]]) {
    const { remote } = await scripted(() => ({ cursor: 7, entries: entriesOf(names) }));
    await using _remote = remote;
    assertEquals(await codeOf(() => remote.readDir("/d")), "EIO");
  }
});

/** A frame in two parts. */
function halves(reply: Partial<VFSResponse>): [Uint8Array, Uint8Array] {
  const frame = replyFrame(reply);
  return [frame.subarray(0, 9), frame.subarray(9)];
}

Deno.test("a server that stops in the middle of a frame has lost the connection", async () => {
  const channel = new ScriptedChannel(({ id }) => [halves({ id, stat: DIRECTORY })[0]]);
  await using remote = await connectVFS(channel, { frameTimeoutMs: 20 });
  const error = await assertRejects(
    async () => await remote.lstat("/"),
    FsError,
    'Cannot lstat "/": EIO',
  );
  assertInstanceOf(error.cause, WireError);
  assertEquals(error.cause.message, "The server has not finished a frame within 20 ms");
  assert(channel.closed);
  assert(remote.client.dead);
});

Deno.test("a server that stops in the middle of a frame is left for a new connection", async () => {
  const stuck = new ScriptedChannel(({ id }) => [halves({ id, stat: DIRECTORY })[0]]);
  const next = new ScriptedChannel(({ id }) => [replyFrame({ id, stat: DIRECTORY })]);
  const reconnect = { dial: () => Promise.resolve(next) };
  await using remote = await connectVFS(stuck, { frameTimeoutMs: 20, reconnect });
  assertEquals((await remote.lstat("/")).isDir, true);
  assert(stuck.closed);
});

Deno.test("each frame has its time, and none is needed where nothing comes", async () => {
  const channel = new ScriptedChannel(() => []);
  await using remote = await connectVFS(channel, { frameTimeoutMs: 100 });
  for (let times = 0; times < 3; times++) {
    const asked = remote.lstat("/");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [first, second] = halves({ id: channel.requests.at(-1)!.id, stat: DIRECTORY });
    channel.arrive(first);
    await new Promise((resolve) => setTimeout(resolve, 10));
    channel.arrive(second);
    assertEquals((await asked).isDir, true);
  }
});

Deno.test("the target of a link that no link can have is EIO", async () => {
  let data = new Uint8Array();
  const { remote } = await scripted(() => ({ data }));
  await using _remote = remote;
  const refused: [Uint8Array<ArrayBuffer>, string][] = [
    [new Uint8Array(), "has 0 bytes"],
    [new Uint8Array(4096).fill(97), "has 4096 bytes"],
    [new Uint8Array([97, 0, 97]), "has 3 bytes, some NUL"],
  ];
  for (const [bytes, words] of refused) {
    data = bytes;
    const reading = async () => await remote.readlink("/l");
    const error = await assertRejects(reading, FsError, `(the server's target ${words}`);
    assertEquals(error.code, "EIO");
  }
  data = new Uint8Array(4095).fill(97);
  assertEquals(await remote.readlink("/l"), "a".repeat(4095));
});
