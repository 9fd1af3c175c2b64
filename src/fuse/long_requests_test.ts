import { assertEquals } from "@std/assert";
import { BlockPool } from "./block_pool.ts";
import { mayTakeLong } from "./long_requests.ts";
import { Opcode } from "./opcode.ts";
import { Request } from "./request.ts";

/** A request of so many bytes, whose body has numbers at offsets. */
function request(opcode: number, numbers: Record<number, number> = {}, size = 104): Request {
  const pool = new BlockPool();
  const made = new Request(pool, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
  const input = pool.take(size);
  input.view.setUint32(0, size, true);
  input.view.setUint32(4, opcode, true);
  for (const [at, number] of Object.entries(numbers)) {
    input.view.setUint32(40 + Number(at), number, true);
  }
  made.start(input, size);
  return made;
}

Deno.test("what moves much, lists, or may free a large file may take long, and nothing else", () => {
  const long = [
    "READDIR",
    "READDIRPLUS",
    "UNLINK",
    "RENAME",
    "RENAME2",
    "FALLOCATE",
    "COPY_FILE_RANGE",
  ] as const;
  for (const name of [...long, "FSYNC", "IOCTL", "BATCH_FORGET"] as const) {
    assertEquals(mayTakeLong(request(Opcode[name])), true, name);
  }
  for (
    const name of [
      "LOOKUP",
      "GETATTR",
      "OPEN",
      "FLUSH",
      "RELEASE",
      "MKDIR",
      "READ",
      "WRITE",
    ] as const
  ) {
    assertEquals(mayTakeLong(request(Opcode[name])), false, name);
  }
});

Deno.test("whether a request takes long can be a matter of its sizes and flags", () => {
  const size = (bytes: number): boolean => mayTakeLong(request(Opcode.READ, { 16: bytes }));
  assertEquals([size(1 << 16), size((1 << 16) + 1)], [false, true]);
  const written = (bytes: number): boolean => mayTakeLong(request(Opcode.WRITE, {}, bytes));
  assertEquals([written(1 << 16), written((1 << 16) + 1)], [false, true]);
  const opened = (flags: number): boolean => mayTakeLong(request(Opcode.OPEN, { 0: flags }));
  assertEquals([opened(0o2), opened(0o1002)], [false, true]);
  // FATTR_MODE, and FATTR_SIZE.
  const set = (valid: number): boolean => mayTakeLong(request(Opcode.SETATTR, { 0: valid }));
  assertEquals([set(1), set(8), set(9)], [false, true, true]);
});
