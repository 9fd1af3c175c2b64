import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connectUDS, connectVFS, RemoteHandle } from "../wire/mod.ts";
import { CliProcess } from "./testing/cli_process.ts";
import { runCli } from "./testing/run_cli.ts";

/** Runs with a folder of its own. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("serve --tcp serves this machine on a free port, and says which", async () => {
  await using serving = new CliProcess(["serve", "--memory", "--tcp", "0"]);
  const [, port] = /on 127\.0\.0\.1:(\d+) \(Ctrl-C ends\)$/.exec(await serving.line()) ?? [];
  await using remote = await connectVFS(await Deno.connect({ port: Number(port) }));
  await remote.mkdir("/d", 0o755);
  assertEquals((await remote.readDir("/")).map((entry) => entry.name), ["d"]);
  serving.stop();
  assertEquals(await serving.ended(), 0);
});

Deno.test("serve --tcp and mount --tcp refuse other machines unless told otherwise", async () => {
  for (const args of [["serve", "--memory"], ["mount", "/nowhere"]]) {
    const refused = await runCli([...args, "--tcp", "0.0.0.0:5005"]);
    assertEquals([refused.code, refused.stdout], [2, ""]);
    assertStringIncludes(refused.stderr, "Cannot use 0.0.0.0:5005: it is not an address of this");
    assertStringIncludes(refused.stderr, "or say --insecure");
  }
  await using serving = new CliProcess(["serve", "--memory", "--tcp", "0.0.0.0:0", "--insecure"]);
  assertMatch(await serving.line(), /on 0\.0\.0\.0:\d+ /);
});

Deno.test("mount --tcp says where nobody serves", async () => {
  const { code, stderr } = await runCli(["mount", "/nowhere", "--tcp", "127.0.0.1:1"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Cannot connect to 127.0.0.1:1: connection refused");
  assertStringIncludes(stderr, "fusewire serve <directory> --tcp 127.0.0.1:1");
});

Deno.test("vsock without Deno's flag ends with words, not with the process", async () => {
  for (
    const args of [["serve", "--memory", "--vsock", "5005"], ["mount", "/n", "--vsock", "2:1"]]
  ) {
    const { code, stderr } = await runCli(args);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "Cannot use vsock: Deno has it only with a flag");
    assertStringIncludes(stderr, "deno run --unstable-vsock -A");
  }
});

const hasVsock = await Deno.stat("/dev/vsock").then(() => true, () => false);

Deno.test({
  name: "serve --vsock listens with Deno's flag",
  // Without the device there is no such network to listen on.
  ignore: !hasVsock,
  fn: async () => {
    const flags = ["--allow-all", "--unstable-vsock"];
    await using serving = new CliProcess(["serve", "--memory", "--vsock", "50557"], flags);
    assertEquals(await serving.line(), "Serving memory on vsock 50557 (Ctrl-C ends)");
  },
});

Deno.test("serve --pass-files passes the files of a directory, and nothing that others guard", async () => {
  await inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/host`);
    const socket = `${folder}/s`;
    const args = ["serve", `${folder}/host`, "--pass-files"];
    await using serving = new CliProcess([...args, "--socket", socket]);
    assertStringIncludes(await serving.line(), `on ${socket} (Ctrl-C ends)`);
    await using remote = await connectUDS(socket, { forMount: true });
    remote.client.passed.want();
    const handle = await remote.create("/f", 0o644);
    assert(handle instanceof RemoteHandle);
    // With one processor nobody looks for anything with its thread, and no memory is shared.
    assertEquals(handle.passed !== null, navigator.hardwareConcurrency > 1);
    await handle.close();
    for (
      const [option, why] of [
        [["--exclusive", "--socket", socket], "nobody would hear of what is written"],
        [["--readonly", "--socket", socket], "opened again in another mode"],
        [["--rules", "r.json", "--socket", socket], "rules would not hear"],
        [["--tcp", "0"], "descriptors go over a Unix socket"],
        [["--vsock", "5005"], "descriptors go over a Unix socket"],
      ] as const
    ) {
      const { code, stderr } = await runCli([...args, ...option]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, `Cannot serve with --pass-files and ${option[0]}: `);
      assertStringIncludes(stderr, why);
    }
    const memory = await runCli(["serve", "--memory", "--pass-files", "--socket", socket]);
    assertStringIncludes(memory.stderr, "--pass-files and --memory: files in memory have no");
  });
});

Deno.test("mount refuses a served directory as the place for itself, over a socket and over TCP", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/served/sub/view`, { recursive: true });
    const serve = ["serve", `${folder}/served`];
    await using first = new CliProcess([...serve, "--socket", `${folder}/s`]);
    await using second = new CliProcess([...serve, "--tcp", "0", "--readonly"]);
    await first.line();
    const [, port = ""] = /:(\d+) /.exec(await second.line()) ?? [];
    for (const address of [["--socket", `${folder}/s`], ["--tcp", port]]) {
      for (const place of ["served", "served/sub/view"]) {
        const { code, stderr } = await runCli(["mount", `${folder}/${place}`, ...address]);
        assertStringIncludes(stderr, `it lies inside ${folder}/served, which is served there`);
        assertEquals(code, 1);
      }
    }
    await Deno.mkdir(`${folder}/beside`);
    await using mounting = new CliProcess(["mount", `${folder}/beside`, "--socket", `${folder}/s`]);
    assertStringIncludes(await mounting.line(), `on ${folder}/beside (Ctrl-C unmounts)`);
    mounting.stop();
    assertEquals(await mounting.ended(), 0);
  });
});

Deno.test("serve says what is wrong with a socket's path", async () => {
  await inFolder(async (folder) => {
    const long = await runCli(["serve", "--memory", "-s", `${folder}/${"x".repeat(107)}`]);
    assertEquals(long.code, 1);
    assertStringIncludes(long.stderr, "file name too long\n  The path of a socket has at most 107");
    await Deno.writeTextFile(`${folder}/file`, "");
    const taken = await runCli(["serve", "--memory", "-s", `${folder}/file`]);
    assertEquals(taken.code, 1);
    assertStringIncludes(taken.stderr, "already in use\n  Another server listens there");
  });
});

/** Records a session with a served directory that holds the file `f`. */
async function record(folder: string): Promise<string> {
  const directory = `${folder}/served`;
  await Deno.mkdir(directory);
  await Deno.writeTextFile(`${directory}/f`, "hello");
  await using serving = new CliProcess(["serve", directory, "--socket", `${folder}/s`]);
  await serving.line();
  const file = `${folder}/session.rec`;
  const words = ["record", file, "--socket", `${folder}/tap`, "--server", `${folder}/s`];
  await using recording = new CliProcess(words);
  assertEquals(await recording.line(), `Waiting for a client on ${folder}/tap (Ctrl-C ends)`);
  {
    await using remote = await connectUDS(`${folder}/tap`);
    await remote.stat("/f");
    await remote.mkdir("/d", 0o755);
    await remote.rename("/f", "/d/g");
  }
  assertMatch(await recording.line(), /^Recorded 8 messages with .*\/s to .*session\.rec$/);
  assertEquals(await recording.ended(), 0);
  return file;
}

Deno.test("what record writes, replay says again to a directory, to memory and to a module", async () => {
  await inFolder(async (folder) => {
    const file = await record(folder);
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);

    const copy = `${folder}/copy`;
    await Deno.mkdir(copy);
    await Deno.writeTextFile(`${copy}/f`, "hello");
    const same = await runCli(["replay", file, copy]);
    assertEquals([same.code, same.stdout, same.stderr], [
      0,
      "All 4 requests are answered as recorded\n",
      "",
    ]);
    assertEquals(await Deno.readTextFile(`${copy}/d/g`), "hello");

    const module = `${folder}/mine.ts`;
    const vfs = new URL("../../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(
      module,
      `import { newMemoryProvider } from "${vfs}";
       export default () => {
         const memory = newMemoryProvider();
         memory.mkdir("/d", 0o755);
         return memory;
       };`,
    );
    const all = await runCli(["replay", file, module, "--all"]);
    assertEquals(all.code, 1);
    assertStringIncludes(all.stdout, 'path="/f"');
    assertStringIncludes(all.stdout, "now:      ENOENT");
    assertStringIncludes(all.stdout, "now:      EEXIST");
    assertStringIncludes(all.stdout, "of 4 requests are answered differently");

    const first = await runCli(["replay", file, "--memory"]);
    assertEquals(first.code, 1);
    assertEquals(first.stdout.match(/^Request /gm)?.length, 1);
  });
});

Deno.test("record and replay refuse what cannot be, and say why", async () => {
  await inFolder(async (folder) => {
    const there = `${folder}/there.rec`;
    await Deno.writeTextFile(there, "no recording\n");
    const failing: [string[], number, string][] = [
      [["record", there], 2, "Name the socket to listen on"],
      [["record", there, "--socket", `${folder}/s`], 2, "Name the server to record"],
      [["record", "--socket", `${folder}/s`], 2, "Name one file to record to"],
      [["record", there, "-s", `${folder}/s`, "--server", `${folder}/n`], 1, "never overwritten"],
      [
        ["record", `${folder}/new`, "-s", `${folder}/s`, "--server", `${folder}/n`],
        1,
        "Is it being served? fusewire serve <directory> --socket",
      ],
      [["replay"], 2, "Name the recording"],
      [["replay", there], 2, "Name one thing to say the session to"],
      [["replay", there, "/tmp", "--memory"], 2, "Name one thing to say the session to"],
      [["replay", there, "--memory"], 1, "Cannot read line 1 of the recording\n  Recordings are"],
      [["replay", `${folder}/none`, "--memory"], 1, "no such file or directory"],
    ];
    const results = await Promise.all(failing.map(([args]) => runCli(args)));
    for (const [index, [args, expected, words]] of failing.entries()) {
      const { code, stdout, stderr } = results[index]!;
      assertStringIncludes(stderr, words, args.join(" "));
      assertEquals([code, stdout], [expected, ""], args.join(" "));
    }
    assert(await Deno.readTextFile(there) === "no recording\n");
  });
});
