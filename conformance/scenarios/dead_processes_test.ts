// What happens to others when the serving or the mounting process dies.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FusewireProcess, withPatience } from "./fusewire_process.ts";
import { scenario } from "./scenario.ts";

scenario(
  "killing the serving process gives a reader an I/O error within a second",
  async (folder) => {
    const [served, mountpoint, socket] = [
      `${folder}/served`,
      `${folder}/mount`,
      `${folder}/socket`,
    ];
    await Deno.mkdir(served);
    await Deno.mkdir(mountpoint);
    // Larger than the kernel reads ahead, so that a reader who waits for more must ask again.
    const file = await Deno.create(`${served}/large`);
    await file.truncate(1 << 30);
    file.close();

    await using server = await FusewireProcess.start({}, "serve", served, "--socket", socket);
    await using mounting = await FusewireProcess.start({}, "mount", mountpoint, "--socket", socket);
    const reader = new Deno.Command("cat", {
      args: [`${mountpoint}/large`],
      stdout: "piped",
      stderr: "piped",
      env: { LC_ALL: "C" },
    }).spawn();
    const output = reader.stdout.getReader();
    assert(!(await withPatience(output.read(), "the first bytes")).done);

    await server.end("SIGKILL");
    const killed = performance.now();
    const drained = (async () => {
      while (!(await output.read()).done);
    })();
    await withPatience(drained, "cat to end");
    const { code } = await reader.status;
    const waited = performance.now() - killed;
    assert(code !== 0, "cat should have failed");
    assertStringIncludes(await new Response(reader.stderr).text(), "Input/output error");
    assert(waited < 1000, `The error came after ${waited.toFixed(0)} ms`);

    const { code: ended, errors } = await mounting.end("SIGTERM");
    assertEquals(ended, 0);
    assertStringIncludes(errors, `Lost the connection to ${socket}`);
  },
);

scenario("the next mount takes over a mount point whose process was killed", async (folder) => {
  const mountpoint = `${folder}/mount`;
  await Deno.mkdir(mountpoint);
  {
    await using first = await FusewireProcess.start({}, "mount", mountpoint, "--memory");
    await Deno.writeTextFile(`${mountpoint}/file`, "first");
    await first.end("SIGKILL");
  }
  const dead = await Deno.stat(mountpoint).then(() => "", (thrown) => String(thrown));
  assertStringIncludes(dead, "not connected");

  await using second = await FusewireProcess.start({}, "mount", mountpoint, "--memory");
  await Deno.writeTextFile(`${mountpoint}/file`, "second");
  assertEquals(await Deno.readTextFile(`${mountpoint}/file`), "second");
  const { code, errors } = await second.end("SIGINT");
  assertEquals(code, 0);
  assertMatch(errors, /replaced the mount that a dead process had left/);
  assertEquals(await Array.fromAsync(Deno.readDir(mountpoint)), []);
});

scenario("a mount point with a living mount is refused, and the mount lives on", async (folder) => {
  const mountpoint = `${folder}/mount`;
  await Deno.mkdir(mountpoint);
  await using first = await FusewireProcess.start({}, "mount", mountpoint, "--memory");
  const problem = await FusewireProcess.start({}, "mount", mountpoint, "--memory").then(
    () => "",
    (thrown) => String(thrown),
  );
  assertMatch(problem, /ended with 1: fusewire: Cannot mount on .* is mounted there/);
  await Deno.writeTextFile(`${mountpoint}/file`, "here");
  assertEquals((await first.end("SIGTERM")).code, 0);
});

scenario(
  "a server replaces a stale socket, refuses a live one, and removes its own",
  async (folder) => {
    const socket = `${folder}/socket`;
    {
      await using first = await FusewireProcess.start({}, "serve", "--memory", "--socket", socket);
      const problem = await FusewireProcess.start({}, "serve", "--memory", "--socket", socket).then(
        () => "",
        (thrown) => String(thrown),
      );
      assertMatch(problem, /ended with 1: fusewire: Cannot serve on/);
      await first.end("SIGKILL");
    }
    assert((await Deno.lstat(socket)).isSocket, "a killed server leaves its socket");
    await using second = await FusewireProcess.start({}, "serve", "--memory", "--socket", socket);
    assertEquals((await Deno.lstat(socket)).mode! & 0o777, 0o600);
    assertEquals((await second.end("SIGTERM")).code, 0);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  },
);
