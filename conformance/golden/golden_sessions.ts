/**
 * All recorded sessions: with the kernel, and over the wire in both versions.
 *
 * @module
 */
import { mkdirAll, writeFile } from "../../src/provider/mod.ts";
import {
  OpCode,
  type RecordedFrame,
  type ReplayDifference,
  replaySession,
} from "../../src/wire/mod.ts";
import { readFuseRecording } from "./fuse_recording.ts";
import { replayFuse } from "./fuse_replay.ts";
import { FUSE_SCRIPTS } from "./fuse_scripts.ts";
import type { Fill } from "./golden_providers.ts";
import type { GoldenSession, NamedDifference } from "./golden_session.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** The two tables of differences. */
export type DifferenceTable = "fuse" | "wire";

function tableFile(table: DifferenceTable): URL {
  return new URL(
    table === "fuse" ? "fuse/differences.json" : "wire/provider_differences.json",
    FIXTURES,
  );
}

/** What is known to differ. */
export function readDifferences(table: DifferenceTable): NamedDifference[] {
  return JSON.parse(Deno.readTextFileSync(tableFile(table)));
}

/** Keeps what differs, one row a line. */
export async function writeDifferences(
  table: DifferenceTable,
  rows: readonly NamedDifference[],
): Promise<void> {
  const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
  await Deno.writeTextFile(tableFile(table), `[\n${lines.join(",\n")}\n]\n`);
}

/** Sessions with the kernel. It asks for extended attributes by itself, before it writes. */
export const FUSE_SESSIONS: readonly GoldenSession[] = FUSE_SCRIPTS.map(({ name, needs }) => ({
  name,
  needs: needs.includes("xattr") ? needs : [...needs, "xattr"],
  fill: async () => {},
  replay: (provider) => replayFuse(provider, readFuseRecording(name)),
}));

interface WireExchange {
  readonly note: string;
  readonly request: string;
  readonly response: string;
}

interface WireRecording {
  readonly name: string;
  readonly provider: string;
  readonly setup: readonly string[];
  readonly exchanges: readonly WireExchange[];
}

function framesOf(exchanges: readonly WireExchange[]): RecordedFrame[] {
  return exchanges.flatMap(({ request, response }, index): RecordedFrame[] => [
    { atMs: index, from: "client", message: Uint8Array.fromHex(request) },
    { atMs: index, from: "server", message: Uint8Array.fromHex(response) },
  ]);
}

/** What is each provider's own affair: capabilities, sizes of directories, the order of listings. */
function isSame({ request, expected, got }: ReplayDifference): boolean {
  if (expected === null || got === null || expected.err !== got.err) return false;
  if (request.op === OpCode.Hello || request.op === OpCode.Statfs) return true;
  if (expected.stat?.isDir === true && got.stat?.isDir === true) {
    return JSON.stringify({ ...expected.stat, size: 0 }) ===
      JSON.stringify({ ...got.stat, size: 0 });
  }
  if (expected.entries === null || got.entries === null) return false;
  const text = (entries: typeof expected.entries): string =>
    entries.map(({ name, mode, size, isDir }) => `${name} ${mode} ${isDir || size}`).sort().join();
  return text(expected.entries) === text(got.entries);
}

function wireSession(
  name: string,
  exchanges: readonly WireExchange[],
  about: Pick<GoldenSession, "needs" | "fill">,
): GoldenSession {
  const options = { inodes: false, directorySizes: false, server: { soleOwner: true } };
  return {
    name,
    ...about,
    async replay(provider) {
      const found = [];
      for await (const difference of replaySession(provider, framesOf(exchanges), options)) {
        if (isSame(difference)) continue;
        const { index, gotBytes, expectedBytes } = difference;
        const note = exchanges[index]?.note ?? "";
        const text = `${index} ${note}: got ${gotBytes.toHex()}, wanted ${expectedBytes.toHex()}`;
        found.push({ exchange: index, text });
      }
      return found;
    },
  };
}

/** The lines of a recording's setup. */
function fillBy(setup: readonly string[]): Fill {
  return async (provider) => {
    for (const line of setup) {
      const [, verb, path = "", mode = "", text = '""'] =
        /^(mkdirAll|writeFile) (\S+) (\d+)(?: (".*"))?$/.exec(line) ?? [];
      if (verb === undefined) throw new Error(`Cannot read the setup: ${line}`);
      if (verb === "mkdirAll") await mkdirAll(provider, path, { mode: parseInt(mode, 8) });
      else await writeFile(provider, path, JSON.parse(text), { mode: parseInt(mode, 8) });
    }
  };
}

function readJson<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(path, FIXTURES)));
}

/** The sessions of version 1 that need nothing around a filesystem. */
const VERSION_1 = Array.from(Deno.readDirSync(new URL("wire/v1/", FIXTURES)), ({ name }) => name)
  .sort()
  .map((name) => readJson<WireRecording>(`wire/v1/${name}`))
  .filter(({ provider }) => provider === "memory");

/** Sessions over the wire. */
export const WIRE_SESSIONS: readonly GoldenSession[] = [
  ...VERSION_1.map(({ name, exchanges, setup }) =>
    wireSession(`version 1, ${name}`, exchanges, { needs: ["symlink"], fill: fillBy(setup) })
  ),
  wireSession("version 2", readJson("wire/v2/session.json"), {
    needs: [
      "lstat",
      "symlink",
      "link",
      "mknod",
      "chown",
      "utimes",
      "truncate",
      "statfs",
      "xattr",
      "rename2",
      "handleAttr",
      "allocate",
      "seekHole",
      "copyRange",
      "lock",
      "watch",
    ],
    async fill(provider) {
      await writeFile(provider, "/f", "hello", { mode: 0o644 });
      if (provider.capabilities.has("symlink")) await provider.symlink("f", "/s");
    },
  }),
];
