import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { refusable } from "../../fixtures/scratch/every_operation.ts";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { ERRNO, O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_PATH } from "../base/mod.ts";
import {
  AT_EMPTY_PATH,
  close,
  CStringArea,
  open,
  openat2,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  StatxBlock,
} from "../libc/mod.ts";
import { RealFSProvider } from "./mod.ts";
import { PathWalk } from "./real_walk.ts";

const area = new CStringArea();
const empty = new CStringArea();
const statx = new StatxBlock();

/** A directory to walk in. */
class Scratch extends ScratchDirectory {
  readonly fd = open(this.path, O_PATH | O_DIRECTORY);
  readonly walk = new PathWalk(this.fd, RESOLVE_NO_MAGICLINKS);

  /** What the walk finds, as an inode number or a negated errno. */
  walked(path: string, follow: boolean): number | bigint {
    return inodeOf(this.walk.to(path, follow));
  }

  /** What the kernel finds in one call. */
  resolved(path: string, follow: boolean): number | bigint {
    const flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    // Any rename or mount on the machine meanwhile disturbs `..` (openat2(2)).
    let fd = -ERRNO.EAGAIN.number;
    while (fd === -ERRNO.EAGAIN.number) fd = openat2(this.fd, area.put(path), flags, 0, resolve);
    return inodeOf(fd);
  }

  override [Symbol.dispose](): void {
    close(this.fd);
    super[Symbol.dispose]();
  }
}

function inodeOf(fd: number): number | bigint {
  if (fd < 0) return fd;
  assertEquals(statx.fill(fd, empty.put(""), AT_EMPTY_PATH), 0);
  close(fd);
  return statx.ino;
}

const seed = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 0x7fff_ffff);
const name = fc.constantFrom("a", "b", "c", "d");
const part = fc.oneof(
  { arbitrary: name, weight: 5 },
  { arbitrary: fc.constantFrom("..", ".", ""), weight: 2 },
);
const path = fc.tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 6 }))
  .map(([isAbsolute, parts]) => `${isAbsolute ? "/" : ""}${parts.join("/")}`)
  .filter((text) => text !== "");
const plain = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const entry = fc.record({
  at: fc.array(name, { minLength: 1, maxLength: 3 }),
  target: fc.oneof(fc.constantFrom("dir", "dir", "dir", "file"), path),
});

/** Makes directories, files and links, where that is possible; through a provider, for links may lead out. */
async function furnish(root: string, entries: readonly { at: string[]; target: string }[]) {
  await using provider = new RealFSProvider(root, { ffi: true });
  for (const { at, target } of entries) {
    const where = `/${at.join("/")}`;
    // Where the place is taken, or below a file, nothing is made.
    await refusable(async () => {
      if (target === "dir") await provider.mkdir(where, 0o755);
      else if (target === "file") await provider.mknod(where, 0o644, 0);
      else await provider.symlink(target, where);
    });
  }
}

Deno.test("a walk in pieces finds what one call finds", async () => {
  const open = openDescriptors();
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 40, size: "max" }),
      fc.array(fc.oneof(path, plain)),
      async (entries, paths) => {
        using scratch = new Scratch();
        await furnish(scratch.path, entries);
        for (const asked of paths) {
          for (const follow of [true, false]) {
            const wanted = scratch.resolved(asked, follow);
            assertEquals(scratch.walked(asked, follow), wanted, `${asked} ${follow}`);
          }
        }
      },
    ),
    { numRuns: 300, seed, endOnFailure: false },
  );
  assertEquals(openDescriptors(), open);
});

Deno.test("a walk goes as deep as there are directories", () => {
  using scratch = new Scratch();
  const names = Array.from({ length: 400 }, (_, index) => `${index}`.padStart(200, "d"));
  const long = `/${names.join("/")}`;
  assertEquals(scratch.walked(long, true), -2);
  let at = scratch.path;
  // Deno takes no such path either: the last stretch is made from a directory half way down.
  for (const part of names.slice(0, 15)) Deno.mkdirSync(at += `/${part}`);
  assertEquals(scratch.walked(`/${names.slice(0, 15).join("/")}`, true), Deno.statSync(at).ino);
  const half = open(at, O_PATH | O_DIRECTORY);
  Deno.mkdirSync(`/proc/self/fd/${half}/${names.slice(15, 30).join("/")}`, { recursive: true });
  const end = Deno.statSync(`/proc/self/fd/${half}/${names.slice(15, 30).join("/")}`).ino;
  close(half);
  const whole = `/${names.slice(0, 30).join("/")}`;
  assert(whole.length > 6000);
  assertEquals(scratch.walked(whole, true), end);
  assertEquals(scratch.walked(`${whole}/../${names[29]}/`, true), end);
  Deno.symlinkSync(".", `${scratch.path}/here`);
  Deno.symlinkSync("/here/./here", `${scratch.path}/there`);
  assertEquals(scratch.walked(`/there/here${whole}`, true), end);
  assertEquals(scratch.walked(`/there/here${whole}/${names[0]}`, true), -2);
});

Deno.test("a walk follows forty links and not one more", () => {
  using scratch = new Scratch();
  Deno.writeTextFileSync(`${scratch.path}/link-0`, "");
  for (let index = 1; index <= 41; index++) {
    Deno.symlinkSync(`link-${index - 1}`, `${scratch.path}/link-${index}`);
  }
  for (const last of ["link-40", "link-41"]) {
    assertEquals(scratch.walked(`/${last}`, true), scratch.resolved(`/${last}`, true));
  }
  assertEquals(scratch.walked("/link-41", true), -40);
});

Deno.test("names that are too long are refused anywhere in a walk", () => {
  using scratch = new Scratch();
  Deno.mkdirSync(`${scratch.path}/a`);
  for (const bad of ["n".repeat(256), "é".repeat(128)]) {
    for (const asked of [`/a/${bad}`, `/${bad}/a`, `/a/${"./".repeat(3000)}${bad}`]) {
      assertEquals(scratch.walked(asked, true), -36);
    }
  }
});
