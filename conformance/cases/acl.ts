/**
 * Cases of POSIX ACLs. A filesystem without them refuses them: what is stored and not obeyed would give the
 * owning group the rights of the mask.
 *
 * @module
 */
import { O_CREAT, O_RDONLY, O_WRONLY } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { errnoThrown } from "../case_failure.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("acl", {
  clause: "acl(5); xattr(7) EOPNOTSUPP",
  needs: ["xattr", "kernel", "permissions", "users", "chown"],
  level: "sandbox",
});
const { it } = file;
const NAMED = { uid: 1001, gid: 1001 };
const OF_GROUP = { uid: 1002, gid: 1003 };
const ACCESS = "system.posix_acl_access";
const DEFAULT = "system.posix_acl_default";

/** Cases of POSIX ACLs. */
export const ACL = file.cases;

/** The permissions of an ACL with one named user, each a set of 4, 2 and 1. */
interface Entries {
  readonly owner: number;
  readonly named: number;
  readonly group: number;
  readonly mask: number;
  readonly other: number;
}

/** The attribute's value (`linux/posix_acl_xattr.h`): version 2, then tag, permissions and id of each. */
function aclOf({ owner, named, group, mask, other }: Entries): Uint8Array {
  const NOBODY = 0xffff_ffff;
  const rows = [
    [0x01, owner, NOBODY],
    [0x02, named, NAMED.uid],
    [0x04, group, NOBODY],
    [0x10, mask, NOBODY],
    [0x20, other, NOBODY],
  ] as const;
  const view = new DataView(new ArrayBuffer(4 + 8 * rows.length));
  view.setUint32(0, 2, true);
  for (const [index, [tag, permissions, id]] of rows.entries()) {
    view.setUint16(4 + 8 * index, tag, true);
    view.setUint16(6 + 8 * index, permissions, true);
    view.setUint32(8 + 8 * index, id, true);
  }
  return new Uint8Array(view.buffer);
}

/** Sets an ACL; where there are none, proves that nothing has come of it, and returns false. */
async function takes(t: Trial, path: string, name: string, entries: Entries): Promise<boolean> {
  const { mode } = await t.stat(path);
  try {
    await t.setxattr(path, name, aclOf(entries), 0);
    return true;
  } catch (thrown) {
    t.equal(errnoThrown(thrown), "EOPNOTSUPP", "how an ACL is refused");
    t.equal((await t.stat(path)).mode, mode, "the mode");
    t.equal((await t.listxattr(path)).includes(name), false, "whether the ACL is listed");
    return false;
  }
}

it("lets a named user in as far as the mask goes", async (t) => {
  await t.chmod("/", 0o777);
  await t.file("/file", "data", 0o600);
  const entries = { owner: 6, named: 6, group: 0, mask: 4, other: 0 };
  const other = t.another(NAMED);
  await t.refuses("EACCES", other.open("/file", O_RDONLY));
  if (!await takes(t, "/file", ACCESS, entries)) return;
  await other.close(await other.open("/file", O_RDONLY));
  await t.refuses("EACCES", other.open("/file", O_WRONLY));
});

it("gives the owning group its own entry, not the mask", async (t) => {
  await t.chmod("/", 0o777);
  await t.file("/file", "secret", 0o600);
  await t.chown("/file", 0, OF_GROUP.gid);
  await takes(t, "/file", ACCESS, { owner: 6, named: 6, group: 0, mask: 6, other: 0 });
  await t.refuses("EACCES", t.another(OF_GROUP).open("/file", O_RDONLY));
});

it("shows its mask as the group's bits, which chmod() changes", async (t) => {
  await t.chmod("/", 0o777);
  await t.file("/file", "data", 0o600);
  const entries = { owner: 6, named: 6, group: 4, mask: 6, other: 0 };
  if (!await takes(t, "/file", ACCESS, entries)) return;
  t.equal((await t.stat("/file")).mode & 0o777, 0o660, "the mode");
  await t.chmod("/file", 0o600);
  await t.refuses("EACCES", t.another(NAMED).open("/file", O_RDONLY));
  t.bytes(await t.getxattr("/file", ACCESS), aclOf({ ...entries, mask: 0 }), "the ACL");
});

it("of a directory decides the rights of what is made there", async (t) => {
  await t.chmod("/", 0o777);
  await t.mkdir("/dir", 0o777);
  const entries = { owner: 7, named: 7, group: 5, mask: 7, other: 0 };
  if (!await takes(t, "/dir", DEFAULT, entries)) return;
  await t.close(await t.open("/dir/file", O_WRONLY | O_CREAT, 0o666));
  await t.mkdir("/dir/below", 0o777);
  t.equal((await t.stat("/dir/file")).mode & 0o777, 0o660, "the mode of a file");
  t.equal((await t.stat("/dir/below")).mode & 0o777, 0o770, "the mode of a directory");
  t.bytes(await t.getxattr("/dir/below", DEFAULT), aclOf(entries), "what is handed down");
  const other = t.another(NAMED);
  await other.close(await other.open("/dir/file", O_WRONLY));
});

it("takes setgid from the file of an owner who is not of its group", async (t) => {
  await t.chmod("/", 0o777);
  await t.file("/file", "data", 0o755);
  await t.chown("/file", NAMED.uid, OF_GROUP.gid);
  await t.chmod("/file", 0o2775);
  const entries = { owner: 7, named: 7, group: 5, mask: 7, other: 5 };
  if (!await takes(t.another(NAMED), "/file", ACCESS, entries)) return;
  t.equal((await t.stat("/file")).mode & 0o7777, 0o775, "the mode");
});
