import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { FsError, S_IFREG } from "../base/mod.ts";
import { type DueAnswer, type Holder, threadWait } from "../libc/mod.ts";
import type { Context } from "../provider/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { OpCode } from "./op_code.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf } from "./testing/linked.ts";
import { replyFrame, ScriptedChannel } from "./testing/scripted_channel.ts";
import { frameOf } from "./testing/wire_peer.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import type { VFSRequest } from "./vfs_request.ts";
import { NOTICES } from "./vfs_response.ts";
import { VFSStat } from "./vfs_stat.ts";

const ENOENT = -2;
const ENOTDIR = -20;
const EINTR = -4;

/** Looks so many times. */
class Looks implements Holder {
  isFree = true;
  holds = 0;
  readonly #count: number;

  constructor(count = 10) {
    this.#count = count;
  }

  mayHold(): boolean {
    return this.isFree;
  }

  hold({ look }: DueAnswer): void {
    this.holds++;
    for (let count = 0; count < this.#count; count++) if (look()) return;
  }
}

/** Runs what a mount does with its thread, for one request. */
function held<T>(holder: Holder, run: () => T): T {
  threadWait.holder = holder;
  threadWait.moment++;
  try {
    return run();
  } finally {
    threadWait.holder = null;
  }
}

function statOf(size: number): VFSStat {
  return Object.assign(new VFSStat(), { mode: S_IFREG | 0o644, nlink: 1, size, ino: 7 });
}

/** The attributes of a file of so many bytes, as an answer. */
function answer(request: VFSRequest, size = 1): Uint8Array {
  return replyFrame({ id: request.id, stat: statOf(size) });
}

/** A provider over a scripted server. */
async function scripted(
  script: (request: VFSRequest) => readonly Uint8Array[],
  options?: VFSClientOptions,
): Promise<{ remote: RemoteProvider; channel: ScriptedChannel }> {
  const channel = new ScriptedChannel(script);
  return { channel, remote: await connectVFS(channel, options) };
}

Deno.test("an answer that comes while the thread is held is a value, or thrown; otherwise there is a promise", async () => {
  const { remote } = await scripted((request) =>
    request.path === "/none"
      ? [replyFrame({ id: request.id, err: ENOENT })]
      : [answer(request, request.path.length)]
  );
  const holder = new Looks();
  const info = held(holder, () => remote.lstat("/file"));
  assert(!(info instanceof Promise));
  assertEquals(info.size, 5);
  const error = assertThrows(() => held(holder, () => remote.lstat("/none")), FsError, "ENOENT");
  assertEquals(error.path, "/none");
  assertEquals(held(holder, () => remote.mkdir("/d", 0o755)), undefined);
  assertEquals(holder.holds, 3);
  holder.isFree = false;
  const later = held(holder, () => remote.lstat("/file"));
  assertInstanceOf(later, Promise);
  assertEquals((await later).size, 5);
  const without = remote.lstat("/file");
  assertInstanceOf(without, Promise);
  assertEquals((await without).size, 5);
  assertEquals(holder.holds, 3);
  await remote.close();
});

Deno.test("a listing of several messages comes within one hold each", async () => {
  const { remote } = await scripted(({ id, cursor }) => [
    replyFrame({
      id,
      cursor: cursor === 2 ? 0 : cursor + 1,
      entries: [Object.assign(statOf(1), { name: `f${cursor}` })],
    }),
  ]);
  const holder = new Looks();
  const entries = held(holder, () => remote.readDir("/"));
  assert(!(entries instanceof Promise));
  assertEquals([entries.map(({ name }) => name), holder.holds], [["f0", "f1", "f2"], 3]);
  await remote.close();
});

Deno.test("an answer that takes long is waited for like any other, whatever has come of it", async () => {
  const { remote, channel } = await scripted(() => []);
  const holder = new Looks();
  const [slow, other] = [held(holder, () => remote.lstat("/a")), remote.lstat("/b")];
  assertInstanceOf(slow, Promise);
  await Promise.resolve();
  const [first, second] = channel.requests;
  assert(first !== undefined && second !== undefined);
  const frame = answer(first, 1);
  channel.arrive(frame.subarray(0, 3));
  // Part of an answer comes in one hold, the rest in the next, and with it the answer that that is for.
  const last = held(new Looks(1), () => remote.lstat("/c"));
  assertInstanceOf(last, Promise);
  const [, , third] = channel.requests;
  channel.arrive(frame.subarray(3), answer(second, 2), answer(third!, 3));
  assertEquals((await slow).size, 1);
  assertEquals((await other).size, 2);
  assertEquals((await last).size, 3);
  await remote.close();
});

Deno.test("what comes for others before an answer is theirs before its caller goes on", async () => {
  const order: string[] = [];
  const { remote, channel } = await scripted((request) =>
    request.path === "/second"
      ? [answer(channel.requests[0]!), answer(request)]
      : request.path === "/noticed"
      ? [
        replyFrame({ handle: 9, notice: NOTICES.indexOf("entry"), path: "/x" }),
        answer(request),
      ]
      : request.path === "/first"
      ? []
      : [answer(request)]
  );
  remote.client.watches.set(9, ({ path }) => {
    order.push(`notice ${path}`);
    queueMicrotask(() => order.push("follower"));
  });
  const holder = new Looks();
  const first = held(new Looks(0), () => remote.lstat("/first"));
  assertInstanceOf(first, Promise);
  first.then(() => order.push("first"));
  const second = held(holder, () => remote.lstat("/second"));
  assertInstanceOf(second, Promise);
  await second;
  assertEquals(order, ["first"]);
  const noticed = held(holder, () => remote.lstat("/noticed"));
  assertEquals(order, ["first", "notice /x"]);
  assertInstanceOf(noticed, Promise);
  await noticed;
  assertEquals(order, ["first", "notice /x", "follower"]);
  assert(!(held(holder, () => remote.lstat("/third")) instanceof Promise));
  await remote.close();
});

Deno.test("a request whose answer takes long can be taken back", async () => {
  const { remote, channel } = await scripted(({ op, ref }) =>
    op === OpCode.Cancel ? [replyFrame({ id: ref, err: EINTR })] : []
  );
  const controller = new AbortController();
  const context: Context = { uid: 0, gid: 0, signal: controller.signal };
  const waiting = held(new Looks(), () => remote.lstat("/slow", context));
  controller.abort();
  assertEquals(await codeOf(() => waiting), "EINTR");
  assertEquals(channel.requests.map(({ op }) => op), [OpCode.Lookup, OpCode.Cancel]);
  assertEquals(await codeOf(() => held(new Looks(), () => remote.lstat("/f", context))), "EINTR");
  assertEquals(channel.requests.length, 2);
  await remote.close();
});

Deno.test("the end of the connection while the thread is held is EIO at once, and nonsense ends it", async () => {
  for (const nonsense of [[], [frameOf(new Uint8Array([0x80]))]]) {
    const { remote, channel } = await scripted(() => nonsense);
    if (nonsense.length === 0) channel.end();
    assertThrows(() => held(new Looks(), () => remote.lstat("/f")), FsError, "EIO");
    assert(channel.closed);
    await remote.client.ended;
    assertEquals(await codeOf(() => held(new Looks(), () => remote.lstat("/f"))), "EIO");
  }
});

Deno.test("a client that connects again asks again what the thread was held for", async () => {
  const next = new ScriptedChannel((request) => [answer(request, 2)]);
  const { remote, channel } = await scripted(() => [], {
    reconnect: { dial: () => Promise.resolve(next) },
  });
  channel.end();
  const again = held(new Looks(), () => remote.lstat("/f"));
  assertInstanceOf(again, Promise);
  assertEquals((await again).size, 2);
  await remote.close();
});

Deno.test("closing a file nobody waits for goes out with the next request, whose answer may come first", async () => {
  const { remote, channel } = await scripted((request) =>
    request.op === OpCode.Open
      ? [replyFrame({ id: request.id, handle: 3 })]
      : request.op === OpCode.Release
      ? []
      : [answer(request), replyFrame({ id: channel.requests.at(-2)!.id })]
  );
  const holder = new Looks();
  const file = held(holder, () => remote.open("/f", 0, 0));
  assert(!(file instanceof Promise));
  const context: Context = { uid: 0, gid: 0, nobodyWaits: true };
  const closing = held(holder, () => file.close(context));
  assertInstanceOf(closing, Promise);
  assertEquals(channel.requests.map(({ op }) => op), [OpCode.Open]);
  const info = held(holder, () => remote.lstat("/f"));
  assert(!(info instanceof Promise));
  assertEquals(channel.requests.map(({ op }) => op), [OpCode.Open, OpCode.Release, OpCode.Lookup]);
  await closing;
  await remote.close();
});

Deno.test("attributes that came with an answer are not given out for the next request of a mount", async () => {
  const { remote, channel } = await scripted((request) => [answer(request)]);
  const holder = new Looks();
  held(holder, () => {
    remote.mkdir("/d", 0o755);
    // As one that was sent together with it would have answered.
    remote.lstat("/d");
  });
  assertEquals(channel.requests.length, 1);
  held(holder, () => remote.mkdir("/e", 0o755));
  held(holder, () => remote.lstat("/e"));
  const ops = channel.requests.map(({ op }) => op);
  assertEquals(ops, [OpCode.Mkdir, OpCode.Mkdir, OpCode.Lookup]);
  await remote.close();
});

/** A caller that counts how often its signal is asked for. */
class Caller implements Context {
  readonly uid = 0;
  readonly gid = 0;
  aborted = false;
  signals = 0;

  get signal(): AbortSignal {
    this.signals++;
    return new AbortController().signal;
  }
}

Deno.test("who gets his answer at once is not asked for a signal, and is not sent when he has aborted", async () => {
  const { remote, channel } = await scripted((request) =>
    request.path === "/slow" ? [] : [answer(request)]
  );
  const caller = new Caller();
  assert(!(held(new Looks(), () => remote.lstat("/f", caller)) instanceof Promise));
  assertEquals(caller.signals, 0);
  const slow = held(new Looks(), () => remote.lstat("/slow", caller));
  assertEquals(caller.signals, 1);
  caller.aborted = true;
  assertEquals(await codeOf(() => held(new Looks(), () => remote.lstat("/f", caller))), "EINTR");
  assertEquals(channel.requests.map(({ path }) => path), ["/f", "/slow"]);
  await remote.close();
  assertEquals(await codeOf(() => slow), "EIO");
});

Deno.test("what is not there is found to be null, whether somebody waits for the answer or not", async () => {
  const { remote } = await scripted((request) =>
    request.path === "/file" ? [answer(request, 5)] : [replyFrame({
      id: request.id,
      err: request.path === "/none" ? ENOENT : ENOTDIR,
    })]
  );
  const holder = new Looks();
  assertEquals(held(holder, () => remote.find("/none")), null);
  const info = held(holder, () => remote.find("/file"));
  assert(info !== null && !(info instanceof Promise));
  assertEquals(info.size, 5);
  assertThrows(() => held(holder, () => remote.find("/file/below")), FsError, "ENOTDIR");
  assertEquals(await remote.find("/none"), null);
  assertEquals((await remote.find("/file"))?.size, 5);
  assertEquals(await codeOf(() => remote.find("/file/below")), "ENOTDIR");
  assertEquals(await codeOf(() => remote.lstat("/none")), "ENOENT");
  await remote.close();
});
