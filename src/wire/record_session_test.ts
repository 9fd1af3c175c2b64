import { assert, assertEquals, assertThrows } from "@std/assert";
import { newMemoryProvider } from "../providers/mod.ts";
import { CborWriter } from "../cbor/mod.ts";
import { encodeRequest, encodeResponse } from "./codec.ts";
import { connectVFS } from "./connect_vfs.ts";
import { memoryPipe } from "./memory_pipe.ts";
import { OpCode } from "./op_code.ts";
import { recordSession } from "./record_session.ts";
import { replaySession } from "./replay_session.ts";
import { formatRecordedFrame, parseRecording, type RecordedFrame } from "./session_recording.ts";
import { codeOf } from "./testing/linked.ts";
import { VFSHello, VFSLock } from "./vfs_parts.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { VFSServer } from "./vfs_server.ts";
import { WireError } from "./wire_error.ts";

/** Records what a client does with an empty memory provider. */
async function recorded(version: 1 | 2): Promise<RecordedFrame[]> {
  const frames: RecordedFrame[] = [];
  await using server = new VFSServer(newMemoryProvider());
  const [client, near] = memoryPipe();
  const [far, end] = memoryPipe();
  server.handleConnection(end);
  const recording = recordSession(near, far, (frame) => frames.push(frame));
  const remote = await connectVFS(client, { version });
  await remote.mkdir("/d", 0o755);
  const handle = await remote.create("/d/f", 0o640);
  await handle.writeAt(new Uint8Array(100_000).fill(7), 0);
  await handle.readAt(new Uint8Array(50_000), 10);
  await codeOf(() => remote.mkdir("/d", 0o755));
  await Promise.all([remote.stat("/d/f"), remote.stat("/d"), remote.readDir("/d")]);
  await handle.close();
  await remote.close();
  await recording;
  return frames;
}

for (const version of [1, 2] as const) {
  Deno.test(`a recorded session of version ${version} is the same on a fresh provider`, async () => {
    const frames = await recorded(version);
    assert(frames.length >= 16);
    const text = frames.map(formatRecordedFrame).join("\n");
    const again = parseRecording(`# a session\n${text}\n\n`);
    assertEquals(again.map(({ message }) => message), frames.map(({ message }) => message));
    assertEquals(await Array.fromAsync(replaySession(newMemoryProvider(), again)), []);
  });
}

function asked(init: Partial<VFSRequest>): RecordedFrame {
  const writer = new CborWriter();
  encodeRequest(writer, new VFSRequest(init), 2);
  return { atMs: 0, from: "client", message: writer.view() };
}

function replied(init: Partial<VFSResponse>): RecordedFrame {
  const writer = new CborWriter();
  encodeResponse(writer, new VFSResponse(init), 2);
  return { atMs: 0, from: "server", message: writer.view() };
}

Deno.test("a lock that waited is waited for where the recording got it, and what was taken back is no matter", async () => {
  const hello = Object.assign(new VFSHello(), { version: 2 });
  const lock = (type: number, owner: number): VFSLock =>
    Object.assign(new VFSLock(), { type, end: 9, owner });
  const session = [
    asked({ op: OpCode.Hello, version: 2 }),
    replied({ hello }),
    asked({ op: OpCode.Create, path: "/f", mode: 0o600, id: 1 }),
    replied({ id: 1, handle: 1 }),
    asked({ op: OpCode.SetLock, handle: 1, lock: lock(1, 1), id: 2 }),
    replied({ id: 2 }),
    asked({ op: OpCode.SetLock, handle: 1, lock: lock(1, 2), flags: 1, id: 3 }),
    asked({ op: OpCode.Lookup, path: "/f", id: 4 }),
    asked({ op: OpCode.Cancel, ref: 4 }),
    replied({ id: 4, err: -4 }),
    asked({ op: OpCode.SetLock, handle: 1, lock: lock(2, 1), id: 5 }),
    replied({ id: 5 }),
    replied({ id: 3 }),
    asked({ op: OpCode.SetLock, handle: 1, lock: lock(1, 1), id: 6 }),
    replied({ id: 6, err: -11 }),
  ];
  const differences = await Array.fromAsync(replaySession(newMemoryProvider(), session));
  // The greeting and the attributes were not written down here; locks and the cancelled lookup agree.
  assertEquals(differences.map(({ index }) => index), [0, 1]);
});

Deno.test("a session on another provider shows where it differs", async () => {
  const frames = await recorded(2);
  const other = newMemoryProvider();
  other.mkdirAll("/d", 0o755);
  const [first, ...others] = await Array.fromAsync(replaySession(other, frames));
  // After hello, the first mkdir finds a directory, which hides nothing that comes after it.
  assertEquals([first?.index, first?.request.path], [1, "/d"]);
  assertEquals([first?.expected?.err, first?.got?.err], [0, -17]);
  assert(others.every(({ index }) => index > 1));
});

Deno.test("times are compared when asked for, and a session cut short is a difference", async () => {
  const frames = await recorded(1);
  const strict = await Array.fromAsync(
    replaySession(newMemoryProvider({ clock: () => ({ sec: 5, nsec: 0 }) }), frames, {
      times: true,
    }),
  );
  assert(strict.length > 0);
  const nonsense: RecordedFrame[] = [
    { atMs: 0, from: "client", message: new Uint8Array([0x80]) },
    { atMs: 1, from: "server", message: Uint8Array.fromHex("a16365727200") },
  ];
  const [difference] = await Array.fromAsync(replaySession(newMemoryProvider(), nonsense));
  assertEquals([difference?.got, difference?.expected?.err], [null, 0]);
});

Deno.test("a recording with a broken line is refused with its number", () => {
  for (const line of ["x > a0", "1.0 = a0", "1.0 > a", "1.0 > ", "1.0 >a0"]) {
    const thrown = assertThrows(() => parseRecording(`0 > a0\n${line}`), WireError);
    assert(thrown.message.includes("line 2"));
  }
});

Deno.test("a recorder that hears no frames ends both connections", async () => {
  const [client, near] = memoryPipe();
  const [far, server] = memoryPipe();
  const recording = recordSession(near, far, () => {});
  await client.write(new Uint8Array([0, 0, 0, 0]));
  assertEquals(await server.read(new Uint8Array(9)), null);
  let code = "";
  await recording.catch((thrown) => code = thrown.name);
  assertEquals(code, "WireError");
});
