// What the options of serve and mount mean for programs in the mount.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FusewireProcess, runFusewire } from "./fusewire_process.ts";
import { scenario } from "./scenario.ts";

async function shell(script: string): Promise<{ code: number; errors: string }> {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", script],
    env: { LC_ALL: "C" },
  }).output();
  return { code, errors: new TextDecoder().decode(stderr) };
}

/** The line of the table of mounts for a mount point. */
async function mountInfo(mountpoint: string): Promise<string | undefined> {
  const table = await Deno.readTextFile("/proc/self/mountinfo");
  return table.split("\n").find((line) => line.split(" ")[4] === mountpoint);
}

scenario("serve --readonly lets programs read and answers changes with EROFS", async (folder) => {
  const [served, mountpoint, socket] = [`${folder}/served`, `${folder}/mount`, `${folder}/socket`];
  await Deno.mkdir(served);
  await Deno.mkdir(mountpoint);
  await Deno.writeTextFile(`${served}/file`, "content");
  await using server = await FusewireProcess.start({}, "serve", served, "--socket", socket, "-r");
  await using mounting = await FusewireProcess.start({}, "mount", mountpoint, "--socket", socket);
  assertEquals(await Deno.readTextFile(`${mountpoint}/file`), "content");
  for (const script of ["echo >file", "rm file", "mkdir new", "touch file", "mv file other"]) {
    const { code, errors } = await shell(`cd ${mountpoint} && ${script}`);
    assert(code !== 0, script);
    assertStringIncludes(errors, "Read-only file system", script);
  }
  assertEquals((await mounting.end("SIGTERM")).code, 0);
  assertEquals((await server.end("SIGTERM")).code, 0);
});

/** Whether the mount shows a file that came into being behind it, when programs looked for it before. */
async function seesNew(mountpoint: string, directory: string, name: string): Promise<boolean> {
  const look = `test -e ${mountpoint}/${name}`;
  assert((await shell(look)).code !== 0);
  await Deno.writeTextFile(`${directory}/${name}`, "");
  return (await shell(look)).code === 0;
}

scenario(
  "with --exclusive what a mount has seen is remembered, and otherwise looked at again",
  async (folder) => {
    const [served, mountpoint, socket] = [
      `${folder}/served`,
      `${folder}/mount`,
      `${folder}/socket`,
    ];
    await Deno.mkdir(served);
    await Deno.mkdir(mountpoint);
    for (const flags of [[], ["--exclusive"]]) {
      const isSeen = flags.length === 0;
      const name = isSeen ? "shared" : "exclusive";
      {
        const serve = ["serve", served, "--socket", socket, ...flags];
        await using _server = await FusewireProcess.start({}, ...serve);
        await using mounting = await FusewireProcess.start(
          {},
          "mount",
          mountpoint,
          "--socket",
          socket,
        );
        assertEquals(await seesNew(mountpoint, served, `${name}-1`), isSeen, `serve ${flags}`);
        assertEquals((await mounting.end("SIGTERM")).code, 0);
      }
      const mount = ["mount", mountpoint, "--dir", served, ...flags];
      await using mounting = await FusewireProcess.start({}, ...mount);
      assertEquals(await seesNew(mountpoint, served, `${name}-2`), isSeen, `mount ${flags}`);
      assertEquals((await mounting.end("SIGTERM")).code, 0);
    }
  },
);

scenario("with --leases what the host changes is seen when the server tells", async (folder) => {
  const [served, mountpoint, socket] = [`${folder}/served`, `${folder}/mount`, `${folder}/socket`];
  await Deno.mkdir(served);
  await Deno.mkdir(mountpoint);
  await using _server = await FusewireProcess.start({}, "serve", served, "--socket", socket);
  const mount = ["mount", mountpoint, "--socket", socket, "--leases"];
  await using mounting = await FusewireProcess.start({}, ...mount);
  for (const name of ["one", "two", "three"]) {
    if (await seesNew(mountpoint, served, name)) continue;
    // Busy machines take their time; without a word a lease ends after a second.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assertEquals((await shell(`test -e ${mountpoint}/${name}`)).code, 0, name);
  }
  assertEquals((await mounting.end("SIGTERM")).code, 0);
  await Deno.writeTextFile(`${folder}/rules.json`, "[]");
  // What is read-only is leased like anything else; rules want to see every question.
  for (const guard of [["--readonly"], ["--rules", `${folder}/rules.json`]]) {
    const guarded = `${socket}${guard[0]}`;
    const serve = ["serve", served, "--socket", guarded, ...guard];
    await using _guarded = await FusewireProcess.start({}, ...serve);
    const mount = ["mount", mountpoint, "--socket", guarded, "--leases"];
    await using mounting = await FusewireProcess.start({}, ...mount);
    const { errors } = await mounting.end("SIGTERM");
    const complains = errors.includes("gives no leases, so it is asked about everything");
    assertEquals(complains, guard[0] === "--rules", errors);
  }
  const { code, errors } = await runFusewire(["mount", mountpoint, "--memory", "--leases"]);
  assertEquals(code, 2);
  assertStringIncludes(errors, "Only what another process serves is leased");
});

scenario("--rules stand between programs and what is mounted", async (folder) => {
  const [mountpoint, rules] = [`${folder}/mount`, `${folder}/rules.json`];
  await Deno.mkdir(mountpoint);
  const block = { name: "no-logs", ops: "changes", namePattern: "*.log", action: "block" };
  await Deno.writeTextFile(rules, JSON.stringify([block]));
  await using mounting = await FusewireProcess.start(
    {},
    ...["mount", mountpoint, "--memory", "--rules", rules],
  );
  assertEquals((await shell(`echo >${mountpoint}/a.txt`)).code, 0);
  const { errors } = await shell(`echo >${mountpoint}/a.log`);
  assertStringIncludes(errors, "Operation not permitted");
  assertEquals((await mounting.end("SIGINT")).code, 0);
});

scenario("-o names the mount and passes flags to the kernel", async (folder) => {
  const mountpoint = `${folder}/mount`;
  await Deno.mkdir(mountpoint);
  const words = "noexec,fsname=my-files,ro,default_permissions";
  await using mounting = await FusewireProcess.start(
    {},
    "mount",
    mountpoint,
    "--memory",
    "-o",
    words,
  );
  const line = await mountInfo(mountpoint) ?? "";
  assertMatch(line, / ro,[^ ]*noexec/);
  assertMatch(line, / - fuse\.fusewire my-files [^ ]*default_permissions/);
  assertStringIncludes((await shell(`echo >${mountpoint}/a`)).errors, "Read-only file system");
  assertEquals((await mounting.end("SIGTERM")).code, 0);
});

scenario("a mount that somebody uses names them, and ends when they do", async (folder) => {
  const mountpoint = `${folder}/mount`;
  await Deno.mkdir(mountpoint);
  await using mounting = await FusewireProcess.start({}, "mount", mountpoint, "--memory");
  const user = new Deno.Command("sh", {
    args: ["-c", `cd ${mountpoint} && echo ready && exec cat`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await user.stdout.getReader().read();
  const ending = mounting.end("SIGTERM");
  // The mount leaves the tree while its user is still there.
  while (await mountInfo(mountpoint) !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await user.stdin.close();
  await user.status;
  const { code, errors } = await ending;
  assertEquals(code, 0);
  assertStringIncludes(errors, `Cannot unmount ${mountpoint}: it is used by`);
  assertStringIncludes(errors, String(user.pid));
});

scenario("a mount that somebody else unmounts ends its process", async (folder) => {
  const mountpoint = `${folder}/mount`;
  await Deno.mkdir(mountpoint);
  await using mounting = await FusewireProcess.start({}, "mount", mountpoint, "--memory");
  const unmount = Deno.uid() === 0 ? "umount" : "fusermount3 -u";
  assertEquals((await shell(`${unmount} ${mountpoint}`)).code, 0);
  assertEquals((await mounting.ended()).code, 0);
});

scenario(
  "a mount of memory has the kernel check modes, another one when it is asked to",
  async (folder) => {
    const [mountpoint, served] = [`${folder}/mount`, `${folder}/served`];
    await Deno.mkdir(mountpoint);
    await Deno.mkdir(served);
    for (const [source, expected] of [[["--memory"], true], [["--dir", served], false]] as const) {
      await using mounting = await FusewireProcess.start({}, "mount", mountpoint, ...source);
      const flags = await mountInfo(mountpoint);
      assertEquals(flags?.includes("default_permissions"), expected, flags);
      assertEquals((await mounting.end("SIGTERM")).code, 0);
    }
  },
);

/** How often the threads of a process but its first have waited for something. */
function waitsElsewhere(pid: number): number {
  let waits = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    if (name === String(pid)) continue;
    const status = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
    waits += Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1]);
  }
  return waits;
}

scenario(
  "mount --dir waits with one thread for a program that comes back every few milliseconds",
  async (folder) => {
    const [served, mountpoint] = [`${folder}/served`, `${folder}/mount`];
    await Deno.mkdir(served);
    await Deno.mkdir(mountpoint);
    await Deno.writeTextFile(`${served}/file`, "content");
    const words = "entry_timeout=0,attr_timeout=0";
    const mount = ["mount", mountpoint, "--dir", served, "-o", words];
    await using mounting = await FusewireProcess.start({}, ...mount);
    const look = async (times: number): Promise<void> => {
      const script = "for (1 .. $ARGV[0]) { stat $ARGV[1]; select(undef, undef, undef, 0.004) }";
      const args = ["-e", script, String(times), `${mountpoint}/file`];
      assertEquals((await new Deno.Command("perl", { args }).output()).code, 0);
    };
    await look(50);
    const before = waitsElsewhere(mounting.pid);
    await look(200);
    const waits = waitsElsewhere(mounting.pid) - before;
    assert(waits < 100, `other threads waited ${waits} times`);
    assertEquals((await mounting.end("SIGTERM")).code, 0);
  },
);
