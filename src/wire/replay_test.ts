import { assert, assertEquals } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { HookAction, type HookRule, newHookEngine, newInterceptProvider } from "../hooks/mod.ts";
import { newMountRouter, newReadonlyProvider } from "../layers/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { type MemoryProvider, newMemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { readDifferences, readRecordings, type Recording } from "./testing/recordings.ts";
import { replay } from "./testing/replay.ts";

const RECORDINGS = readRecordings();
const DIFFERENCES = readDifferences();
const encoder = new TextEncoder();

/** Runs one line of a recording's setup. */
function prepare(memory: MemoryProvider, line: string): void {
  const parts = /^(mkdirAll|writeFile) (\S+) (\d+)(?: (".*"))?$/.exec(line);
  assert(parts !== null, line);
  const [, verb, path = "", mode = "", text = '""'] = parts;
  if (verb === "mkdirAll") memory.mkdirAll(path, parseInt(mode, 8));
  else memory.writeFile(path, encoder.encode(JSON.parse(text)), parseInt(mode, 8));
}

function memoryOf(lines: readonly string[]): MemoryProvider {
  const memory = newMemoryProvider();
  for (const line of lines) prepare(memory, line);
  return memory;
}

function below(prefix: string, recording: Recording): MemoryProvider {
  const lines = recording.setup.filter((line) => line.startsWith(prefix));
  return memoryOf(lines.map((line) => line.slice(prefix.length)));
}

/** The rules of the recording `intercept`, as the recorder's notes list them. */
const RULES: HookRule[] = [
  {
    name: "no-create",
    phase: "before",
    ops: ["create"],
    pathPattern: "/workspace/blocked*",
    action: "block",
  },
  {
    name: "no-remove",
    phase: "BEFORE",
    ops: ["remove", "rename"],
    pathPattern: "/workspace/*.txt",
    action: "Block",
  },
  {
    name: "mutate",
    ops: ["write"],
    pathPattern: "/workspace/mutated.txt",
    action: HookAction.MutateWrite,
    mutateWrite: encoder.encode("replaced by hook"),
  },
  {
    name: "fn",
    ops: ["write"],
    pathPattern: "/workspace/fn.txt",
    action: HookAction.MutateWrite,
    mutateWriteFunc: ({ path, offset, size, mode }) => {
      if (size > 4) throw new FsError("EDQUOT", { syscall: "write", path });
      return encoder.encode(`${path}|${offset}|${size}|${mode.toString(8)}`);
    },
  },
  {
    name: "no-stat-src",
    ops: ["stat", "readdir"],
    pathPattern: "/workspace/s?c",
    action: "block",
  },
  { name: "class", ops: ["mkdir"], pathPattern: "/workspace/[a-c]*", action: "block" },
  { name: "allow", ops: ["mkdir"], action: "allow" },
];

/** What the recording was made of, or null when it needs more than memory. */
function providerOf(recording: Recording): Provider | null {
  switch (recording.provider) {
    case "memory":
      return memoryOf(recording.setup);
    case "readonly(memory)":
      return newReadonlyProvider(memoryOf(recording.setup));
    case "intercept(memory)": {
      const lines = recording.setup.filter((line) => !line.startsWith("rules:"));
      return newInterceptProvider(memoryOf(lines), newHookEngine(RULES));
    }
    case "router{/workspace: memory A, /workspace/.host/deep: memory B}":
      return newMountRouter({
        "/workspace": below("A: ", recording),
        "/workspace/.host/deep": below("B: ", recording),
      });
    default:
      return null;
  }
}

for (const recording of RECORDINGS) {
  const provider = providerOf(recording);
  if (provider === null) continue;
  Deno.test(`the recording ${recording.name} replays byte for byte, inode numbers made from paths`, async () => {
    const options = { server: { inodes: "path" } } as const;
    assertEquals(await replay(provider, recording, DIFFERENCES, options), []);
  });
  Deno.test(`the recording ${recording.name} replays byte for byte but for the provider's own inode numbers`, async () => {
    const own = providerOf(recording);
    assert(own !== null);
    assertEquals(await replay(own, recording, DIFFERENCES, { inodes: false }), []);
  });
}

Deno.test("the recording real replays byte for byte but for the host's inode numbers and sizes of directories", async () => {
  const recording = RECORDINGS.find(({ name }) => name === "real");
  assert(recording !== undefined);
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/dir`, { mode: 0o755 });
    await Deno.writeTextFile(`${root}/f.txt`, "real file", { mode: 0o644 });
    await Deno.symlink("f.txt", `${root}/ln`);
    await using provider = newRealFSProvider(root);
    const options = { inodes: false, directorySizes: false };
    assertEquals(await replay(provider, recording, DIFFERENCES, options), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("every difference belongs to an exchange and has a reason", () => {
  for (const { recording: name, exchange, reason } of DIFFERENCES) {
    const recording = RECORDINGS.find((each) => each.name === name);
    assert(recording?.exchanges[exchange] !== undefined, `${name} ${exchange}`);
    assert(reason.length > 40, `${name} ${exchange}`);
  }
});
