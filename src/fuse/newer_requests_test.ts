import { assertEquals } from "@std/assert";
import { ERRNO } from "../base/mod.ts";
import { Notices } from "./notices.ts";
import { Opcode } from "./opcode.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import { Session } from "./session.ts";
import { STATX_OUT_SIZE, StatxOut } from "./statx_out.ts";
import { FakeChannel } from "./testing/fake_channel.ts";
import { STRUCTS } from "./testing/golden.ts";
import { decodeHex, encodeHex } from "./testing/hex.ts";
import { DefaultRawFileSystem } from "./default_raw_file_system.ts";
import { InitFlags } from "./init_flags.ts";

const WISHES = {
  flags: InitFlags.of("INIT_EXT"),
  maxWrite: 1 << 17,
  maxReadahead: 0,
  maxBackground: 12,
  congestionThreshold: 9,
};

/** Sends messages to a session and returns its replies. */
async function replies(
  fs: RawFileSystem,
  messages: readonly string[],
  count = messages.length,
): Promise<string[]> {
  const channel = new FakeChannel();
  const options = { wishes: WISHES, entryTimeoutMs: 0, attrTimeoutMs: 0, report: () => {} };
  const running = new Session(channel, fs, options).run();
  for (const message of messages) channel.send(decodeHex(message));
  await channel.replied(count);
  channel.unmount();
  await running;
  return channel.replies;
}

/** The error of a reply. */
function errorOf(reply: string | undefined): number {
  return new DataView(decodeHex(reply ?? "").buffer).getInt32(4, true);
}

function fillStatx(out: StatxOut): void {
  out.attrTimeoutMs = 1500;
  out.birthtime = { sec: 1_600_000_000, nsec: 7 };
  out.attributes = 0x10;
  out.attributesMask = 0x30;
  Object.assign(out.attr, {
    ino: 0x1122334455667788n,
    size: 5_000_000_000,
    blocks: 9_765_632,
    atime: 1_700_000_001,
    atimensec: 1,
    mtime: -2,
    mtimensec: 999_999_999,
    ctime: 1_700_000_003,
    ctimensec: 3,
    mode: 0o100644,
    nlink: 2,
    uid: 1000,
    gid: 1001,
    rdev: 0x0103,
    blksize: 4096,
  });
}

Deno.test("fuse_statx_out is laid out as C does; without a time of birth it says so", () => {
  const out = new StatxOut();
  fillStatx(out);
  const bytes = new Uint8Array(STATX_OUT_SIZE).fill(0xff);
  const view = new DataView(bytes.buffer);
  out.encode(view, 0, 0);
  assertEquals(encodeHex(bytes), STRUCTS.statx_out);
  out.birthtime = null;
  out.encode(view, 0, 0);
  assertEquals([view.getUint32(32, true), view.getUint32(112, true)], [0x7ff, 0]);
});

Deno.test("STATX names the handle and the mask, and is answered with fuse_statx_out", async () => {
  const calls: unknown[] = [];
  class Recording extends DefaultRawFileSystem {
    override statx(...[request, fh, mask, out]: Parameters<RawFileSystem["statx"]>): void {
      calls.push([request.nodeid, fh, mask]);
      fillStatx(out);
    }
  }
  const [reply] = await replies(new Recording(), [STRUCTS.statx]);
  assertEquals(calls, [[5, 3, 0xfff]]);
  assertEquals(reply?.slice(32), STRUCTS.statx_out);
});

Deno.test("IOCTL hands input over and carries result and output back", async () => {
  const calls: unknown[] = [];
  class Recording extends DefaultRawFileSystem {
    override ioctl(...args: Parameters<RawFileSystem["ioctl"]>): number {
      const [, fh, command, argument, input, output] = args;
      calls.push([fh, command, argument, output.length]);
      output.set(input.toReversed());
      return 7;
    }
  }
  assertEquals(await replies(new Recording(), [STRUCTS.ioctl]), [STRUCTS.ioctl_reply]);
  assertEquals(calls, [[3, 0xc0045401, 0x7ffdeadbeef0, 8]]);
});

Deno.test("an IOCTL whose data is longer than the message is EINVAL", async () => {
  const long = STRUCTS.ioctl.slice(0, 2 * 64) + "ffff0000" + STRUCTS.ioctl.slice(2 * 68);
  const [reply] = await replies(new DefaultRawFileSystem(), [long]);
  assertEquals(errorOf(reply), -ERRNO.EINVAL.number);
});

Deno.test("POLL tells the events that are there, with the kernel's handle when it wants a notice", async () => {
  const calls: unknown[] = [];
  class Recording extends DefaultRawFileSystem {
    override poll(...args: Parameters<RawFileSystem["poll"]>): number {
      calls.push(args.slice(1));
      return 4;
    }
  }
  const quiet = STRUCTS.poll.slice(0, 2 * 56) + "00000000" + STRUCTS.poll.slice(2 * 60);
  const answers = await replies(new Recording(), [STRUCTS.poll, quiet]);
  assertEquals(answers, [STRUCTS.poll_reply, STRUCTS.poll_reply]);
  assertEquals(calls, [[3, 9, 5], [3, null, 5]]);
});

Deno.test("TMPFILE makes and opens; a reply that nobody wants takes both back", async () => {
  const calls: unknown[] = [];
  class Recording extends DefaultRawFileSystem {
    override tmpfile(...args: Parameters<RawFileSystem["tmpfile"]>): void {
      const [request, flags, mode, out, opened] = args;
      calls.push([request.nodeid, flags.toString(8), mode.toString(8)]);
      out.nodeid = 8;
      opened.fh = 4;
    }
    override release(...args: Parameters<RawFileSystem["release"]>): void {
      calls.push(["release", args[1]]);
    }
    override forget(nodeid: number, count: number): void {
      calls.push(["forget", nodeid, count]);
    }
  }
  const fs = new Recording();
  const [reply] = await replies(fs, [STRUCTS.tmpfile]);
  assertEquals([reply?.length, calls], [2 * (16 + 128 + 16), [[1, "20200002", "100600"]]]);
  const channel = new FakeChannel();
  channel.refuseWith = -ERRNO.ENOENT.number;
  const options = { wishes: WISHES, entryTimeoutMs: 0, attrTimeoutMs: 0, report: () => {} };
  const running = new Session(channel, fs, options).run();
  channel.send(decodeHex(STRUCTS.tmpfile));
  channel.unmount();
  await running;
  assertEquals(calls.slice(2), [["release", 4], ["forget", 8, 1]]);
});

Deno.test("SYNCFS is passed on; BMAP and what else has no row is ENOSYS", async () => {
  class Syncing extends DefaultRawFileSystem {
    override syncfs(): void {}
  }
  const header = (opcode: number): string =>
    STRUCTS.bmap.slice(0, 8) + opcode.toString(16).padStart(2, "0") + STRUCTS.bmap.slice(10);
  const messages = [STRUCTS.syncfs, STRUCTS.bmap, header(Opcode.SETUPMAPPING), header(200)];
  const answers = await replies(new Syncing(), messages);
  const none = -ERRNO.ENOSYS.number;
  assertEquals(answers.map(errorOf), [0, none, none, none]);
});

Deno.test("a request that is sent again while it waits is answered once, under its new number", async () => {
  const gate = Promise.withResolvers<Uint8Array>();
  let calls = 0;
  class Slow extends DefaultRawFileSystem {
    override readlink(): Promise<Uint8Array> {
      calls++;
      return gate.promise;
    }
  }
  const plain = STRUCTS.resent_readlink.slice(0, 30) + "00" + STRUCTS.resent_readlink.slice(32);
  const channel = new FakeChannel();
  const options = { wishes: WISHES, entryTimeoutMs: 0, attrTimeoutMs: 0, report: () => {} };
  const running = new Session(channel, new Slow(), options).run();
  for (const message of [plain, STRUCTS.resent_readlink, STRUCTS.bmap]) {
    channel.send(decodeHex(message));
  }
  await channel.replied(1);
  gate.resolve(new TextEncoder().encode("a"));
  await channel.replied(2);
  channel.unmount();
  await running;
  assertEquals([calls, channel.replies[1]], [1, STRUCTS.resent_reply]);
});

Deno.test("a request that somebody else left unanswered is served", async () => {
  class Links extends DefaultRawFileSystem {
    override readlink(): Uint8Array {
      return new TextEncoder().encode("a");
    }
  }
  assertEquals(await replies(new Links(), [STRUCTS.resent_readlink]), [STRUCTS.resent_reply]);
});

Deno.test("every notice is laid out as C does", async () => {
  const channel = new FakeChannel();
  const notices = new Notices(channel);
  await notices.invalidateInode(7, -1, 0);
  await notices.invalidateEntry(1, "abc");
  await notices.deleteEntry(1, 7, "abc");
  await notices.store(7, 4096, new TextEncoder().encode("hello"));
  await notices.prune([7, 9]);
  await notices.wakePoll(9);
  await notices.incrementEpoch();
  await notices.resend();
  const waiting = notices.retrieve(7, 4096, 100);
  await new Promise((written) => setTimeout(written));
  assertEquals(channel.replies, [
    STRUCTS.notify_inval_inode,
    STRUCTS.notify_inval_entry,
    STRUCTS.notify_delete,
    STRUCTS.notify_store,
    STRUCTS.notify_prune,
    STRUCTS.notify_poll,
    STRUCTS.notify_inc_epoch,
    STRUCTS.notify_resend,
    STRUCTS.notify_retrieve,
  ]);
  notices.retrieved(1, new Uint8Array([1, 2]));
  assertEquals([...await waiting], [1, 2]);
});

Deno.test("NOTIFY_REPLY brings what RETRIEVE asked for; a refusal and the end bring nothing", async () => {
  const channel = new FakeChannel();
  const options = { wishes: WISHES, entryTimeoutMs: 0, attrTimeoutMs: 0, report: () => {} };
  const session = new Session(channel, new DefaultRawFileSystem(), options);
  const running = session.run();
  const data = session.notices.retrieve(7, 4096, 100);
  channel.send(decodeHex(STRUCTS.notify_reply));
  assertEquals(new TextDecoder().decode(await data), "got");
  channel.refuseWith = -ERRNO.ENOENT.number;
  assertEquals((await session.notices.retrieve(7, 0, 1)).length, 0);
  const never = session.notices.retrieve(7, 0, 1);
  channel.unmount();
  await running;
  assertEquals((await never).length, 0);
});
