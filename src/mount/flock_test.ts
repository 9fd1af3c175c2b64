import { assertEquals } from "@std/assert";
import type { Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

/**
 * Locks a file that has no name by a second descriptor, closes that, and tries a third one for some time: the
 * kernel tells of the close when it likes.
 */
const LOCK_NAMELESS = `const libc = await import("${import.meta.resolve("../libc/mod.ts")}");
  const EXCLUSIVE = libc.LOCK_EX | libc.LOCK_NB;
  const first = libc.open("file", 0o102, 0o644);
  Deno.removeSync("file");
  const self = "/proc/self/fd/" + first;
  const [second, third] = [libc.open(self, 2), libc.open(self, 2)];
  print(libc.flock(second, EXCLUSIVE), libc.flock(third, EXCLUSIVE));
  libc.close(second);
  const until = performance.now() + 10_000;
  let locked = -1;
  while (locked !== 0 && performance.now() < until) {
    locked = libc.flock(third, EXCLUSIVE);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  print(locked, libc.flock(first, EXCLUSIVE));
  libc.close(third);
  libc.close(first);`;

async function provided(kind: string, use: (provider: Provider) => Promise<void>): Promise<void> {
  if (kind === "memory") return await use(new MemoryProvider());
  const directory = await Deno.makeTempDir();
  try {
    await use(new RealFSProvider(directory));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const kind of ["memory", "a directory"]) {
  Deno.test(`flock(2) of a file without a name goes with the descriptor that took it (${kind})`, async () => {
    await provided(kind, (provider) =>
      withMount(provider, async (directory) => {
        assertEquals(await inChild(directory, LOCK_NAMELESS), "0 -11\n0 -11");
      }));
  });
}
