import { assertEquals } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  descriptorsMax,
  getegid,
  geteuid,
  getgid,
  getuid,
  MNT_DETACH,
  mount,
  MS_NODEV,
  MS_NOSUID,
  umount2,
  UMOUNT_NOFOLLOW,
} from "./mod.ts";

const isRoot = Deno.uid() === 0;

Deno.test("the ids are those that Deno knows", () => {
  assertEquals([getuid(), getgid()], [Deno.uid(), Deno.gid()]);
  assertEquals([geteuid(), getegid()], [Deno.uid(), Deno.gid()]);
});

Deno.test("the limit of descriptors is that of the process", () => {
  const [, soft] = /^Max open files +(\S+)/m.exec(Deno.readTextFileSync("/proc/self/limits")) ?? [];
  assertEquals(String(descriptorsMax()).replace("Infinity", "unlimited"), soft);
});

Deno.test("a filesystem is mounted and unmounted", { ignore: !isRoot }, () => {
  using scratch = new ScratchDirectory();
  const at = `${scratch.path}/at`;
  Deno.mkdirSync(at);
  assertEquals(mount("none", at, "tmpfs", MS_NODEV | MS_NOSUID, "size=64k,mode=700"), 0);
  assertEquals(Deno.statSync(at).mode! & 0o777, 0o700);
  assertEquals(umount2(at, MNT_DETACH | UMOUNT_NOFOLLOW), 0);
  assertEquals(umount2(at, MNT_DETACH), -22);
});

Deno.test("mount() refuses what is not there", { ignore: !isRoot }, () => {
  assertEquals(mount("none", "/nowhere/at/all", "tmpfs", 0), -2);
  using scratch = new ScratchDirectory();
  assertEquals(mount("none", scratch.path, "no such filesystem", 0), -19);
});
