/**
 * Cases of callers that give up, and of whom things belong to.
 *
 * @module
 */
import { O_CREAT, O_RDWR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { CaseFailure, errnoThrown, showThrown } from "../case_failure.ts";
import { LOCK_END_MAX } from "../../src/provider/mod.ts";

const file = caseFile("context", {
  clause: "src/provider/context.ts",
  needs: ["contract"],
});
const { it, core } = file;

/** Cases of callers that give up, and of whom things belong to. */
export const CONTEXT = file.cases;

/** Whether it ends with EINTR or as if nothing had happened. */
async function endsOrFails(operation: () => unknown, what: string): Promise<void> {
  try {
    await operation();
  } catch (thrown) {
    const code = errnoThrown(thrown);
    if (code !== "EINTR") throw new CaseFailure(what, "success or EINTR", showThrown(thrown));
  }
}

core("of a caller who has given up fails with EINTR or finishes", async (t) => {
  await t.file("/file", "data");
  const context = { uid: 0, gid: 0, signal: AbortSignal.abort() };
  const { provider } = t;
  const path = t.absolute("/file");
  await endsOrFails(() => provider.stat(path, context), "stat");
  await endsOrFails(() => provider.readDir(t.absolute("/"), context), "readDir");
  await endsOrFails(() => provider.mkdir(t.absolute("/dir"), 0o755, context), "mkdir");
  await endsOrFails(() => provider.chmod(path, 0o600, context), "chmod");
  await t.holds("/file", "data");
});

core("of a caller who gives up leaves the provider usable", async (t) => {
  const handle = await t.handle("/file", O_RDWR | O_CREAT);
  const data = new Uint8Array(100_000).fill(65);
  for (let round = 0; round < 10; round++) {
    const controller = new AbortController();
    const context = { uid: 0, gid: 0, signal: controller.signal };
    const writing = endsOrFails(() => handle.writeAt(data, 0, context), "writeAt");
    controller.abort();
    await writing;
  }
  await handle.writeAt(data, 0);
  await handle.close();
  t.equal((await t.stat("/file")).size, data.length, "the size");
});

it("of a caller who gives up waiting for a lock is EINTR", { needs: ["lock"] }, async (t) => {
  const one = await t.handle("/file", O_RDWR | O_CREAT);
  const two = await t.handle("/file", O_RDWR);
  const lock = { kind: "posix", type: "write", start: 0, end: LOCK_END_MAX, pid: 0 } as const;
  await one.setLock({ ...lock, owner: 1 }, false);
  const controller = new AbortController();
  const waiting = (async () => {
    await two.setLock({ ...lock, owner: 2 }, true, { uid: 0, gid: 0, signal: controller.signal });
  })();
  controller.abort();
  await t.refuses("EINTR", waiting, "waiting for a lock");
  await one.setLock({ ...lock, owner: 1, type: "unlock" }, false);
  await two.setLock({ ...lock, owner: 2 }, false);
});

it("of a caller who waits for a lock gets it when it is free", { needs: ["lock"] }, async (t) => {
  const one = await t.handle("/file", O_RDWR | O_CREAT);
  const two = await t.handle("/file", O_RDWR);
  const lock = { kind: "flock", type: "write", start: 0, end: LOCK_END_MAX, pid: 0 } as const;
  await one.setLock({ ...lock, owner: 1 }, false);
  let got = false;
  const waiting = (async () => {
    await two.setLock({ ...lock, owner: 2 }, true);
    got = true;
  })();
  await t.stat("/file");
  t.equal(got, false, "whether the lock was given too early");
  await one.setLock({ ...lock, owner: 1, type: "unlock" }, false);
  await waiting;
});

it("without one is that of the process itself", { needs: ["chown", "owner"] }, async (t) => {
  await t.file("/file");
  const { uid, gid } = await t.stat("/file");
  t.equal([uid, gid], [Deno.uid() ?? 0, Deno.gid() ?? 0], "owner and group");
});

it("names the owner of what is made", { needs: ["chown", "owner", "users"] }, async (t) => {
  await t.chmod("/", 0o777);
  const context = { uid: 1001, gid: 1002 };
  await t.provider.mkdir(t.absolute("/dir"), 0o755, context);
  t.keep(await t.provider.create(t.absolute("/file"), 0o644, context));
  for (const path of ["/dir", "/file"]) {
    const { uid, gid } = await t.stat(path);
    t.equal([uid, gid], [1001, 1002], `owner and group of ${path}`);
  }
});
