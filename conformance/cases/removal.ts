/**
 * Cases of `remove` and `removeAll`.
 *
 * @module
 */
import { caseFile } from "../case.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("removal", {
  clause: "seed 1: Provider.Remove, Provider.RemoveAll (Go os.Remove, os.RemoveAll)",
  needs: ["contract"],
});
const { core, it } = file;

/** Cases of `remove` and `removeAll`. */
export const REMOVAL = file.cases;

async function remove(t: Trial, path: string): Promise<void> {
  await t.provider.remove(t.absolute(path));
}

async function removeAll(t: Trial, path: string): Promise<void> {
  await t.provider.removeAll(t.absolute(path));
}

core("of a file removes it", async (t) => {
  await t.file("/file");
  await remove(t, "/file");
  t.equal(await t.names("/"), []);
});

core("of an empty directory removes it", async (t) => {
  await t.mkdir("/dir");
  await remove(t, "/dir");
  t.equal(await t.names("/"), []);
});

core("of a directory with something in it is refused", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "kept");
  await t.refuses(["ENOTEMPTY", "EEXIST"], remove(t, "/dir"), "remove");
  await t.holds("/dir/file", "kept");
});

core("of what is not there is refused", async (t) => {
  await t.refuses("ENOENT", remove(t, "/none"), "remove");
  await t.refuses("ENOENT", remove(t, "/none/below"), "remove");
});

core("of all below a directory removes it", async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.file("/dir/below/file");
  await t.file("/dir/file");
  await t.file("/other", "kept");
  await removeAll(t, "/dir");
  t.equal(await t.names("/"), ["other"]);
});

core("of all of a file removes it", async (t) => {
  await t.file("/file");
  await removeAll(t, "/file");
  t.equal(await t.names("/"), []);
});

core("of all of what is not there succeeds", async (t) => {
  await removeAll(t, "/none");
  await removeAll(t, "/none/below");
});

it("of all below a file succeeds or is refused", { clause: "Go os.RemoveAll" }, async (t) => {
  await t.file("/file", "kept");
  try {
    await removeAll(t, "/file/below");
  } catch {
    await t.refuses("ENOTDIR", removeAll(t, "/file/below"), "removeAll");
  }
  await t.holds("/file", "kept");
});

it("of all does not follow links", { needs: ["symlink"], level: "sandbox" }, async (t) => {
  await t.mkdir("/precious");
  await t.file("/precious/file", "kept");
  await t.mkdir("/dir");
  await t.symlink("../precious", "/dir/link");
  await t.symlink("../precious/file", "/dir/to-file");
  await removeAll(t, "/dir");
  t.equal(await t.names("/"), ["precious"]);
  await t.holds("/precious/file", "kept");
});

it("of all of a link removes the link", { needs: ["symlink"], level: "sandbox" }, async (t) => {
  await t.mkdir("/precious");
  await t.file("/precious/file", "kept");
  await t.symlink("precious", "/link");
  await removeAll(t, "/link");
  t.equal(await t.names("/"), ["precious"]);
  await t.holds("/precious/file", "kept");
});

it("of a link removes the link", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await remove(t, "/link");
  t.equal(await t.names("/"), ["dir"]);
});

it("of the root is refused", { level: "sandbox" }, async (t) => {
  await t.file("/file", "kept");
  await t.refuses(
    ["EBUSY", "EINVAL", "ENOTEMPTY", "EPERM"],
    (async () => {
      await t.provider.remove("/");
    })(),
    "remove of the root",
  );
  await t.holds("/file", "kept");
});

core("of all below a deep tree ends", async (t) => {
  let path = "/dir";
  for (let depth = 0; depth < 60; depth++) {
    await t.mkdir(path);
    await t.file(`${path}/file`);
    path += "/d";
  }
  await removeAll(t, "/dir");
  t.equal(await t.names("/"), []);
});

core("of an open file leaves it readable", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  await remove(t, "/file");
  t.bytes(await t.read(fd, 10), "data");
  await t.close(fd);
});
