import { assertEquals, assertRejects } from "@std/assert";
import { FsError, S_IFDIR, S_IFREG } from "../base/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { OpCode } from "./op_code.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf } from "./testing/linked.ts";
import { replyFrame, ScriptedChannel } from "./testing/scripted_channel.ts";
import { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";
import { VFSStat } from "./vfs_stat.ts";

/** What a server answers; null for nothing. */
type Script = (request: VFSRequest) => Partial<VFSResponse> | null;

/** A provider over a server that answers in this way. */
async function scripted(
  script: Script,
  options?: VFSClientOptions,
): Promise<{ remote: RemoteProvider; channel: ScriptedChannel }> {
  const channel = new ScriptedChannel((request) => {
    const answer = script(request);
    return answer === null ? [] : [replyFrame({ id: request.id, ...answer })];
  });
  return { channel, remote: await connectVFS(channel, options) };
}

const DIRECTORY = Object.assign(new VFSStat(), { mode: S_IFDIR | 0o755, nlink: 1, ino: 3 });

function entriesOf(names: readonly string[]): VFSDirEntry[] {
  return names.map((name, index) =>
    Object.assign(new VFSDirEntry({ name, mode: S_IFREG | 0o644, nlink: 1 }), { ino: 10 + index })
  );
}

const LONG = "x".repeat(256);

for (const name of ["../../evil", "..", ".", "", "a/b", "a\0b", LONG]) {
  const label = name === LONG ? "a name of 256 bytes" : `the name ${JSON.stringify(name)}`;
  Deno.test(`a listing with ${label} is EIO, also when listings are kept`, async () => {
    const { remote } = await scripted(
      ({ op }) => {
        if (op === OpCode.Readdir) return { entries: entriesOf(["ok", name]) };
        return op === OpCode.Watch ? { handle: 1 } : { stat: DIRECTORY };
      },
      { cache: true },
    );
    await using _remote = remote;
    await remote.lstat("/d");
    for (let times = 0; times < 2; times++) {
      const listing = async () => await remote.readDir("/d");
      const error = await assertRejects(listing, FsError, 'Cannot readDir "/d": EIO (it lists');
      assertEquals(error.code, "EIO");
    }
  });
}

Deno.test("a listing with a name twice in succession is EIO", async () => {
  const { remote } = await scripted(() => ({ entries: entriesOf(["a", "b", "b"]) }));
  await using _remote = remote;
  assertEquals(await codeOf(() => remote.readDir("/")), "EIO");
});
