// A client with leases against the host's own view, while both change the same real directory.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError, O_CREAT, O_NOFOLLOW, O_WRONLY } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { newRealFSProvider } from "../providers/mod.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { linked } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

const KERNEL: Context = { uid: 0, gid: 0, isFromKernel: true };
const DIRECTORIES = ["", "/a", "/b", "/a/c", "/b/c"];
const PATHS = DIRECTORIES.flatMap((path) => ["a", "b", "c", "f", "g"].map((it) => `${path}/${it}`));
const ROUNDS = Number(Deno.env.get("FUSEWIRE_LEASE_ROUNDS") ?? 40);
/** How long the host's notice of a change may take where this machine does a lot else, in milliseconds. */
const NOTICE_MS = 900;
/** So many turns of the event loop it gets in any case. */
const TURNS_MIN = 50;

/** Somebody who changes things: the host, or the client. */
interface Actor {
  write(path: string, text: string): unknown;
  mkdir(path: string): unknown;
  remove(path: string): unknown;
  rename(from: string, to: string): unknown;
  chmod(path: string, mode: number): unknown;
}

class Host implements Actor {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  write(path: string, text: string): void {
    Deno.writeTextFileSync(this.#root + path, text);
  }

  mkdir(path: string): void {
    Deno.mkdirSync(this.#root + path);
  }

  remove(path: string): void {
    Deno.removeSync(this.#root + path);
  }

  rename(from: string, to: string): void {
    Deno.renameSync(this.#root + from, this.#root + to);
  }

  chmod(path: string, mode: number): void {
    Deno.chmodSync(this.#root + path, mode);
  }

  /** What there is: kind, mode and size. */
  look(path: string): string {
    try {
      const { isDirectory, mode, size } = Deno.lstatSync(this.#root + path);
      return isDirectory ? `directory ${(mode ?? 0) & 0o777}` : `${(mode ?? 0) & 0o777} ${size}`;
    } catch (thrown) {
      if (thrown instanceof Deno.errors.NotFound) return "ENOENT";
      if (thrown instanceof Deno.errors.NotADirectory) return "ENOTDIR";
      throw thrown;
    }
  }
}

class Client implements Actor {
  readonly #remote: RemoteProvider;
  readonly #context: Context | undefined;

  constructor(remote: RemoteProvider, context?: Context) {
    this.#remote = remote;
    this.#context = context;
  }

  async write(path: string, text: string): Promise<void> {
    const flags = O_WRONLY | O_CREAT | O_NOFOLLOW;
    const handle = await this.#remote.open(path, flags, 0o644, this.#context);
    await handle.truncate(0, this.#context);
    await handle.writeAt(new TextEncoder().encode(text), 0, this.#context);
    await handle.close(this.#context);
  }

  mkdir(path: string): unknown {
    return this.#remote.mkdir(path, 0o755, this.#context);
  }

  remove(path: string): unknown {
    return this.#remote.remove(path, this.#context);
  }

  rename(from: string, to: string): unknown {
    return this.#remote.rename(from, to, this.#context);
  }

  chmod(path: string, mode: number): unknown {
    return this.#remote.chmod(path, mode, this.#context);
  }

  async look(path: string): Promise<string> {
    try {
      const { isDir, mode, size } = await this.#remote.lstat(path, this.#context);
      return isDir ? `directory ${mode & 0o777}` : `${mode & 0o777} ${size}`;
    } catch (thrown) {
      if (thrown instanceof FsError) return thrown.code;
      throw thrown;
    }
  }

  async list(path: string): Promise<string[]> {
    try {
      return (await this.#remote.readDir(path, this.#context)).map(({ name }) => name).sort();
    } catch (thrown) {
      if (thrown instanceof FsError) return [thrown.code];
      throw thrown;
    }
  }
}

const path = fc.constantFrom(...PATHS);
const step = fc.record({
  // Where the client changes something it takes no leases for a while.
  who: fc.oneof(
    { weight: 12, arbitrary: fc.constant("host") },
    { weight: 1, arbitrary: fc.constantFrom("kernel", "user", "nobody") },
  ),
  what: fc.constantFrom("write", "mkdir", "remove", "rename", "chmod"),
  path,
  other: path,
  size: fc.nat({ max: 20 }),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function act(actor: Actor, { what, path, other, size }: Step): Promise<void> {
  try {
    if (what === "write") await actor.write(path, "x".repeat(size));
    else if (what === "mkdir") await actor.mkdir(path);
    else if (what === "remove") await actor.remove(path);
    else if (what === "rename") await actor.rename(path, other);
    else await actor.chmod(path, 0o700 + (size & 0o77));
  } catch {
    // What cannot be done changes nothing: that is compared too.
  }
}

async function agree(client: Client, host: Host, isNow: boolean, told: string): Promise<void> {
  const end = performance.now() + NOTICE_MS;
  // The last time mostly from leases, which pay that way.
  for (const each of [...PATHS, ...PATHS, ...PATHS]) {
    const wanted = host.look(each);
    let found = await client.look(each);
    for (let turns = 0; found !== wanted && !isNow; turns++) {
      if (turns > TURNS_MIN && performance.now() > end) break;
      // The notice comes with a turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 1));
      found = await client.look(each);
    }
    assertEquals(found, wanted, `${each} after ${told}`);
  }
}

Deno.test("a client with leases sees what it changes at once, and what the host changes with its notice", async () => {
  using scratch = new ScratchDirectory();
  await using provider = newRealFSProvider(scratch.path, { ffi: true });
  let answers = 0;
  let asked = 0;
  const run = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
    for (const { name } of [...Deno.readDirSync(scratch.path)]) {
      Deno.removeSync(`${scratch.path}/${name}`, { recursive: true });
    }
    const host = new Host(scratch.path);
    for (const directory of DIRECTORIES.slice(1)) host.mkdir(directory);
    await using server = new VFSServer(provider);
    await using remote = await linked(server, { cache: "leases", fromKernel: true });
    const [kernel, user] = [new Client(remote, KERNEL), new Client(remote)];
    for (const each of steps) {
      const told = JSON.stringify(each);
      if (each.who === "host") await act(host, each);
      else if (each.who !== "nobody") await act(each.who === "kernel" ? kernel : user, each);
      const before = remote.client.requestCount;
      await agree(kernel, host, each.who !== "host", told);
      asked += remote.client.requestCount - before;
      answers += 3 * PATHS.length;
      const directory = DIRECTORIES[each.size % DIRECTORIES.length] ?? "";
      if (host.look(directory).startsWith("directory")) {
        const names = [...Deno.readDirSync(scratch.path + directory)].map(({ name }) => name)
          .sort();
        assertEquals(await kernel.list(directory || "/"), names, `${directory} after ${told}`);
      }
    }
  });
  await fc.assert(run, { numRuns: ROUNDS, endOnFailure: true });
  assert(asked < answers * 0.75, `${asked} requests for ${answers} answers`);
});
