import { assertEquals } from "@std/assert";
import {
  FsError,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDWR,
  O_TRUNC,
  RENAME_EXCHANGE,
} from "../base/mod.ts";
import { type Context, Forward, type Handle, type Provider } from "../provider/mod.ts";
import { type MemoryProvider, newMemoryProvider } from "../providers/mod.ts";
import { RemoteProvider } from "./remote_provider.ts";
import { codeOf, linked } from "./testing/linked.ts";
import { Unwatched } from "./testing/unwatched.ts";
import { VFSServer } from "./vfs_server.ts";

const NEW = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Two clients of a server that nobody else changes; the first keeps what it knows. */
interface World extends AsyncDisposable {
  readonly server: VFSServer;
  readonly memory: MemoryProvider;
  readonly mine: RemoteProvider;
  readonly other: RemoteProvider;
}

async function world(wrap = (memory: Provider): Provider => memory): Promise<World> {
  const memory = newMemoryProvider();
  memory.mkdirAll("/d/sub", 0o755);
  memory.writeFile("/d/f", bytes("hello"), 0o640);
  memory.writeFile("/d/sub/g", bytes("deep"), 0o640);
  memory.symlink("d", "/link");
  const server = new VFSServer(wrap(memory), { soleOwner: true });
  const mine = await linked(server, { cache: true });
  const other = await linked(server);
  const end = async (): Promise<void> => {
    await mine.close();
    await other.close();
    await server.close();
  };
  return { server, memory, mine, other, [Symbol.asyncDispose]: end };
}

/** Looks at everything above a path first, as the kernel does, then at the path: size, or the error. */
async function look(provider: Provider, path: string): Promise<string> {
  const names = path.split("/").slice(1);
  try {
    let size = (await provider.lstat("/")).size;
    for (let count = 1; count <= names.length; count++) {
      size = (await provider.lstat(`/${names.slice(0, count).join("/")}`)).size;
    }
    return String(size);
  } catch (thrown) {
    return await codeOf(() => {
      throw thrown;
    });
  }
}

/** How many requests `run` makes. */
async function requestsOf(remote: RemoteProvider, run: () => unknown): Promise<number> {
  const before = remote.client.requestCount;
  await run();
  return remote.client.requestCount - before;
}

Deno.test("what was asked once is not asked again, nor what a listing told", async () => {
  await using here = await world();
  const { mine } = here;
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 3);
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 0);
  assertEquals([await look(mine, "/d/none"), await look(mine, "/d/none")], ["ENOENT", "ENOENT"]);
  assertEquals(await requestsOf(mine, () => look(mine, "/d/none")), 0);
  await mine.readDir("/d");
  const asked = await requestsOf(mine, async () => {
    assertEquals(await look(mine, "/d/sub"), "0");
    assertEquals(await look(mine, "/d/nothing either"), "ENOENT");
  });
  assertEquals(asked, 0);
});

Deno.test("a listing of which everything is known needs no request, also after changes of one's own", async () => {
  await using here = await world();
  const { mine, memory, other } = here;
  await look(mine, "/d");
  const seen = async (): Promise<string[]> => {
    const entries = await mine.readDir("/d");
    const infos = await Promise.all(entries.map(async (entry) => await entry.info()));
    return infos.map(({ name, ino, size, mode }) => [name, ino, size, mode].join(" ")).sort();
  };
  const there = (): string[] =>
    memory.readDir("/d").map(({ name }) => {
      const { ino, size, mode } = memory.lstat(`/d/${name}`);
      return [name, ino, size, mode].join(" ");
    }).sort();
  const check = async (requests: number): Promise<void> => {
    const asked = await requestsOf(mine, async () => assertEquals(await seen(), there()));
    assertEquals(asked, requests);
  };
  await check(1);
  await check(0);
  const handle = await mine.open("/d/new", NEW, 0o644);
  await handle.writeAt(bytes("text"), 0);
  await handle.close();
  await mine.mkdir("/d/made", 0o700);
  await mine.unlink("/d/f");
  await look(mine, "/d");
  await check(0);
  await other.mkdir("/d/by another", 0o750);
  await check(1);
  await check(0);
  await mine.link("/d/new", "/d/second");
  await check(1);
  // What has several names may be changed through another one.
  await check(1);
  await mine.rename("/d/sub", "/sub");
  assertEquals(await seen(), there());
});

Deno.test("of a file that is read a little the new access time comes along, otherwise it is asked for", async () => {
  await using here = await world();
  const { mine, memory } = here;
  const handle = await mine.open("/d/f", O_RDWR | O_NOFOLLOW, 0);
  const read = async (size: number): Promise<number> => {
    // As of long ago, so that reading changes it.
    await here.other.utimes("/d/f", { sec: 1, nsec: 0 }, null);
    await look(mine, "/d/f");
    assertEquals(await handle.readAt(new Uint8Array(size), 0), 5);
    return await requestsOf(mine, async () => {
      const { atime, size } = await mine.lstat("/d/f");
      assertEquals([atime, size], [memory.lstat("/d/f").atime, 5]);
    });
  };
  assertEquals(await read(16 << 10), 0);
  assertEquals(await read((16 << 10) + 1), 1);
  assertEquals(await read(5), 0);
  assertEquals(memory.lstat("/d/f").atime.sec > 1, true);
});

Deno.test("a new file in a new directory takes three messages: to make, to write, to close", async () => {
  await using here = await world();
  const { mine } = here;
  await look(mine, "/d/sub");
  const asked = await requestsOf(mine, async () => {
    await mine.mkdir("/d/new", 0o755);
    assertEquals(await codeOf(() => mine.lstat("/d/new/f")), "ENOENT");
    const handle = await mine.open("/d/new/f", NEW, 0o644);
    assertEquals(await codeOf(() => handle.getXattr("security.capability")), "ENODATA");
    await handle.writeAt(bytes("content"), 0);
    assertEquals((await handle.stat()).size, 7);
    assertEquals((await mine.lstat("/d/new/f")).size, 7);
    await handle.close();
    assertEquals((await mine.lstat("/d/new/f")).size, 7);
  });
  assertEquals(asked, 4);
});

/** What another client does, and where it shows. */
const CHANGES: Record<string, [(other: Provider) => unknown, string, string]> = {
  "makes a file": [(p) => p.create("/d/new", 0o644), "/d/new", "0"],
  "writes": [
    async (p) => {
      const handle = await p.open("/d/f", O_RDWR, 0);
      await handle.writeAt(bytes("longer than it was"), 0);
      await handle.close();
    },
    "/d/f",
    "18",
  ],
  "truncates": [(p) => p.truncate("/d/f", 2), "/d/f", "2"],
  "opens with O_TRUNC": [(p) => p.open("/d/f", O_RDWR | O_TRUNC, 0), "/d/f", "0"],
  "removes": [(p) => p.unlink("/d/f"), "/d/f", "ENOENT"],
  "moves a directory": [(p) => p.rename("/d", "/e"), "/d/sub/g", "ENOENT"],
  "moves a directory here": [(p) => p.rename("/d/sub", "/d/new"), "/d/new/g", "4"],
  "exchanges": [(p) => p.rename2("/d/f", "/d/sub/g", RENAME_EXCHANGE), "/d/f", "4"],
  "removes everything": [(p) => p.removeAll("/d"), "/d/sub/g", "ENOENT"],
  "writes through a symbolic link": [(p) => p.truncate("/link/f", 3), "/d/f", "3"],
  "makes a file through a symbolic link": [(p) => p.create("/link/new", 0o644), "/d/new", "0"],
  "writes to a file that it then gave another name": [
    async (p) => {
      const handle = await p.open("/d/f", O_RDWR, 0);
      await p.rename("/d/f", "/d/new");
      await handle.writeAt(bytes("123456"), 0);
    },
    "/d/new",
    "6",
  ],
};

for (const [name, [change, path, expected]] of Object.entries(CHANGES)) {
  Deno.test(`another client ${name}: the one that keeps things knows`, async () => {
    await using here = await world();
    const { mine, other } = here;
    await look(mine, path);
    await mine.readDir("/d");
    await look(mine, "/d/f");
    await look(mine, "/d/sub/g");
    await change(other);
    // Whatever comes next over the connection comes behind the notice.
    await mine.statfs("/");
    assertEquals(await look(mine, path), expected);
  });

  Deno.test(`a client that keeps things itself ${name}, and knows`, async () => {
    await using here = await world();
    const { mine } = here;
    await look(mine, path);
    await mine.readDir("/d");
    await look(mine, "/d/f");
    await look(mine, "/d/sub/g");
    await change(mine);
    assertEquals(await look(mine, path), expected);
  });
}

Deno.test("a file whose first name went while it was open is still told of", async () => {
  await using here = await world();
  const { mine, other } = here;
  const handle = await other.open("/d/f", O_RDWR, 0);
  await other.link("/d/f", "/d/second");
  await other.unlink("/d/f");
  await other.create("/d/f", 0o644);
  assertEquals(await look(mine, "/d/second"), "5");
  await handle.writeAt(bytes("more than that"), 0);
  await mine.statfs("/");
  assertEquals(await look(mine, "/d/second"), "14");
});

Deno.test("a file whose directory moved while it was open is still told of", async () => {
  await using here = await world();
  const { mine, other } = here;
  await look(mine, "/d/sub");
  const handle = await mine.open("/d/sub/g", O_RDWR | O_NOFOLLOW, 0);
  assertEquals((await handle.stat()).size, 4);
  await other.rename("/d/sub", "/moved");
  await other.truncate("/moved/g", 9);
  await mine.statfs("/");
  assertEquals((await handle.stat()).size, 9);
});

Deno.test("capabilities that another client gave a new file are asked for", async () => {
  await using here = await world();
  const { mine, other } = here;
  await look(mine, "/d");
  const handle = await mine.open("/d/new", NEW, 0o644);
  const capability = () => handle.getXattr("security.capability");
  assertEquals(await codeOf(capability), "ENODATA");
  await other.setXattr("/d/new", "security.capability", bytes("all"), 0);
  await mine.statfs("/");
  assertEquals(await capability(), bytes("all"));
});

Deno.test("files with several names are asked for every time", async () => {
  await using here = await world();
  const { mine } = here;
  await mine.link("/d/f", "/d/second");
  await look(mine, "/d/second");
  assertEquals(await requestsOf(mine, () => mine.lstat("/d/second")), 1);
});

Deno.test("errors of changes arrive, and what failed is not believed", async () => {
  await using here = await world();
  const { mine } = here;
  await mine.readDir("/d");
  assertEquals(await codeOf(() => mine.mkdir("/d/f", 0o755)), "EEXIST");
  assertEquals(await codeOf(() => mine.rmdir("/d/sub")), "ENOTEMPTY");
  assertEquals(await codeOf(() => mine.unlink("/d/none")), "ENOENT");
  assertEquals(await codeOf(() => mine.open("/d/f", NEW, 0o644)), "EEXIST");
  assertEquals([await look(mine, "/d/f"), await look(mine, "/d/sub/g")], ["5", "4"]);
});

/** A provider whose next `lstat` answers with what was there, but only when it is let. */
class Slow extends Forward {
  #gate: Promise<void> | null = null;

  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  override lstat(path: string): ReturnType<Provider["lstat"]> {
    const gate = this.#gate;
    this.#gate = null;
    const info = this.inner.lstat(path);
    return gate === null ? info : gate.then(() => info);
  }
}

for (const who of ["mine", "other"] as const) {
  Deno.test(`an answer that a change by ${who} has overtaken is not kept`, async () => {
    let slow: Slow | undefined;
    await using here = await world((memory) => slow = new Slow(memory));
    const { mine } = here;
    const handle: Handle = await here[who].open("/d/f", O_RDWR, 0);
    await look(mine, "/d");
    const release = slow?.hold();
    const asked = mine.lstat("/d/f");
    await mine.statfs("/");
    await handle.writeAt(bytes("overtaken"), 0);
    await mine.statfs("/");
    release?.();
    assertEquals((await asked).size, 5);
    assertEquals((await mine.lstat("/d/f")).size, 9);
  });
}

Deno.test("without notices nothing is kept, nor after the connection has ended", async () => {
  await using server = new VFSServer(newMemoryProvider(), { soleOwner: true });
  await using plain = await linked(server);
  await plain.lstat("/");
  assertEquals(await requestsOf(plain, () => plain.lstat("/")), 1);
  await using mine = await linked(server, { cache: true });
  await mine.lstat("/");
  assertEquals(mine.client.cache.isOn, true);
  mine.close();
  await mine.client.ended;
  assertEquals(await codeOf(() => mine.lstat("/")), "EIO");
});

Deno.test("a server that is not the only way to its provider is not exact, and can still be kept to", async () => {
  const memory = newMemoryProvider();
  await using server = new VFSServer(memory);
  await using careful = await linked(server, { cache: "exact" });
  assertEquals([careful.client.hello.exact, careful.client.cache.isOn], [false, false]);
  await using mine = await linked(server, { cache: true });
  assertEquals(mine.client.cache.isOn, true);
  assertEquals(await look(mine, "/f"), "ENOENT");
  memory.writeFile("/f", bytes("behind the server"), 0o644);
  // The notice comes when the provider's event has come through.
  while (await look(mine, "/f") === "ENOENT");
  assertEquals(await look(mine, "/f"), "17");
});

Deno.test("a server that cannot tell of changes is asked for everything", async () => {
  await using server = new VFSServer(new Unwatched(newMemoryProvider()));
  await using mine = await linked(server, { cache: true });
  assertEquals(mine.client.cache.isOn, false);
  await mine.lstat("/");
  assertEquals(await requestsOf(mine, () => mine.lstat("/")), 1);
});

Deno.test("overflow forgets everything", async () => {
  await using here = await world();
  const { mine } = here;
  await look(mine, "/d/f");
  mine.client.cache.noticed(4, "/");
  assertEquals(await requestsOf(mine, () => look(mine, "/d/f")), 3);
});

Deno.test("a name that is too long is told as such, also in a directory whose names are all known", async () => {
  await using both = await world();
  const { mine } = both;
  await mine.mkdir("/new", 0o755);
  const long = `/new/${"n".repeat(256)}`;
  assertEquals(await look(mine, long.slice(0, -1)), "ENOENT");
  assertEquals(await look(mine, long), "ENAMETOOLONG");
});

Deno.test("what is known not to be there is found to be null without a request, until somebody makes it", async () => {
  await using here = await world();
  const { mine, other } = here;
  assertEquals(await look(mine, "/d/none"), "ENOENT");
  assertEquals(
    await requestsOf(mine, async () => assertEquals(await mine.find("/d/none"), null)),
    0,
  );
  await other.mkdir("/d/none", 0o755);
  await look(mine, "/d/f");
  assertEquals((await mine.find("/d/none"))?.isDir, true);
});

Deno.test("find() means the lstat() of who has one of his own", async () => {
  class Hiding extends RemoteProvider {
    override lstat(path: string, context?: Context): ReturnType<RemoteProvider["lstat"]> {
      if (path === "/d/f") throw new FsError("ENOENT", { syscall: "lstat", path });
      return super.lstat(path, context);
    }
  }
  await using here = await world();
  const hiding = new Hiding(here.other.client);
  assertEquals(await hiding.find("/d/f"), null);
  assertEquals((await hiding.find("/d"))?.isDir, true);
});
