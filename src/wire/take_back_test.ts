import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { FsError, O_CLOEXEC, O_CREAT, O_RDONLY, O_RDWR, S_IFREG } from "../base/mod.ts";
import { open } from "../libc/mod.ts";
import type { Context, Handle } from "../provider/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { OpCode } from "./op_code.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf } from "./testing/linked.ts";
import { replyFrame, ScriptedChannel } from "./testing/scripted_channel.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";
import { VFSStat } from "./vfs_stat.ts";
import { WireError } from "./wire_error.ts";

const STAT = Object.assign(new VFSStat(), { mode: S_IFREG | 0o644, nlink: 1, size: 1, ino: 7 });

/** A server that answers opening and closing only, unless it is told to say nothing at all. */
class Mute {
  readonly channel: ScriptedChannel = new ScriptedChannel((request) => {
    const { id, op } = request;
    this.#wake?.();
    if (this.isMute || (op !== OpCode.Open && op !== OpCode.Release)) return [];
    return [replyFrame({ id, handle: op === OpCode.Open ? 1 : 0, stat: STAT })];
  });
  isMute = false;
  #wake: (() => void) | null = null;

  /** The first request of this kind, when it has come. */
  async asked(op: number): Promise<VFSRequest> {
    for (;;) {
      const found = this.channel.requests.find((request) => request.op === op);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Answers in the end. */
  async answer({ id }: VFSRequest, reply: Partial<VFSResponse>): Promise<void> {
    this.channel.arrive(replyFrame({ id, ...reply }));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  connect(options?: VFSClientOptions): Promise<RemoteProvider> {
    return connectVFS(this.channel, options);
  }
}

function caller(): { context: Context; abort: () => void } {
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  return { context, abort: () => controller.abort() };
}

const looks: Readonly<
  Record<string, [number, (remote: RemoteProvider, file: Handle, context: Context) => unknown]>
> = {
  lstat: [OpCode.Lookup, (remote, _file, context) => remote.lstat("/a", context)],
  stat: [OpCode.Getattr, (remote, _file, context) => remote.stat("/a", context)],
  readDir: [OpCode.Readdir, (remote, _file, context) => remote.readDir("/a", context)],
  readlink: [OpCode.Readlink, (remote, _file, context) => remote.readlink("/a", context)],
  statfs: [OpCode.Statfs, (remote, _file, context) => remote.statfs("/a", context)],
  getXattr: [OpCode.GetXattr, (remote, _file, context) => remote.getXattr("/a", "user.a", context)],
  listXattr: [OpCode.ListXattr, (remote, _file, context) => remote.listXattr("/a", context)],
  readAt: [OpCode.Read, (_remote, file, context) => file.readAt(new Uint8Array(9), 0, context)],
  seekHole: [OpCode.Seek, (_remote, file, context) => file.seekHole(0, 3, context)],
};

for (const [name, [op, look]] of Object.entries(looks)) {
  Deno.test(`${name}() that is taken back is EINTR at once, though the server says nothing`, async () => {
    const mute = new Mute();
    await using remote = await mute.connect();
    const file = await remote.open("/f", O_RDONLY, 0);
    const { context, abort } = caller();
    const looking = look(remote, file, context);
    const { id } = await mute.asked(op);
    abort();
    assertEquals(await codeOf(() => looking), "EINTR");
    assertEquals((await mute.asked(OpCode.Cancel)).ref, id);
  });
}

Deno.test("what comes for a reader who is gone stays out of his buffer", async () => {
  const mute = new Mute();
  await using remote = await mute.connect();
  const file = await remote.open("/f", O_RDONLY, 0);
  const { context, abort } = caller();
  const buffer = new Uint8Array(4);
  const reading = file.readAt(buffer, 0, context);
  const request = await mute.asked(OpCode.Read);
  abort();
  assertEquals(await codeOf(() => reading), "EINTR");
  await mute.answer(request, { data: new Uint8Array(4).fill(9) });
  assertEquals(buffer, new Uint8Array(4));
  assert(!remote.client.dead);
});

Deno.test("a request keeps its place until the server has answered it", async () => {
  const mute = new Mute();
  mute.channel.hello = { inFlightMax: 1 };
  await using remote = await mute.connect();
  const { context, abort } = caller();
  const looking = remote.lstat("/a", context);
  const request = await mute.asked(OpCode.Lookup);
  abort();
  assertEquals(await codeOf(() => looking), "EINTR");
  const next = remote.lstat("/b");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(mute.channel.requests.filter(({ op }) => op === OpCode.Lookup).length, 1);
  await mute.answer(request, { stat: STAT });
  const [, second] = mute.channel.requests.filter(({ op }) => op === OpCode.Lookup);
  assertEquals(second?.path, "/b");
  await mute.answer(second!, { stat: STAT });
  assertEquals((await next).size, 1);
});

Deno.test("a change of which nobody says what became is EIO, and is under way until there is an answer", async () => {
  const mute = new Mute();
  await using remote = await mute.connect({ cancelTimeoutMs: 20 });
  const { context, abort } = caller();
  const making = (async () => await remote.mkdir("/d", 0o700, context))();
  const request = await mute.asked(OpCode.Mkdir);
  abort();
  const error = await assertRejects(() => making, FsError, 'Cannot mkdir "/d": EIO');
  assertInstanceOf(error.cause, WireError);
  assertEquals(error.cause.message, "The server has not said within 20 ms what became of it");
  assertEquals(remote.client.changeMark, NaN);
  await mute.answer(request, { stat: STAT });
  assertEquals(remote.client.changeMark, 1);
});

Deno.test("a change that is answered in time has that answer", async () => {
  const mute = new Mute();
  await using remote = await mute.connect({ cancelTimeoutMs: 60_000 });
  for (const [err, expected] of [[-4, "EINTR"], [-17, "EEXIST"]] as const) {
    mute.channel.requests.length = 0;
    const { context, abort } = caller();
    const code = codeOf(() => remote.mkdir("/d", 0o700, context));
    const request = await mute.asked(OpCode.Mkdir);
    abort();
    await mute.asked(OpCode.Cancel);
    await mute.answer(request, { err });
    assertEquals(await code, expected);
  }
});

Deno.test("what is opened for somebody who is gone is closed, with the descriptor that was passed", async () => {
  const mute = new Mute();
  await using remote = await mute.connect({ cancelTimeoutMs: 20 });
  const fd = open("/dev/null", O_RDWR | O_CLOEXEC, 0);
  assert(fd >= 0);
  Object.assign(mute.channel, { takePassed: (number: number) => number === 3 ? fd : -1 });
  mute.isMute = true;
  const { context, abort } = caller();
  const opening = remote.open("/f", O_RDWR | O_CREAT, 0o600, context);
  const request = await mute.asked(OpCode.Open);
  abort();
  assertEquals(await codeOf(() => opening), "EIO");
  await mute.answer(request, { handle: 9, stat: STAT, passed: 3 });
  assertEquals((await mute.asked(OpCode.Release)).handle, 9);
  await assertRejects(() => Deno.lstat(`/proc/self/fd/${fd}`), Deno.errors.NotFound);
});

Deno.test("a version 1 server that says nothing keeps nobody either", async () => {
  const mute = new Mute();
  await using remote = await mute.connect({ version: 1, cancelTimeoutMs: 20 });
  for (const [run, code] of [["stat", "EINTR"], ["mkdir", "EIO"]] as const) {
    const { context, abort } = caller();
    const asked = run === "stat" ? remote.stat("/a", context) : remote.mkdir("/a", 0o700, context);
    await mute.asked(run === "stat" ? OpCode.Getattr : OpCode.Mkdir);
    abort();
    assertEquals(await codeOf(() => asked), code);
  }
});
