// Files that a server passes to its client, with both in one process.
import { assert, assertEquals } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { type MaybePromise, O_CREAT, O_RDONLY, O_RDWR } from "../base/mod.ts";
import { MemoryBlock, write } from "../libc/mod.ts";
import { type Context, type FileInfo, Forward, type Handle } from "../provider/mod.ts";
import { RealFSProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { PASSED_READ_MIN } from "./file_passing.ts";
import { OwnChannel } from "./own_channel.ts";
import { RemoteHandle } from "./remote_handle.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { served } from "./testing/linked.ts";
import { newVFSServer, type VFSServerOptions } from "./vfs_server.ts";

const OPTIONS: VFSServerOptions = { spinUs: 20, passFiles: true };

/** Opens what is asked for after a while, the later the sooner. */
class Backwards extends Forward {
  #left = 100;

  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    const ms = Math.max(0, this.#left--);
    return new Promise((resolve) => setTimeout(resolve, ms))
      .then(() => super.open(path, flags, mode, context));
  }
}

/** A directory of the host, served and used by a client that wants to be passed what it opens. */
async function passing(
  use: (remote: RemoteProvider, host: string, socket: string) => Promise<void>,
  {
    options = OPTIONS,
    wrap = (real: RealFSProvider): Forward | RealFSProvider => real,
    channel = (socket: string): OwnChannel => new OwnChannel(socket),
  } = {},
): Promise<void> {
  const before = openDescriptors();
  {
    using scratch = new ScratchDirectory();
    const host = `${scratch.path}/host`;
    Deno.mkdirSync(host);
    await using provider = new RealFSProvider(host);
    await using server = newVFSServer(wrap(provider), options);
    await server.serveUDSBackground(`${scratch.path}/s`);
    await using remote = await connectVFS(channel(`${scratch.path}/s`), { fromKernel: true });
    remote.client.passed.want();
    await use(remote, host, `${scratch.path}/s`);
  }
  // Another thread may wait for the socket still.
  for (const start = performance.now(); openDescriptors() !== before;) {
    if (performance.now() - start > 10_000) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assertEquals(openDescriptors(), before);
}

async function open(remote: RemoteProvider, path: string, flags: number): Promise<RemoteHandle> {
  const handle = await remote.open(path, flags, 0o644);
  assert(handle instanceof RemoteHandle);
  return handle;
}

const linkOf = (handle: RemoteHandle): string | null => {
  const fd = handle.passed?.fd ?? -1;
  return fd < 0 ? null : Deno.readLinkSync(`/proc/self/fd/${fd}`);
};

/** Somebody has made use of a file. */
const used = (remote: RemoteProvider): void => remote.client.passed.begin(0)();

/** Writes where the kernel of a mount does: past the client. */
function writePast(handle: RemoteHandle, text: string): void {
  const block = new MemoryBlock(text.length);
  new TextEncoder().encodeInto(text, block.bytes);
  assertEquals(write(handle.passed?.fd ?? -1, block.address, text.length), text.length);
}

const seen = ({ size, mode, uid, gid, ino, nlink, blocks, mtime, ctime }: FileInfo): unknown => (
  { size, mode, uid, gid, ino, nlink, blocks, mtime, ctime }
);

Deno.test("a client gets the very files that it opens, once somebody has a use for them", async () => {
  await passing(async (remote, host) => {
    Deno.writeFileSync(`${host}/large`, new Uint8Array(PASSED_READ_MIN));
    Deno.writeTextFileSync(`${host}/small`, "small");
    const opened = [
      await open(remote, "/new", O_RDWR | O_CREAT),
      await open(remote, "/large", O_RDONLY),
      await open(remote, "/small", O_RDONLY),
      await open(remote, "/small", O_RDWR),
    ];
    const created = await remote.create("/created", 0o644);
    assert(created instanceof RemoteHandle);
    assertEquals(
      [...opened, created].map(linkOf),
      [`${host}/new`, `${host}/large`, null, `${host}/small`, `${host}/created`],
    );
    for (const handle of [...opened, created]) await handle.close();
    assertEquals(opened.map(linkOf), [null, null, null, null]);
  });
});

for (
  const [why, options] of [
    ["does not want to", { spinUs: 20 }],
    ["shares no memory", { passFiles: true }],
    ["may not remember what others change", { ...OPTIONS, soleOwner: true }],
  ] as const
) {
  Deno.test(`a server passes nothing that ${why}`, async () => {
    await passing(async (remote) => {
      const handle = await open(remote, "/f", O_RDWR | O_CREAT);
      assertEquals(handle.passed, null);
      await handle.close();
    }, { options });
  });
}

Deno.test("a server that is read-only passes nothing", async () => {
  class Readonly extends Forward {
    override readonly(): boolean {
      return true;
    }
  }
  await passing(async (remote, host) => {
    Deno.writeFileSync(`${host}/large`, new Uint8Array(PASSED_READ_MIN));
    const handle = await open(remote, "/large", O_RDONLY);
    assertEquals(handle.passed, null);
    await handle.close();
  }, { wrap: (real) => new Readonly(real) });
});

Deno.test("nobody is passed anything before he has asked for it", async () => {
  await passing(async (_, _host, socket) => {
    await using remote = await connectVFS(new OwnChannel(socket), { fromKernel: true });
    const first = await open(remote, "/f", O_RDWR | O_CREAT);
    assertEquals([first.passed, first.passedFd], [null, -1]);
    const second = await open(remote, "/f", O_RDWR);
    assert(second.passedFd >= 0);
    await first.close();
    await second.close();
  });
});

Deno.test("attributes of a passed file are asked of nobody, and are what the server would say", async () => {
  await passing(async (remote, host) => {
    const handle = await open(remote, "/f", O_RDWR | O_CREAT);
    writePast(handle, "written");
    const before = remote.client.requestCount;
    const own = await handle.stat();
    assertEquals(remote.client.requestCount, before);
    assertEquals(own.size, 7);
    assertEquals(seen(own), seen(await remote.stat("/f")));
    // Who owns a file may look different from here.
    if (Deno.uid() === 0) {
      Deno.chownSync(`${host}/f`, 1234, 5678);
      const asked = remote.client.requestCount;
      const { uid, gid } = await handle.stat();
      assertEquals([uid, gid, remote.client.requestCount], [1234, 5678, asked + 1]);
    }
    await handle.close();
  });
});

Deno.test("every file is the right one, however many there are, and in whatever order they come", async () => {
  await passing(async (remote, host) => {
    used(remote);
    for (let round = 0; round < 3; round++) {
      const paths = Array.from({ length: 120 }, (_, index) => `/${round}-${index}`);
      const handles = await Promise.all(
        paths.map((path) => open(remote, path, O_RDWR | O_CREAT)),
      );
      assertEquals(handles.map(linkOf), paths.map((path) => host + path));
      await Promise.all(handles.map((handle) => handle.close()));
    }
  }, { wrap: (real) => new Backwards(real) });
});

Deno.test("who misses a file goes without, and the next ones are the right ones", async () => {
  class Forgetful extends OwnChannel {
    #calls = 0;
    override takePassed(number: number): number {
      return ++this.#calls % 3 === 0 ? super.takePassed(number) : -1;
    }
  }
  await passing(async (remote, host) => {
    used(remote);
    for (let index = 0; index < 600; index += 3) {
      const paths = [0, 1, 2].map((part) => `/${index + part}`);
      // All are passed before the client takes one.
      const handles = await Promise.all(
        paths.map((path) => open(remote, path, O_RDWR | O_CREAT)),
      );
      assertEquals(handles.map(linkOf), [null, null, host + paths[2]]);
      assertEquals(await handles[0]?.writeAt(new Uint8Array(3), 0), 3);
      for (const handle of handles) await handle.close();
    }
  }, { channel: (socket) => new Forgetful(socket) });
});

Deno.test("who is passed another file than the one that he has opened goes without it", async () => {
  class Confused extends OwnChannel {
    override takePassed(number: number): number {
      return super.takePassed(number % 2 === 1 ? number + 1 : number - 1);
    }
  }
  await passing(async (remote) => {
    used(remote);
    for (let index = 0; index < 100; index++) {
      const handles = await Promise.all(
        [0, 1].map((part) => open(remote, `/${index}-${part}`, O_RDWR | O_CREAT)),
      );
      assertEquals(handles.map(linkOf), [null, null]);
      for (const handle of handles) await handle.close();
    }
  }, { channel: (socket) => new Confused(socket) });
});

Deno.test("of files that nobody takes only the newest are kept", async () => {
  class Careless extends OwnChannel {
    override takePassed(_number: number): number {
      // Another number brings in what has come, and none is 0.
      return super.takePassed(0);
    }
  }
  await passing(async (remote) => {
    used(remote);
    const before = openDescriptors();
    for (let index = 0; index < 200; index++) {
      await (await open(remote, `/${index}`, O_RDWR | O_CREAT)).close();
    }
    const kept = openDescriptors() - before;
    assert(kept > 0 && kept <= 128, `${kept} kept`);
  }, { channel: (socket) => new Careless(socket) });
});

Deno.test("who takes nothing that is passed is passed no more, and goes on", async () => {
  class Deaf extends OwnChannel {
    override takePassed(_number: number): number {
      return -1;
    }
    /** Looks into the memory only. */
    override readNow(buffer: Uint8Array): number | null {
      this.spin();
      return super.readNow(buffer);
    }
  }
  await passing(async (remote, _host, socket) => {
    used(remote);
    await using other = await connectVFS(new OwnChannel(socket), { fromKernel: true });
    other.client.passed.want();
    used(other);
    for (let index = 0; index < 1000; index++) {
      const handle = await open(remote, `/${index}`, O_RDWR | O_CREAT);
      assertEquals(await handle.writeAt(new Uint8Array(3), 0), 3);
      await handle.close();
      if (index % 100 !== 0) continue;
      const others = await open(other, `/${index}`, O_RDWR);
      assert(others.passed !== null);
      await others.close();
    }
  }, { channel: (socket) => new Deaf(socket) });
});

Deno.test("files that nobody can use are not asked for again", async () => {
  await passing(async (remote) => {
    const passed: boolean[] = [];
    for (let index = 0; index < 12; index++) {
      const handle = await open(remote, `/${index}`, O_RDWR | O_CREAT);
      passed.push(handle.passedFd >= 0);
      await handle.close();
    }
    assertEquals(passed.filter((is) => is).length, 8);
    assertEquals(passed.slice(8), [false, false, false, false]);
  });
});

Deno.test("what the kernel may be changing is asked about, until that is over and once after", async () => {
  const { remote, server } = await served({ cache: true }, { soleOwner: true });
  await using _server = server;
  await using provider = remote;
  const { client } = provider;
  const handle = await provider.open("/d/f", O_RDWR, 0);
  const asked = async (): Promise<number> => {
    const before = client.requestCount;
    await provider.lstat("/d/f");
    await handle.stat();
    await provider.readDir("/d");
    return client.requestCount - before;
  };
  await provider.readDir("/");
  await asked();
  assertEquals(await asked(), 0);
  const { ino } = await provider.lstat("/d/f");
  const ends = [client.passed.begin(ino), client.passed.begin(ino)];
  assertEquals([await asked(), await asked()], [3, 3]);
  ends[0]?.();
  assert(client.passed.has(ino));
  assertEquals(await asked(), 3);
  ends[1]?.();
  assert(!client.passed.has(ino));
  // The listing is known again with the file.
  assertEquals([await asked(), await asked()], [1, 0]);
  await handle.close();
});

Deno.test("what was said a moment ago is not said of what the kernel has changed since", async () => {
  await passing(async (_, _host, socket) => {
    const options = { fromKernel: true, recentMs: 60_000 };
    await using remote = await connectVFS(new OwnChannel(socket), options);
    remote.client.passed.want();
    const handle = await open(remote, "/f", O_RDWR | O_CREAT);
    assertEquals(handle.recentStat()?.size, 0);
    const end = handle.passed?.begin();
    writePast(handle, "written");
    assertEquals(handle.recentStat()?.size, 7);
    const other = await open(remote, "/f", O_RDONLY);
    writePast(handle, "more");
    assertEquals([other.passed, other.recentStat()], [null, undefined]);
    assertEquals((await other.stat()).size, 11);
    await other.close();
    end?.();
    await handle.close();
  });
});
