import { assert, assertEquals } from "@std/assert";
import { MemoryProvider } from "../providers/mod.ts";
import { undisturbed } from "./testing/undisturbed.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

/** Counts what the kernel asks for. */
class Counted extends MemoryProvider {
  readonly asked: string[] = [];
  override lstat(path: string): ReturnType<MemoryProvider["lstat"]> {
    this.asked.push(`lstat ${path}`);
    return super.lstat(path);
  }
  override readDir(path: string): ReturnType<MemoryProvider["readDir"]> {
    this.asked.push(`readDir ${path}`);
    return super.readDir(path);
  }
  override readlink(path: string): ReturnType<MemoryProvider["readlink"]> {
    this.asked.push(`readlink ${path}`);
    return super.readlink(path);
  }
}

function tree(): Counted {
  const memory = new Counted();
  memory.writeFile("/file", new TextEncoder().encode("content"), 0o644);
  memory.symlink("file", "/link");
  return memory;
}

/** Looks at everything there is, and at something that is not. */
const LOOK = `
  const names = [...Deno.readDirSync(".")].map((entry) => entry.name).sort().join(" ");
  let none = "there";
  try { Deno.statSync("none") } catch { none = "none" }
  print(names, Deno.readLinkSync("link"), Deno.readTextFileSync("file"), none);
`;

/** A name that is not there, looked at before the last look. */
const MARK = "mark";

Deno.test(
  "a sole owner's mount asks once, however often somebody looks",
  undisturbed(async () => {
    const memory = tree();
    await withMount(memory, async (directory) => {
      // Listings are kept from the second time on that one is read to its end.
      const look = `{ ${LOOK} }`;
      const mark = `try { Deno.statSync("${MARK}") } catch { print("${MARK}") }`;
      const [first, second, marked, third] = (await inChild(directory, look + look + mark + look))
        .split("\n");
      assertEquals(first, "file link file content none");
      assertEquals([second, marked, third], [first, MARK, first]);
      const before = memory.asked.indexOf(`lstat /${MARK}`);
      assert(before > 0, memory.asked.join());
      // The time of the last access of a directory that was read is the only thing it asks for.
      assertEquals(memory.asked.slice(before + 1).filter((call) => call !== "lstat /"), []);
    }, { soleOwner: true });
  }),
);

Deno.test("a mount that shares its data asks again when the timeouts have run out", async () => {
  const memory = tree();
  const options = { entryTimeoutMs: 0, attrTimeoutMs: 0 };
  await withMount(memory, async (directory) => {
    await inChild(directory, LOOK);
    memory.asked.length = 0;
    await inChild(directory, LOOK);
    for (const name of ["readDir /", "readlink /link", "lstat /file", "lstat /none"]) {
      assertEquals(memory.asked.includes(name), true, name);
    }
  }, options);
});

Deno.test("a sole owner's mount sees its own changes at once", async () => {
  await withMount(tree(), async (directory) => {
    await inChild(directory, LOOK);
    const changed = await inChild(
      directory,
      `
      Deno.writeTextFileSync("none", "now");
      Deno.writeTextFileSync("file", "longer content");
      Deno.removeSync("link");
      Deno.symlinkSync("none", "link");
      print(Deno.readTextFileSync("none"), Deno.readTextFileSync("file"), Deno.readLinkSync("link"),
        [...Deno.readDirSync(".")].map((entry) => entry.name).sort().join(" "));
      `,
    );
    assertEquals(changed, "now longer content none file link none");
  }, { soleOwner: true });
});

Deno.test("a lock makes the kernel ask anew, unless nobody else changes the data", async () => {
  for (const soleOwner of [false, true]) {
    let asked = 0;
    const logger = (line: string): void => void (/^rx \d+: (GETATTR|STATX) /.test(line) && asked++);
    await withMount(tree(), async (directory) => {
      const script = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
        const block = new libc.StatxBlock();
        const fd = libc.open("file", 2);
        for (let round = 0; round < 50; round++) {
          libc.flock(fd, libc.LOCK_EX);
          block.fill(fd, libc.cString(""), libc.AT_EMPTY_PATH);
          libc.flock(fd, libc.LOCK_UN);
        }`;
      await inChild(directory, script);
    }, { soleOwner, attrTimeoutMs: 1e9, debug: true, logger });
    assertEquals(asked >= 50, !soleOwner, `${asked} questions`);
  }
});
