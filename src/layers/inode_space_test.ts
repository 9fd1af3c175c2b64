import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { writeFile } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { InodeSpace } from "./inode_space.ts";
import { newMountRouter } from "./mount_router.ts";

Deno.test("numbers of different providers never collide and never change", () => {
  const ino = fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  );
  const question = fc.tuple(fc.nat({ max: 9000 }), ino);
  fc.assert(
    fc.property(fc.array(question, { maxLength: 200 }), (questions) => {
      const space = new InodeSpace();
      const answers = new Map<number, string>();
      const synthetic = space.next();
      for (const [provider, number] of [...questions, ...questions]) {
        const answer = space.map(provider, number);
        const key = number === 0 ? "none" : `${provider}:${number}`;
        assert(Number.isSafeInteger(answer) && answer !== synthetic);
        assertEquals(answers.get(answer) ?? key, key);
        answers.set(answer, key);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a provider keeps its numbers when it is mounted twice or again", async () => {
  const [a, b] = [new MemoryProvider(), new MemoryProvider()];
  await writeFile(b, "/f", "");
  const router = newMountRouter({ "/a": a, "/b": b, "/c": b });
  const { ino } = await router.stat("/b/f");
  assertEquals((await router.stat("/c/f")).ino, ino);
  assert(ino !== (await router.stat("/a")).ino && ino !== b.stat("/f").ino);
  router.removeMount("/b");
  router.addMount("/new", b);
  assertEquals((await router.stat("/new/f")).ino, ino);
});

Deno.test("stat, listing and handle tell the same number, constant across rename", async () => {
  const [a, b] = [new MemoryProvider(), new MemoryProvider()];
  await writeFile(b, "/f", "");
  const router = newMountRouter({ "/a": a, "/b": b });
  const { ino } = await router.stat("/b/f");
  const [entry] = await router.readDir("/b");
  await using handle = await router.open("/b/f", 0, 0);
  assertEquals([entry!.ino, (await entry!.info()).ino, (await handle.stat()).ino], [ino, ino, ino]);
  await router.rename("/b/f", "/b/g");
  assertEquals((await router.stat("/b/g")).ino, ino);
  assertEquals((await router.stat("/a")).ino, a.stat("/").ino);
});
