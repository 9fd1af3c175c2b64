import { assert, assertEquals, assertMatch } from "@std/assert";
import { type FileInfo, Forward, type Provider } from "../../src/provider/mod.ts";
import { MemoryProvider } from "../../src/providers/mod.ts";
import { fuseRecordings, readFuseRecording } from "./fuse_recording.ts";
import { replayFuse } from "./fuse_replay.ts";
import { FUSE_SCRIPTS } from "./fuse_scripts.ts";
import { GOLDEN_PROVIDERS, goldenMemory } from "./golden_providers.ts";
import { findDifference, type GoldenSession } from "./golden_session.ts";
import { FUSE_SESSIONS, readDifferences, WIRE_SESSIONS } from "./golden_sessions.ts";

/** Without system calls, Deno applies the process's own umask. */
Deno.umask(0);

const TABLES = [["fuse", FUSE_SESSIONS], ["wire", WIRE_SESSIONS]] as const;
/** Files of others than root would belong to them. */
const isRoot = Deno.uid() === 0;

for (const [table, sessions] of TABLES) {
  const known = readDifferences(table);
  for (const provider of GOLDEN_PROVIDERS.keys()) {
    Deno.test({
      name: `${provider} answers the ${table} sessions as recorded, or differs as named`,
      ignore: !isRoot && provider.startsWith("RealFSProvider"),
      fn: async () => {
        for (const session of sessions) {
          const found = await findDifference(session, provider);
          const row = known.find((each) =>
            each.provider === provider && each.session === session.name
          );
          const told = `${session.name}\n${found?.text ?? "no difference"}`;
          assertEquals(found?.exchanges ?? [], row?.exchanges ?? [], told);
          assertEquals(found?.without ?? [], row?.without ?? [], told);
        }
      },
    });
  }

  Deno.test(`every difference in ${table} sessions is a provider's, in a session, with a reason`, () => {
    const names = new Set(sessions.map(({ name }) => name));
    for (const { provider, session, reason } of known) {
      assert(GOLDEN_PROVIDERS.has(provider) && names.has(session), `${provider} ${session}`);
      assert(reason.length > 40, `${provider} ${session}`);
    }
  });
}

Deno.test("the recorded sessions are those of the scripts, from the kernel's INIT on", () => {
  assertEquals(fuseRecordings(), FUSE_SCRIPTS.map(({ name }) => name).sort());
  for (const { name } of FUSE_SCRIPTS) {
    const [first, ...rest] = readFuseRecording(name);
    assertEquals(first?.operation, "INIT");
    assert(rest.length > 10, name);
  }
});

for (const { name } of FUSE_SCRIPTS) {
  Deno.test(`the session ${name} of a real mount is replayed byte for byte`, async () => {
    const differences = await replayFuse(goldenMemory(), readFuseRecording(name), true);
    assertEquals(differences.map(({ text }) => text), []);
  });
}

/** Makes directories with a mode of its own. */
class WrongMode extends Forward {
  override mkdir(path: string): ReturnType<Provider["mkdir"]> {
    return this.inner.mkdir(path, 0o700);
  }
}

/** Has a new file where one was removed. */
class FileComesBack extends Forward {
  override async unlink(path: string): Promise<void> {
    await this.inner.unlink(path);
    const handle = await this.inner.create(path, 0o600);
    await handle.close();
  }
}

/** Tells a byte too much, where a link is followed. */
class WrongSize extends Forward {
  override async stat(path: string): Promise<FileInfo> {
    const info = await this.inner.stat(path);
    return info.isDir ? info : info.with({ size: info.size + 1 });
  }
}

async function differencesOf(
  sessions: readonly GoldenSession[],
  name: string,
  wrap: (inner: Provider) => Provider,
): Promise<string> {
  const session = sessions.find((each) => each.name === name);
  assert(session !== undefined, name);
  const memory = new MemoryProvider();
  await session.fill(memory);
  const differences = await session.replay(wrap(memory));
  return differences.map(({ text }) => text).join("\n");
}

Deno.test("a replay tells of a wrong mode", async () => {
  const wrap = (inner: Provider) => new WrongMode(inner);
  assertMatch(await differencesOf(FUSE_SESSIONS, "core", wrap), /^2 MKDIR: got/);
  assertMatch(await differencesOf(WIRE_SESSIONS, "version 2", wrap), /^12 mkdir: got/);
});

Deno.test("a replay tells of a file that comes back", async () => {
  const wrap = (inner: Provider) => new FileComesBack(inner);
  assertMatch(await differencesOf(FUSE_SESSIONS, "core", wrap), /RMDIR: got ENOTEMPTY/);
  assertMatch(await differencesOf(WIRE_SESSIONS, "version 1, memory-namespace", wrap), /: got/);
});

Deno.test("a replay tells of a wrong size", async () => {
  const wrap = (inner: Provider) => new WrongSize(inner);
  assertMatch(
    await differencesOf(WIRE_SESSIONS, "version 2", wrap),
    /^3 what a link points to: got/,
  );
  assertEquals(await differencesOf(WIRE_SESSIONS, "version 2", (inner) => inner), "");
});
