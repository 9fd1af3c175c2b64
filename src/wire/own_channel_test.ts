import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { threadWait, type Waiting } from "../libc/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectUDS } from "./connect_vfs.ts";
import { OwnChannel } from "./own_channel.ts";
import { writeAll } from "./transport.ts";
import { newVFSServer } from "./vfs_server.ts";

/** A channel to a listener of the test, and the other end. */
async function connected(
  use: (channel: OwnChannel, peer: Deno.Conn) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/s`;
  try {
    using listener = Deno.listen({ transport: "unix", path });
    const channel = new OwnChannel(path);
    using peer = await listener.accept();
    try {
      await use(channel, peer);
    } finally {
      channel.close();
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("an own channel reads what comes, before and while it waits, and then the end", async () => {
  await connected(async (channel, peer) => {
    const buffer = new Uint8Array(8);
    await peer.write(new Uint8Array([1, 2]));
    assertEquals(await channel.read(buffer), 2);
    const later = channel.read(buffer);
    await peer.write(new Uint8Array([3]));
    assertEquals([await later, buffer[0]], [1, 3]);
    await peer.closeWrite();
    assertEquals(await channel.read(buffer), null);
  });
});

Deno.test("an own channel waits while the other side takes nothing, and loses no byte", async () => {
  await connected(async (channel, peer) => {
    const data = new Uint8Array(4 << 20);
    for (let index = 0; index < data.length; index++) data[index] = index * 7 + (index >> 8);
    const writing = writeAll(channel, data);
    const read = new Uint8Array(data.length);
    for (let size = 0; size < read.length;) size += await peer.read(read.subarray(size)) ?? 0;
    await writing;
    assertEquals(read.every((byte, index) => byte === data[index]), true);
  });
});

Deno.test("closing an own channel ends what waits for bytes and for room", async () => {
  await connected(async (channel) => {
    const reading = channel.read(new Uint8Array(8));
    const writing = writeAll(channel, new Uint8Array(4 << 20));
    channel.close();
    assertEquals(await reading, null);
    await assertRejects(() => writing, FsError, "EPIPE");
    await assertRejects(() => channel.write(new Uint8Array(1)), FsError, "EPIPE");
  });
});

Deno.test("an own channel is refused where nobody listens", async () => {
  const directory = await Deno.makeTempDir();
  assertThrows(() => new OwnChannel(`${directory}/none`), FsError, "ENOENT");
  await Deno.writeTextFile(`${directory}/file`, "");
  assertThrows(() => new OwnChannel(`${directory}/file`), FsError, "ECONNREFUSED");
  await Deno.remove(directory, { recursive: true });
});

Deno.test("an own channel gives at once what has come, also while somebody waits for it", async () => {
  await connected(async (channel, peer) => {
    const buffer = new Uint8Array(8);
    assertEquals(channel.readNow(buffer), 0);
    let woken = false;
    const waiting = channel.toRead().then(() => woken = true);
    await peer.write(new Uint8Array([1, 2]));
    // A write of this process to this process has come when it is done.
    assertEquals([channel.readNow(buffer), buffer[0], channel.readNow(buffer)], [2, 1, 0]);
    await peer.write(new Uint8Array([3]));
    await waiting;
    assertEquals([woken, channel.readNow(buffer), buffer[0]], [true, 1, 3]);
    await peer.closeWrite();
    await channel.toRead();
    assertEquals(channel.readNow(buffer), null);
    channel.close();
    await channel.toRead();
    assertEquals(channel.readNow(buffer), null);
  });
});

Deno.test("whoever waits with the thread wakes an own channel, and leaves it to itself again", async () => {
  await connected(async (channel, peer) => {
    let covers = true;
    const waiting: Waiting = { covers: () => covers };
    threadWait.join(waiting);
    const buffer = new Uint8Array(8);
    const reading = channel.read(buffer);
    await peer.write(new Uint8Array([1]));
    assert(threadWait.sources.includes(channel));
    channel.ready();
    assertEquals(await reading, 1);
    const next = channel.read(buffer);
    covers = false;
    threadWait.leave(waiting);
    await peer.write(new Uint8Array([2]));
    assertEquals([await next, buffer[0]], [1, 2]);
  });
  assertEquals(threadWait.sources, []);
});

Deno.test("a client for a mount speaks with a server like any other, and knows when an answer is due", async () => {
  const directory = await Deno.makeTempDir();
  await using server = newVFSServer(newMemoryProvider());
  await server.serveUDSBackground(`${directory}/s`);
  const remote = await connectUDS(`${directory}/s`, { forMount: true });
  assertEquals(threadWait.isDue, false);
  const making = remote.mkdir("/d", 0o755);
  assertEquals(threadWait.isDue, true);
  await making;
  assertEquals(threadWait.isDue, false);
  assertEquals((await remote.stat("/d")).isDir, true);
  await assertRejects(async () => await remote.stat("/none"), FsError, "ENOENT");
  await remote.close();
  assertEquals(threadWait.hasSources, false);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("an own channel tells when the other side has taken what was sent", async () => {
  await connected(async (channel, peer) => {
    assertEquals(channel.isTaken(), true);
    channel.writeNow(new Uint8Array([1, 2, 3]));
    assertEquals(channel.isTaken(), false);
    const buffer = new Uint8Array(2);
    assertEquals(await peer.read(buffer), 2);
    assertEquals(channel.isTaken(), false);
    assertEquals(await peer.read(buffer), 1);
    assertEquals(channel.isTaken(), true);
    channel.close();
    assertEquals(channel.isTaken(), false);
  });
});
