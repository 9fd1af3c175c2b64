import { assertEquals } from "@std/assert";
import { textTable } from "./text_table.ts";

Deno.test("a table aligns words at the left and numbers at the right", () => {
  const columns = [{ heading: "name" }, { heading: "bytes", numeric: true }];
  assertEquals(
    textTable(columns, [["a", "1"], ["longer", "1000000"]]),
    [
      "  name      bytes",
      "  ------  -------",
      "  a             1",
      "  longer  1000000",
    ].join("\n"),
  );
});

Deno.test("a table shortens what is too long and shows no control characters", () => {
  const lines = textTable([{ heading: "path" }], [["x".repeat(500)], ["a\x1b[2Jb\n"]]).split("\n");
  assertEquals(lines[2]?.length, 2 + 59);
  assertEquals(lines[3], "  a?[2Jb?");
});
