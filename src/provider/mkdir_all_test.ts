import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError, type MaybePromise } from "../base/mod.ts";
import { BaseProvider } from "./base_provider.ts";
import { FileInfo } from "./file_info.ts";
import { mkdirAll } from "./mkdir_all.ts";

/** Directories only, and one file; counts what it is asked. */
class Directories extends BaseProvider {
  readonly modes = new Map<string, number>([["/", 0o755]]);
  calls = 0;
  constructor(readonly later: boolean) {
    super();
  }
  #answer<T>(run: () => T): MaybePromise<T> {
    this.calls++;
    return this.later ? Promise.resolve().then(run) : run();
  }
  override mkdir(path: string, mode: number): MaybePromise<void> {
    return this.#answer(() => {
      const fail = (code: "EEXIST" | "ENOENT" | "ENOTDIR") => {
        throw new FsError(code, { syscall: "mkdir", path });
      };
      const parent = path.slice(0, path.lastIndexOf("/")) || "/";
      if (this.modes.has(path) || path === "/file") fail("EEXIST");
      if (parent === "/file") fail("ENOTDIR");
      if (!this.modes.has(parent)) fail("ENOENT");
      this.modes.set(path, mode);
    });
  }
  override stat(path: string): MaybePromise<FileInfo> {
    return this.#answer(() =>
      new FileInfo({ name: path, mode: path === "/file" ? 0o100644 : 0o040755 })
    );
  }
}

for (const later of [false, true]) {
  const how = later ? "later" : "at once";
  Deno.test(`mkdirAll() makes what is missing, ${how}`, async () => {
    const provider = new Directories(later);
    const made = mkdirAll(provider, "/a/b/../b/c", { mode: 0o700 });
    assertEquals(made instanceof Promise, later);
    await made;
    assertEquals([...provider.modes.keys()], ["/", "/a", "/a/b", "/a/b/c"]);
    assertEquals(provider.modes.get("/a"), 0o700);
    assertEquals(provider.calls, 5);
    await mkdirAll(provider, "/a/b/c");
    await mkdirAll(provider, "/");
  });

  Deno.test(`mkdirAll() is ENOTDIR where a file is in the way, ${how}`, async () => {
    const provider = new Directories(later);
    await assertRejects(async () => await mkdirAll(provider, "/file"), FsError, "ENOTDIR");
    await assertRejects(async () => await mkdirAll(provider, "/file/x/y"), FsError, "ENOTDIR");
  });
}

Deno.test("mkdirAll() makes a directory in one call when its parent is there", () => {
  const provider = new Directories(false);
  mkdirAll(provider, "/a");
  assertEquals(provider.calls, 1);
});

Deno.test("mkdirAll() takes a path of ten thousand components", () => {
  const provider = new Directories(false);
  mkdirAll(provider, "/d".repeat(10_000));
  assertEquals(provider.modes.size, 10_001);
});

Deno.test("mkdirAll() hands on what it cannot help", () => {
  assertThrows(
    () => mkdirAll(new class extends BaseProvider {}(), "/a/b"),
    FsError,
    'Cannot mkdir "/a/b": ENOSYS',
  );
});
