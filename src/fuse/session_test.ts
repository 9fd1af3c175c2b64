import { assertEquals, assertStringIncludes } from "@std/assert";
import { ERRNO, FsError } from "../base/mod.ts";
import { EntryOut } from "./attr.ts";
import { DefaultRawFileSystem } from "./default_raw_file_system.ts";
import { OUT_HEADER_SIZE } from "./abi.ts";
import { Request } from "./request.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import { STRUCTS } from "./testing/golden.ts";
import { decodeHex } from "./testing/hex.ts";
import { message, outcome, withSession } from "./testing/with_session.ts";

Deno.test("INIT is answered with what was agreed", async () => {
  await withSession(new DefaultRawFileSystem(), async (channel, _, session) => {
    channel.send(message(26, 2, STRUCTS.init_in));
    await channel.replied(1);
    assertEquals(outcome(channel.replies[0]), [0, 2]);
    assertEquals(channel.replies[0]?.length, 2 * (16 + 64));
    assertEquals(session.agreement?.flags.names(), ["ASYNC_READ", "INIT_EXT"]);
  });
});

Deno.test("a kernel that is too old is refused with EPROTO and a sentence", async () => {
  await withSession(new DefaultRawFileSystem(), async (channel, problems) => {
    channel.send(message(26, 2, `0700000016000000${"00".repeat(8)}`));
    await channel.replied(1);
    assertEquals(outcome(channel.replies[0]), [-ERRNO.EPROTO.number, 2]);
    assertStringIncludes(problems[0] ?? "", "Linux 5.4");
  });
});

Deno.test("an opcode that nobody knows is ENOSYS", async () => {
  await withSession(new DefaultRawFileSystem(), async (channel) => {
    channel.send(message(4095, 8));
    await channel.replied(1);
    assertEquals(outcome(channel.replies[0]), [-ERRNO.ENOSYS.number, 8]);
  });
});

Deno.test("a message that is too short for its struct, or a name without an end, is EINVAL", async () => {
  await withSession(new DefaultRawFileSystem(), async (channel) => {
    for (const opcode of [3, 4, 6, 8, 9, 12, 13, 14, 15, 16, 21, 31, 35, 43, 45, 46, 47]) {
      channel.send(message(opcode, opcode, "00"));
    }
    channel.send(message(1, 100, "6162"));
    channel.send(message(16, 102, `${"00".repeat(16)}ffff0000${"00".repeat(20)}`));
    await channel.replied(19);
    const errors = new Set(channel.replies.map((reply) => outcome(reply)[0]));
    assertEquals([...errors], [-ERRNO.EINVAL.number]);
  });
});

Deno.test("what the filesystem throws becomes an errno; what nobody expected is EIO and reported", async () => {
  class Throwing extends DefaultRawFileSystem {
    override unlink(): never {
      throw new FsError("EACCES", { syscall: "unlink" });
    }
    override rmdir(): never {
      throw new TypeError("a defect");
    }
    override readlink(): Promise<never> {
      return Promise.reject(new RangeError("another"));
    }
  }
  await withSession(new Throwing(), async (channel, problems) => {
    channel.send(message(10, 2, "6100"));
    channel.send(message(11, 4, "6100"));
    channel.send(message(5, 6));
    await channel.replied(3);
    assertEquals(channel.replies.map(outcome), [
      [-ERRNO.EACCES.number, 2],
      [-ERRNO.EIO.number, 4],
      [-ERRNO.EIO.number, 6],
    ]);
    assertEquals(problems.length, 2);
    assertStringIncludes(problems[0] ?? "", "rmdir");
  });
});

Deno.test("what is no result is EIO and reported, at once and later, and the session goes on", async () => {
  for (const wrong of ["7", "true", "null", "[]", '{"number":5}', '"EIO"']) {
    for (const late of [false, true]) {
      const answer = () => {
        const value = JSON.parse(wrong);
        return late ? Promise.resolve(value) : value;
      };
      class Wrong extends DefaultRawFileSystem {
        override lookup = answer;
        override getattr = answer;
        override open = answer;
        override readlink = answer;
        override statfs = answer;
        pathOf = () => "/dir";
      }
      await withSession(new Wrong(), async (channel, problems) => {
        channel.send(message(1, 2, "6100"));
        channel.send(message(3, 4, "00".repeat(16)));
        channel.send(message(14, 6, "00".repeat(8)));
        channel.send(message(5, 8));
        channel.send(message(17, 10));
        channel.send(message(4095, 12));
        await channel.replied(6);
        const errors = new Map(
          channel.replies.map(outcome).map(([error, unique]) => [unique, error]),
        );
        const EIO = -ERRNO.EIO.number;
        const all = [2, 4, 6, 8, 10].map((unique): [number, number] => [unique, EIO]);
        assertEquals(errors, new Map([...all, [12, -ERRNO.ENOSYS.number]]), wrong);
        assertEquals(problems.length, 5);
        assertStringIncludes(problems.join(), 'fuse lookup "a" of "/dir" (node 1)');
      });
    }
  }
});

Deno.test("a reply that does not fit its buffer is no result", () => {
  const request = Request.about(1);
  const room = request.small.bytes.length - OUT_HEADER_SIZE;
  for (const sound of [0, room, ERRNO.EIO]) assertEquals(request.isSound(sound), true);
  for (const unsound of [-1, 1.5, NaN, room + 1]) assertEquals(request.isSound(unsound), false);
});

Deno.test("ENOSYS that is thrown for one file does not turn the operation off for all", async () => {
  class Partial extends DefaultRawFileSystem {
    override open(): never {
      throw new FsError("ENOSYS", { syscall: "open" });
    }
    override symlink(): never {
      throw new FsError("ENOSYS", { syscall: "symlink" });
    }
  }
  await withSession(new Partial(), async (channel) => {
    channel.send(message(14, 2, "00".repeat(8)));
    channel.send(message(6, 4, "61006200"));
    channel.send(message(17, 6));
    await channel.replied(3);
    assertEquals(channel.replies.map(outcome), [
      [-ERRNO.EOPNOTSUPP.number, 2],
      [-ERRNO.ENOSYS.number, 4],
      [-ERRNO.ENOSYS.number, 6],
    ]);
  });
});

Deno.test("a program is not told that it has no descriptors when the server has none", async () => {
  class Full extends DefaultRawFileSystem {
    override open(): never {
      throw new FsError("EMFILE", { syscall: "open" });
    }
  }
  await withSession(new Full(), async (channel) => {
    channel.send(message(14, 2, "00".repeat(8)));
    await channel.replied(1);
    assertEquals(channel.replies.map(outcome), [[-ERRNO.ENFILE.number, 2]]);
  });
});

Deno.test("an asynchronous request is answered later, and others meanwhile", async () => {
  const gate = Promise.withResolvers<Uint8Array>();
  class Slow extends DefaultRawFileSystem {
    override readlink(): Promise<Uint8Array> {
      return gate.promise;
    }
  }
  await withSession(new Slow(), async (channel, _, session) => {
    channel.send(message(5, 2));
    channel.send(message(4095, 4));
    await channel.replied(1);
    assertEquals(outcome(channel.replies[0]), [-ERRNO.ENOSYS.number, 4]);
    assertEquals(session.pendingCount, 1);
    gate.resolve(new Uint8Array([0x61]));
    await channel.replied(2);
    assertEquals(channel.replies[1], `1100000000000000${"02"}${"00".repeat(7)}61`);
    assertEquals(session.pendingCount, 0);
  });
});

Deno.test("the data of an asynchronous write stays while other messages are read", async () => {
  const gate = Promise.withResolvers<void>();
  let seen = "";
  class Slow extends DefaultRawFileSystem {
    override async write(_: unknown, _fh: number, data: Uint8Array): Promise<number> {
      await gate.promise;
      seen += new TextDecoder().decode(data);
      return data.length;
    }
  }
  await withSession(new Slow(), async (channel) => {
    channel.send(decodeHex(STRUCTS.write));
    channel.send(message(1, 4, "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a00".repeat(8)));
    await channel.replied(1);
    gate.resolve();
    await channel.replied(2);
    assertEquals(seen, "abc");
    assertEquals(outcome(channel.replies[1]), [0, 100]);
  });
});

Deno.test("INTERRUPT aborts the signal of its request, before or after it was asked for", async () => {
  class Waiting extends DefaultRawFileSystem {
    override readlink(request: { readonly signal: AbortSignal }): Promise<never> {
      return new Promise((_, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason))
      );
    }
  }
  await withSession(new Waiting(), async (channel) => {
    channel.send(message(5, 2));
    channel.send(message(36, 3, `02${"00".repeat(7)}`));
    await channel.replied(1);
    assertEquals(outcome(channel.replies[0]), [-ERRNO.EINTR.number, 2]);
  });
});

Deno.test("a reply that the kernel does not want takes back what it granted", async () => {
  const forgotten: number[][] = [];
  const released: number[] = [];
  class Granting extends DefaultRawFileSystem {
    override create(...args: Parameters<RawFileSystem["create"]>): void {
      args[4].nodeid = 9;
      args[5].fh = 5;
    }
    override forget(nodeid: number, count: number): void {
      forgotten.push([nodeid, count]);
    }
    override release(_: unknown, fh: number): void {
      released.push(fh);
    }
  }
  await withSession(new Granting(), async (channel) => {
    channel.refuseWith = -ERRNO.ENOENT.number;
    channel.send(decodeHex(STRUCTS.create));
    channel.send(message(4095, 4));
    await channel.replied(1);
    assertEquals([forgotten, released], [[[9, 1]], [5]]);
  });
});

Deno.test("a listing that the kernel refuses is taken back, and its caller gets EIO", async () => {
  const forgotten: number[] = [];
  const nodeids = Array.from({ length: 20 }, (_, index) => 100 + index);
  class Listing extends DefaultRawFileSystem {
    override readdir(...[, , , list]: Parameters<RawFileSystem["readdir"]>): void {
      const out = new EntryOut();
      for (const nodeid of nodeids) {
        out.nodeid = nodeid;
        list.add(`name${nodeid}`, 0o100000, 5, nodeid, out);
      }
    }
    override forget(nodeid: number): void {
      forgotten.push(nodeid);
    }
  }
  await withSession(new Listing(), async (channel, problems) => {
    channel.refuseWith = -ERRNO.EINVAL.number;
    channel.send(message(44, 2, `${"00".repeat(16)}00200000${"00".repeat(20)}`));
    channel.send(message(4095, 4));
    await channel.replied(2);
    assertEquals(forgotten, nodeids);
    assertEquals(channel.replies.map(outcome), [
      [-ERRNO.EIO.number, 2],
      [-ERRNO.ENOSYS.number, 4],
    ]);
    assertStringIncludes(problems[0] ?? "", "readdirplus");
  });
});

Deno.test("what takes a handle back keeps its own request, whoever is served meanwhile", async () => {
  const gate = Promise.withResolvers<void>();
  const released: unknown[] = [];
  class Slow extends DefaultRawFileSystem {
    override create(...args: Parameters<RawFileSystem["create"]>): void {
      args[4].nodeid = 9;
      args[5].fh = 5;
    }
    override async release(request: Request, fh: number): Promise<void> {
      await gate.promise;
      released.push([request.name, request.nodeid, request.uid, request.nobodyWaits, fh]);
    }
  }
  await withSession(new Slow(), async (channel) => {
    channel.refuseWith = -ERRNO.ENOENT.number;
    const create = decodeHex(STRUCTS.create);
    const uid = 77;
    new DataView(create.buffer).setUint32(24, uid, true);
    channel.send(create);
    channel.send(message(4095, 4));
    await channel.replied(1);
    gate.resolve();
    channel.send(message(4095, 6));
    await channel.replied(2);
    assertEquals(released, [["release", 9, uid, true, 5]]);
  });
});

Deno.test("a filesystem that fails to forget or to take back is reported, and others are served", async () => {
  class Failing extends DefaultRawFileSystem {
    override create(...args: Parameters<RawFileSystem["create"]>): void {
      args[4].nodeid = 9;
      args[5].fh = 5;
    }
    override forget(): never {
      throw new TypeError("a defect of forget");
    }
    override release(): never {
      throw new TypeError("a defect of release");
    }
  }
  await withSession(new Failing(), async (channel, problems) => {
    channel.refuseWith = -ERRNO.ENOENT.number;
    channel.send(decodeHex(STRUCTS.create));
    channel.send(message(2, 2, `03${"00".repeat(7)}`, 7));
    channel.send(decodeHex(STRUCTS.batch_forget));
    channel.send(message(4095, 4));
    await channel.replied(1);
    assertEquals(problems.length, 5, problems.join("\n"));
  });
});

Deno.test("FORGET and BATCH_FORGET get no reply", async () => {
  const forgotten: number[][] = [];
  class Counting extends DefaultRawFileSystem {
    override forget(nodeid: number, count: number): void {
      forgotten.push([nodeid, count]);
    }
  }
  await withSession(new Counting(), async (channel) => {
    channel.send(message(2, 2, `03${"00".repeat(7)}`, 7));
    channel.send(decodeHex(STRUCTS.batch_forget));
    channel.send(message(4095, 4));
    await channel.replied(1);
    assertEquals(forgotten, [[7, 3], [5, 1], [6, 2]]);
    assertEquals(channel.replies.length, 1);
  });
});

Deno.test("RENAME2, SETXATTR, COPY_FILE_RANGE and READ hand over what the kernel wrote", async () => {
  const calls: unknown[] = [];
  class Recording extends DefaultRawFileSystem {
    override rename(...args: Parameters<RawFileSystem["rename"]>): void {
      calls.push(args.slice(1));
    }
    override setxattr(...args: Parameters<RawFileSystem["setxattr"]>): void {
      calls.push([args[1], new TextDecoder().decode(args[2]), args[3]]);
    }
    override copyFileRange(...args: Parameters<RawFileSystem["copyFileRange"]>): number {
      calls.push(args.slice(1));
      return args[5];
    }
    override read(...args: Parameters<RawFileSystem["read"]>): number {
      calls.push([args[1], args[2].length, args[3]]);
      args[2].set([1, 2, 3]);
      return 3;
    }
  }
  await withSession(new Recording(), async (channel) => {
    const offer = STRUCTS.init_in.replace("21000040", "21000060");
    channel.send(message(26, 2, offer));
    for (const struct of [STRUCTS.rename2, STRUCTS.setxattr, STRUCTS.copy, STRUCTS.read]) {
      channel.send(decodeHex(struct));
    }
    await channel.replied(5);
    assertEquals(calls, [
      ["old", 3, "new", 2],
      ["user.a", "valu", 1],
      [1, 2, 6, 7, 8],
      [2, 8192, 4096],
    ]);
    assertEquals(channel.replies[4], `1300000000000000${"70"}${"00".repeat(7)}010203`);
  });
});
