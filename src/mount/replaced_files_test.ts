// Others replace files behind the mount, as editors do: they write another one and rename it over the first.
import { assertEquals } from "@std/assert";
import { MODE_PERMISSIONS } from "../base/mod.ts";
import { type Provider, readFile, writeFile } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { connectVFS, memoryPipe, newVFSServer } from "../wire/mod.ts";
import type { MountOptions } from "./mount.ts";
import { BY_NAME, CHANGES_NEW, NEW, OLD, REPLACED } from "./testing/replaced_behaviours.ts";
import { withMount } from "./testing/with_mount.ts";

const PROGRAM = new URL("./testing/replaced_behaviours.ts", import.meta.url).pathname;
/** The kernel looks for no name again by itself: all there is to see is seen too late for it. */
const REMEMBERS: MountOptions = { entryTimeoutMs: 1e8, attrTimeoutMs: 1e8 };
const NAMES = [...Object.keys(REPLACED), ...Object.keys(BY_NAME), "path"];
const encoder = new TextEncoder();

/** The outcomes of the program in `directory`, which shows `behind`; `replace` is done while it waits. */
async function outcomesOf(
  directory: string,
  replace: () => Promise<void>,
): Promise<Record<string, string>> {
  const args = ["run", "-A", "--no-lock", "--no-check", PROGRAM, directory];
  const command = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" });
  await using child = command.spawn();
  const writer = child.stdin.getWriter();
  let said = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += part;
    if (said !== "ready\n") continue;
    await replace();
    await writer.write(encoder.encode("\n"));
    await writer.close();
  }
  assertEquals((await child.status).code, 0, said);
  return JSON.parse(said.slice("ready\n".length));
}

/** What there is of a file that has taken the place of another. */
async function look(behind: Provider, name: string): Promise<unknown> {
  const { mode, uid, mtime } = await behind.stat(`/${name}`);
  return {
    mode: mode & MODE_PERMISSIONS,
    uid,
    mtime,
    xattrs: await behind.listXattr(`/${name}`),
    content: new TextDecoder().decode(await readFile(behind, `/${name}`)),
  };
}

/** Tries everything in a directory that shows `behind`. */
async function tryReplacing(directory: string, behind: Provider): Promise<void> {
  for (const name of NAMES) {
    for (const [path, content] of [[`/${name}`, OLD], [`/${name}.new`, NEW]] as const) {
      await writeFile(behind, path, encoder.encode(content), { mode: 0o644 });
      await behind.setXattr(path, "user.a", new Uint8Array(1), 0);
    }
  }
  const before = new Map<string, unknown>();
  const outcomes = await outcomesOf(directory, async () => {
    for (const name of NAMES) {
      await behind.rename(`/${name}.new`, `/${name}`);
      before.set(name, await look(behind, name));
    }
  });
  const expected = Object.fromEntries(Object.keys(outcomes).map((name) => [name, "ok"]));
  assertEquals(outcomes, expected);
  for (const name of [...Object.keys(REPLACED), "path"]) {
    if (!CHANGES_NEW.has(name)) assertEquals(await look(behind, name), before.get(name), name);
  }
  assertEquals((await behind.stat("/chmod")).mode & MODE_PERMISSIONS, 0o600);
  assertEquals((await behind.stat("/chown")).uid, 12);
  assertEquals((await behind.stat("/truncate")).size, 1);
  assertEquals((await behind.listXattr("/setxattr")).includes("user.b"), true);
}

async function withLower(use: (lower: string, behind: Provider) => Promise<void>): Promise<void> {
  const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
  await using behind = new RealFSProvider(lower);
  await use(lower, behind);
  await Deno.remove(lower, { recursive: true });
}

async function overWire(behind: Provider): Promise<void> {
  await using server = newVFSServer(behind);
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  await using remote = await connectVFS(near);
  await withMount(remote, (directory) => tryReplacing(directory, behind), REMEMBERS);
}

/** Where it is tried. The host's own memory filesystem shows what is right. */
const TREES: Readonly<Record<string, () => Promise<void>>> = {
  "tmpfs": () => withLower(tryReplacing),
  "a memory tree": async () => {
    const behind = new MemoryProvider();
    await withMount(behind, (directory) => tryReplacing(directory, behind), REMEMBERS);
  },
  "a directory": () =>
    withLower((lower, behind) =>
      withMount(
        new RealFSProvider(lower),
        (directory) => tryReplacing(directory, behind),
        REMEMBERS,
      )
    ),
  "a directory whose files the kernel does not read by itself": () =>
    withLower((lower, behind) =>
      withMount(new RealFSProvider(lower), (directory) => tryReplacing(directory, behind), {
        ...REMEMBERS,
        passthrough: false,
      })
    ),
  "a memory tree over the wire": () => overWire(new MemoryProvider()),
  "a directory over the wire": () => withLower((_, behind) => overWire(behind)),
};

for (const [tree, run] of Object.entries(TREES)) {
  Deno.test(`a file that others replace stays what it is, and the other is found: ${tree}`, run);
}
