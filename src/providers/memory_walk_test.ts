import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryProvider } from "./mod.ts";
import { REMEMBERED_MAX } from "./memory_walk.ts";

function tree(): MemoryProvider {
  const memory = new MemoryProvider();
  memory.mkdirAll("/a/b/c", 0o755);
  memory.writeFile("/a/b/c/file", Uint8Array.of(1, 2, 3), 0o644);
  return memory;
}

Deno.test("a path need not be clean", () => {
  const memory = tree();
  for (const path of ["a/b/c/file", "/a//b/./c/file", "/a/x/../b/c/file/", "//a/b/c/file"]) {
    const info = memory.stat(path);
    assertEquals([info.name, info.size], ["file", 3]);
  }
  for (const path of ["", ".", "/", "//", "/..", "/a/.."]) {
    assertEquals(memory.stat(path).name, "/");
  }
});

Deno.test("what is not there is ENOENT, what is below a file is ENOTDIR", () => {
  const memory = tree();
  assertThrows(() => memory.stat("/a/x"), Error, 'Cannot stat "/a/x": ENOENT');
  assertThrows(() => memory.stat("/a/x/y/z"), Error, "ENOENT");
  assertThrows(() => memory.stat("/a/b/c/file/x"), Error, "ENOTDIR");
});

Deno.test("a name may have 255 bytes, not 256, and no NUL", () => {
  const memory = new MemoryProvider();
  const longest = `/${"é".repeat(127)}x`;
  memory.mkdir(longest, 0o755);
  assertEquals(memory.stat(longest).isDir, true);
  for (const path of [`${longest}x`, `${longest}x/y`]) {
    assertThrows(() => memory.stat(path), Error, "ENAMETOOLONG");
    assertThrows(() => memory.mkdir(path, 0), Error, "ENAMETOOLONG");
  }
  assertThrows(() => memory.stat("/a\0b"), Error, "EINVAL");
  assertThrows(() => memory.stat("/a\0b/c"), Error, "EINVAL");
  assertThrows(() => memory.stat(`/${"a/".repeat(40_000)}`), Error, "ENAMETOOLONG");
});

Deno.test("a name that stands for no bytes is EILSEQ, one of bytes that are no UTF-8 works", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/\udcff", 0o755);
  assertEquals(memory.readDir("/")[0]?.name, "\udcff");
  assertThrows(() => memory.mkdir("/\ud800", 0o755), Error, "EILSEQ");
  assertThrows(() => memory.symlink("\ud800", "/l"), Error, "EILSEQ");
});

Deno.test("links are followed from the root and from where they are, with dots in them", () => {
  const memory = tree();
  memory.symlink("/a/b", "/absolute");
  memory.symlink("../a/b/./c/../c", "/a/relative");
  memory.symlink("../../..", "/a/b/out");
  memory.symlink("/absolute/c/file", "/two");
  assertEquals(memory.stat("/absolute/c/file").size, 3);
  assertEquals(memory.stat("/a/relative/file").size, 3);
  assertEquals(memory.stat("/a/b/out").ino, memory.stat("/").ino, "the root is above itself");
  assertEquals(memory.stat("/two").size, 3);
  assertEquals(memory.lstat("/two").size, 16);
});

Deno.test("a link whose target ends in a slash must lead to a directory", () => {
  const memory = tree();
  memory.symlink("a/", "/good");
  memory.symlink("a/b/c/file/", "/bad");
  assertEquals(memory.stat("/good").isDir, true);
  assertThrows(() => memory.stat("/bad"), Error, "ENOTDIR");
});

Deno.test("40 links are followed, 41 are ELOOP, and a circle is too", () => {
  const memory = tree();
  memory.symlink("/a", "/l0");
  for (let index = 1; index <= 40; index++) memory.symlink(`/l${index - 1}`, `/l${index}`);
  assertEquals(memory.stat("/l39/b").isDir, true);
  assertThrows(() => memory.stat("/l40/b"), Error, "ELOOP");
  memory.symlink("circle", "/circle");
  assertThrows(() => memory.stat("/circle"), Error, "ELOOP");
  assertThrows(() => memory.stat("/circle/x"), Error, "ELOOP");
  assertEquals(memory.lstat("/circle").nlink, 1);
});

Deno.test("a remembered directory is forgotten when it or one above it moves or goes", () => {
  const memory = tree();
  assertEquals(memory.stat("/a/b/c/file").size, 3);
  memory.rename("/a", "/z");
  assertThrows(() => memory.stat("/a/b/c/file"), Error, "ENOENT");
  assertEquals(memory.stat("/z/b/c/file").size, 3);
  memory.rename("/z/b/c", "/z/b/d");
  assertThrows(() => memory.stat("/z/b/c/file"), Error, "ENOENT");
  assertEquals(memory.stat("/z/b/d/file").size, 3);
  memory.mkdirAll("/other/c", 0o755);
  assertThrows(() => memory.stat("/other/c/file"), Error, "ENOENT");
  memory.rename2("/z/b", "/other", 2);
  assertEquals(memory.stat("/other/d/file").size, 3);
  assertThrows(() => memory.stat("/z/b/d/file"), Error, "ENOENT");
  memory.removeAll("/other");
  assertThrows(() => memory.stat("/other/d/file"), Error, "ENOENT");
  memory.mkdir("/gone", 0o755);
  assertThrows(() => memory.stat("/gone/x"), Error, "ENOENT");
  memory.rmdir("/gone");
  memory.writeFile("/gone", new Uint8Array(), 0o644);
  assertThrows(() => memory.stat("/gone/x"), Error, "ENOTDIR");
});

Deno.test("more directories than are remembered are all found", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  const count = REMEMBERED_MAX + 100;
  for (let index = 0; index < count; index++) {
    memory.mkdir(`/d/${index}`, 0o755);
    memory.mknod(`/d/${index}/f`, 0o100644, 0);
  }
  for (let index = 0; index < count; index += 97) {
    assertEquals(memory.stat(`/d/${index}/f`).name, "f");
  }
});

Deno.test("what is remembered never differs from what is there", () => {
  const name = fc.constantFrom("a", "b", "c");
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join("/")}`);
  const step = fc.record({
    op: fc.constantFrom("mkdir", "mkdir", "mkdir", "rmdir", "rename", "exchange", "removeAll"),
    path,
    dest: path,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: "max" }), fc.array(path), (steps, asked) => {
      const memory = new MemoryProvider();
      const attempt = (use: () => unknown): string => {
        try {
          return String(use());
        } catch (thrown) {
          return thrown instanceof Error ? thrown.message : "?";
        }
      };
      for (const { op, path, dest } of steps) {
        attempt(() => memory.stat(path));
        attempt(() => {
          if (op === "mkdir") memory.mkdir(path, 0o755);
          else if (op === "rmdir") memory.rmdir(path);
          else if (op === "removeAll") memory.removeAll(path);
          else memory.rename2(path, dest, op === "exchange" ? 2 : 0);
        });
        for (const one of [path, dest, ...asked]) {
          // "/./" is never remembered, so this one walks.
          const walked = attempt(() => memory.stat(`/.${one}`).ino);
          const remembered = attempt(() => memory.stat(one).ino);
          assertEquals(remembered, walked.replace(`"/.${one}"`, `"${one}"`));
        }
      }
    }),
  );
});
