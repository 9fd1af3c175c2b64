import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { ERRNO } from "./errno.ts";
import { FsError, nullIfMissing, toErrno } from "./fs_error.ts";

Deno.test("an FsError names the operation, the paths and the errno", () => {
  assertEquals(
    new FsError("EXDEV", { syscall: "rename", path: "/a", dest: "/b" }).message,
    'Cannot rename "/a" to "/b": EXDEV',
  );
  assertEquals(new FsError("EIO").message, "Cannot do that: EIO");
  assertEquals(
    new FsError("ENOENT", { syscall: "open", path: '/"\n' }).message,
    'Cannot open "/\\"\\n": ENOENT',
  );
  assertEquals(new FsError("ENOSYS").errno, 38);
});

Deno.test("an FsError is an Error, and one of Deno's where Deno has the class", () => {
  const missing: unknown = new FsError("ENOENT");
  assert(missing instanceof FsError && missing instanceof Error);
  assert(missing instanceof Deno.errors.NotFound);
  assertFalse(missing instanceof Deno.errors.AlreadyExists);
  const crossing: unknown = new FsError("EXDEV");
  assert(crossing instanceof FsError && crossing instanceof Error);
  assertThrows(
    () => {
      throw missing;
    },
    Deno.errors.NotFound,
    "ENOENT",
  );
});

Deno.test("an FsError looks like an error to those who print it", () => {
  const error = new FsError("EPERM", { syscall: "chmod", path: "/x" });
  const text = 'FsError: Cannot chmod "/x": EPERM';
  assertEquals([String(error), error.stack, `${error}`], [text, text, text]);
  assertEquals(error.constructor, FsError);
  assert(Deno.inspect(error).includes('Cannot chmod "/x": EPERM'));
  assertEquals(Object.keys(error).includes("message"), false);
});

Deno.test("an FsError carries its cause, and takes another message", () => {
  const cause = new Error("why");
  const error = new FsError("EIO", { cause });
  assertEquals(error.cause, cause);
  assertFalse("cause" in new FsError("EIO"));
  error.message = "Something else";
  assertEquals([error.message, String(error)], ["Something else", "FsError: Something else"]);
});

Deno.test("FsError.stackDepth asks for stacks", () => {
  FsError.stackDepth = 3;
  try {
    assert(new FsError("ENOENT").stack.includes("fs_error_test.ts"));
    assert(new FsError("EXDEV").stack.includes("fs_error_test.ts"));
  } finally {
    FsError.stackDepth = 0;
  }
  assertFalse(new FsError("ENOENT").stack.includes("fs_error_test.ts"));
});

Deno.test("a subclass of FsError is itself and an FsError", () => {
  class Special extends FsError {}
  const error = new Special("EIO");
  assert(error instanceof Special && error instanceof FsError && error instanceof Error);
  assertFalse(new FsError("EIO") instanceof Special);
  assertFalse(new Error("EIO") instanceof FsError);
});

Deno.test("toErrno() knows our errors, Deno's, Node's and aborts", () => {
  assertEquals(toErrno(new FsError("ENOTEMPTY")), ERRNO.ENOTEMPTY);
  assertEquals(toErrno(new Deno.errors.NotFound("x")), ERRNO.ENOENT);
  assertEquals(toErrno(Object.assign(new Error("x"), { code: "ENOSPC" })), ERRNO.ENOSPC);
  assertEquals(toErrno(new DOMException("x", "AbortError")), ERRNO.EINTR);
});

Deno.test("toErrno() reports what nobody expected and calls it EIO", () => {
  const seen: unknown[] = [];
  const odd = new TypeError("odd");
  assertEquals(toErrno(odd, (thrown) => seen.push(thrown)), ERRNO.EIO);
  assertEquals(toErrno("text", (thrown) => seen.push(thrown)), ERRNO.EIO);
  assertEquals(seen, [odd, "text"]);
});

Deno.test("nullIfMissing() is for ENOENT, by whomever, and throws the rest again", () => {
  assertEquals(nullIfMissing(new FsError("ENOENT")), null);
  assertEquals(nullIfMissing(Object.assign(new Error("x"), { code: "ENOENT" })), null);
  for (const thrown of [new FsError("ENOTDIR"), new RangeError("x"), "ENOENT"]) {
    let caught: unknown = null;
    try {
      nullIfMissing(thrown);
    } catch (again) {
      caught = again;
    }
    assertEquals(caught, thrown);
  }
});
