// Connections that go on through memory which both sides share.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError, O_CREAT, O_RDWR } from "../base/mod.ts";
import { acceptedSockets, SharedMemory } from "../libc/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { OpCode } from "./op_code.ts";
import { OwnChannel } from "./own_channel.ts";
import { PolledChannel } from "./polled_channel.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { SHARE_NOW } from "./share_operation.ts";
import { MEMORY_SIZE, SharedRings } from "./shared_rings.ts";
import { newVFSServer, type VFSServer, type VFSServerOptions } from "./vfs_server.ts";

/** Only who looks for requests with its thread gives memory away; a short look, as client and server are one thread. */
const SPIN_US = 20;
/** The data of one message fills a ring. */
const DATA_SIZE = 3 << 20;

/** How many pieces of shared memory this process has mapped. */
function mappings(): number {
  return Deno.readTextFileSync("/proc/self/maps").split("memfd:fusewire").length - 1;
}

/** Waits until it is so; whoever waits too long is told. */
async function until(isSo: () => boolean): Promise<void> {
  for (const start = performance.now(); !isSo();) {
    assert(performance.now() - start < 10_000, `not within ten seconds: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A server on a socket, and what it was asked. */
interface Served extends AsyncDisposable {
  readonly server: VFSServer;
  readonly socket: string;
  readonly asked: string[];
}

async function served(options: VFSServerOptions = {}): Promise<Served> {
  const scratch = new ScratchDirectory();
  const asked: string[] = [];
  const server = newVFSServer(newMemoryProvider(), {
    spinUs: SPIN_US,
    observer: ({ name }) => asked.push(name ?? ""),
    ...options,
  });
  const socket = `${scratch.path}/s`;
  await server.serveUDSBackground(socket);
  const end = async (): Promise<void> => {
    await server.close({ abrupt: true });
    scratch[Symbol.dispose]();
  };
  return { server, socket, asked, [Symbol.asyncDispose]: end };
}

/** Breaks a number in the memory after each write. */
class Spoiler extends OwnChannel {
  /** Which number of which ring. */
  readonly #at: number;
  #memory: SharedMemory | null = null;

  constructor(path: string, at: number) {
    super(path);
    this.#at = at;
  }

  override mapMemory(fd: number): boolean {
    this.#memory = SharedMemory.map(fd, MEMORY_SIZE);
    return super.mapMemory(fd);
  }

  override writeNow(data: Uint8Array): number {
    const size = super.writeNow(data);
    if (this.#memory !== null) new Int32Array(this.#memory.buffer, this.#at, 1)[0] = 0x5555_5555;
    return size;
  }

  override close(): void {
    super.close();
    this.#memory?.close();
    this.#memory = null;
  }
}

function connect(socket: string, channel = new OwnChannel(socket)): Promise<RemoteProvider> {
  return connectVFS(channel, { fromKernel: true });
}

/** Bytes that tell their place. */
function pattern(size: number): Uint8Array {
  return new Uint8Array(size).map((_, index) => index * 7 + (index >> 8));
}

Deno.test("a client for a mount goes on through shared memory, also with more than it holds", async () => {
  const before = mappings();
  {
    await using here = await served();
    await using remote = await connect(here.socket);
    assertEquals(here.asked, ["Hello", "Share", "Share"]);
    assertEquals(mappings(), before + 2);
    const handle = await remote.open("/f", O_CREAT | O_RDWR, 0o600);
    const data = pattern(DATA_SIZE);
    assertEquals(await handle.writeAt(data, 0), data.length);
    const back = new Uint8Array(data.length);
    assertEquals(await handle.readAt(back, 0), data.length);
    assert(back.every((byte, index) => byte === data[index]));
    // Many at once, in both directions.
    const parts = Array.from({ length: 24 }, (_, index) => pattern(100_000 + index));
    await Promise.all(parts.map((part, index) => handle.writeAt(part, index * 200_000)));
    const read = await Promise.all(parts.map(async (part, index) => {
      const buffer = new Uint8Array(part.length);
      await handle.readAt(buffer, index * 200_000);
      return buffer;
    }));
    assertEquals(read.map((each) => each.length), parts.map((each) => each.length));
    assert(read.every((each, index) => each.every((byte, at) => byte === parts[index]![at])));
    await handle.close();
  }
  assertEquals(mappings(), before);
});

Deno.test("neither side is left asleep, whatever times they take", async () => {
  await using here = await served();
  await using remote = await connect(here.socket);
  for (let count = 0; count < 3000; count++) {
    await remote.lstat("/");
    const pause = count % 7 === 0 ? count % 3 : -1;
    if (pause >= 0) await new Promise((resolve) => setTimeout(resolve, pause));
    else if (count % 5 === 0) {
      for (const end = performance.now() + 0.03; performance.now() < end;);
    }
  }
  assertEquals(here.asked.filter((name) => name === "Lookup").length, 3000);
});

Deno.test("where there is no memory, or none can be mapped, the socket goes on", async () => {
  await using none = await served({ spinUs: 0 });
  await using far = await connect(none.socket);
  await far.mkdir("/a", 0o755);
  assertEquals(none.asked, ["Hello", "Mkdir"]);

  class Unable extends OwnChannel {
    override mapMemory(fd: number): boolean {
      return super.mapMemory(fd) && false;
    }
  }
  const before = mappings();
  const descriptors = openDescriptors();
  {
    await using here = await served({ limits: { sharersMax: 2 } });
    await using first = await connect(here.socket, new Unable(here.socket));
    await first.mkdir("/a", 0o755);
    assertEquals(here.asked, ["Hello", "Share", "Mkdir"]);
    await using second = await connect(here.socket);
    await using third = await connect(here.socket);
    assertEquals((await second.lstat("/a")).isDir, true);
    assertEquals((await third.lstat("/a")).isDir, true);
    assertEquals(here.asked.filter((name) => name === "Share").length, 3);
    await second.close();
    await first.close();
    await until(() => here.server.connections <= 1);
    await using fourth = await connect(here.socket);
    assertEquals((await fourth.lstat("/a")).isDir, true);
    assertEquals(here.asked.filter((name) => name === "Share").length, 5);
  }
  // Another thread may wait for the socket still.
  await until(() => openDescriptors() === descriptors);
  assertEquals(mappings(), before);
});

Deno.test("memory is given once, and used only where it was given", async () => {
  await using here = await served();
  await using remote = await connect(here.socket);
  const share = async (flags: number): Promise<void> => {
    remote.client.begin(OpCode.Share).flags = flags;
    await remote.client.send(() => {}, { syscall: "share" });
  };
  await assertRejects(() => share(0), FsError, "EOPNOTSUPP");
  await using plain = await connectVFS(
    await Deno.connect({ transport: "unix", path: here.socket }),
  );
  plain.client.begin(OpCode.Share).flags = SHARE_NOW;
  const agreed = plain.client.send(() => {}, { syscall: "share" });
  await assertRejects(() => agreed, FsError, "EOPNOTSUPP");
  assertEquals((await plain.lstat("/")).isDir, true);
});

Deno.test("a client that breaks the memory ends its own connection, and nothing else", async () => {
  // How much it has put in, and how much of what the server has put in it has taken.
  for (const at of [0, MEMORY_SIZE / 2 + 64]) {
    await using here = await served();
    await using other = await connect(here.socket);
    await (await other.open("/f", O_CREAT | O_RDWR, 0o600)).writeAt(pattern(DATA_SIZE), 0);
    const mine = await connect(here.socket, new Spoiler(here.socket, at));
    // More than fits, so that the server has to look how much has been taken.
    const read = async (): Promise<unknown> =>
      (await mine.open("/f", O_RDWR, 0)).readAt(new Uint8Array(DATA_SIZE), 0);
    await assertRejects(() => Promise.all([read(), read()]), FsError, "EIO");
    await mine.close();
    assertEquals((await other.lstat("/f")).size, DATA_SIZE);
    await until(() => here.server.connections <= 1);
  }
});

Deno.test("the end of either side is seen by the other one, with what was left in the memory", async () => {
  const before = mappings();
  const here = await served();
  const remote = await connect(here.socket);
  const handle = await remote.open("/f", O_CREAT | O_RDWR, 0o600);
  assertEquals(here.server.openHandles, 1);
  const waiting = handle.writeAt(pattern(DATA_SIZE), 0);
  await remote.close();
  await Promise.allSettled([waiting]);
  await until(() => here.server.connections === 0);
  assertEquals(here.server.openHandles, 0);
  await here[Symbol.asyncDispose]();

  // A server that closes answers first what it has read.
  let closing: Promise<void> | undefined;
  const last: Served = await served({
    observer: ({ name }) => {
      if (name === "Lookup") closing ??= last.server.close();
    },
  });
  const again = await connect(last.socket);
  const answers = await Promise.all(Array.from({ length: 50 }, () => again.lstat("/")));
  assert(answers.every(({ isDir }) => isDir));
  await closing;
  await assertRejects(async () => await again.lstat("/"), FsError, "EIO");
  await again.close();
  await last[Symbol.asyncDispose]();
  assertEquals(mappings(), before);
});

Deno.test("what is left in the memory is read also when the other side has not taken what woke it", async () => {
  const scratch = new ScratchDirectory();
  const path = `${scratch.path}/s`;
  using listener = Deno.listen({ transport: "unix", path });
  const channel = new OwnChannel(path);
  const peer = await listener.accept();
  const { rings, fd } = SharedRings.make(() => {});
  assertEquals(channel.mapMemory(fd), true);
  channel.useMemory();
  rings.sleep();
  // Wakes; the byte is never read, so that the end of the socket is ECONNRESET.
  assertEquals(channel.writeNow(new Uint8Array([1])), 1);
  rings.write(new Uint8Array([2, 3]));
  peer.close();
  const buffer = new Uint8Array(8);
  assertEquals([await channel.read(buffer), buffer[1]], [2, 3]);
  assertEquals(await channel.read(buffer), null);
  channel.close();
  rings.close();
  scratch[Symbol.dispose]();
});

Deno.test("a server reads what is left in the memory also when its client has not taken what woke it", async () => {
  using scratch = new ScratchDirectory();
  const path = `${scratch.path}/s`;
  using listener = Deno.listen({ transport: "unix", path });
  const peer = await Deno.connect({ transport: "unix", path });
  const accepted = await listener.accept();
  const channel = new PolledChannel(accepted, acceptedSockets(path)[0] ?? -1, () => {});
  const rings = SharedRings.map(channel.offerMemory(), () => {});
  channel.useMemory();
  const buffer = new Uint8Array(8);
  const waiting = channel.read(buffer);
  rings.sleep();
  // Wakes; the byte is never read, so that the end of the socket is ECONNRESET.
  assertEquals(channel.writeNow(new Uint8Array([1])), 1);
  rings.write(new Uint8Array([2, 3]));
  peer.close();
  assertEquals([await waiting, buffer[1]], [2, 3]);
  assertEquals(await channel.read(buffer), null);
  channel.close();
  rings.close();
});
