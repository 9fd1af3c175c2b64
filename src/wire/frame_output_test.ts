import { assertEquals } from "@std/assert";
import { FrameOutput } from "./frame_output.ts";
import type { ByteChannel } from "./transport.ts";

/** The other side: how it got what, and whether it takes anything at once. */
class Taker implements ByteChannel {
  readonly taken: string[] = [];
  isFull = false;

  read(): Promise<number | null> {
    return Promise.resolve(null);
  }

  write(data: Uint8Array): Promise<number> {
    this.taken.push(`later ${data.length}`);
    return Promise.resolve(data.length);
  }

  writeNow(data: Uint8Array): number {
    if (this.isFull) return 0;
    this.taken.push(`now ${data.length}`);
    return data.length;
  }

  writeWith(data: Uint8Array, descriptors: readonly number[]): number {
    if (this.isFull) return 0;
    this.taken.push(`with ${descriptors} ${data.length}`);
    return data.length;
  }

  close(): void {}
}

function frame(output: FrameOutput): void {
  output.begin();
  output.writer.raw(new Uint8Array(6));
  output.end();
}

Deno.test("descriptors go out once, with all that is there", () => {
  const taker = new Taker();
  const output = new FrameOutput(taker, () => {});
  let sent = 0;
  frame(output);
  output.attach([7, 8], () => sent++);
  frame(output);
  output.flush();
  frame(output);
  output.flush();
  assertEquals([taker.taken, sent], [["with 7,8 20", "now 10"], 1]);
});

Deno.test("descriptors that would have to wait are left out, and nobody is told that they went", async () => {
  const taker = new Taker();
  const output = new FrameOutput(taker, () => {});
  let sent = 0;
  taker.isFull = true;
  frame(output);
  output.attach([7, 8], () => sent++);
  output.flush();
  // What comes while that is being written goes the same way.
  frame(output);
  output.attach([9], () => sent++);
  await output.drained();
  taker.isFull = false;
  frame(output);
  output.flush();
  assertEquals([taker.taken, sent], [["later 10", "later 10", "now 10"], 0]);
});

Deno.test("a channel says whether it can send descriptors", () => {
  const taker = new Taker();
  assertEquals(new FrameOutput(taker, () => {}).canAttach, true);
  const plain: ByteChannel = {
    read: () => taker.read(),
    write: (data) => taker.write(data),
    close() {},
  };
  assertEquals(new FrameOutput(plain, () => {}).canAttach, false);
});
