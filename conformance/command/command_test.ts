// The command: its arguments, its targets and its exit codes.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { MemoryProvider } from "../../src/providers/mod.ts";
import { VFSServer } from "../../src/wire/mod.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import { readArguments, UsageError } from "./command_arguments.ts";
import { providerModule, ProviderModuleError } from "../../src/provider/mod.ts";

const COMMAND = new URL("../mod.ts", import.meta.url).href;
const STRANGER = new URL("../../fixtures/providers/map_provider.ts", import.meta.url);

async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--no-check", "-A", COMMAND, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function withModule(
  source: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, source);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("arguments are read in any order, with = or without", () => {
  const read = readArguments(["--route=direct,mount", "a.ts", "--filter", "rename,-link"]);
  assertEquals(read.target, "a.ts");
  assertEquals(read.routes, ["direct", "mount"]);
  assertEquals(read.filters, ["rename", "-link"]);
  assertEquals([read.report, read.oracle, read.list], ["pretty", true, false]);
  assertEquals(readArguments(["--list"]).target, undefined);
});

Deno.test("arguments that are wrong are told", () => {
  const wrong = (...words: string[]): string =>
    assertThrows(() => readArguments(words), UsageError).message;
  assertStringIncludes(wrong("--route", "sideways", "a"), 'no route "sideways"');
  assertStringIncludes(wrong("--report", "gold", "a"), 'no report "gold"');
  assertStringIncludes(wrong("--timeout", "soon", "a"), "--timeout");
  assertStringIncludes(wrong("--filter"), "--filter needs a value");
  assertStringIncludes(wrong("--unknown", "a"), "no option --unknown");
  assertStringIncludes(wrong("a", "b"), "One target");
  assertStringIncludes(wrong(), "Which filesystem");
  assertStringIncludes(wrong("a", "--seed", "7"), "--seed is for the command fuzz");
  assertStringIncludes(wrong("fuzz", "a", "--filter", "x"), "--filter is not for the command fuzz");
  assertStringIncludes(wrong("fuzz", "a", "--minutes", "soon"), "--minutes takes minutes");
  assertStringIncludes(wrong("fuzz", "a", "--clients", "9"), "4 at most");
});

Deno.test("a sound provider ends with 0, and the counts are the last lines", async () => {
  const { code, out } = await command(STRANGER.pathname, "--route", "direct", "--filter", "rename");
  assertEquals(code, 0, out);
  const lines = out.trim().split("\n");
  assertEquals(/^total: \d+ passed, 0 failed/.test(lines.at(-1) ?? ""), true, out);
});

Deno.test("a broken provider ends with 1 and a report of what is wrong", async () => {
  const source = `import MapProvider from ${JSON.stringify(STRANGER.href)};
    export default class extends MapProvider {
      override mkdir(path: string): void { super.mkdir(path, 0o755); }
    }`;
  await withModule(source, async (path) => {
    const { code, out } = await command(path, "--route=direct", "--filter=mkdir");
    assertEquals(code, 1, out);
    assertStringIncludes(out, "mkdir/gives-it-mode on direct");
    assertStringIncludes(out, "the mode: expected 0751, got 0755");
    assertStringIncludes(out, "on Linux:");
  });
});

Deno.test("a target that is nothing ends with 2 and says why", async () => {
  await withModule("export default 7;", async (path) => {
    const { code, err } = await command(path);
    assertEquals(code, 2);
    assertStringIncludes(err, "must be a provider, a class or a function");
  });
  assertEquals((await command("--route", "sideways", "x")).code, 2);
  assertEquals((await command("x.ts", "--filter", "no-such-operation")).code, 2);
  const unreachable = await command(HOST_DIRECTORY, "--route", "wire-v1");
  assertEquals(unreachable.code, 2);
  assertStringIncludes(unreachable.err, "cannot be reached by wire-v1");
});

Deno.test("a directory is a target too", async () => {
  const { code, out } = await command(HOST_DIRECTORY, "--filter", "rmdir");
  assertEquals(code, 0, out);
  assertStringIncludes(out, "host  ");
});

Deno.test("a socket is a target too", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/served`;
  const server = new VFSServer(new MemoryProvider());
  const serving = server.serveUDS(path);
  try {
    const { code, out, err } = await command(path, "--filter", "rmdir");
    assertEquals(code, 0, out);
    // Without a terminal each route is told when it has been run.
    assertMatch(err, /^wire-v1: \d+ passed, 0 failed.*\nwire-v2: \d+ passed, 0 failed.*\n$/);
    assertStringIncludes(out, "wire-v1  ");
    assertStringIncludes(out, "wire-v2  ");
  } finally {
    await server.close();
    await serving;
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("--list tells every case and runs none", async () => {
  const { code, out } = await command("--list", "--filter", "rename");
  assertEquals(code, 0);
  assertStringIncludes(out, "rename/replaces-empty-directory\tcore\tchange");
});

Deno.test("a report can go to a file", async () => {
  const path = await Deno.makeTempFile({ suffix: ".html" });
  try {
    const report = ["--report", "html", "--output", path];
    const { code } = await command(STRANGER.pathname, "--filter", "rmdir", ...report);
    assertEquals(code, 0);
    assertStringIncludes(await Deno.readTextFile(path), "<!doctype html>");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a module may export a class, a function or a provider", async () => {
  const base = `import MapProvider from ${JSON.stringify(STRANGER.href)};\n`;
  for (
    const [source, same] of [
      ["export default MapProvider;", false],
      ["export default () => new MapProvider();", false],
      ["export default async () => await Promise.resolve(new MapProvider());", false],
      ["export default new MapProvider();", true],
    ] as const
  ) {
    await withModule(base + source, async (path) => {
      const make = await providerModule(`file://${path}`);
      const [one, two] = [await make(), await make()];
      assertEquals(one.readonly(), false);
      assertEquals(one === two, same, source);
    });
  }
});

Deno.test("a provider that lacks methods is told which", async () => {
  await withModule("export default { stat() {}, open() {} };", async (path) => {
    const error = await assertRejects(
      async () => await (await providerModule(`file://${path}`))(),
      ProviderModuleError,
    );
    assertStringIncludes(error.message, "lacks capabilities, readonly, readDir");
  });
});

Deno.test("fuzz prints what differs as a case that fails there and passes on Linux", async () => {
  const source = `import MapProvider from ${JSON.stringify(STRANGER.href)};
    export default class extends MapProvider {
      override mkdir(path, mode) { super.mkdir(path, mode & 0o700); }
    }`;
  await withModule(source, async (path) => {
    const found = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      const fuzz = ["fuzz", path, "--route", "direct", "--seed", "5", "--output", found];
      const { code, out, err } = await command(...fuzz);
      assertEquals(code, 1, out + err);
      assertStringIncludes(out, "on Linux:");
      const repeat = /repeat: .*--seed (\d+) --operations 1$/m.exec(out)?.[1];
      assert(repeat !== undefined, out);
      const again = await command(
        "fuzz",
        path,
        "--route=direct",
        "--seed",
        repeat,
        "--operations=1",
      );
      assertStringIncludes(again.out, `total: `);
      assertEquals(again.code, 1, again.out);
      const own = await command(path, "--route", "direct", "--cases", found);
      assertEquals(own.code, 1, own.out + own.err);
      assertStringIncludes(own.out, "fuzz/answers-");
      const linux = await command(HOST_DIRECTORY, "--cases", found);
      assertEquals(linux.code, 0, linux.out + linux.err);
    } finally {
      await Deno.remove(found);
    }
  });
});

Deno.test("fuzz ends with 0 where nothing differs, and takes a directory too", async () => {
  const { code, out, err } = await command("fuzz", HOST_DIRECTORY, "--operations", "300");
  assertEquals(code, 0, out + err);
  assertMatch(out, /^host {2}\d+ operations in \d+ sequences, as on Linux$/m);
  assertMatch(out, /^total: \d+ operations, 0 of 1 routes differ, seed \d+$/m);
});

Deno.test("a module of cases that holds none is refused", async () => {
  await withModule("export default [];", async (path) => {
    const { code, err } = await command(HOST_DIRECTORY, "--cases", path);
    assertEquals(code, 2);
    assertStringIncludes(err, "must be cases");
  });
});
