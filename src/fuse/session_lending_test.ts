import { assert, assertEquals, fail } from "@std/assert";
import { DefaultRawFileSystem } from "./default_raw_file_system.ts";
import type { ThreadPlace } from "./hand_over.ts";
import type { Request } from "./request.ts";
import { encodeHex } from "./testing/hex.ts";
import { message, outcome, withSession } from "./testing/with_session.ts";

/** The second of two processors, the caller being on the other. */
class TestPlace implements ThreadPlace {
  readonly number = 0;
  readonly processors = 2;
  readonly isAhead = false;
  isBack = false;
  /** How often it stood back. */
  backs = 0;
  /** How many sleepers were allowed for before that; -1 for nobody asked. */
  sleepers = -1;

  numberOf(): number {
    return 1;
  }
  isCrowded(sleepers: number): boolean {
    if (this.backs === 0) this.sleepers = sleepers;
    return false;
  }
  goTo(): boolean {
    return true;
  }
  standBack(): void {
    this.isBack = true;
    this.backs++;
  }
  goAhead(): void {
    fail("There is one caller");
  }
  standUp(): void {
    this.isBack = false;
  }
}

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
  const place = new TestPlace();
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
    assertEquals([outcome(channel.replies[49]), place.isBack], [[0, 100], false]);
  }, place);
  return { lent: place.backs, sleepers: place.sleepers };
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
  const place = new TestPlace();
  fs.isBack = () => place.isBack;
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
