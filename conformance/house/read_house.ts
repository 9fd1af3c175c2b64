/**
 * The house as it is on disk.
 *
 * @module
 */
import { exists, walk } from "@std/fs";
import { fromFileUrl, relative } from "@std/path";
import { type HouseTree, houseTree } from "./house_tree.ts";

/** The part of `deno.json` that says where the house is entered. */
interface Configuration {
  readonly exports: Readonly<Record<string, string>>;
  readonly tasks?: Readonly<Record<string, unknown>>;
}

/** Folders of the top level that hold source. */
const FOLDERS = ["src", "conformance", "fixtures", "bench"];
/** The only names the top level may have, apart from dot files. */
const TOP_LEVEL = [...FOLDERS, "deno.json", "deno.lock", "mod.ts", "README.md", "LICENSE"];
/** What tools leave behind, and git ignores. */
const LEFT_BY_TOOLS = ["node_modules", "coverage"];

/** Every path of a script in a text that tells how programs are started. */
function scriptsIn(text: string): string[] {
  return (text.match(/[\w./-]+\.(ts|mjs)\b/g) ?? []).map((path) => path.replace(/^\.\//, ""));
}

/** Reads the repository whose top is `root` (a URL that ends in a slash). */
export async function readHouse(root: URL): Promise<HouseTree> {
  const configuration = await Deno.readTextFile(new URL("deno.json", root));
  const { exports, tasks }: Configuration = JSON.parse(configuration);
  const sources: Record<string, string> = {
    "mod.ts": await Deno.readTextFile(new URL("mod.ts", root)),
  };
  for (const folder of FOLDERS) {
    const below = fromFileUrl(new URL(folder, root));
    if (!await exists(below, { isDirectory: true })) continue;
    for await (const { path } of walk(below, { exts: [".ts", ".mjs"], includeDirs: false })) {
      sources[relative(fromFileUrl(root), path)] = await Deno.readTextFile(path);
    }
  }
  const offline = "conformance/offline/";
  const map = await Deno.readTextFile(new URL(`${offline}import_map.json`, root));
  const starters = [JSON.stringify(tasks ?? {}), await Deno.readTextFile(new URL(".ci/run", root))];
  return houseTree(sources, {
    exports: Object.values(exports).map((path) => path.replace(/^\.\//, "")),
    programs: [
      ...scriptsIn(starters.join("\n")),
      ...scriptsIn(map).map((path) => offline + path),
    ],
  });
}

/** Names at the top level that do not belong there. */
export async function strangersAtTop(root: URL): Promise<string[]> {
  const strangers: string[] = [];
  for await (const { name } of Deno.readDir(root)) {
    const known = name.startsWith(".") || TOP_LEVEL.includes(name) || LEFT_BY_TOOLS.includes(name);
    if (!known) strangers.push(name);
  }
  return strangers;
}
