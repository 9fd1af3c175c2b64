import { assertEquals } from "@std/assert";
import { decodeCbor } from "@std/cbor";
import { Forward, type Provider, type StatFs } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { OpCode, SetBits } from "./op_code.ts";
import { Leasable } from "./testing/leasable.ts";
import { frameOf, requestBytes, WirePeer } from "./testing/wire_peer.ts";
import { VFSLock, VFSTimes } from "./vfs_parts.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSServer } from "./vfs_server.ts";

const FOLDER = new URL("../../fixtures/wire/v2/", import.meta.url);
const lock = Object.assign(new VFSLock(), { type: 1, end: 9, owner: 5, pid: 42 });
const times = Object.assign(new VFSTimes(), { atime: -1, atimeNs: 5, mtime: 2 ** 33 });
const times_ = SetBits.Times | SetBits.Atime | SetBits.Mtime;
const encoder = new TextEncoder();

/** One of each operation, some refusals, and an id where it may be. */
const SESSION: readonly [string, Partial<VFSRequest> & { op: number }][] = [
  ["hello", { op: OpCode.Hello, version: 2, size: 1 << 20 }],
  ["lstat", { op: OpCode.Lookup, path: "/f", id: 1 }],
  ["a link itself", { op: OpCode.Lookup, path: "/s", id: 2 }],
  ["what a link points to", { op: OpCode.Getattr, path: "/s", id: 3 }],
  ["a name that is not there", { op: OpCode.Lookup, path: "/none", id: 4 }],
  ["open", { op: OpCode.Open, path: "/f", flags: 2, uid: 1000, gid: 100, pid: 7, id: 5 }],
  ["read", { op: OpCode.Read, handle: 1, offset: 1, size: 100, id: 6 }],
  ["read at the end", { op: OpCode.Read, handle: 1, offset: 5, size: 100, id: 7 }],
  ["read without an id", { op: OpCode.Read, handle: 1, size: 2 }],
  ["write", { op: OpCode.Write, handle: 1, offset: 5, data: encoder.encode(" wire"), id: 8 }],
  ["fstat", { op: OpCode.Getattr, handle: 1, id: 9 }],
  ["create, owned by the caller", {
    op: OpCode.Create,
    path: "/c",
    mode: 0o640,
    uid: 1000,
    gid: 100,
    id: 10,
  }],
  ["mkdir", { op: OpCode.Mkdir, path: "/d", mode: 0o2755, id: 11 }],
  ["mkdir of what is there", { op: OpCode.Mkdir, path: "/d", mode: 0o755, id: 12 }],
  ["mkdirall", { op: OpCode.MkdirAll, path: "/d/a/b", mode: 0o700, id: 13 }],
  ["symlink", { op: OpCode.Symlink, path: "/d/s", newPath: "../f", id: 14 }],
  ["readlink", { op: OpCode.Readlink, path: "/d/s", id: 15 }],
  ["link", { op: OpCode.Link, path: "/f", newPath: "/d/f", id: 16 }],
  ["a pipe", { op: OpCode.Mknod, path: "/d/p", mode: 0o010600, id: 17 }],
  ["a device", { op: OpCode.Mknod, path: "/d/n", mode: 0o020620, rdev: 0x0103, id: 18 }],
  ["chmod 0", { op: OpCode.Setattr, path: "/d/f", set: SetBits.Mode | SetBits.WantStat, id: 19 }],
  ["everything at once", {
    op: OpCode.Setattr,
    handle: 1,
    offset: 3,
    mode: 0o4711,
    owner: 0xffff_ffff,
    group: 5,
    times,
    set: SetBits.Size | SetBits.Owner | SetBits.Mode | times_ | SetBits.WantStat,
    id: 20,
  }],
  ["times of a link itself", {
    op: OpCode.Setattr,
    path: "/s",
    times,
    set: times_ | SetBits.NoFollow | SetBits.WantStat,
    id: 21,
  }],
  ["truncate by path", { op: OpCode.Truncate, path: "/c", offset: 100, id: 22 }],
  ["rename", { op: OpCode.Rename, path: "/c", newPath: "/d/c", id: 23 }],
  ["rename that may not replace", {
    op: OpCode.Rename,
    path: "/d/c",
    newPath: "/f",
    flags: 1,
    id: 24,
  }],
  ["a listing", { op: OpCode.Readdir, path: "/d", id: 25 }],
  ["a name that is not UTF-8", { op: OpCode.Mkdir, path: "/d/\udcff", mode: 0o700, id: 26 }],
  ["which is listed as bytes", { op: OpCode.Readdir, path: "/d", id: 27 }],
  ["statfs", { op: OpCode.Statfs, path: "/", id: 28 }],
  ["an attribute", {
    op: OpCode.SetXattr,
    path: "/f",
    name: "user.a",
    data: encoder.encode("value"),
    id: 29,
  }],
  ["its value", { op: OpCode.GetXattr, handle: 1, name: "user.a", id: 30 }],
  ["the names", { op: OpCode.ListXattr, path: "/f", id: 31 }],
  ["removing it", { op: OpCode.RemoveXattr, path: "/f", name: "user.a", id: 32 }],
  ["removing it again", { op: OpCode.RemoveXattr, path: "/f", name: "user.a", id: 33 }],
  ["allocate", { op: OpCode.Allocate, handle: 1, offset: 0, length: 5000, id: 34 }],
  ["a hole", { op: OpCode.Seek, handle: 1, flags: 4, id: 35 }],
  ["copying", {
    op: OpCode.CopyRange,
    handle: 1,
    length: 3,
    handle2: 2,
    offset2: 7,
    id: 36,
  }],
  ["a lock", { op: OpCode.SetLock, handle: 1, lock, id: 37 }],
  ["a lock in the way", {
    op: OpCode.GetLock,
    handle: 1,
    lock: Object.assign(new VFSLock(), { ...lock, owner: 6 }),
    id: 38,
  }],
  ["fdatasync", { op: OpCode.Fsync, handle: 1, flags: 1, id: 39 }],
  ["a directory made durable", { op: OpCode.Fsync, path: "/d", id: 40 }],
  ["release", { op: OpCode.Release, handle: 1, id: 41 }],
  ["a released file", { op: OpCode.Read, handle: 1, size: 1, id: 42 }],
  ["unlink of a directory", { op: OpCode.Unlink, path: "/d", id: 43 }],
  ["rmdir of a file", { op: OpCode.Rmdir, path: "/f", id: 44 }],
  ["unlink", { op: OpCode.Unlink, path: "/d/f", id: 45 }],
  ["remove", { op: OpCode.Remove, path: "/d/p", id: 46 }],
  ["rmdir of what is not empty", { op: OpCode.Rmdir, path: "/d", id: 47 }],
  ["removeall", { op: OpCode.RemoveAll, path: "/d", id: 48 }],
  ["watch", { op: OpCode.Watch, path: "/", id: 49 }],
  ["unwatch", { op: OpCode.Unwatch, handle: 1, id: 50 }],
  ["a lease where there are none", { op: OpCode.Lease, path: "/", size: 100, id: 51 }],
  ["an unknown operation", { op: 99, id: 52 }],
  ["read with attributes", {
    op: OpCode.Read,
    handle: 2,
    size: 100,
    set: SetBits.WantStat,
    id: 53,
  }],
  ["read nothing, with attributes", {
    op: OpCode.Read,
    handle: 2,
    offset: 9999,
    size: 100,
    set: SetBits.WantStat,
    id: 54,
  }],
  ["memory where there is none", { op: OpCode.Share, id: 55 }],
];

/** Leases of a server that gives them. */
const LEASES: typeof SESSION = [
  ["hello from a kernel", { op: OpCode.Hello, version: 2, size: 1 << 20, flags: 1 }],
  ["with a listing", { op: OpCode.Lease, path: "/", size: 100, id: 1 }],
  ["of more than is wanted", { op: OpCode.Lease, path: "/", size: 1, id: 2 }],
  ["of more than nothing", { op: OpCode.Lease, path: "/", id: 3 }],
  ["of a file", { op: OpCode.Lease, path: "/f", size: 100, id: 4 }],
];

/** Sizes that do not depend on how memory is counted. */
class FixedSizes extends Forward {
  override statfs(): StatFs {
    return {
      bsize: 4096,
      frsize: 4096,
      blocks: 2 ** 40,
      bfree: 1000,
      bavail: 999,
      files: 70_000,
      ffree: 200,
      namelen: 255,
    };
  }
}

/** The same filesystem, at the same time, in every run. */
function provider(): Provider {
  const memory = newMemoryProvider({ clock: () => ({ sec: 1_800_000_000, nsec: 123_456_789 }) });
  memory.writeFile("/f", encoder.encode("hello"), 0o644);
  memory.symlink("f", "/s");
  return new FixedSizes(memory);
}

interface Exchange {
  readonly note: string;
  readonly request: string;
  readonly response: string;
}

/** The sessions by their files, and who answers them. */
const SESSIONS = {
  "session.json": [SESSION, () => new VFSServer(provider(), { soleOwner: true })],
  "leases.json": [LEASES, () => new VFSServer(new Leasable(provider()))],
} as const;

/** Says a session to a fresh server. */
async function record(file: keyof typeof SESSIONS): Promise<Exchange[]> {
  const [session, server] = SESSIONS[file];
  await using served = server();
  const peer = WirePeer.of(served);
  const exchanges: Exchange[] = [];
  for (const [note, init] of session) {
    const request = requestBytes(new VFSRequest(init), 2);
    await peer.sendBytes(frameOf(request));
    const response = await peer.receiveBytes();
    exchanges.push({ note, request: request.toHex(), response: response?.toHex() ?? "" });
  }
  peer.close();
  return exchanges;
}

for (const file of ["session.json", "leases.json"] as const) {
  Deno.test(`a session of version 2 is the recorded one, byte for byte: ${file}`, async () => {
    const exchanges = await record(file);
    const url = new URL(file, FOLDER);
    if (Deno.env.get("FUSEWIRE_UPDATE") === "1") {
      const lines = exchanges.map((each) => `  ${JSON.stringify(each)}`);
      await Deno.writeTextFile(url, `[\n${lines.join(",\n")}\n]\n`);
      return;
    }
    const recorded: Exchange[] = JSON.parse(await Deno.readTextFile(url));
    assertEquals(exchanges.length, recorded.length);
    for (const [index, exchange] of exchanges.entries()) {
      assertEquals(exchange, recorded[index], exchange.note);
    }
  });
}

Deno.test("the session has every operation, and an independent decoder reads every reply", async () => {
  const asked = new Set(SESSION.map(([, { op }]) => op));
  const missing = Object.entries(OpCode).filter(([, op]) => !asked.has(op)).map(([name]) => name);
  // It has no reply.
  assertEquals(missing, ["Cancel"]);
  for (const file of ["session.json", "leases.json"] as const) {
    for (const { response } of await record(file)) decodeCbor(Uint8Array.fromHex(response));
  }
});
