import { assert, assertEquals, assertThrows } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError } from "../base/mod.ts";
import type { WatchEvent } from "../provider/mod.ts";
import { RealFSProvider } from "./mod.ts";

/** A provider whose root is being watched. */
class Watched extends ScratchDirectory implements AsyncDisposable {
  readonly provider = new RealFSProvider(this.path, { ffi: true });
  readonly #controller = new AbortController();
  readonly #events: AsyncIterator<WatchEvent>;
  readonly #open = openDescriptors();

  constructor(path = "/", prepare: (root: string) => void = () => {}) {
    super();
    prepare(this.path);
    const context = { uid: 0, gid: 0, signal: this.#controller.signal };
    this.#events = this.provider.watch(path, context)[Symbol.asyncIterator]();
  }

  /** Reads events until the one that is waited for, which has to come. */
  async until(kind: WatchEvent["kind"], path: string): Promise<string[]> {
    const seen: string[] = [];
    while (true) {
      const { done, value } = await this.#events.next();
      assert(!done, `ended without ${kind} ${path}`);
      seen.push(`${value.kind} ${value.path}`);
      if (value.kind === kind && value.path === path) return seen;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pending = this.#events.next();
    this.#controller.abort();
    while (!(await pending).done && !(await this.#events.next()).done);
    assertEquals(openDescriptors(), this.#open, "the watch left descriptors open");
    await this.provider.close();
    this[Symbol.dispose]();
  }
}

Deno.test("watch() tells of names, content and attributes", async () => {
  await using watched = new Watched();
  const { path: host } = watched;
  Deno.writeTextFileSync(`${host}/f`, "");
  await watched.until("entry", "/f");
  Deno.writeTextFileSync(`${host}/f`, "content", { append: true });
  assertEquals(await watched.until("content", "/f"), ["content /f"]);
  Deno.chmodSync(`${host}/f`, 0o600);
  assertEquals(await watched.until("attributes", "/f"), ["attributes /f"]);
  Deno.renameSync(`${host}/f`, `${host}/g`);
  assertEquals(await watched.until("entry", "/g"), ["entry /f", "entry /g"]);
  Deno.removeSync(`${host}/g`);
  await watched.until("entry", "/g");
});

Deno.test("watch() goes into directories, those that are there and those that come", async () => {
  await using watched = new Watched(
    "/",
    (host) => Deno.mkdirSync(`${host}/a/b`, { recursive: true }),
  );
  const { path: host } = watched;
  Deno.writeTextFileSync(`${host}/a/b/f`, "");
  await watched.until("entry", "/a/b/f");
  // What is in the new directory before it can be watched is reported all the same.
  Deno.mkdirSync(`${host}/new/deep/er`, { recursive: true });
  Deno.writeTextFileSync(`${host}/new/deep/er/f`, "");
  await watched.until("entry", "/new/deep/er/f");
  Deno.writeTextFileSync(`${host}/new/deep/er/f`, "more");
  await watched.until("content", "/new/deep/er/f");
});

Deno.test("watch() follows directories when they are renamed", async () => {
  await using watched = new Watched(
    "/",
    (host) => Deno.mkdirSync(`${host}/a/b`, { recursive: true }),
  );
  const { path: host } = watched;
  Deno.mkdirSync(`${host}/other`);
  Deno.renameSync(`${host}/a`, `${host}/other/moved`);
  await watched.until("entry", "/other/moved");
  Deno.writeTextFileSync(`${host}/other/moved/b/f`, "");
  const seen = await watched.until("entry", "/other/moved/b/f");
  assertEquals(seen.filter((event) => event.includes("/a/")), []);
});

Deno.test("watch() loses sight of directories that leave", async () => {
  using away = new ScratchDirectory();
  await using watched = new Watched(
    "/",
    (host) => Deno.mkdirSync(`${host}/a/b`, { recursive: true }),
  );
  Deno.renameSync(`${watched.path}/a`, `${away.path}/a`);
  await watched.until("entry", "/a");
  Deno.writeTextFileSync(`${away.path}/a/b/secret`, "");
  Deno.writeTextFileSync(`${watched.path}/last`, "");
  const seen = await watched.until("entry", "/last");
  assertEquals(seen.filter((event) => event.includes("secret")), []);
});

Deno.test("watch() follows no link", async () => {
  using away = new ScratchDirectory();
  await using watched = new Watched("/", (host) => Deno.symlinkSync(away.path, `${host}/link`));
  Deno.symlinkSync(away.path, `${watched.path}/link-2`);
  await watched.until("entry", "/link-2");
  Deno.writeTextFileSync(`${away.path}/secret`, "");
  Deno.writeTextFileSync(`${watched.path}/last`, "");
  const seen = await watched.until("entry", "/last");
  assertEquals(seen.filter((event) => event.includes("secret")), []);
});

Deno.test("watch() of a file tells of that file", async () => {
  await using watched = new Watched("/f", (host) => Deno.writeTextFileSync(`${host}/f`, ""));
  Deno.writeTextFileSync(`${watched.path}/other`, "");
  Deno.writeTextFileSync(`${watched.path}/f`, "content", { append: true });
  assertEquals(await watched.until("content", "/f"), ["content /f"]);
  Deno.removeSync(`${watched.path}/f`);
  await watched.until("entry", "/f");
});

Deno.test("watch() says when events were lost, and goes on", async () => {
  await using watched = new Watched();
  const limit = Number(Deno.readTextFileSync("/proc/sys/fs/inotify/max_queued_events"));
  for (let round = 0; round <= limit / 2; round++) {
    Deno.writeTextFileSync(`${watched.path}/f${round % 2}`, "");
    Deno.removeSync(`${watched.path}/f${round % 2}`);
  }
  Deno.mkdirSync(`${watched.path}/unseen`);
  await watched.until("overflow", "/");
  Deno.writeTextFileSync(`${watched.path}/unseen/f`, "");
  await watched.until("entry", "/unseen/f");
});

Deno.test("watch() refuses what is not there, and keeps nothing open", () => {
  using scratch = new ScratchDirectory();
  const provider = new RealFSProvider(scratch.path, { ffi: true });
  const before = openDescriptors();
  assertEquals(assertThrows(() => provider.watch("/missing"), FsError).code, "ENOENT");
  assertEquals(openDescriptors(), before);
  provider.close();
});

Deno.test("a watch ends with its loop", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const before = openDescriptors();
  const events = provider.watch("/");
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  for await (const event of events) {
    assertEquals(event, { kind: "entry", path: "/f" });
    break;
  }
  assertEquals(openDescriptors(), before);
});

Deno.test("a watch whose signal has aborted has ended", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const before = openDescriptors();
  const context = { uid: 0, gid: 0, signal: AbortSignal.abort() };
  for await (const event of provider.watch("/", context)) assert(false, event.path);
  assertEquals(openDescriptors(), before);
});

Deno.test("a watch leaves the thread to others while somebody changes files all the time", async () => {
  await using watched = new Watched();
  const busy = new Deno.Command("sh", {
    args: ["-c", "while :; do : > a; : > b; : > c; : > d; done"],
    cwd: watched.path,
  }).spawn();
  await watched.until("entry", "/a");
  let turns = 0;
  const turn = setInterval(() => turns++, 1);
  for (const end = performance.now() + 1000; performance.now() < end;) {
    await watched.until("content", "/a");
    // What an event may cost.
    for (const spent = performance.now() + 0.2; performance.now() < spent;);
  }
  clearInterval(turn);
  busy.kill("SIGKILL");
  await busy.status;
  assert(turns > 1, `${turns} turns of others in a second`);
});

Deno.test("who asks for several events at once gets them in order, and the end", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  const events = provider.watch("/", context)[Symbol.asyncIterator]();
  const asked = [events.next(), events.next()];
  for (const name of ["1", "2"]) Deno.mkdirSync(`${scratch.path}/${name}`);
  assertEquals((await Promise.all(asked)).map(({ value }) => value?.path), ["/1", "/2"]);
  const last = [events.next(), events.next()];
  controller.abort();
  assertEquals((await Promise.all(last)).map(({ done }) => done), [true, true]);
});
