import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run, withNodes } from "./testing/with_mount.ts";
import { ClockRoot } from "../../fixtures/examples/clock.ts";
import { HelloRoot } from "../../fixtures/examples/hello.ts";
import { HttpDirectory } from "../../fixtures/examples/http_directory.ts";
import { JsonDirectory } from "../../fixtures/examples/json_tree.ts";
import { ZipRoot } from "../../fixtures/examples/zip_tree.ts";

const EXAMPLES = new URL("../../fixtures/examples/", import.meta.url);
/** The longest an example may be, in lines. */
const LINES_MAX = 60;

Deno.test("every example is under 60 lines", async () => {
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    const lines = (await Deno.readTextFile(new URL(name, EXAMPLES))).split("\n").length - 1;
    assert(lines < LINES_MAX, `${name} has ${lines} lines`);
  }
});

Deno.test("hello: one file, and nobody may change it", async () => {
  await withNodes(new HelloRoot(), async (directory) => {
    assertEquals(await Deno.readTextFile(`${directory}/hello.txt`), "Hello, world\n");
    const { stderr } = await run("touch", `${directory}/hello.txt`);
    assertStringIncludes(stderr, "Read-only file system");
  }, { readOnly: true });
});

Deno.test("JSON: objects and arrays are directories, the rest is files", async () => {
  const document = { name: "fusewire", parts: ["kernel", { deep: null }], size: 3 };
  await withNodes(new JsonDirectory(document), async (directory) => {
    const { stdout } = await run(
      "sh",
      "-c",
      `cd ${directory} && find . -type f | sort | xargs tail`,
    );
    assertStringIncludes(stdout, "==> ./name <==\nfusewire\n");
    assertStringIncludes(stdout, "==> ./parts/1/deep <==\nnull\n");
    assertEquals(await Deno.readTextFile(`${directory}/parts/0`), "kernel\n");
    assertEquals((await run("cat", `${directory}/parts/2`)).code, 1);
  });
});

Deno.test("clock: each open reads its own time", async () => {
  await withNodes(new ClockRoot(), async (directory) => {
    const read = async (): Promise<number> =>
      Date.parse((await run("cat", `${directory}/clock`)).stdout.trim());
    const first = await read();
    assert(Math.abs(first - Date.now()) < 60_000);
    let next = first;
    while (next === first) next = await read();
    assert(next > first);
  });
});

Deno.test("HTTP: what is looked for is fetched; what is not there is ENOENT", async () => {
  const pages: Readonly<Record<string, string>> = { "/a.txt": "top", "/docs/page.html": "<p>deep" };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const page = pages[new URL(request.url).pathname];
    return page === undefined ? new Response("", { status: 404 }) : new Response(page);
  });
  await withNodes(new HttpDirectory(`http://127.0.0.1:${server.addr.port}/`), async (directory) => {
    assertEquals(await Deno.readTextFile(`${directory}/a.txt`), "top");
    assertEquals(await Deno.readTextFile(`${directory}/docs/page.html`), "<p>deep");
    const { stderr } = await run("cat", `${directory}/none.txt`);
    assertStringIncludes(stderr, "No such file");
  });
  await server.shutdown();
});

/** A ZIP archive of stored and deflated files, as any program writes it. */
async function archiveOf(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const encoded = new TextEncoder().encode(name);
    const plain = new TextEncoder().encode(text);
    const method = text.length > 20 ? 8 : 0;
    const stream = new Blob([plain]).stream();
    const packed = method === 0
      ? plain
      : await new Response(stream.pipeThrough(new CompressionStream("deflate-raw"))).bytes();
    const header = (size: number, nameAt: number, fields: [number, number, number][]) => {
      const bytes = new Uint8Array(size + encoded.length);
      const view = new DataView(bytes.buffer);
      for (const [at, width, value] of fields) {
        width === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true);
      }
      bytes.set(encoded, nameAt);
      return bytes;
    };
    const sizes = (at: number): [number, number, number][] => [
      [at, 4, packed.length],
      [at + 4, 4, plain.length],
      [at + 8, 2, encoded.length],
    ];
    parts.push(header(30, 30, [[0, 4, 0x04034b50], [8, 2, method], ...sizes(18)]), packed);
    directory.push(
      header(46, 46, [[0, 4, 0x02014b50], [10, 2, method], ...sizes(20), [42, 4, offset]]),
    );
    offset += 30 + encoded.length + packed.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, directory.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return await new Response(new Blob([...parts, ...directory, end.buffer])).bytes();
}

Deno.test("zip: the archive is a tree, and what is no archive is refused", async () => {
  const long = "0123456789".repeat(10_000);
  const archive = await archiveOf({
    "read.me": "stored",
    "src/": "",
    "src/deep/long.txt": long,
    "../escape": "inside",
  });
  await withNodes(new ZipRoot(archive), async (directory) => {
    assertEquals(await Deno.readTextFile(`${directory}/read.me`), "stored");
    assertEquals(await Deno.readTextFile(`${directory}/src/deep/long.txt`), long);
    assertEquals(await Deno.readTextFile(`${directory}/escape`), "inside");
    const { stdout } = await run("sh", "-c", `cd ${directory} && find . | sort | tr '\\n' ' '`);
    assertEquals(stdout, ". ./escape ./read.me ./src ./src/deep ./src/deep/long.txt ");
  });
  const refused = await withNodes(new ZipRoot(new Uint8Array(100)), async () => {}).catch(String);
  assertEquals(refused, "TypeError: This is not a ZIP archive");
});

Deno.test("each example runs as a program", async () => {
  const directory = await Deno.makeTempDir();
  const program = new URL("hello.ts", EXAMPLES).pathname;
  const map = new URL("../../conformance/offline/import_map.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--import-map", map, program, directory],
  }).spawn();
  const until = performance.now() + 10_000;
  const read = (): Promise<string> => Deno.readTextFile(`${directory}/hello.txt`).catch(() => "");
  while (await read() === "") assert(performance.now() < until);
  assertEquals(await read(), "Hello, world\n");
  assertEquals((await run("umount", directory)).code, 0);
  // The program ends by itself once its mount has ended.
  assertEquals((await child.status).code, 0);
  await Deno.remove(directory);
});
