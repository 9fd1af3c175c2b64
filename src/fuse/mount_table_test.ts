import { assertEquals, assertThrows } from "@std/assert";
import { FuseMountError } from "./fuse_mount_error.ts";
import { optionWords } from "./mount_options.ts";
import { mountOf, parseMountTable } from "./mount_table.ts";

Deno.test("the table of mounts is read with its escapes and optional fields", () => {
  const table = parseMountTable(
    "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n" +
      "40 35 0:44 / /with\\040space rw - fuse.fusewire fusewire rw,user_id=0\n" +
      "broken line\n",
  );
  assertEquals(table, [
    {
      id: 36,
      parent: 35,
      device: "98:0",
      mountpoint: "/mnt2",
      type: "ext3",
      source: "/dev/root",
    },
    {
      id: 40,
      parent: 35,
      device: "0:44",
      mountpoint: "/with space",
      type: "fuse.fusewire",
      source: "fusewire",
    },
  ]);
});

Deno.test("a path leads to what is mounted on top, also where something covers it further up", () => {
  const rows = (...lines: string[]) =>
    parseMountTable(lines.map((line) => `${line} rw - tmpfs s`).join("\n"));
  const ids = (...lines: string[]) => {
    const table = rows("20 1 8:1 / /", "21 20 0:5 / /proc", ...lines);
    return ["/", "/a", "/a/b", "/a/b/c", "/a/bc"].map((path) => mountOf(path, table)?.id);
  };
  assertEquals(ids(), [20, 20, 20, 20, 20]);
  assertEquals(ids("30 20 0:6 / /a/b"), [20, 20, 30, 30, 20]);
  assertEquals(ids("30 20 0:6 / /a/b", "31 30 0:7 / /a/b"), [20, 20, 31, 31, 20]);
  assertEquals(ids("30 20 0:6 / /a/b", "31 20 0:7 / /a"), [20, 31, 31, 31, 31]);
  assertEquals(ids("30 20 0:6 / /a/b", "31 20 0:7 / /a", "32 31 0:8 / /a/b"), [20, 31, 32, 32, 31]);
  assertEquals(mountOf("/a", []), undefined);
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
