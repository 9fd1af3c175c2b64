import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./command_error.ts";
import { checksPermissions, mountOptionsOf } from "./mount_words.ts";

Deno.test("-o words become options of mount(), and other words go to the kernel", () => {
  assertEquals(mountOptionsOf([]), {});
  assertEquals(mountOptionsOf(["allow_other,ro,fsname=home", "noexec,,attr_timeout=0.5"]), {
    allowOther: true,
    readOnly: true,
    fsName: "home",
    attrTimeoutMs: 500,
    extraOptions: ["noexec"],
  });
});

Deno.test("-o takes the later of two values", () => {
  assertEquals(mountOptionsOf(["max_write=4096,max_write=8192"]), { maxWrite: 8192 });
});

Deno.test("-o refuses numbers that are none, and words that lack their value", () => {
  for (const words of ["max_write=", "max_write=1e9", "max_write=-1", "attr_timeout=soon"]) {
    assertThrows(() => mountOptionsOf([words]), UsageError, `-o ${words}`);
  }
  assertThrows(() => mountOptionsOf(["fsname"]), UsageError, "needs a value");
});

Deno.test("whom root lets in with allow_other the kernel checks, unless that is not wanted", () => {
  const checks = (words: string, isRoot: boolean, isMemory = false): boolean =>
    checksPermissions(mountOptionsOf([words]), { isMemory, isRoot });
  assertEquals(checks("allow_other", true), true);
  assertEquals(checks("allow_other,nodefault_permissions", true), false);
  assertEquals(checks("nodefault_permissions,default_permissions", true), true);
  assertEquals(checks("ro", true), false);
  assertEquals(checks("allow_other", false), false);
  assertEquals(checks("default_permissions", false), true);
  assertEquals(checks("", false, true), true);
  assertThrows(() => checks("nodefault_permissions", true, true), UsageError, "--memory");
});
