/**
 * Cases of honesty: what is declared works, what is not says so.
 *
 * @module
 */
import { O_CREAT, O_RDWR, S_IFIFO } from "../../src/base/mod.ts";
import {
  CAPABILITIES,
  type Capability,
  type Handle,
  isCapability,
  LOCK_END_MAX,
  type Provider,
} from "../../src/provider/mod.ts";
import { caseFile } from "../case.ts";
import { CaseFailure, errnoThrown, showThrown } from "../case_failure.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("capability", {
  clause: "DESIGN decision 4: a method that a provider lacks answers ENOSYS",
  needs: ["contract", "declares"],
});
const { core } = file;
const TIME = { sec: 1, nsec: 0 };
const LOCK = {
  kind: "posix",
  type: "read",
  start: 0,
  end: LOCK_END_MAX,
  owner: 1,
  pid: 0,
} as const;

/** Cases of honesty. */
export const CAPABILITY = file.cases;

interface Place {
  readonly provider: Provider;
  readonly handle: Handle;
  /** A path below the case's directory. */
  readonly at: (path: string) => string;
}

type Attempt = (place: Place) => unknown;

/** One attempt at each method of each capability, on a file `/file` and a directory `/dir`. */
const ATTEMPTS = {
  lstat: { lstat: ({ provider, at }) => provider.lstat(at("/file")) },
  symlink: {
    symlink: ({ provider, at }) => provider.symlink("file", at("/symlink")),
    readlink: async ({ provider, at }) => {
      await provider.symlink("file", at("/symlink2"));
      await provider.readlink(at("/symlink2"));
    },
  },
  link: { link: ({ provider, at }) => provider.link(at("/file"), at("/link")) },
  mknod: { mknod: ({ provider, at }) => provider.mknod(at("/fifo"), S_IFIFO | 0o600, 0) },
  chown: {
    chown: ({ provider, at }) => provider.chown(at("/file"), -1, -1),
    lchown: ({ provider, at }) => provider.lchown(at("/file"), -1, -1),
  },
  tmpfile: { linkHandle: ({ provider, handle, at }) => provider.linkHandle(handle, at("/linked")) },
  utimes: {
    utimes: ({ provider, at }) => provider.utimes(at("/file"), TIME, TIME),
    lutimes: ({ provider, at }) => provider.lutimes(at("/file"), TIME, TIME),
  },
  truncate: { truncate: ({ provider, at }) => provider.truncate(at("/file"), 1) },
  statfs: { statfs: ({ provider, at }) => provider.statfs(at("/file")) },
  xattr: {
    setXattr: ({ provider, at }) =>
      provider.setXattr(at("/file"), "user.x", new Uint8Array([1]), 0),
    listXattr: ({ provider, at }) => provider.listXattr(at("/file")),
    "handle.setXattr": ({ handle }) => handle.setXattr("user.y", new Uint8Array([1]), 0),
    "handle.listXattr": ({ handle }) => handle.listXattr(),
  },
  rename2: { rename2: ({ provider, at }) => provider.rename2(at("/dir"), at("/renamed"), 1) },
  inode: {},
  handleAttr: {
    "handle.chmod": ({ handle }) => handle.chmod(0o600),
    "handle.utimes": ({ handle }) => handle.utimes(TIME, TIME),
  },
  allocate: { "handle.allocate": ({ handle }) => handle.allocate(0, 0, 10) },
  copyRange: { "handle.copyRange": ({ handle }) => handle.copyRange(0, handle, 100, 1) },
  seekHole: { "handle.seekHole": ({ handle }) => handle.seekHole(0, 4) },
  lock: {
    "handle.getLock": ({ handle }) => handle.getLock(LOCK),
    "handle.setLock": ({ handle }) => handle.setLock(LOCK, false),
  },
  watch: {},
} as const satisfies Readonly<Record<Capability, Readonly<Record<string, Attempt>>>>;

async function place(t: Trial): Promise<Place> {
  await t.file("/file", "some data");
  await t.mkdir("/dir");
  const handle = await t.handle("/file", O_RDWR | O_CREAT);
  return { provider: t.provider, handle, at: (path) => t.absolute(path) };
}

/** What the attempt came to: an errno, or null for success. */
async function outcome(attempt: Attempt, where: Place): Promise<string | null> {
  try {
    await attempt(where);
    return null;
  } catch (thrown) {
    return errnoThrown(thrown) ?? showThrown(thrown);
  }
}

for (const name of Object.keys(CAPABILITIES).filter(isCapability)) {
  const attempts: readonly (readonly [string, Attempt])[] = Object.entries(ATTEMPTS[name]);
  if (attempts.length === 0) continue;
  core(`${name} works where it is declared, and is ENOSYS elsewhere`, async (t) => {
    const where = await place(t);
    const declared = t.provider.capabilities.has(name);
    for (const [method, attempt] of attempts) {
      const code = await outcome(attempt, where);
      if (declared && code !== null) throw new CaseFailure(`${method}, declared`, "success", code);
      if (declared || code === "ENOSYS") continue;
      if (code !== null) throw new CaseFailure(`${method}, not declared`, "ENOSYS", code);
      t.warn(`${method} works though ${name} is not declared`);
    }
  });
}

core("names are those of the contract", async (t) => {
  await t.stat("/");
  for (const name of t.provider.capabilities) {
    t.ok(isCapability(name), "it is a capability", name);
  }
});

core("sets do not change", async (t) => {
  const before = [...t.provider.capabilities].sort();
  await t.file("/file", "data");
  await t.unlink("/file");
  t.equal([...t.provider.capabilities].sort(), before);
});
