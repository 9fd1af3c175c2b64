/**
 * How the command and the modules of this package are spelt where it runs.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const PACKAGE = "jsr:@fusewire/vfs";

/** The files behind the exports that are named in what the command prints. */
const FILES = { ".": "../../mod.ts", conformance: "../mod.ts" } as const;

/** What a module imports one of our exports from: the package, or the file of a clone. */
export function moduleName(name: keyof typeof FILES): string {
  const url = import.meta.resolve(FILES[name]);
  if (url.startsWith("file:")) return url;
  return name === "." ? PACKAGE : `${PACKAGE}/${name}`;
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command with these words, to be copied into a shell. */
export function commandLine(...words: readonly string[]): string {
  const name = moduleName("conformance");
  const program = name.startsWith("file:") ? fileURLToPath(name) : name;
  return ["deno", "run", "-A", program, ...words].map(quoted).join(" ");
}
