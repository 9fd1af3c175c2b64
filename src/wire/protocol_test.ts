import { assertEquals } from "@std/assert";
import { TABLES, withTables } from "./testing/protocol_tables.ts";

const FILE = new URL("PROTOCOL.md", import.meta.url);

/** The tables of a text as their cells, however they are laid out. */
function cellsOf(text: string): string[][] {
  return text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").map((cell) => cell.trim().replace(/^-+$/, "---"))
  );
}

Deno.test("the tables of PROTOCOL.md are those of the codec", async () => {
  const text = await Deno.readTextFile(FILE);
  const wanted = withTables(text);
  // To be followed by `deno fmt`.
  if (Deno.env.get("FUSEWIRE_UPDATE") === "1") await Deno.writeTextFile(FILE, wanted);
  else assertEquals(cellsOf(text), cellsOf(wanted));
});

Deno.test("PROTOCOL.md has every table", async () => {
  const text = await Deno.readTextFile(FILE);
  const named = [...text.matchAll(/<!-- table (\w+) -->/g)].map(([, name]) => name);
  assertEquals(named.toSorted(), Object.keys(TABLES).toSorted());
});
