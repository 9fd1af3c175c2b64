import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { O_CREAT, O_DIRECT, O_DIRECTORY, O_LARGEFILE, O_NOFOLLOW, O_TMPFILE } from "../base/mod.ts";
import { fromKernelOpenFlags, toKernelOpenFlags } from "./mod.ts";

Deno.test("arm64 has four flags in other places", () => {
  // linux/arch/arm64/include/uapi/asm/fcntl.h
  assertEquals(toKernelOpenFlags(O_DIRECTORY, "aarch64"), 0o40000);
  assertEquals(toKernelOpenFlags(O_NOFOLLOW, "aarch64"), 0o100000);
  assertEquals(toKernelOpenFlags(O_DIRECT, "aarch64"), 0o200000);
  assertEquals(toKernelOpenFlags(O_LARGEFILE, "aarch64"), 0o400000);
  assertEquals(toKernelOpenFlags(O_TMPFILE | O_CREAT, "aarch64"), 0o20040100);
});

Deno.test("x86-64 has ours", () => {
  assertEquals(toKernelOpenFlags(O_TMPFILE | O_DIRECT, "x86_64"), O_TMPFILE | O_DIRECT);
  assertEquals(fromKernelOpenFlags(O_LARGEFILE, "x86_64"), O_LARGEFILE);
});

Deno.test("flags come back from every architecture as they went", () => {
  fc.assert(
    fc.property(fc.nat(0o77777777), fc.constantFrom("aarch64", "x86_64"), (flags, arch) => {
      assertEquals(fromKernelOpenFlags(toKernelOpenFlags(flags, arch), arch), flags);
    }),
  );
});
