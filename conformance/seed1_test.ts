import { assert, assertEquals } from "@std/assert";
import * as fusewire from "../mod.ts";
import seed from "../fixtures/seed1.json" with { type: "json" };

/** Go's name in TypeScript spelling: `ReadDir` is `readDir`, `UID` is `uid`. */
function spelling(name: string): string {
  return /^[A-Z]+$/.test(name) ? name.toLowerCase() : name.charAt(0).toLowerCase() + name.slice(1);
}

interface SeedType {
  readonly name: string;
  readonly members: readonly string[];
}

/** A module that compiles when the package exports every type with its members. */
function moduleOf(types: readonly SeedType[]): string {
  const module = new URL("../mod.ts", import.meta.url).href;
  const lines = [`import type * as fusewire from ${JSON.stringify(module)};`];
  for (const { name, members } of types) {
    lines.push(`export type ${name} = fusewire.${name};`);
    for (const member of members) {
      const key = JSON.stringify(spelling(member));
      lines.push(`export type ${name}_${member} = fusewire.${name}[${key}];`);
    }
  }
  return lines.join("\n");
}

/** What the compiler says of the module; empty when it compiles. */
async function compile(source: string): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/seed1.ts`;
    await Deno.writeTextFile(path, source);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-lock", "--quiet", path],
      env: { NO_COLOR: "1" },
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Names that seed 1 does not have: the compiler must miss these, and no other. */
const UNKNOWN: readonly SeedType[] = [
  { name: "NoSuchType", members: [] },
  { name: "MutateWriteRequest", members: ["NoSuchMember"] },
];

Deno.test("every type of seed 1 is exported with its members, and the check can fail", async () => {
  assertEquals(seed.types.length, 32);
  const known = seed.types.filter(({ name }) => name !== "MutateWriteRequest");
  const [last] = seed.types.filter(({ name }) => name === "MutateWriteRequest");
  assert(last !== undefined);
  const unknown = UNKNOWN.map(({ name, members }) => ({
    name,
    members: name === last.name ? [...last.members, ...members] : members,
  }));
  const text = await compile(moduleOf([...known, ...unknown]));
  const missed = [
    ...text.matchAll(/has no exported member '(\w+)'|Property '(\w+)' does not exist/g),
  ];
  assertEquals(
    missed.map(([, type, member]) => type ?? member),
    ["NoSuchType", "noSuchMember"],
    text,
  );
  assertEquals(text.match(/\[ERROR\]/g)?.length, 2, text);
});

Deno.test("every function of seed 1 is exported", () => {
  const exported = new Map<string, unknown>(Object.entries(fusewire));
  const missing = seed.functions.filter((name) =>
    typeof exported.get(spelling(name)) !== "function"
  );
  assertEquals([seed.functions.length, missing], [11, []]);
});

Deno.test("every constant of seed 1 is exported with its value", () => {
  const exported = new Map<string, unknown>(Object.entries(fusewire));
  for (const [type, constants] of Object.entries(seed.constants)) {
    const ours = exported.get(type);
    assert(typeof ours === "object" && ours !== null, type);
    const values = new Map<string, unknown>(Object.entries(ours));
    // HookOpReadDir of HookOp is HookOp.ReadDir; OpLookup of OpCode is OpCode.Lookup.
    const prefix = type === "OpCode" ? "Op" : type;
    for (const [name, value] of Object.entries(constants)) {
      assertEquals([name, values.get(name.slice(prefix.length))], [name, value]);
    }
  }
});

Deno.test("the table of seed 1 has a row for every symbol", async () => {
  const table = await Deno.readTextFile(new URL("SEED1.md", import.meta.url));
  const constants = Object.values(seed.constants).flatMap((names) => Object.keys(names));
  const symbols = [...seed.functions, ...seed.types.map(({ name }) => name), ...constants];
  assertEquals(symbols.filter((name) => !table.includes(`\`${name}\``)), []);
});
