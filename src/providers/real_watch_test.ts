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

Deno.test("watch() of a large tree lets others work, and misses nothing without a word", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const before = openDescriptors();
  for (let index = 0; index < 5000; index++) {
    Deno.mkdirSync(`${scratch.path}/${index % 50}/${index}`, { recursive: true });
  }
  const { events, until } = follow(provider, "/");
  // Now some directories are not watched yet.
  for (let index = 0; index < 50; index++) Deno.writeTextFileSync(`${scratch.path}/${index}/f`, "");
  const names = new Set(await until("overflow /"));
  assert(names.size <= 51, `${names.size}`);
  for (const directory of ["0/0", "7/4957", "49/4999"]) {
    Deno.writeTextFileSync(`${scratch.path}/${directory}/g`, "");
    await until(`entry /${directory}/g`);
  }
  await events.return?.();
  const ended = follow(provider, "/");
  await ended.events.return?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(openDescriptors(), before);
});

Deno.test("watch() goes deep, from each directory to the one below", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  let deep = "";
  for (let depth = 0; depth < 1000; depth++) await provider.mkdir(deep += "/dddddddd", 0o755);
  const { events, until } = follow(provider, "/");
  await until("overflow /");
  await (await provider.create(`${deep}/f`, 0o644)).close();
  await until(`entry ${deep}/f`);
  await events.return?.();
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

/** Watches a provider's path; reads events until one that has to come. */
function follow(provider: RealFSProvider, path: string, signal?: AbortSignal) {
  const context = { uid: 0, gid: 0, ...(signal === undefined ? {} : { signal }) };
  const events = provider.watch(path, context)[Symbol.asyncIterator]();
  const until = async (wanted: string): Promise<string[]> => {
    for (const seen: string[] = [];;) {
      const { done, value } = await events.next();
      assert(!done, `ended without ${wanted}`);
      seen.push(`${value.kind} ${value.path}`);
      if (seen.at(-1) === wanted) return seen;
    }
  };
  return { events, until };
}

Deno.test("watches of one provider share a queue, and each sees everything", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  Deno.mkdirSync(`${scratch.path}/d`);
  const before = openDescriptors();
  const limit = Number(Deno.readTextFileSync("/proc/sys/fs/inotify/max_user_instances"));
  const watches = Array.from({ length: limit + 1 }, () => follow(provider, "/"));
  const below = follow(provider, "/d");
  const withOne = openDescriptors() - before;
  assert(withOne <= 2, `${withOne} descriptors`);
  Deno.writeTextFileSync(`${scratch.path}/d/f`, "");
  for (const { until } of watches) assertEquals(await until("entry /d/f"), ["entry /d/f"]);
  assertEquals(await below.until("entry /d/f"), ["entry /d/f"]);
  // Those that have ended take nothing from those that have not.
  for (const { events } of watches.slice(1)) await events.return?.();
  Deno.writeTextFileSync(`${scratch.path}/d/g`, "");
  await watches[0]!.until("entry /d/g");
  await below.until("entry /d/g");
  await watches[0]!.events.return?.();
  Deno.removeSync(`${scratch.path}/d/g`);
  assertEquals(await below.until("entry /d/g"), ["entry /d/g"]);
  await below.events.return?.();
  assertEquals(openDescriptors(), before);
});

Deno.test("a watch sees nothing of what was before it, also in the queue of others", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const first = follow(provider, "/");
  Deno.writeTextFileSync(`${scratch.path}/before`, "");
  const second = follow(provider, "/");
  Deno.writeTextFileSync(`${scratch.path}/after`, "");
  assertEquals(await second.until("entry /after"), ["entry /after"]);
  assertEquals(await first.until("entry /after"), ["entry /before", "entry /after"]);
  await first.events.return?.();
  await second.events.return?.();
});

Deno.test("a watch that waits hears of what another one takes from the queue, and of its own end", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const controller = new AbortController();
  const waiting = follow(provider, "/", controller.signal);
  const other = follow(provider, "/");
  const told = waiting.until("entry /f");
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  await other.until("entry /f");
  assertEquals(await told, ["entry /f"]);
  const ended = waiting.events.next();
  controller.abort();
  assertEquals((await ended).done, true);
  Deno.removeSync(`${scratch.path}/f`);
  await other.until("entry /f");
  await other.events.return?.();
});

Deno.test("a watch that nobody asks loses events, and says so", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const slow = follow(provider, "/");
  const other = follow(provider, "/");
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 500; index++) {
      Deno.writeTextFileSync(`${scratch.path}/f`, "");
      Deno.removeSync(`${scratch.path}/f`);
    }
    Deno.mkdirSync(`${scratch.path}/d${round}`);
    await other.until(`entry /d${round}`);
  }
  await slow.until("overflow /");
  Deno.writeTextFileSync(`${scratch.path}/d19/f`, "");
  await slow.until("entry /d19/f");
  await slow.events.return?.();
  await other.events.return?.();
});
