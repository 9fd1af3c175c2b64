import { assertEquals, assertRejects } from "@std/assert";
import { FsError, type MaybePromise, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from "../base/mod.ts";
import { O_RDWR } from "../base/mod.ts";
import { EntryOut, OpenOut, Request } from "../fuse/mod.ts";
import { type Bridge, newNodeFS } from "../nodefs/mod.ts";
import {
  type Context,
  type FileInfo,
  Forward,
  ForwardHandle,
  type Handle,
} from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { ProviderFile } from "./provider_file.ts";
import { ProviderNode } from "./provider_node.ts";

type Step = "stat" | "sync" | "close" | "truncate";

/** Memory that counts what is open of it, and of whose handles one step fails. */
class Failing extends Forward {
  openCount = 0;
  fails: Step | null = null;
  /** Which of the handles that are opened from now on fail, by their flags. */
  flags = 0;

  constructor() {
    super(new MemoryProvider());
  }
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    const handle = this.inner.open(path, flags, mode, context);
    if (handle instanceof Promise) throw new TypeError("memory answers at once");
    this.openCount++;
    return new FailingHandle(handle, this, (flags & this.flags) === this.flags);
  }
}

class FailingHandle extends ForwardHandle {
  readonly #provider: Failing;
  readonly #may: boolean;

  constructor(inner: Handle, provider: Failing, may: boolean) {
    super(inner);
    this.#provider = provider;
    this.#may = may;
  }
  #step(step: Step): void {
    if (this.#may && this.#provider.fails === step) throw new FsError("EIO", { syscall: step });
  }
  override stat(context?: Context): MaybePromise<FileInfo> {
    this.#step("stat");
    return super.stat(context);
  }
  override sync(dataOnly?: boolean, context?: Context): MaybePromise<void> {
    this.#step("sync");
    return super.sync(dataOnly, context);
  }
  override truncate(size: number, context?: Context): MaybePromise<void> {
    this.#step("truncate");
    return super.truncate(size, context);
  }
  override close(context?: Context): MaybePromise<void> {
    this.#provider.openCount--;
    super.close(context);
    this.#step("close");
  }
}

/** A tree with `/file` and `/d`, which the kernel has looked up. */
async function tree(): Promise<{ provider: Failing; fs: Bridge; file: Request; d: Request }> {
  const provider = new Failing();
  await provider.mkdir("/d", 0o755);
  await provider.mknod("/file", 0o100644, 0);
  const rootStableAttr = await new ProviderNode(provider).rootStableAttr();
  const fs = newNodeFS(new ProviderNode(provider), { rootStableAttr });
  const find = async (name: string): Promise<Request> => {
    const entry = new EntryOut();
    await fs.lookup(Request.about(1), name, entry);
    return Request.about(entry.nodeid);
  };
  return { provider, fs, file: await find("file"), d: await find("d") };
}

async function failsWith(code: string, call: () => unknown): Promise<void> {
  const { code: actual } = await assertRejects(async () => await call(), FsError);
  assertEquals(actual, code);
}

Deno.test("what is opened and cannot be looked at is closed again", async () => {
  const { provider, fs, file } = await tree();
  const [entry, opened] = [new EntryOut(), new OpenOut()];
  provider.fails = "stat";
  for (const flags of [O_WRONLY, O_WRONLY | O_APPEND]) {
    await failsWith("EIO", () => fs.create(Request.about(1), "new", flags, 0o644, entry, opened));
    await failsWith("EIO", () => fs.open(file, flags, opened));
  }
  await failsWith("EIO", () => fs.tmpfile(Request.about(1), O_RDWR, 0o644, entry, opened));
  assertEquals([provider.openCount, fs.openCount], [0, 0]);
});

Deno.test("what cannot be emptied is closed again", async () => {
  const { provider, fs, file } = await tree();
  provider.fails = "truncate";
  await failsWith("EIO", () => fs.open(file, O_WRONLY | O_TRUNC | O_APPEND, new OpenOut()));
  assertEquals([provider.openCount, fs.openCount], [0, 0]);
});

Deno.test("a directory that cannot be made durable is closed again", async () => {
  const { provider, fs, d } = await tree();
  const opened = new OpenOut();
  await fs.opendir(d, 0, opened);
  provider.fails = "sync";
  await failsWith("EIO", () => fs.fsyncdir(d, opened.fh, false));
  assertEquals(provider.openCount, 0);
});

Deno.test("a file whose appending handle cannot be closed closes the other one", async () => {
  const { provider, fs, file } = await tree();
  const opened = new OpenOut();
  provider.flags = O_APPEND;
  await fs.open(file, O_WRONLY | O_APPEND, opened);
  assertEquals(provider.openCount, 2);
  provider.fails = "close";
  await failsWith("EIO", () => fs.release(file, opened.fh));
  assertEquals(provider.openCount, 0);
});

Deno.test("at the end all is released, though one release fails", async () => {
  const { provider, fs, file } = await tree();
  for (let count = 0; count < 3; count++) {
    provider.flags = count === 1 ? O_CREAT : 0;
    await fs.open(file, O_WRONLY, new OpenOut());
  }
  provider.fails = "close";
  await fs.destroy();
  assertEquals([provider.openCount, fs.openCount], [0, 0]);
});

/** A handle whose truncate takes until it is let. */
class Slow extends ForwardHandle {
  closed = false;
  readonly #gate = Promise.withResolvers<void>();
  readonly done = this.#gate.resolve;
  readonly fail = this.#gate.reject;

  override truncate(): Promise<void> {
    return this.#gate.promise;
  }
  override close(): void {
    this.closed = true;
  }
}

const CONTEXT: Context = { uid: 0, gid: 0 };

function slowFile(): { handle: Slow; file: ProviderFile } {
  const handle = new Slow(new MemoryProvider().open("/file", O_RDWR | O_CREAT, 0o644));
  return { handle, file: new ProviderFile({ handle, flags: O_RDWR }) };
}

Deno.test("what is opened again stays open when its first user goes before it is emptied", async () => {
  const { handle, file } = slowFile();
  const opening = file.again(O_RDWR | O_TRUNC, CONTEXT);
  await file.release(CONTEXT);
  handle.done();
  const again = await opening;
  assertEquals(handle.closed, false);
  await again.release(CONTEXT);
  assertEquals(handle.closed, true);
});

Deno.test("what cannot be emptied is not opened again", async () => {
  const { handle, file } = slowFile();
  const opening = file.again(O_RDWR | O_TRUNC, CONTEXT);
  await file.release(CONTEXT);
  assertEquals(handle.closed, false);
  handle.fail(new FsError("EIO"));
  await failsWith("EIO", () => opening);
  assertEquals(handle.closed, true);
});
