import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { PolledChannel } from "./polled_channel.ts";
import { listenUnix } from "./unix_socket.ts";

const TEXT = new TextEncoder().encode("hello");

/** Listens, and gives connections: both sides of each. */
async function withSocket(
  run: (connect: () => Promise<{ near: Deno.Conn; far: unknown }>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const listener = await listenUnix(`${folder}/s`, 0o600, { polled: true });
  try {
    await run(async () => {
      const near = await Deno.connect({ transport: "unix", path: `${folder}/s` });
      return { near, far: await listener.accept() };
    });
  } finally {
    listener.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Looks until something is there. */
function look(channel: PolledChannel, buffer: Uint8Array): number | null {
  for (let looks = 0; looks < 1_000_000; looks++) {
    const size = channel.readNow(buffer);
    if (size !== 0) return size;
  }
  return 0;
}

Deno.test("what has come over a connection of Deno's is taken, and sent, at once", async () => {
  await withSocket(async (connect) => {
    const { near, far } = await connect();
    assertInstanceOf(far, PolledChannel);
    const buffer = new Uint8Array(100);
    assertEquals(far.readNow(buffer), 0);
    await near.write(TEXT);
    assertEquals(look(far, buffer), 5);
    assertEquals(buffer.subarray(0, 5), TEXT);
    // Deno has heard of these bytes, and waits on.
    const waiting = far.read(buffer.subarray(50));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await near.write(TEXT.subarray(1));
    assertEquals(await waiting, 4);
    assertEquals(far.writeNow(TEXT), 5);
    assertEquals(await near.read(buffer), 5);
    assertEquals(await far.write(TEXT), 5);
    assertEquals(await near.read(buffer), 5);
    near.close();
    assertEquals(look(far, buffer), null);
    far.close();
    assertEquals(far.readNow(buffer), null);
    assertThrows(() => far.writeNow(TEXT), FsError, "EPIPE");
  });
});

Deno.test("a client that takes nothing stops what is sent at once, and gets the rest", async () => {
  await withSocket(async (connect) => {
    const { near, far } = await connect();
    assertInstanceOf(far, PolledChannel);
    const data = new Uint8Array(1 << 20).fill(7);
    let sent = 0;
    for (let size = -1; size !== 0; sent += size) size = far.writeNow(data);
    assert(sent > 0);
    const rest = far.write(TEXT);
    let got = 0;
    const buffer = new Uint8Array(1 << 16);
    while (got < sent) got += await near.read(buffer) ?? 0;
    assertEquals(await rest, 5);
    near.close();
    far.close();
  });
});

Deno.test("every connection is found, and none is taken for another", async () => {
  await withSocket(async (connect) => {
    const pairs = [];
    for (let count = 0; count < 5; count++) pairs.push(await connect());
    for (const [index, { near }] of pairs.entries()) await near.write(new Uint8Array(index + 1));
    const check = ({ far }: { far: unknown }, size: number): void => {
      assertInstanceOf(far, PolledChannel);
      assertEquals(look(far, new Uint8Array(100)), size);
    };
    for (const [index, pair] of pairs.entries()) check(pair, index + 1);
    const [first] = pairs;
    assertInstanceOf(first?.far, PolledChannel);
    first.far.close();
    const last = await connect();
    await last.near.write(new Uint8Array(50));
    check(last, 50);
    for (const { near, far } of [...pairs, last]) {
      near.close();
      if (far instanceof PolledChannel) far.close();
    }
  });
});

Deno.test("a connection whose client was killed breaks with the kernel's reason", async () => {
  await withSocket(async (connect) => {
    const { near, far } = await connect();
    assertInstanceOf(far, PolledChannel);
    far.writeNow(TEXT);
    // unix(7): what the client leaves unread makes the end a reset.
    near.close();
    assertThrows(() => look(far, new Uint8Array(10)), FsError, "ECONNRESET");
    far.close();
  });
});
