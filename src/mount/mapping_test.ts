import { assertEquals } from "@std/assert";
import type { Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import type { MountOptions } from "./mount.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

/** Maps `name`, shared or private, with `view` for what is seen there. */
const PRELUDE = `const libc = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    ftruncate: { parameters: ["i32", "usize"], result: "i32" },
    stat: { parameters: ["buffer", "buffer"], result: "i32" },
    msync: { parameters: ["pointer", "usize", "i32"], result: "i32" },
    mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "usize"], result: "pointer" },
  }).symbols;
  const O_RDWR = 2, O_CREAT = 0o100, O_TMPFILE = 0o20200000, MS_SYNC = 4, SIZE = 8192;
  const PROT_READ_WRITE = 3, MAP_SHARED = 1, MAP_PRIVATE = 2;
  const open = (name, flags) => libc.open(bytes(name + "\\0"), flags, 0o644);
  const mapOf = (fd, kind) => libc.mmap(0n, BigInt(SIZE), PROT_READ_WRITE, kind, fd, 0n);
  const view = (page) => new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(page, SIZE));
  Deno.writeTextFileSync("file", "a".repeat(SIZE));
  const fd = open("file", O_RDWR);
  const map = (kind) => view(mapOf(fd, kind));
  const read = () => Deno.readTextFileSync("file").slice(0, 6);
  const write = (data) => {
    using file = Deno.openSync("file", { write: true });
    file.writeSync(bytes(data));
  };`;

/** What is mapped. */
const PROVIDERS: Readonly<Record<string, (directory: string) => Provider>> = {
  "in memory": () => new MemoryProvider(),
  "of the host": (directory) => new RealFSProvider(directory),
};

for (const [where, make] of Object.entries(PROVIDERS)) {
  Deno.test(`a shared mapping of a file ${where} and reads and writes see each other at once`, async () => {
    assertEquals(
      await saidOn(
        make,
        `const shared = map(MAP_SHARED);
        shared.set(bytes("map"));
        print(read());
        write("write");
        print(text(shared.subarray(0, 6)));
        Deno.truncateSync("file", 2);
        Deno.truncateSync("file", SIZE);
        print(JSON.stringify(text(shared.subarray(0, 4))));`,
      ),
      'mapaaa\nwritea\n"wr\\u0000\\u0000"',
    );
  });

  Deno.test(`a private mapping of a file ${where} keeps what it writes to itself`, async () => {
    assertEquals(
      await saidOn(
        make,
        `const own = map(MAP_PRIVATE);
        own.set(bytes("own"));
        write("--file");
        print(read(), text(own.subarray(0, 6)));`,
      ),
      "--file ownaaa",
    );
  });

  for (const soleOwner of [false, true]) {
    const whose = soleOwner ? ", which nobody else changes" : "";
    Deno.test(`a file ${where}${whose} is as new as what was written through a mapping of it`, async () => {
      assertEquals(
        await saidOn(
          make,
          // Not Deno's own: that asks for the time of birth, which the kernel does not have from a listing.
          `const changed = (name) => {
            const stat = new BigInt64Array(18);
            libc.stat(bytes(name + "\\0"), stat);
            return stat[11] * 1_000_000_000n + stat[12];
          };
          const isNewer = (name, page, other = name) => {
            const before = changed(other);
            const until = performance.now() + 20;
            while (performance.now() < until);
            view(page).set(bytes("map"));
            libc.msync(page, BigInt(SIZE), MS_SYNC);
            return changed(other) > before;
          };
          const said = [];
          // Made by the program that maps it; open and closed.
          const made = open("made", O_RDWR | O_CREAT);
          Deno.truncateSync("made", SIZE);
          const page = mapOf(made, MAP_SHARED);
          said.push(isNewer("made", page));
          libc.close(made);
          Deno.linkSync("made", "linked");
          // The first write to a page of a clean file sets the time.
          const again = open("made", O_RDWR);
          const second = mapOf(again, MAP_SHARED);
          libc.close(again);
          said.push(isNewer("made", second, "linked"));
          // There before, and known to the kernel with its attributes.
          Deno.writeTextFileSync("there", "a".repeat(SIZE));
          changed("there");
          const there = open("there", O_RDWR);
          const third = mapOf(there, MAP_SHARED);
          libc.close(there);
          said.push(isNewer("there", third));
          // Known from a listing.
          const fourth = mapOf(fd, MAP_SHARED);
          for (const { name } of Deno.readDirSync(".")) changed(name);
          said.push(isNewer("file", fourth));
          const nameless = open(".", O_TMPFILE | O_RDWR);
          const self = "/proc/self/fd/" + nameless;
          libc.ftruncate(nameless, BigInt(SIZE));
          said.push(isNewer(self, mapOf(nameless, MAP_SHARED)));
          print(said.join());`,
          { soleOwner },
        ),
        "true,true,true,true,true",
      );
    });
  }
}

async function saidOn(
  make: (directory: string) => Provider,
  script: string,
  options: MountOptions = {},
): Promise<string> {
  const directory = await Deno.makeTempDir();
  await using provider = make(directory);
  let said = "";
  await withMount(provider, async (mountpoint) => {
    said = await inChild(mountpoint, PRELUDE + script);
  }, options);
  await Deno.remove(directory, { recursive: true });
  return said;
}
