/**
 * Cases of several callers at once.
 *
 * @module
 */
import { O_CREAT, O_EXCL, O_RDWR, O_WRONLY, RENAME_EXCHANGE } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("concurrency", { clause: "POSIX.1-2024 2.9.7: operations are atomic" });
const { core, it } = file;

/** Cases of several callers at once. */
export const CONCURRENCY = file.cases;

function fulfilled(results: readonly PromiseSettledResult<unknown>[]): number {
  return results.filter(({ status }) => status === "fulfilled").length;
}

core("gives a name with O_EXCL to one of many", async (t) => {
  const callers = [t, t.another(), t.another()];
  const results = await Promise.allSettled(
    callers.flatMap((caller) =>
      Array.from({ length: 5 }, () => caller.open("/file", O_WRONLY | O_CREAT | O_EXCL))
    ),
  );
  t.equal(fulfilled(results), 1, "how many succeeded");
});

core("lets one of many rename a file", async (t) => {
  await t.file("/old", "data");
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => t.rename("/old", `/new${index}`)),
  );
  t.equal(fulfilled(results), 1, "how many succeeded");
  const names = await t.names("/");
  t.equal(names.length, 1, "how many names are left");
  await t.holds(`/${names[0]}`, "data");
});

core("shows a file that is replaced as the old or the new one", async (t) => {
  const old = "a".repeat(20_000);
  const replacement = "b".repeat(10_000);
  await t.file("/file", old);
  const reader = t.another();
  const replace = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      await t.file("/temporary", round % 2 === 0 ? replacement : old);
      await t.rename("/temporary", "/file");
    }
  };
  const read = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      const content = new TextDecoder().decode(await reader.content("/file"));
      t.ok(content === old || content === replacement, "all old or all new", content.length);
    }
  };
  await Promise.all([replace(), read()]);
});

it("never shows a path that is exchanged as missing", { needs: ["rename2"] }, async (t) => {
  await t.file("/one", "1");
  await t.file("/two", "2");
  const reader = t.another();
  const exchange = async (): Promise<void> => {
    for (let round = 0; round < 30; round++) await t.rename2("/one", "/two", RENAME_EXCHANGE);
  };
  const look = async (): Promise<void> => {
    for (let round = 0; round < 30; round++) await reader.stat("/one");
  };
  await Promise.all([exchange(), look()]);
});

core("keeps every file that many make", async (t) => {
  const callers: Trial[] = [t, t.another(), t.another(), t.another()];
  await Promise.all(callers.map(async (caller, number) => {
    for (let index = 0; index < 15; index++) {
      await caller.file(`/file-${number}-${index}`, `${number} ${index}`);
    }
  }));
  t.equal((await t.names("/")).length, 60, "how many files");
  await t.holds("/file-3-14", "3 14");
});

core("keeps what different descriptors write to different places", async (t) => {
  await t.file("/file", "");
  const writers: Trial[] = [t, t.another(), t.another()];
  await Promise.all(writers.map(async (writer, number) => {
    const fd = await writer.open("/file", O_RDWR);
    for (let round = 0; round < 10; round++) {
      await writer.pwrite(fd, `${number}`.repeat(100), (round * 3 + number) * 100);
    }
    await writer.close(fd);
  }));
  const expected = Array.from({ length: 30 }, (_, index) => `${index % 3}`.repeat(100)).join("");
  await t.holds("/file", expected);
});

core("shows one caller what another has written", async (t) => {
  const other = t.another();
  await t.file("/file", "one");
  await other.holds("/file", "one");
  const fd = await t.open("/file", O_RDWR);
  await t.pwrite(fd, "two and more", 0);
  await t.close(fd);
  await other.holds("/file", "two and more");
  t.equal((await other.stat("/file")).size, 12, "the size");
});

core("shows one caller the names that another has made", async (t) => {
  const other = t.another();
  t.equal(await other.names("/"), []);
  await t.mkdir("/dir");
  await t.file("/dir/file");
  t.equal(await other.names("/dir"), ["file"]);
  await other.unlink("/dir/file");
  t.equal(await t.names("/dir"), []);
  await t.refuses("ENOENT", t.stat("/dir/file"));
});

core("does not let a directory go while somebody fills it", async (t) => {
  for (let round = 0; round < 10; round++) {
    await t.mkdir("/dir");
    const [made, removed] = await Promise.allSettled([
      t.file("/dir/file", "data"),
      t.rmdir("/dir"),
    ]);
    t.ok(
      made?.status !== "fulfilled" || removed?.status !== "fulfilled",
      "not both can succeed",
      [made, removed],
    );
    if (made?.status === "fulfilled") {
      await t.holds("/dir/file", "data");
      await t.unlink("/dir/file");
      await t.rmdir("/dir");
    } else if (removed?.status !== "fulfilled") await t.rmdir("/dir");
  }
});

core("does not let two directories into each other", async (t) => {
  for (let round = 0; round < 10; round++) {
    await t.mkdir("/a");
    await t.mkdir("/b");
    const results = await Promise.allSettled([t.rename("/a", "/b/a"), t.rename("/b", "/a/b")]);
    t.equal(fulfilled(results), 1, "how many succeeded");
    const [top] = await t.names("/");
    const [below] = await t.names(`/${top}`);
    await t.rmdir(`/${top}/${below}`);
    await t.rmdir(`/${top}`);
  }
});
