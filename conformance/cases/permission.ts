/**
 * Cases of what others may not do.
 *
 * @module
 */
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("permission", {
  clause: "POSIX.1-2024 4.7 File Access Permissions; inode(7)",
  needs: ["permissions", "users", "chown"],
  level: "sandbox",
});
const { it } = file;
const STRANGER = { uid: 1001, gid: 1001 };

/** Cases of what others may not do. */
export const PERMISSION = file.cases;

/** A stranger in a directory where everybody may do everything. */
async function stranger(t: Trial): Promise<Trial> {
  await t.chmod("/", 0o777);
  return t.another(STRANGER);
}

it("to read is taken by the mode", async (t) => {
  const other = await stranger(t);
  await t.file("/file", "secret", 0o600);
  await t.refuses("EACCES", other.open("/file", O_RDONLY));
  await t.chmod("/file", 0o604);
  await other.close(await other.open("/file", O_RDONLY));
});

it("to write is taken by the mode", async (t) => {
  const other = await stranger(t);
  await t.file("/file", "kept", 0o644);
  await t.refuses("EACCES", other.open("/file", O_WRONLY));
  await t.refuses("EACCES", other.open("/file", O_RDWR));
  await t.refuses("EACCES", other.open("/file", O_RDONLY | O_TRUNC));
  await t.refuses("EACCES", other.truncate("/file", 0));
  await t.holds("/file", "kept");
});

it("of the owner is that of the owner alone", async (t) => {
  const other = await stranger(t);
  await t.file("/file", "data", 0o077);
  await t.chown("/file", STRANGER.uid, STRANGER.gid);
  await t.chmod("/file", 0o077);
  await t.refuses("EACCES", other.open("/file", O_RDONLY));
});

it("of the group is that of the group alone", async (t) => {
  const other = await stranger(t);
  await t.file("/file", "data");
  await t.chown("/file", 0, STRANGER.gid);
  await t.chmod("/file", 0o604);
  await t.refuses("EACCES", other.open("/file", O_RDONLY));
  await t.chmod("/file", 0o640);
  await other.close(await other.open("/file", O_RDONLY));
});

it("to go through a directory is taken by the mode", async (t) => {
  const other = await stranger(t);
  await t.mkdir("/dir", 0o755);
  await t.file("/dir/file", "data", 0o644);
  await t.chmod("/dir", 0o766);
  await t.refuses("EACCES", other.stat("/dir/file"));
  await t.refuses("EACCES", other.open("/dir/file", O_RDONLY));
  t.equal(await other.names("/dir"), ["file"]);
});

it("to list a directory is taken by the mode", async (t) => {
  const other = await stranger(t);
  await t.mkdir("/dir");
  await t.file("/dir/file", "data", 0o644);
  await t.chmod("/dir", 0o711);
  await t.refuses("EACCES", other.readdir("/dir"));
  await other.holds("/dir/file", "data");
});

it("to make names is taken by the mode", async (t) => {
  const other = await stranger(t);
  await t.mkdir("/dir", 0o755);
  await t.refuses("EACCES", other.open("/dir/file", O_WRONLY | O_CREAT));
  await t.refuses("EACCES", other.mkdir("/dir/below"));
  await t.refuses("EACCES", other.symlink("x", "/dir/link"));
  t.equal(await t.names("/dir"), []);
});

it("to remove names is taken by the mode", async (t) => {
  const other = await stranger(t);
  await t.mkdir("/dir", 0o755);
  await t.file("/dir/file", "kept", 0o666);
  await t.mkdir("/dir/below", 0o777);
  await t.refuses("EACCES", other.unlink("/dir/file"));
  await t.refuses("EACCES", other.rmdir("/dir/below"));
  await t.refuses("EACCES", other.rename("/dir/file", "/dir/new"));
  await t.refuses("EACCES", other.rename("/dir/file", "/new"));
  t.equal(await t.names("/dir"), ["below", "file"]);
});

it("to remove names belongs to the directory, not to the file", async (t) => {
  const other = await stranger(t);
  await t.mkdir("/dir");
  await t.chmod("/dir", 0o777);
  await t.file("/dir/file", "root's", 0o600);
  await other.unlink("/dir/file");
  t.equal(await t.names("/dir"), []);
});

it("to remove names in a sticky directory is the owner's", {
  clause: "unlink(2) EPERM: the sticky bit",
}, async (t) => {
  const other = await stranger(t);
  await t.mkdir("/tmp");
  await t.chmod("/tmp", 0o1777);
  await t.file("/tmp/file", "root's", 0o666);
  await t.refuses(["EPERM", "EACCES"], other.unlink("/tmp/file"));
  await t.refuses(["EPERM", "EACCES"], other.rename("/tmp/file", "/tmp/new"));
  await other.file("/tmp/own");
  await t.refuses(["EPERM", "EACCES"], other.rename("/tmp/own", "/tmp/file"));
  await other.unlink("/tmp/own");
  t.equal(await t.names("/tmp"), ["file"]);
});

it("to move a directory takes write access to it", {
  clause: "rename(2) EACCES: .. has to change",
}, async (t) => {
  const other = await stranger(t);
  await t.mkdir("/from");
  await t.chmod("/from", 0o777);
  await t.mkdir("/to");
  await t.chmod("/to", 0o777);
  await t.mkdir("/from/dir", 0o755);
  await t.refuses("EACCES", other.rename("/from/dir", "/to/dir"));
  t.equal(await t.names("/from"), ["dir"]);
});

it("stays with a descriptor that is open", async (t) => {
  const other = await stranger(t);
  await t.file("/file", "data", 0o666);
  await t.chmod("/file", 0o666);
  const fd = await other.open("/file", O_RDWR);
  await t.chmod("/file", 0o600);
  t.bytes(await other.pread(fd, 10, 0), "data");
  await other.pwrite(fd, "DA", 0);
  await other.close(fd);
  await t.refuses("EACCES", other.open("/file", O_RDONLY));
});

it("is root's in any case", async (t) => {
  const other = await stranger(t);
  await other.file("/file", "data", 0o000);
  await t.holds("/file", "data");
});

it("of a link is that of its target", { needs: ["symlink"] }, async (t) => {
  const other = await stranger(t);
  await t.file("/file", "secret", 0o600);
  await t.symlink("file", "/link");
  await t.refuses("EACCES", other.open("/link", O_RDONLY));
  t.equal(await other.readlink("/link"), "file");
});

it("of attributes is that of the content", { needs: ["xattr"] }, async (t) => {
  const other = await stranger(t);
  await t.file("/file", "", 0o644);
  await t.setxattr("/file", "user.name", "value");
  t.bytes(await other.getxattr("/file", "user.name"), "value");
  await t.refuses("EACCES", other.setxattr("/file", "user.name", "x"));
  await t.chmod("/file", 0o600);
  await t.refuses("EACCES", other.getxattr("/file", "user.name"));
});
