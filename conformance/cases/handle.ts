/**
 * Cases of handles, as code in the same process holds them.
 *
 * @module
 */
import { O_CREAT, O_RDONLY, O_RDWR, SEEK_SET } from "../../src/base/mod.ts";
import type { Handle } from "../../src/provider/mod.ts";
import { caseFile } from "../case.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("handle", {
  clause: "seed 1: type Handle; src/provider/handle.ts",
  needs: ["contract"],
});
const { core, it } = file;

/** Cases of handles. */
export const HANDLE = file.cases;

function opened(t: Trial, path: string, flags: number = O_RDWR | O_CREAT): Promise<Handle> {
  return t.handle(path, flags);
}

/** A promise also for what throws at once. */
async function later<T>(run: () => T): Promise<Awaited<T>> {
  return await run();
}

const CALLS: Readonly<Record<string, (handle: Handle) => unknown>> = {
  read: (handle) => handle.read(new Uint8Array(1)),
  write: (handle) => handle.write(new Uint8Array(1)),
  seek: (handle) => handle.seek(0, SEEK_SET),
  readAt: (handle) => handle.readAt(new Uint8Array(1), 0),
  writeAt: (handle) => handle.writeAt(new Uint8Array(1), 0),
  stat: (handle) => handle.stat(),
  sync: (handle) => handle.sync(),
  truncate: (handle) => handle.truncate(0),
  close: (handle) => handle.close(),
};

for (const [name, call] of Object.entries(CALLS)) {
  core(`after close refuses ${name}`, async (t) => {
    await t.file("/file", "kept");
    const handle = await opened(t, "/file");
    await handle.close();
    await t.refuses("EBADF", later(() => call(handle)), `${name} after close`);
    await t.holds("/file", "kept");
  });
}

core("is closed by using", async (t) => {
  let kept: Handle;
  {
    await using handle = await opened(t, "/file");
    await handle.write(new Uint8Array([65]));
    kept = handle;
  }
  await t.refuses("EBADF", later(() => kept.stat()), "stat after using");
  await t.holds("/file", "A");
});

core("reads into the buffer that it is given and no further", async (t) => {
  await t.file("/file", "abcdef");
  const handle = await opened(t, "/file", O_RDONLY);
  const whole = new Uint8Array(10).fill(46);
  t.equal(await handle.readAt(whole.subarray(2, 5), 1), 3);
  await handle.close();
  t.bytes(whole, "..bcd.....");
});

core("leaves the rest of a buffer that is not filled", async (t) => {
  await t.file("/file", "ab");
  const handle = await opened(t, "/file", O_RDONLY);
  const buffer = new Uint8Array(5).fill(46);
  t.equal(await handle.read(buffer), 2);
  await handle.close();
  t.bytes(buffer, "ab...");
});

core("writes the part of a buffer that it is given", async (t) => {
  const handle = await opened(t, "/file");
  const whole = new TextEncoder().encode("0123456789");
  await handle.writeAt(whole.subarray(3, 6), 0);
  await handle.close();
  await t.holds("/file", "345");
});

core("gives overlapping reads their order", async (t) => {
  await t.file("/file", "abcdef");
  const handle = await opened(t, "/file", O_RDONLY);
  const buffers = Array.from({ length: 3 }, () => new Uint8Array(2));
  await Promise.all(buffers.map((buffer) => handle.read(buffer)));
  await handle.close();
  t.bytes(buffers[0]!, "ab");
  t.bytes(buffers[1]!, "cd");
  t.bytes(buffers[2]!, "ef");
});

core("gives overlapping writes their order", async (t) => {
  const handle = await opened(t, "/file");
  const encoder = new TextEncoder();
  await Promise.all(["one,", "two,", "three"].map((text) => handle.write(encoder.encode(text))));
  await handle.close();
  await t.holds("/file", "one,two,three");
});

core("can be synced", async (t) => {
  const handle = await opened(t, "/file");
  await handle.write(new Uint8Array([65]));
  await handle.sync();
  await handle.sync(true);
  await handle.close();
  await t.holds("/file", "A");
});

core("for reading can be synced", { clause: "fsync(2)" }, async (t) => {
  await t.file("/file", "data");
  const handle = await opened(t, "/file", O_RDONLY);
  await handle.sync();
  await handle.close();
});

core("has attributes of its own file after a rename", { needs: ["handleStat"] }, async (t) => {
  await t.file("/old", "data");
  const handle = await opened(t, "/old", O_RDWR);
  await t.rename("/old", "/new");
  await t.file("/old", "other and longer");
  t.equal((await handle.stat()).size, 4, "the size");
  await handle.close();
});

it("refuses a whence that seek does not know", async (t) => {
  const handle = await opened(t, "/file");
  await t.refuses("EINVAL", later(() => handle.seek(0, 3)), "seek with SEEK_DATA");
  await t.refuses("EINVAL", later(() => handle.seek(0, -1)), "seek with -1");
  await handle.close();
});

it("refuses offsets that are no offsets", { level: "sandbox" }, async (t) => {
  const handle = await opened(t, "/file");
  const data = new Uint8Array([65]);
  for (const offset of [-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY]) {
    await t.refuses("EINVAL", later(() => handle.writeAt(data, offset)), `writeAt ${offset}`);
    await t.refuses("EINVAL", later(() => handle.readAt(data, offset)), `readAt ${offset}`);
  }
  await handle.close();
  await t.holds("/file", "");
});

it("refuses sizes that are no sizes", { level: "sandbox" }, async (t) => {
  const handle = await opened(t, "/file");
  await handle.writeAt(new Uint8Array([65]), 0);
  for (const size of [-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY]) {
    await t.refuses(["EINVAL", "EFBIG"], later(() => handle.truncate(size)), `truncate ${size}`);
  }
  await handle.close();
  await t.holds("/file", "A");
});

core("made by create is empty, readable and writable", {
  clause: "seed 1: Provider.Create",
}, async (t) => {
  await t.file("/file", "old");
  const handle = t.keep(await t.provider.create(t.absolute("/file"), 0o600));
  t.equal((await handle.stat()).size, 0, "the size");
  await handle.write(new Uint8Array([65, 66]));
  const buffer = new Uint8Array(2);
  await handle.readAt(buffer, 0);
  t.bytes(buffer, "AB");
  await handle.close();
  t.equal((await t.stat("/file")).mode & 0o777, 0o644, "the mode of what was there");
});

core("made by create gets the mode", { clause: "seed 1: Provider.Create" }, async (t) => {
  t.keep(await t.provider.create(t.absolute("/file"), 0o604));
  t.equal((await t.stat("/file")).mode, 0o100604, "the mode");
});

core("is not made by create of a directory", { clause: "seed 1: Provider.Create" }, async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", later(() => t.provider.create(t.absolute("/dir"), 0o644)), "create");
});

core("is not made by create below nothing", { clause: "seed 1: Provider.Create" }, async (t) => {
  const path = t.absolute("/none/file");
  await t.refuses("ENOENT", later(() => t.provider.create(path, 0o644)), "create");
});

it("of a directory refuses data", async (t) => {
  await t.mkdir("/dir");
  const handle = await opened(t, "/dir", O_RDONLY);
  await t.refuses("EISDIR", later(() => handle.read(new Uint8Array(1))), "read");
  await t.refuses("EISDIR", later(() => handle.readAt(new Uint8Array(1), 0)), "readAt");
  await t.refuses(
    ["EBADF", "EISDIR"],
    later(() => handle.writeAt(new Uint8Array(1), 0)),
    "writeAt",
  );
  await t.refuses(["EINVAL", "EISDIR", "EBADF"], later(() => handle.truncate(0)), "truncate");
  await handle.close();
});
