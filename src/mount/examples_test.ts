import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { archiveOf } from "./testing/archive_of.ts";
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

/** Each example as its own line of `Run:` says, and a file to be read then. */
const PROGRAMS: Readonly<Record<string, readonly [file: string, content: RegExp]>> = {
  hello: ["hello.txt", /^Hello, world\n$/],
  clock: ["clock", /^\d{4}-\d\d-\d\dT.*Z\n$/],
  json_tree: ["list/1", /^second\n$/],
  zip_tree: ["in/file", /^zipped$/],
  http_directory: ["page.html", /^served$/],
};

Deno.test("each example runs as a program, which ends with its mount", async () => {
  const inputs = await Deno.makeTempDir();
  await Deno.writeTextFile(`${inputs}/document.json`, '{"list":["first","second"]}');
  await Deno.writeFile(`${inputs}/a.zip`, await archiveOf({ "in/file": "zipped" }));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("served"),
  );
  const sources: Readonly<Record<string, readonly string[]>> = {
    json_tree: [`${inputs}/document.json`],
    zip_tree: [`${inputs}/a.zip`],
    http_directory: [`http://127.0.0.1:${server.addr.port}`],
  };
  const map = new URL("../../conformance/offline/import_map.json", import.meta.url).pathname;
  const prove = async (name: string, file: string, content: RegExp): Promise<void> => {
    const directory = await Deno.makeTempDir();
    const program = new URL(`${name}.ts`, EXAMPLES).pathname;
    const args = ["run", "-A", "--no-lock", "--import-map", map, program];
    const command = new Deno.Command(Deno.execPath(), {
      args: [...args, ...sources[name] ?? [], directory],
    });
    const child = command.spawn();
    let ended = false;
    const status = child.status.finally(() => ended = true);
    const read = (): Promise<string> => Deno.readTextFile(`${directory}/${file}`).catch(() => "");
    while (await read() === "") assert(!ended, name);
    assertMatch(await read(), content);
    assertEquals([name, (await run("umount", directory)).code], [name, 0]);
    assertEquals([name, (await status).code], [name, 0]);
    await Deno.remove(directory);
  };
  await Promise.all(
    Object.entries(PROGRAMS).map(([name, [file, content]]) => prove(name, file, content)),
  );
  await server.shutdown();
  await Deno.remove(inputs, { recursive: true });
});
