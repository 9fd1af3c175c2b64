import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import { COMMANDS } from "./main.ts";
import { runCli } from "./testing/run_cli.ts";
import { VERSION } from "./version.ts";

Deno.test("the version is that of deno.json", () => assertEquals(VERSION, configuration.version));

Deno.test("--version and --help need no permission", async () => {
  const version = await runCli(["--version"], []);
  assertEquals(version, { code: 0, stdout: `fusewire ${VERSION}\n`, stderr: "" });
  const help = await runCli(["--help"], []);
  assertEquals([help.code, help.stderr], [0, ""]);
  for (const { name, summary } of COMMANDS) assertMatch(help.stdout, RegExp(`${name} +${summary}`));
});

Deno.test("every command has help with usage, examples and its options", async () => {
  for (const { name, help } of COMMANDS) {
    const { code, stdout } = await runCli([name, "--help"], []);
    assertEquals([code, stdout], [0, `${help}\n`]);
    assertMatch(help, RegExp(`^Usage: fusewire ${name} `));
    assertMatch(help, RegExp(`\nExamples:\n(  .*\n)*  fusewire ${name}`));
    assert(help.split("\n").every((line) => line.length <= 110), "lines fit a terminal");
  }
  assertEquals((await runCli(["help", "mount"], [])).code, 0);
});

Deno.test("a command line that is wrong ends with 2 and says what is right", async () => {
  const wrong: [string[], string][] = [
    [[], "Usage: fusewire <command>"],
    [["mont"], 'There is no command "mont"\n  Commands are serve, mount, record, replay, demo'],
    [["--verbose"], 'There is no option "--verbose"'],
    [["help", "mont"], "There is no command"],
    [["mount"], "Name the mount point"],
    [["mount", "", "--memory"], "The mount point has an empty name"],
    [["mount", "/", "--memory"], "Cannot mount on /: it is the root directory"],
    [["mount", "/tmp/..", "--memory"], "it is the root directory"],
    [["mount", "/tmp"], "Say what to mount\n  One of --socket <path>, --dir <path> and --memory"],
    [["mount", "/tmp", "--memory", "--dir", "/"], "Only one thing can be mounted at once"],
    [["mount", "/tmp", "/usr", "--memory"], "There is one mount point, not 2"],
    [["mount", "/tmp", "--memry"], "Unknown option '--memry'\n  See \"fusewire mount --help\""],
    [["mount", "/tmp", "--dir"], "argument missing"],
    [["mount", "/tmp", "--dir", "/a", "--dir", "/b"], "'--dir' is given more than once"],
    [["mount", "/tmp", "--memory", "-o", "max_write=much"], "It must be a whole number"],
    [
      ["mount", "/tmp", "--memory", "-x"],
      "Only a directory of this machine can be mounted with --ex",
    ],
    [["serve"], "Name a directory to serve, or --memory"],
    [["serve", "/tmp", "--memory", "--socket", "/tmp/s"], "Name a directory to serve, or --memory"],
    [["serve", "/tmp"], "Name the socket to listen on"],
    [["serve", "/a", "/b", "--socket", "/tmp/s"], "Cannot serve 2 directories at once"],
    [["demo", "/a", "/b"], "The demo shows one directory"],
  ];
  const results = await Promise.all(wrong.map(([args]) => runCli(args)));
  for (const [index, [args, words]] of wrong.entries()) {
    const { code, stdout, stderr } = results[index]!;
    assertStringIncludes(stderr, words, args.join(" "));
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }
});

Deno.test("what cannot be done ends with 1, and says what, where, why and what to do", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/file`;
  await Deno.writeTextFile(file, "");
  const failing: [string[], string][] = [
    [["serve", `${folder}/none`, "--socket", `${folder}/s`], "no such file or directory\n  Name a"],
    [["serve", file, "--socket", `${folder}/s`], `Cannot use ${file}: it is not a directory`],
    [["serve", folder, "--socket", `${folder}/none/s`], `Cannot serve on ${folder}/none/s: `],
    [["mount", `${folder}/none`, "--memory"], "there is no such directory. Make it first: mkdir"],
    [["mount", file, "--memory"], "not a directory"],
    [["mount", folder, "--socket", `${folder}/none`], "Is it being served? fusewire serve"],
    [["mount", folder, "--dir", folder], "it lies inside\n  Serving it would wait for itself"],
    [["mount", folder, "--memory", "-o", "frobnicate"], "it is not known. Known are"],
    [["mount", folder, "--memory", "--rules", `${folder}/none`], "Cannot read the rules in"],
    [["demo", folder], "it is no git work tree\n  Name a directory in a git work tree"],
  ];
  const results = await Promise.all(failing.map(([args]) => runCli(args)));
  for (const [index, [args, words]] of failing.entries()) {
    const { code, stdout, stderr } = results[index]!;
    assertStringIncludes(stderr, words, args.join(" "));
    assertEquals([code, stderr.startsWith("fusewire: ")], [1, true], args.join(" "));
    if (args[0] !== "demo") assertEquals(stdout, "");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("rules that are wrong end with 2 and name the rule and the field", async () => {
  const folder = await Deno.makeTempDir();
  const rules = `${folder}/rules.json`;
  for (const text of ["[", '[{"action": "blok"}]']) {
    await Deno.writeTextFile(rules, text);
    const { code, stderr } = await runCli(["mount", folder, "--memory", "--rules", rules]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `fusewire: Cannot use the rules in ${rules}: `);
    if (text !== "[") assertStringIncludes(stderr, 'rule 0, field "action"');
  }
  await Deno.remove(folder, { recursive: true });
});
