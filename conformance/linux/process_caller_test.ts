// Calls made by another process: results, errors, bytes and ends.
import { assertEquals, assertRejects } from "@std/assert";
import { FsError, O_CREAT, O_RDWR } from "../../src/base/mod.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import {
  decodeResult,
  encodeCall,
  encodeFailure,
  encodeResult,
  FrameCutter,
} from "./call_codec.ts";
import { ProcessCaller } from "./process_caller.ts";

async function withDirectory(use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ dir: HOST_DIRECTORY, prefix: "fusewire-caller-" });
  try {
    await use(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** The text inside one frame. */
function textOf(frame: Uint8Array): string {
  return new FrameCutter().push(frame)[0] ?? "";
}

Deno.test("results keep bytes, large numbers, odd names and nothing", () => {
  for (
    const value of [
      new Uint8Array([0, 128, 255]),
      2n ** 60n,
      "\udc80name",
      null,
      [{ name: "a", ino: 2n ** 63n }],
      -1,
    ]
  ) {
    assertEquals(decodeResult("stat", textOf(encodeResult(value))), value);
  }
});

Deno.test("failures keep their errno, and others become EIO with their message", () => {
  const fails = (thrown: unknown): FsError => {
    try {
      decodeResult("stat", textOf(encodeFailure(thrown)));
    } catch (error) {
      if (error instanceof FsError) return error;
    }
    throw new Error("it did not fail");
  };
  assertEquals(fails(new FsError("ELOOP")).code, "ELOOP");
  const odd = fails(new TypeError("x"));
  assertEquals([odd.code, odd.cause], ["EIO", "TypeError: x"]);
});

Deno.test("frames are found however the stream is cut", () => {
  const frames = [encodeCall("stat", ["/a"]), encodeCall("read", [3, 100])];
  const stream = new Uint8Array(frames[0]!.length + frames[1]!.length);
  stream.set(frames[0]!);
  stream.set(frames[1]!, frames[0]!.length);
  for (let size = 1; size <= stream.length; size++) {
    const cutter = new FrameCutter();
    const texts: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      texts.push(...cutter.push(stream.subarray(at, at + size)));
    }
    assertEquals(texts, frames.map(textOf));
  }
});

Deno.test("a process makes calls in the order in which they are asked for", async () => {
  await withDirectory(async (path) => {
    await using caller = new ProcessCaller();
    const fd = await caller.call("open", [`${path}/file`, O_RDWR | O_CREAT, 0o640]);
    const data = new TextEncoder().encode("abc");
    await Promise.all([
      caller.call("write", [fd, data]),
      caller.call("write", [fd, data]),
      caller.call("ftruncate", [fd, 4]),
    ]);
    const { size, mode } = await caller.call("fstat", [fd]);
    assertEquals([size, mode], [4, 0o100640]);
    assertEquals(await caller.closeAll(), 1);
    assertEquals(await caller.closeAll(), 0);
  });
});

Deno.test("a failed call throws its errno", async () => {
  await withDirectory(async (path) => {
    await using caller = new ProcessCaller();
    const error = await assertRejects(() => caller.call("rmdir", [`${path}/none`]), FsError);
    assertEquals(error.code, "ENOENT");
  });
});

Deno.test("a process that is killed ends what waits for it, and what comes later", async () => {
  await withDirectory(async (path) => {
    const caller = new ProcessCaller();
    await caller.call("mknod", [`${path}/fifo`, 0o010600, 0]);
    const waiting = caller.call("open", [`${path}/fifo`, 0, 0]);
    const refused = assertRejects(() => waiting, Error, "has ended");
    await caller.kill();
    await refused;
    await assertRejects(() => caller.call("stat", [path]), Error, "has ended");
    await caller[Symbol.asyncDispose]();
  });
});

Deno.test("a process can be another user", {
  ignore: Deno.uid() !== 0,
}, async () => {
  await withDirectory(async (path) => {
    await Deno.chmod(path, 0o777);
    await using caller = new ProcessCaller({ uid: 1001, gid: 1002 });
    await caller.call("mkdir", [`${path}/dir`, 0o755]);
    const { uid, gid } = await caller.call("stat", [`${path}/dir`]);
    assertEquals([uid, gid], [1001, 1002]);
  });
});
