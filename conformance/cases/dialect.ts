/**
 * Cases of the contract's path dialect, which a kernel never shows.
 *
 * @module
 */
import { caseFile } from "../case.ts";

const file = caseFile("dialect", {
  clause: "src/base/path.ts: paths are cleaned lexically",
  needs: ["contract"],
});
const { core, it } = file;

/** Cases of the contract's path dialect. */
export const DIALECT = file.cases;

core("takes a dot away", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/./file", "data");
  await t.holds("/./dir/./file", "data");
});

core("takes double slashes away", async (t) => {
  await t.mkdir("//dir");
  await t.file("/dir//file", "data");
  await t.holds("///dir///file", "data");
});

core("takes a slash at the end away", async (t) => {
  await t.mkdir("/dir/");
  await t.file("/dir/file", "data");
  t.equal(await t.names("/dir/"), ["file"]);
  await t.holds("/dir/file/", "data");
});

core("takes dot-dot with what is before it", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/../file", "data");
  t.equal(await t.names("/"), ["dir", "file"]);
  await t.holds("/none/../file", "data");
});

core("never leaves the root by dot-dot", { level: "sandbox" }, async (t) => {
  const root = await t.provider.stat("/");
  const above = await t.provider.stat("/../../..");
  t.equal([above.mode, above.ino, above.name], [root.mode, root.ino, "/"], "the root");
  const path = `/../../..${t.absolute("/file")}`;
  const handle = t.keep(await t.provider.create(path, 0o644));
  await handle.close();
  t.equal(await t.names("/"), ["file"]);
});

core("starts a relative path at the root", async (t) => {
  await t.file("/file", "data");
  const path = t.absolute("/file").slice(1);
  t.equal((await t.provider.stat(path)).size, 4, "the size");
});

core("takes an empty path for the root", async (t) => {
  t.equal((await t.provider.stat("")).isDir, true, "whether it is a directory");
  t.equal((await t.provider.stat(".")).isDir, true, "whether it is a directory");
});

it("cleans both paths of rename", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/old", "data");
  await t.rename("/dir/./old", "/none/../dir//new/");
  t.equal(await t.names("/dir"), ["new"]);
});

it("finds a directory inside itself however it is spelt", { level: "sandbox" }, async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EINVAL", t.rename("/dir", "/./dir/../dir//below"));
  t.equal(await t.names("/"), ["dir"]);
});

it("refuses a path over its limit", { level: "sandbox" }, async (t) => {
  await t.refuses("ENAMETOOLONG", t.stat("/none".repeat(20_000)));
  await t.refuses("ENAMETOOLONG", t.mkdir("/none".repeat(20_000)));
});
