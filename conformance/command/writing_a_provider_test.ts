// The page for people who write a provider, followed to the letter in an empty directory.
import { assert, assertEquals } from "@std/assert";
import { CAPABILITIES } from "../../src/provider/mod.ts";
import { WITHOUT_FUSE } from "../tasks/fuse_device.ts";

const PAGE = new URL("../WRITING_A_PROVIDER.md", import.meta.url);
const STRANGER = new URL("../../fixtures/providers/map_provider.ts", import.meta.url);
const ROOT = new URL("../../", import.meta.url);

/** A fenced block of the page. */
interface Block {
  readonly kind: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const fences = page.matchAll(/^( *)```([^\n]+)\n(.*?)^\1```$/gms);
  return Array.from(fences, ([, indent = "", kind = "", text = ""]) => ({
    kind,
    text: text.split("\n").map((line) => line.slice(indent.length)).join("\n"),
  }));
}

/** Counts change as cases are added; that nothing failed does not. */
function withoutCounts(text: string): string {
  return text.replaceAll(/[1-9]\d*(?= passed)/g, "N").replaceAll(/ +/g, " ").trim();
}

const blocks = blocksOf(await Deno.readTextFile(PAGE));
const pieces = blocks.filter(({ kind, text }) => kind === "ts ignore" && !text.includes("await "));

Deno.test("the pieces of the page are the stranger's provider", async () => {
  const source = await Deno.readTextFile(STRANGER);
  const [comment = "", ...lines] = source.split("\n");
  assert(comment.startsWith("//"));
  // Formatting moves the methods to the left.
  const bare = (text: string): string => text.split("\n").map((line) => line.trim()).join("\n");
  assertEquals(bare(pieces.map(({ text }) => text).join("")), bare(lines.join("\n")));
});

Deno.test("the page leads from an empty directory to a badge", async () => {
  const directory = await Deno.makeTempDir({ prefix: "fusewire-page-" });
  const file = (name: string): string => `${directory}/${name}`;
  const withMount = Deno.env.get(WITHOUT_FUSE) !== "1";
  const last = pieces.at(-1);
  let [provider, output, compared] = ["", "", 0];
  try {
    for (const block of blocks) {
      if (block.kind === "json") {
        const here = block.text.replaceAll(
          /"jsr:[^"]*\/conformance"/g,
          `"${ROOT}conformance/mod.ts"`,
        )
          .replaceAll(/"jsr:[^"]*"/g, `"${ROOT}mod.ts"`);
        await Deno.writeTextFile(file("deno.json"), here);
      } else if (pieces.includes(block)) {
        provider += block.text;
        const end = block === last ? "" : "}\n";
        await Deno.writeTextFile(file("my_provider.ts"), provider + end);
      } else if (block.kind === "ts ignore") {
        await Deno.writeTextFile(file("my_provider_test.ts"), block.text);
      } else if (block.kind === "sh") {
        for (const line of block.text.trim().split("\n")) {
          const words = (withMount ? line : line.replace(",mount", "")).split(" ");
          assertEquals(words.shift(), "deno");
          const { stdout } = await new Deno.Command(Deno.execPath(), {
            args: words,
            cwd: directory,
            env: { NO_COLOR: "1" },
          }).output();
          output = withoutCounts(new TextDecoder().decode(stdout));
        }
      } else if (block.kind === "text") {
        for (const line of withoutCounts(block.text).split("\n")) {
          if (!withMount && line.includes("mount")) continue;
          assert(output.includes(line.trim()), `"${line}" is not in:\n${output}`);
          compared++;
        }
      }
    }
    assert(compared > 8, "the page shows what comes out");
    assert((await Deno.readTextFile(file("fusewire-conformance.svg"))).startsWith("<svg"));
    assert((await Deno.readTextFile(file("report.html"))).startsWith("<!doctype html>"));
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "my_provider_test.ts"],
      cwd: directory,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stdout).slice(-2000));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("the table of capabilities has every one, with what it promises", async () => {
  const rows = (await Deno.readTextFile(PAGE)).matchAll(/^\| `(\w+)` +\| (.+?) +\| .+\|$/gm);
  const told = Array.from(rows, ([, name, promises]) => [name, promises]);
  assertEquals(told, Object.entries(CAPABILITIES).map(([name, row]) => [name, row.promises]));
});
