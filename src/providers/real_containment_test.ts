/**
 * Nothing outside the root is read, written, made, removed or described, whatever path is asked for.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { GENTLE, refusable, ROUGH } from "../../fixtures/scratch/every_operation.ts";
import { GuardedRoot } from "../../fixtures/scratch/guarded_root.ts";
import { openDescriptors } from "../../fixtures/scratch/scratch_directory.ts";
import { mount, MS_BIND, umount2 } from "../libc/mod.ts";
import { RealFSProvider } from "./mod.ts";

const isRoot = Deno.uid() === 0;
const OPERATIONS = { ...GENTLE, ...ROUGH };
const FOREIGN_TEXT = "secret";

/** Fills a root with what is inside, and with every way that seems to lead out. */
function furnish(guarded: GuardedRoot): string[] {
  const { root, outside, path } = guarded;
  Deno.mkdirSync(`${root}/dir/below`, { recursive: true });
  for (const name of ["file", "dir/file", "dir/below/file"]) {
    Deno.writeTextFileSync(`${root}/${name}`, "inside");
  }
  const links: Readonly<Record<string, string>> = {
    "absolute": outside,
    "absolute-file": `${outside}/secret`,
    "relative": "../outside",
    "relative-file": "../outside/secret",
    "far": `${"../".repeat(64)}${outside.slice(1)}`,
    "down-and-up": "dir/below/../../../outside",
    "through-root": "/../outside",
    "dir/up": "../../outside",
    "dir/below/up": "../../../outside",
    "chain": "chain-2",
    "chain-2": "dir/../chain-3",
    "chain-3": "/relative",
    "slash": "/",
    "parent": "..",
    "dangling": "../outside/new",
    "trailing": "../outside/",
    "loop": "loop",
    "host": path,
  };
  for (const [name, target] of Object.entries(links)) Deno.symlinkSync(target, `${root}/${name}`);
  return Object.keys(links).map((name) => `/${name}`);
}

/** The ways out, and what may lie behind them; and `..` in every position of plain paths. */
function hostilePaths(entrances: readonly string[]): string[] {
  const behind = entrances.flatMap((way) => [
    way,
    `${way}/secret`,
    `${way}/dir/inner`,
    `${way}/hollow`,
    `${way}/../outside/secret`,
    `${way}/outside/secret`,
    `${way}/new`,
  ]);
  const names = ["dir", "below", "outside", "secret"];
  const dotted = Array.from({ length: 1 << names.length }, (_, places) => {
    const parts = names.flatMap((name, index) => (places >> index & 1) === 1 ? ["..", name] : name);
    return [`/${parts.join("/")}`, parts.join("/"), `/${parts.join("/")}/..`];
  }).flat();
  const bare = ["..", "../outside", "/..", "/../outside/secret", "/./../outside", "//..//outside"];
  return [...behind, ...dotted, ...bare, "/../../../../../../etc/passwd", "/slash/dir/../.."];
}

/** Does every operation with a path, and looks after each whether anything outside was touched. */
async function attack(guarded: GuardedRoot, path: string, ffi: boolean): Promise<void> {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    await using provider = new RealFSProvider(guarded.root, { ffi });
    const what = `${name} ${path}`;
    const open = openDescriptors();
    await refusable(() =>
      operation(provider, path, {
        info: (info) => assert(!guarded.foreign.has(Number(info.ino)), `${what} was described`),
        data: (data) => {
          const text = new TextDecoder().decode(data);
          assert(!text.includes(FOREIGN_TEXT), `${what} was read`);
        },
      })
    );
    assertEquals(guarded.touches(), [], what);
    assertEquals(openDescriptors(), open, `${what} left a descriptor open`);
    if (!Object.hasOwn(ROUGH, name)) continue;
    Deno.removeSync(guarded.root, { recursive: true });
    Deno.mkdirSync(guarded.root);
    furnish(guarded);
  }
}

Deno.test("the guard sees whoever touches the outside", () => {
  using guarded = new GuardedRoot();
  assertEquals(guarded.touches(), []);
  Deno.readTextFileSync(`${guarded.outside}/dir/inner`);
  assert(guarded.touches().length > 0);
  assertEquals(guarded.touches(), []);
  Deno.chmodSync(`${guarded.outside}/hollow`, 0o700);
  assert(guarded.touches().length > 0);
  assert(guarded.isIntact());
  Deno.writeTextFileSync(`${guarded.path}/new`, "");
  assert(guarded.touches().length > 0);
  assert(!guarded.isIntact());
});

for (const ffi of [true, false]) {
  const how = ffi ? "with system calls" : "with Deno's API";

  Deno.test(`no path and no link leads out, ${how}`, async () => {
    using guarded = new GuardedRoot();
    for (const path of hostilePaths(furnish(guarded))) await attack(guarded, path, ffi);
    assert(guarded.isIntact());
  });

  Deno.test(`links mean what they would with the root as /, ${how}`, async () => {
    using guarded = new GuardedRoot();
    furnish(guarded);
    await using provider = new RealFSProvider(guarded.root, { ffi });
    const { ino } = await provider.lstat("/dir/file");
    for (const path of ["/slash/dir/file", "/parent/dir/file", "/slash/parent/slash/dir/file"]) {
      assertEquals((await provider.stat(path)).ino, ino);
    }
    await provider.mkdir("/outside", 0o755);
    await (await provider.create("/dangling", 0o600)).close();
    assertEquals(Deno.statSync(`${guarded.root}/outside/new`).isFile, true);
    assertEquals(guarded.touches(), []);
  });

  Deno.test(`a hard link leads to its inode and to nothing else, ${how}`, async () => {
    using guarded = new GuardedRoot();
    Deno.linkSync(`${guarded.outside}/secret`, `${guarded.root}/hard`);
    await using provider = new RealFSProvider(guarded.root, { ffi });
    // Whoever made it has put that inode inside: its other name is not touched.
    assertEquals((await provider.lstat("/hard")).nlink, 2);
    await provider.unlink("/hard");
    assert(guarded.isIntact());
  });
}

Deno.test("the links of /proc lead nowhere", { ignore: !isRoot }, async () => {
  using guarded = new GuardedRoot();
  furnish(guarded);
  Deno.mkdirSync(`${guarded.root}/proc`);
  assertEquals(mount("/proc", `${guarded.root}/proc`, "", MS_BIND), 0);
  try {
    const fd = `/proc/self/fd/${guarded.outsideFd}`;
    const ways = [fd, "/proc/self/root", "/proc/self/cwd", "/proc/thread-self/root"];
    ways.push(`/proc/${Deno.pid}/fd/${guarded.outsideFd}`, "/proc/self/exe");
    const below = ways.flatMap((way) => [way, `${way}/secret`, `${way}/dir/inner`, `${way}/..`]);
    await using provider = new RealFSProvider(guarded.root);
    for (const path of below) {
      for (const name of ["stat", "readDir", "read", "readWrite", "creating", "mkdir", "chmod"]) {
        const outcome = await refusable(() =>
          GENTLE[name]!(provider, path, { info: () => {}, data: () => {} })
        );
        // Cleaned, what ends in .. stays in /proc.
        if (!path.endsWith("..")) assert(["ELOOP", "EISDIR"].includes(outcome), `${name} ${path}`);
        assertEquals(guarded.touches(), [], `${name} ${path}`);
      }
    }
    assertEquals((await provider.stat("/proc/self/stat")).isDir, false);
  } finally {
    umount2(`${guarded.root}/proc`, 0);
  }
  assert(guarded.isIntact());
});

Deno.test("what is mounted below the root belongs to it, unless it may not", {
  ignore: !isRoot,
}, async () => {
  using guarded = new GuardedRoot();
  Deno.mkdirSync(`${guarded.root}/mounted`);
  Deno.symlinkSync("mounted/dir/..", `${guarded.root}/around`);
  const before = Deno.lstatSync(`${guarded.root}/mounted`).ino;
  assertEquals(mount("none", `${guarded.root}/mounted`, "tmpfs", 0, "size=64k"), 0);
  try {
    await using open = new RealFSProvider(guarded.root);
    await open.mkdir("/mounted/dir", 0o755);
    await (await open.create("/mounted/file", 0o644)).close();
    const numbers = [];
    for (const path of ["/", "/mounted", "/mounted/dir", "/mounted/file"]) {
      numbers.push((await open.stat(path)).ino);
    }
    assertEquals(new Set(numbers).size, 4);
    assertEquals(numbers.includes(before!), false);
    const { ino } = (await open.readDir("/mounted")).find((entry) => entry.name === "file")!;
    assertEquals(ino, numbers[3]);

    await using closed = new RealFSProvider(guarded.root, { crossMounts: false });
    for (const path of ["/mounted", "/mounted/file", "/around/file", "/mounted/dir/below"]) {
      for (const name of ["stat", "read", "mkdir", "chmod"]) {
        const outcome = await refusable(() =>
          GENTLE[name]!(closed, path, { info: () => {}, data: () => {} })
        );
        assertEquals(outcome, "EXDEV", `${name} ${path}`);
      }
    }
  } finally {
    umount2(`${guarded.root}/mounted`, 0);
  }
});

Deno.test("a bind mount of the outside is a deed of root's, and can be refused", {
  ignore: !isRoot,
}, async () => {
  using guarded = new GuardedRoot();
  Deno.mkdirSync(`${guarded.root}/bound`);
  assertEquals(mount(guarded.outside, `${guarded.root}/bound`, "", MS_BIND), 0);
  try {
    await using closed = new RealFSProvider(guarded.root, { crossMounts: false });
    guarded.touches();
    for (const [name, operation] of Object.entries(GENTLE)) {
      const findings = {
        info: () => assert(false, `${name} described the outside`),
        data: () => assert(false, `${name} read the outside`),
      };
      await refusable(() => operation(closed, "/bound/secret", findings));
      assertEquals(guarded.touches(), [], name);
    }
    await using open = new RealFSProvider(guarded.root);
    assertEquals((await open.stat("/bound/secret")).size, 25);
    // Even so, the mount's own parent is the root, not the directory around the outside.
    Deno.symlinkSync("bound/..", `${guarded.root}/back`);
    assertEquals((await open.readDir("/back")).map((entry) => entry.name).sort(), [
      "back",
      "bound",
    ]);
  } finally {
    umount2(`${guarded.root}/bound`, 0);
  }
  assert(guarded.isIntact());
});
