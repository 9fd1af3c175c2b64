/**
 * Cases of names.
 *
 * @module
 */
import { caseFile } from "../case.ts";

const file = caseFile("name", { clause: "POSIX.1-2024 3.254 Pathname; path_resolution(7)" });
const { core, it } = file;

/** Cases of names. */
export const NAME = file.cases;

/** Names that are as good as any other. */
export const ORDINARY_NAMES: Readonly<Record<string, string>> = {
  "with spaces": " a  name ",
  "with dots": "...",
  "with a leading dot": ".name",
  "with a trailing dot": "name.",
  "with a leading dash": "-rf",
  "with a newline": "two\nlines",
  "with control characters": "\x01\x1b[31m\x7f",
  "with a backslash": "a\\b",
  "with a colon": "C:",
  "with quotes": `"'\``,
  "with an asterisk": "*",
  "with a percent sign": "%2f%00",
  "that Windows reserves": "CON",
  "of one byte": "x",
  "in Greek": "ὄνομα",
  "in Chinese": "文件",
  "in Arabic": "ملف",
  "with an emoji": "📁🏳️‍🌈",
  "with a byte order mark": "\ufeffname",
  "of JavaScript's objects": "__proto__",
  "of a method": "constructor",
};

for (const [what, name] of Object.entries(ORDINARY_NAMES)) {
  core(`${what} is a name`, async (t) => {
    await t.file(`/${name}`, "data");
    await t.mkdir("/dir");
    await t.mkdir(`/dir/${name}`);
    await t.file(`/dir/${name}/${name}`, "deep");
    t.equal(await t.names("/dir"), [name]);
    await t.holds(`/${name}`, "data");
    await t.holds(`/dir/${name}/${name}`, "deep");
    await t.rename(`/${name}`, "/renamed");
    await t.refuses("ENOENT", t.stat(`/${name}`));
  });
}

core("is told apart by case", async (t) => {
  await t.file("/name", "lower");
  await t.file("/NAME", "upper");
  await t.holds("/name", "lower");
  await t.holds("/NAME", "upper");
  t.equal((await t.names("/")).length, 2, "how many names");
});

core("is told apart by Unicode normal form", async (t) => {
  await t.file("/\u00e9", "composed");
  await t.file("/e\u0301", "decomposed");
  await t.holds("/\u00e9", "composed");
  await t.holds("/e\u0301", "decomposed");
});

it("that is not UTF-8 is kept byte for byte", { needs: ["anyName"] }, async (t) => {
  const names = ["\udcff\udcfe", "a\udc80b", "\udce4", "ä\udce4"];
  for (const name of names) await t.file(`/${name}`, name.length.toString());
  t.equal(await t.names("/"), [...names].sort());
  for (const name of names) await t.holds(`/${name}`, name.length.toString());
  await t.rename("/\udce4", "/renamed\udc80");
  await t.holds("/renamed\udc80", "1");
});

core("of 255 bytes is accepted, of 256 refused", async (t) => {
  await t.file(`/${"n".repeat(255)}`, "data");
  await t.holds(`/${"n".repeat(255)}`, "data");
  await t.refuses("ENAMETOOLONG", t.file(`/${"n".repeat(256)}`));
  await t.refuses("ENAMETOOLONG", t.stat(`/${"n".repeat(256)}`));
});

core("is measured in bytes", async (t) => {
  // Three bytes each in UTF-8: 85 make 255.
  await t.file(`/${"文".repeat(85)}`, "data");
  await t.holds(`/${"文".repeat(85)}`, "data");
  await t.refuses("ENAMETOOLONG", t.file(`/${"文".repeat(86)}`));
  await t.refuses("ENAMETOOLONG", t.file(`/${"文".repeat(85)}n`));
});

core("that begins another name is another name", async (t) => {
  await t.mkdir("/a");
  await t.file("/a/file", "in a");
  await t.mkdir("/ab");
  await t.file("/ab/file", "in ab");
  await t.holds("/a/file", "in a");
  await t.rename("/a", "/c");
  await t.holds("/ab/file", "in ab");
});

it("at the end of a path of 4,000 bytes works", async (t) => {
  let path = "";
  for (let depth = 0; depth < 15; depth++) {
    path += `/${"d".repeat(240)}`;
    await t.mkdir(path);
  }
  await t.file(`${path}/file`, "deep");
  await t.holds(`${path}/file`, "deep");
});

it("with NUL is refused", { needs: ["contract"], level: "sandbox" }, async (t) => {
  await t.refuses("EINVAL", t.file("/a\0b"));
  await t.refuses("EINVAL", t.stat("/a\0b"));
  await t.refuses("EINVAL", t.mkdir("/a\0b"));
  t.equal(await t.names("/"), []);
});
