import { assertEquals } from "@std/assert";
import type { Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

/** Maps `name`, shared or private, with `view` for what is seen there. */
const PRELUDE = `const libc = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "usize"], result: "pointer" },
  }).symbols;
  const O_RDWR = 2, PROT_READ_WRITE = 3, MAP_SHARED = 1, MAP_PRIVATE = 2, SIZE = 8192;
  Deno.writeTextFileSync("file", "a".repeat(SIZE));
  const fd = libc.open(bytes("file\\0"), O_RDWR);
  const map = (kind) => {
    const page = libc.mmap(0n, BigInt(SIZE), PROT_READ_WRITE, kind, fd, 0n);
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(page, SIZE));
  };
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
}

async function saidOn(make: (directory: string) => Provider, script: string): Promise<string> {
  const directory = await Deno.makeTempDir();
  await using provider = make(directory);
  let said = "";
  await withMount(provider, async (mountpoint) => {
    said = await inChild(mountpoint, PRELUDE + script);
  });
  await Deno.remove(directory, { recursive: true });
  return said;
}
