import { assertEquals } from "@std/assert";
import { decodeCbor, encodeCbor } from "@std/cbor";
import { emptyDir, exists } from "@std/fs";
import { join } from "@std/path";
import configuration from "../../deno.json" with { type: "json" };
import map from "./import_map.json" with { type: "json" };

Deno.test("every import and export of deno.json has its place in the offline map", () => {
  const { name, imports, exports } = configuration;
  const own = Object.keys(exports).map((path) => name + path.slice(1));
  const missing = [...own, ...Object.keys(imports)].filter((one) => !(one in map.imports));
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
