import { assert, assertEquals } from "@std/assert";
import { DefaultRawFileSystem } from "./default_raw_file_system.ts";
import type { ThreadPlace } from "./hand_over.ts";
import type { Request } from "./request.ts";
import { encodeHex } from "./testing/hex.ts";
import { message, outcome, withSession } from "./testing/with_session.ts";

/** Answers READ with as many bytes as are asked for. */
class Reading extends DefaultRawFileSystem {
  override read(_request: Request, _fh: unknown, buffer: Uint8Array): number {
    return buffer.length;
  }
}

/**
 * How often the processor is lent to a thread that reads so many bytes at a time, 50 times, and how many sleepers
 * are allowed for before that.
 */
async function lentForReads(
  size: number,
  hasSources: boolean,
): Promise<{ lent: number; sleepers: number }> {
  let [lent, isBack, sleepers] = [0, false, -1];
  const place: ThreadPlace = {
    number: 0,
    numberOf: () => 1,
    get isBack() {
      return isBack;
    },
    isCrowded: (count) => {
      if (lent === 0) sleepers = count;
      return false;
    },
    goTo: () => true,
    standBack: () => void (lent++, isBack = true),
    standUp: () => void (isBack = false),
  };
  const body = new DataView(new ArrayBuffer(40));
  body.setUint32(16, size, true);
  await withSession(new Reading(), async (channel) => {
    channel.hasSources = hasSources;
    for (let unique = 2; unique <= 100; unique += 2) {
      const read = message(15, unique, encodeHex(new Uint8Array(body.buffer)));
      new DataView(read.buffer).setUint32(32, 4711, true);
      channel.send(read);
    }
    await channel.replied(50);
    assertEquals([outcome(channel.replies[49]), isBack], [[0, 100], false]);
  }, place);
  return { lent, sleepers };
}

Deno.test("the processor is lent with small replies to the only caller", async () => {
  const { lent, sleepers } = await lentForReads(4096, false);
  assert(lent > 0);
  assertEquals(sleepers, 0);
});

Deno.test("the processor is not lent with large replies", async () => {
  assertEquals((await lentForReads(1 << 17, false)).lent, 0);
  assertEquals((await lentForReads(1 << 17, true)).lent, 0);
});

/** Notes for each request whether it is served by a thread that stands back. */
class Noting extends Reading {
  readonly seen: string[] = [];
  isBack = (): boolean => false;

  #note(what: string): void {
    this.seen.push(`${what} ${this.isBack() ? "back" : "up"}`);
  }
  override read(_request: Request, _fh: number, buffer: Uint8Array): number {
    this.#note("read");
    return buffer.length;
  }
  override unlink(): void {
    this.#note("unlink");
  }
}

Deno.test("what may take long is served by a thread that takes part", async () => {
  const fs = new Noting();
  let isBack = false;
  fs.isBack = () => isBack;
  const place: ThreadPlace = {
    number: 0,
    numberOf: () => 1,
    get isBack() {
      return isBack;
    },
    isCrowded: () => false,
    goTo: () => true,
    standBack: () => void (isBack = true),
    standUp: () => void (isBack = false),
  };
  await withSession(
    fs,
    async (channel) => {
      let unique = 0;
      const send = (opcode: number, body: string): void => {
        const request = message(opcode, unique += 2, body);
        new DataView(request.buffer).setUint32(32, 4711, true);
        channel.send(request);
      };
      const body = new DataView(new ArrayBuffer(40));
      const read = (size: number): void => {
        body.setUint32(16, size, true);
        send(15, encodeHex(new Uint8Array(body.buffer)));
      };
      for (let count = 0; count < 30; count++) read(4096);
      send(10, "6100"); // UNLINK "a"
      for (let count = 0; count < 2; count++) read(4096);
      read(1 << 20);
      await channel.replied(34);
      assertEquals(fs.seen.slice(-5), [
        "read back",
        "unlink up",
        "read back",
        "read back",
        "read up",
      ]);
    },
    place,
    true,
  );
});

Deno.test("over the wire a server is allowed for where the processor is lent", async () => {
  const { lent, sleepers } = await lentForReads(4096, true);
  assert(lent > 0);
  assertEquals(sleepers, 2);
});
