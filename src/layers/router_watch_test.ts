import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError } from "../base/mod.ts";
import {
  type Capability,
  type CapabilitySet,
  type Context,
  Forward,
  type WatchEvent,
} from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { newMountRouter } from "./mount_router.ts";
import { WATCH_QUEUE_MAX } from "./router_watch.ts";

/** A provider whose changes the test makes up. */
class Watched extends Forward {
  readonly asked: string[] = [];
  readonly #streams = new Set<ReadableStreamDefaultController<WatchEvent>>();
  constructor() {
    super(new MemoryProvider());
  }
  override get capabilities(): CapabilitySet {
    return new Set<Capability>(["watch"]);
  }
  override watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    this.asked.push(path);
    return new ReadableStream<WatchEvent>({
      start: (controller) => {
        this.#streams.add(controller);
        context?.signal?.addEventListener("abort", () => {
          if (this.#streams.delete(controller)) controller.close();
        });
      },
    });
  }
  get watchers(): number {
    return this.#streams.size;
  }
  emit(path: string): void {
    for (const stream of this.#streams) stream.enqueue({ kind: "content", path });
  }
  fail(): void {
    for (const stream of this.#streams) stream.error(new FsError("EIO", { syscall: "watch" }));
    this.#streams.clear();
  }
}

/** The next events, as `kind path`. */
async function take(events: AsyncIterator<WatchEvent>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    taken.push(`${value.kind} ${value.path}`);
  }
  return taken;
}

function begin(iterable: AsyncIterable<WatchEvent>) {
  const events = iterable[Symbol.asyncIterator]();
  return { events, first: events.next() };
}

Deno.test("watch() joins the mounts at, above and below a path", async () => {
  const [around, below, aside] = [new Watched(), new Watched(), new Watched()];
  const router = newMountRouter({ "/w": around, "/w/dir/in": below, "/else": aside });
  const { events, first } = begin(router.watch("/w/dir"));
  assertEquals([around.asked, below.asked, aside.asked], [["/dir"], ["/"], []]);
  around.emit("/dir/f");
  assertEquals((await first).value, { kind: "content", path: "/w/dir/f" });
  below.emit("/g");
  assertEquals(await take(events, 1), ["content /w/dir/in/g"]);
  await events.return?.();
  assertEquals([around.watchers, below.watchers], [0, 0]);
});

Deno.test("watch() leaves out what a mount hides", async () => {
  const [around, below] = [new Watched(), new Watched()];
  const router = newMountRouter({ "/w": around, "/w/in": below });
  const { events, first } = begin(router.watch("/"));
  around.emit("/in/hidden");
  around.emit("/in");
  below.emit("/");
  around.emit("/seen");
  const taken = [await first, await events.next()].map(({ value }) => value?.path);
  assertEquals(taken.sort(), ["/w/in", "/w/seen"]);
  await events.return?.();
});

Deno.test("watch() follows mounts that come and go", async () => {
  const [first, later] = [new Watched(), new Watched()];
  const router = newMountRouter({ "/a": first });
  const { events, first: next } = begin(router.watch("/"));
  router.addMount("/b", later);
  assertEquals((await next).value, { kind: "entry", path: "/b" });
  later.emit("/x");
  assertEquals(await take(events, 1), ["content /b/x"]);
  router.removeMount("/b");
  assertEquals(await take(events, 1), ["entry /b"]);
  assertEquals([first.watchers, later.watchers], [1, 0]);
  await events.return?.();
});

Deno.test("watch() ends with its signal and passes on a provider's error", async () => {
  const watched = new Watched();
  const router = newMountRouter({ "/a": watched });
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  const ending = begin(router.watch("/", context));
  controller.abort();
  assertEquals((await ending.first).done, true);
  assertEquals(watched.watchers, 0);
  const failing = begin(router.watch("/"));
  watched.fail();
  await assertRejects(() => failing.first, FsError, "EIO");
});

Deno.test("watch() tells a slow reader that events were lost", async () => {
  const watched = new Watched();
  const router = newMountRouter({ "/a": watched });
  const { events, first } = begin(router.watch("/"));
  watched.emit("/first");
  await first;
  for (let index = 0; index <= WATCH_QUEUE_MAX + 10; index++) watched.emit("/f");
  // The reader waits until the router has read all of them: streams settle in microtasks.
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(await take(events, 2), ["overflow /", "content /a/f"]);
  await events.return?.();
});

Deno.test("watch() is ENOSYS when no mount can be watched", () => {
  const router = newMountRouter({
    "/a": new class extends Forward {
      override get capabilities(): CapabilitySet {
        return new Set<Capability>();
      }
    }(new MemoryProvider()),
  });
  assertThrows(() => router.watch("/"), FsError, 'Cannot watch "/": ENOSYS');
});
