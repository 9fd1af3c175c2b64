/**
 * What programs of Linux rely on beyond POSIX. Tried as `posix_behaviours.ts` says.
 *
 * @module
 */
// Not @std/assert: this runs as a program of its own, without an import map.
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import {
  O_CREAT,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  S_IFCHR,
} from "../../base/mod.ts";
import * as libc from "../../libc/mod.ts";
import { at, at2, contentOf, entriesOf, fstat, open, put, refuses, stat } from "./system_calls.ts";

const { AT_FDCWD, check } = libc;
const STRANGER = ["--reuid=1001", "--regid=1001"] as const;

function run(program: string, ...args: string[]): { code: number; said: string } {
  const { code, stdout, stderr } = new Deno.Command(program, { args, env: { LC_ALL: "C" } })
    .outputSync();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}

/** The events that wait in an inotify queue: mask and name. */
function eventsOf(queue: number): [mask: number, name: string][] {
  const block = new libc.MemoryBlock(4096);
  const length = check(libc.read(queue, block.address, 4096), "read");
  const found: [number, string][] = [];
  for (let offset = 0; offset < length;) {
    const nameLength = block.view.getUint32(offset + 12, true);
    const name = block.bytes.subarray(offset + 16, offset + 16 + nameLength);
    const text = new TextDecoder().decode(name).replace(/\0+$/, "");
    found.push([block.view.getUint32(offset + 4, true), text]);
    offset += 16 + nameLength;
  }
  return found;
}

/** Each throws when the filesystem does not behave. */
export const LINUX_BEHAVIOURS: Readonly<Record<string, () => void>> = {
  "a file that is executed cannot be written": () => {
    Deno.copyFileSync("/bin/sleep", "program");
    const child = new Deno.Command("./program", { args: ["60"], stdin: "null" }).spawn();
    try {
      refuses("ETXTBSY", libc.openat(AT_FDCWD, at("program"), O_WRONLY, 0));
      refuses("ETXTBSY", libc.truncate(at("program"), 0));
      check(libc.unlinkat(AT_FDCWD, at("program"), 0), "unlink");
    } finally {
      child.kill("SIGKILL");
    }
  },
  "a file that is open for writing cannot be executed": () => {
    Deno.copyFileSync("/bin/true", "program");
    assertEquals(run("./program").code, 0);
    const fd = open("program", O_WRONLY);
    const { said } = run("sh", "-c", "./program");
    assert(said.includes("Text file busy"), said);
    libc.close(fd);
  },
  "inotify tells who watches what others do": () => {
    const queue = check(libc.inotifyInit(), "inotify_init1");
    const { IN_CREATE, IN_ATTRIB, IN_MODIFY, IN_MOVED_FROM, IN_MOVED_TO, IN_DELETE } = libc;
    const mask = IN_CREATE | IN_ATTRIB | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE;
    check(libc.inotifyAddWatch(queue, at("."), mask), "inotify_add_watch");
    Deno.writeTextFileSync("one", "x");
    Deno.renameSync("one", "two");
    Deno.chmodSync("two", 0o600);
    Deno.removeSync("two");
    assertEquals(eventsOf(queue), [
      [IN_CREATE, "one"],
      [IN_MODIFY, "one"],
      [IN_MOVED_FROM, "one"],
      [IN_MOVED_TO, "two"],
      [IN_ATTRIB, "two"],
      [IN_DELETE, "two"],
    ]);
    libc.close(queue);
  },
  "O_PATH names a file and opens nothing": () => {
    Deno.writeTextFileSync("f", "data");
    const fd = open("f", O_PATH);
    refuses("EBADF", libc.pread(fd, new Uint8Array(4), 4, 0));
    refuses("EBADF", libc.fchmod(fd, 0o600));
    check(libc.renameat2(AT_FDCWD, at("f"), AT_FDCWD, at2("g"), 0), "rename");
    assertEquals(fstat(fd).size, 4);
    assertEquals(contentOf(open(`/proc/self/fd/${fd}`, O_RDONLY)), "data");
    Deno.mkdirSync("d");
    const directory = open("d", O_PATH | O_DIRECTORY);
    libc.close(open("below", O_RDWR | O_CREAT, directory));
    assertEquals(stat("d/below").size, 0);
  },
  "the umask is applied, and once": () => {
    const before = Deno.umask(0o027);
    libc.close(check(libc.openat(AT_FDCWD, at("f"), O_RDWR | O_CREAT, 0o666), "open"));
    check(libc.mkdirat(AT_FDCWD, at("d"), 0o777), "mkdir");
    check(libc.mknodat(AT_FDCWD, at("p"), 0o010666, 0), "mkfifo");
    Deno.umask(before);
    const modes = ["f", "d", "p"].map((name) => (stat(name).mode & 0o777).toString(8));
    assertEquals(modes, ["640", "750", "640"]);
  },
  "supplementary groups count": () => {
    Deno.writeTextFileSync("f", "for the group");
    Deno.chownSync("f", 0, 1003);
    Deno.chmodSync("f", 0o640);
    const cat = (groups: string) => run("setpriv", ...STRANGER, groups, "cat", "f");
    assertEquals(cat("--groups=1003"), { code: 0, said: "for the group" });
    assertEquals(cat("--clear-groups").code, 1);
  },
  "setgid stays when a member of the group changes the mode, and goes otherwise": () => {
    for (const [groups, mode] of [["--groups=1003", 0o2755], ["--clear-groups", 0o755]] as const) {
      Deno.writeTextFileSync("f", "");
      Deno.chownSync("f", 1001, 1003);
      assertEquals(run("setpriv", ...STRANGER, groups, "chmod", "2755", "f").code, 0);
      assertEquals(stat("f").mode & 0o7777, mode);
      Deno.removeSync("f");
    }
  },
  "user 0 keeps set-id bits when he truncates or writes, unless he has no CAP_FSETID": () => {
    const withoutCap = ["--bounding-set=-fsetid", "--inh-caps=-fsetid"];
    const ways = [": > f", "truncate -s 2 f", "printf x 1<> f"];
    for (const [mode, left] of [[0o6755, 0o755], [0o4644, 0o644], [0o2644, 0o2644]] as const) {
      for (const way of ways) {
        Deno.writeTextFileSync("f", "content");
        const told = [[], withoutCap].map((words) => {
          Deno.chmodSync("f", mode);
          assertEquals(run("setpriv", ...words, "sh", "-c", way).code, 0);
          return stat("f").mode & 0o7777;
        });
        assertEquals(told, [mode, left], way);
        Deno.removeSync("f");
      }
    }
    // One that has no name, too.
    const fd = open("f");
    check(libc.unlinkat(AT_FDCWD, at("f"), 0), "unlink");
    check(libc.fchmod(fd, 0o4755), "fchmod");
    const self = `: > /proc/${Deno.pid}/fd/${fd}`;
    assertEquals(run("setpriv", ...withoutCap, "sh", "-c", self).code, 0);
    assertEquals(fstat(fd).mode & 0o7777, 0o755);
    libc.close(fd);
  },
  "a listing that goes on while names come and go tells the others once": () => {
    const kept = Array.from({ length: 200 }, (_, index) => `kept-${index}`);
    for (const name of kept) {
      libc.close(open(name));
      libc.close(open(`gone-${name}`));
    }
    const fd = open(".", O_RDONLY | O_DIRECTORY);
    const seen = entriesOf(fd, 1024).map(({ name }) => name);
    for (const name of kept) {
      Deno.removeSync(`gone-${name}`);
      libc.close(open(`new-${name}`));
    }
    for (let part = entriesOf(fd, 1024); part.length > 0; part = entriesOf(fd, 1024)) {
      seen.push(...part.map(({ name }) => name));
    }
    assertEquals(seen.filter((name) => name.startsWith("kept-")).toSorted(), kept.toSorted());
    assertEquals(new Set(seen).size, seen.length);
  },
  "times before 1970 and after 2106 are kept to the nanosecond": () => {
    Deno.writeTextFileSync("f", "");
    for (const sec of [-1, -2_147_483_649, 4_294_967_296, 8_589_934_592]) {
      const time = { sec, nsec: 123_456_789 };
      check(libc.utimensat(AT_FDCWD, at("f"), time, time, 0), "utimensat");
      assertEquals([stat("f").atime, stat("f").mtime], [time, time]);
    }
  },
  "a whiteout can be made": () => {
    check(libc.mknodat(AT_FDCWD, at("gone"), S_IFCHR, 0), "mknod");
    assertEquals([stat("gone").mode, stat("gone").rdev], [S_IFCHR, 0]);
  },
  "renaming can leave a whiteout": () => {
    const RENAME_WHITEOUT = 4;
    Deno.writeTextFileSync("f", "data");
    const renamed = libc.renameat2(AT_FDCWD, at("f"), AT_FDCWD, at2("g"), RENAME_WHITEOUT);
    check(renamed, "renameat2");
    assertEquals(Deno.readTextFileSync("g"), "data");
    assertEquals([stat("f").mode & 0o170000, stat("f").rdev], [S_IFCHR, 0]);
  },
  "a clone is refused, and a copy is made": () => {
    Deno.writeTextFileSync("f", "data");
    const { code, said } = run("cp", "--reflink=always", "f", "clone");
    assert(code === 1 && said.includes("Operation not supported"), said);
    assertEquals(run("cp", "--reflink=auto", "f", "copy").code, 0);
    assertEquals(Deno.readTextFileSync("copy"), "data");
  },
  "a Unix socket connects, and a pipe passes data on": () => {
    const listener = Deno.listen({ transport: "unix", path: "socket" });
    assertEquals(stat("socket").mode & 0o170000, 0o140000);
    listener.close();
    assertEquals(run("sh", "-c", "mkfifo p; echo through > p & cat p; wait").said, "through\n");
  },
  "an empty write past the end changes nothing": () => {
    const fd = open("f");
    put(fd, "12345");
    assertEquals(libc.pwrite(fd, new Uint8Array(0), 0, 100), 0);
    assertEquals(fstat(fd).size, 5);
  },
};
