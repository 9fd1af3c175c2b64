import { assertEquals } from "@std/assert";
import { decodeCbor, encodeCbor } from "@std/cbor";
import { emptyDir, exists, walk } from "@std/fs";
import { join, relative } from "@std/path";
import { FakeTime } from "@std/testing/time";
import configuration from "../../deno.json" with { type: "json" };
import map from "./import_map.json" with { type: "json" };

Deno.test("every import and export of deno.json has its place in the offline map", () => {
  const { name, imports, exports } = configuration;
  const own = Object.keys(exports).map((path) => name + path.slice(1));
  // Of some packages only a part is used, as of @std/testing.
  const mapped = Object.keys(map.imports);
  const missing = [...own, ...Object.keys(imports)]
    .filter((one) => !mapped.some((key) => key === one || key.startsWith(`${one}/`)));
  assertEquals(missing, []);
});

Deno.test("deno.lock pins what the offline map and deno.json name, and nothing else", async () => {
  const text = await Deno.readTextFile(new URL("../../deno.lock", import.meta.url));
  const lock: { readonly specifiers: Readonly<Record<string, string>> } = JSON.parse(text);
  const named = [...Object.values(map.imports), ...Object.values(configuration.imports)]
    .filter((target) => target.startsWith("npm:"))
    .map((target) => target.replace(/^npm:\/?/, "").replace(/@[^@]*$/, ""));
  const pinned = Object.keys(lock.specifiers)
    .filter((specifier) => specifier.startsWith("npm:"))
    .map((specifier) => specifier.slice("npm:".length).replace(/@[^@]*$/, ""));
  assertEquals(new Set(pinned), new Set(named));
});

Deno.test("every lock file knows the packages of deno.json", async () => {
  const dependenciesOf = async (path: string): Promise<readonly string[]> => {
    const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
    const lock: { readonly workspace: { readonly dependencies: readonly string[] } } = JSON.parse(
      text,
    );
    return lock.workspace.dependencies;
  };
  const expected = await dependenciesOf("deno.lock");
  for (const path of ["bench/deno.lock", "conformance/peers/deno.lock"]) {
    assertEquals(await dependenciesOf(path), expected, path);
  }
});

Deno.test("CBOR survives encoding and decoding by the independent codec", () => {
  const value = {
    text: "ä",
    bytes: new Uint8Array([0, 255]),
    list: [1, -1, null, true, 2n ** 60n],
  };
  assertEquals(decodeCbor(encodeCbor(value)), value);
});

Deno.test("emptyDir() empties a directory, and exists() tells what is there", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "deep", "er"), { recursive: true });
  await emptyDir(folder);
  assertEquals([await exists(folder), await exists(join(folder, "deep"))], [true, false]);
  await Deno.remove(folder);
});

Deno.test("walk() finds the files below a directory, those of an ending when asked", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "deep"));
  for (const name of ["a.ts", "deep/b.ts", "deep/c.json"]) {
    await Deno.writeTextFile(join(folder, name), "");
  }
  const found: string[] = [];
  for await (const { path } of walk(folder, { exts: [".ts"], includeDirs: false })) {
    found.push(relative(folder, path));
  }
  assertEquals(found.sort(), ["a.ts", "deep/b.ts"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("FakeTime lets time pass at once, and puts the real timers back", async () => {
  const real = setTimeout;
  {
    using time = new FakeTime(1000);
    const rung: number[] = [];
    setTimeout(() => rung.push(Date.now()), 60_000);
    time.tick(59_999);
    assertEquals(rung, []);
    await time.tickAsync(1);
    assertEquals(rung, [61_000]);
  }
  assertEquals(setTimeout, real);
});
