import { assertEquals, assertThrows } from "@std/assert";
import { FuseMountError } from "./fuse_mount_error.ts";
import { optionWords } from "./mount_options.ts";
import { parseMountTable } from "./mount_table.ts";

Deno.test("the table of mounts is read with its escapes and optional fields", () => {
  const table = parseMountTable(
    "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n" +
      "40 35 0:44 / /with\\040space rw - fuse.fusewire fusewire rw,user_id=0\n" +
      "broken line\n",
  );
  assertEquals(table, [
    { mountpoint: "/mnt2", type: "ext3", source: "/dev/root" },
    { mountpoint: "/with space", type: "fuse.fusewire", source: "fusewire" },
  ]);
});

Deno.test("options become words once each, in a fixed order", () => {
  const words = optionWords("/m", {
    readOnly: true,
    allowOther: true,
    subtype: "demo",
    extraOptions: ["noexec", "ro"],
  });
  assertEquals(words, ["fsname=fusewire", "subtype=demo", "allow_other", "ro", "noexec"]);
});

Deno.test("an option that nobody knows, or a name that would smuggle one in, is an error", () => {
  assertThrows(
    () => optionWords("/m", { extraOptions: ["nosuchthing"] }),
    FuseMountError,
    "Known are allow_other",
  );
  assertThrows(() => optionWords("/m", { fsName: "a,allow_other" }), FuseMountError, "comma");
  assertThrows(() => optionWords("/m", { subtype: "" }), FuseMountError, "empty");
});
