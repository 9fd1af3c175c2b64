import { assertEquals, assertThrows } from "@std/assert";
import {
  type ErrnoName,
  FsError,
  O_APPEND,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_END,
  SEEK_SET,
} from "../base/mod.ts";
import { type BytesFile, BytesHandle } from "./bytes_handle.ts";
import { FileInfo } from "./file_info.ts";

const PATH = "/note";

function fileOf(text: string, mode = 0o100644): BytesFile {
  const file: BytesFile = {
    mode,
    bytes: new TextEncoder().encode(text),
    mtime: { sec: 0, nsec: 0 },
    info: (path) => new FileInfo({ name: path.slice(1), mode, size: file.bytes.length }),
  };
  return file;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(file: BytesFile): string {
  return new TextDecoder().decode(file.bytes);
}

function assertRefuses(code: ErrnoName, run: () => unknown): void {
  const error = assertThrows(run, FsError);
  assertEquals([error.code, error.path], [code, PATH]);
}

Deno.test("BytesHandle reads to the end and nothing behind it", () => {
  const handle = new BytesHandle(fileOf("hello"), { flags: O_RDONLY, path: PATH });
  const buffer = new Uint8Array(4);
  assertEquals([handle.readAt(buffer, 3), buffer.subarray(0, 2)], [2, bytes("lo")]);
  assertEquals(handle.readAt(buffer, 5), 0);
  assertRefuses("EINVAL", () => handle.readAt(buffer, -1));
  assertRefuses("EBADF", () => handle.writeAt(bytes("x"), 0));
  assertRefuses("EINVAL", () => handle.truncate(0));
});

Deno.test("BytesHandle writes behind the end and fills the gap with zeros", () => {
  const file = fileOf("ab");
  const handle = new BytesHandle(file, { flags: O_WRONLY, path: PATH });
  assertEquals(handle.writeAt(bytes("e"), 4), 1);
  assertEquals(textOf(file), "ab\0\0e");
  assertEquals(handle.writeAt(new Uint8Array(0), 90), 0);
  assertEquals(file.bytes.length, 5);
  assertRefuses("EBADF", () => handle.readAt(new Uint8Array(1), 0));
});

Deno.test("BytesHandle appends at the end and keeps its position there", () => {
  const file = fileOf("ab");
  const handle = new BytesHandle(file, { flags: O_RDWR | O_APPEND, path: PATH });
  assertEquals(handle.writeAt(bytes("c"), 0), 1);
  assertEquals(handle.write(bytes("d")), 1);
  assertEquals([textOf(file), handle.seek(0, SEEK_END)], ["abcd", 4]);
});

Deno.test("BytesHandle is emptied by O_TRUNC, grows with zeros, and tells the time of it", () => {
  const file = fileOf("content");
  const handle = new BytesHandle(file, { flags: O_RDWR | O_TRUNC, path: PATH });
  assertEquals(file.bytes.length, 0);
  assertEquals(file.mtime.sec > 0, true);
  handle.truncate(2);
  assertEquals(textOf(file), "\0\0");
});

Deno.test("BytesHandle keeps its limit of size", () => {
  const file = fileOf("");
  const handle = new BytesHandle(file, { flags: O_RDWR, path: PATH, sizeMax: 4 });
  assertEquals(handle.writeAt(bytes("abcd"), 0), 4);
  assertRefuses("EFBIG", () => handle.writeAt(bytes("e"), 4));
  assertRefuses("EFBIG", () => handle.truncate(999_999_999_999_999));
  assertEquals(textOf(file), "abcd");
});

Deno.test("BytesHandle of a directory answers EISDIR to reads, and stat", async () => {
  const handle = new BytesHandle(fileOf("", 0o040755), { flags: O_RDONLY, path: PATH });
  assertRefuses("EISDIR", () => handle.readAt(new Uint8Array(1), 0));
  assertEquals((await handle.stat()).isDir, true);
});

Deno.test("BytesHandle answers EBADF to everything once it is closed", () => {
  const handle = new BytesHandle(fileOf("a"), { flags: O_RDWR, path: PATH });
  handle.close();
  for (
    const run of [
      () => handle.readAt(new Uint8Array(1), 0),
      () => handle.writeAt(bytes("x"), 0),
      () => handle.truncate(0),
      () => handle.stat(),
      () => handle.sync(),
      () => handle.seek(0, SEEK_SET),
      () => handle.close(),
    ]
  ) assertRefuses("EBADF", run);
});
