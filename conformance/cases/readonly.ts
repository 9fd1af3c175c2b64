/**
 * Cases of a filesystem that cannot be changed.
 *
 * @module
 */
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, S_IFIFO } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import type { Need } from "../need.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("readonly", {
  clause: "POSIX.1-2024: EROFS; seed 1: ReadonlyProvider",
  needs: ["readonly"],
  change: false,
});
const { core, it } = file;
const TIME = { sec: 1, nsec: 0 };

/** Cases of a filesystem that cannot be changed. */
export const READONLY = file.cases;

/** Everything that would change something, one row each. */
const CHANGES: readonly (readonly [string, readonly Need[], (t: Trial) => Promise<unknown>])[] = [
  ["making a file", [], (t) => t.open("/new", O_RDWR | O_CREAT)],
  ["making a directory", [], (t) => t.mkdir("/new")],
  ["making a link", ["symlink"], (t) => t.symlink("x", "/new")],
  ["making a pipe", ["mknod"], (t) => t.mknod("/new", S_IFIFO | 0o600)],
  ["changing the mode of the root", [], (t) => t.chmod("/", 0o700)],
  ["changing the owner of the root", ["chown"], (t) => t.chown("/", 1, 1)],
  ["changing the times of the root", ["utimes"], (t) => t.utimens("/", TIME, TIME)],
  ["giving the root an attribute", ["xattr"], (t) => t.setxattr("/", "user.x", "x")],
];

for (const [what, needs, change] of CHANGES) {
  core(`refuses ${what}`, { needs }, async (t) => {
    const before = await t.names("/");
    await t.refuses("EROFS", change(t));
    t.equal(await t.names("/"), before, "the names in the root");
  });
}

/** The first regular file of the root, if there is one. */
async function someFile(t: Trial): Promise<string | undefined> {
  const entry = (await t.readdir("/")).find(({ type }) => type === 0o100000);
  return entry && `/${entry.name}`;
}

it("refuses every change of a file that is there", async (t) => {
  const path = await someFile(t);
  if (path === undefined) return;
  const before = await t.content(path);
  await t.refuses("EROFS", t.open(path, O_WRONLY));
  await t.refuses("EROFS", t.open(path, O_RDWR));
  await t.refuses("EROFS", t.open(path, O_RDWR | O_TRUNC));
  await t.refuses("EROFS", t.unlink(path));
  await t.refuses("EROFS", t.rename(path, "/new"));
  await t.refuses("EROFS", t.chmod(path, 0o777));
  await t.refuses("EROFS", t.truncate(path, 0));
  t.bytes(await t.content(path), before, "the content");
});

core("can be read", async (t) => {
  t.equal((await t.stat("/")).mode & 0o170000, 0o040000, "the type of the root");
  for (const { name, type } of await t.readdir("/")) {
    const hasLstat = t.has("lstat");
    // Without lstat only what it leads to can be looked at, and that may be nothing.
    if (type === 0o120000 && !hasLstat) continue;
    const info = await (hasLstat ? t.lstat(`/${name}`) : t.stat(`/${name}`));
    if (type !== 0 && hasLstat) t.equal(info.mode & 0o170000, type, `the type of ${name}`);
    if (type !== 0o100000) continue;
    t.equal((await t.content(`/${name}`)).length, info.size, `the size of ${name}`);
  }
});

core("opens files for reading, also with O_CREAT", async (t) => {
  const path = await someFile(t);
  if (path === undefined) return;
  await t.close(await t.open(path, O_RDONLY));
  await t.close(await t.open(path, O_RDONLY | O_CREAT));
});

core("refuses what is not there as ever", async (t) => {
  await t.refuses("ENOENT", t.stat("/there-is-no-such-name"));
  await t.refuses("ENOENT", t.open("/there-is-no-such-name", O_RDONLY));
  await t.refuses("ENOENT", t.readdir("/there-is-no-such-name"));
});
