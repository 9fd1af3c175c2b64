import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { geteuid } from "../libc/mod.ts";
import { CliProcess } from "./testing/cli_process.ts";

const PROGRAM = new URL("./mod.ts", import.meta.url).href;

/** Runs with a mount point, and sees that nothing is left on it. */
async function withMountpoint(use: (mountpoint: string) => Promise<void>): Promise<void> {
  const mountpoint = await Deno.makeTempDir({ prefix: "fusewire-cli-" });
  try {
    await use(mountpoint);
    assertEquals(await isMounted(mountpoint), false);
  } finally {
    await new Deno.Command("umount", { args: ["-l", mountpoint], stderr: "null" }).output();
    await Deno.remove(mountpoint);
  }
}

async function isMounted(mountpoint: string): Promise<boolean> {
  return (await Deno.readTextFile("/proc/self/mountinfo")).includes(` ${mountpoint} `);
}

/** Mounts memory with a shell's script around the command. */
function mountBy(script: string, mountpoint: string): Deno.Command {
  const words = [Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-all", PROGRAM];
  const args = ["-c", script, ...words, "mount", mountpoint, "--memory"];
  return new Deno.Command("sh", { args, stdin: "null", stdout: "piped", stderr: "piped" });
}

Deno.test("whatever signal ends a mount, it is unmounted", async () => {
  for (const signal of ["SIGHUP", "SIGQUIT", "SIGTERM", "SIGINT"] as const) {
    await withMountpoint(async (mountpoint) => {
      await using mounting = new CliProcess(["mount", mountpoint, "--memory"]);
      assertStringIncludes(await mounting.line(), `Mounted memory on ${mountpoint}`);
      Deno.kill(mounting.pid, signal);
      assertEquals(await mounting.ended(), 0, signal);
    });
  }
});

Deno.test({
  name: "a mount that another one covers ends with the reason, and leaves that one alone",
  ignore: geteuid() !== 0,
  fn: async () => {
    await withMountpoint(async (mountpoint) => {
      const child = mountBy('exec "$0" "$@"', mountpoint).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      reader.releaseLock();
      const cover = { args: ["-t", "tmpfs", "foreign", mountpoint] };
      assertEquals((await new Deno.Command("mount", cover).output()).code, 0);
      child.kill("SIGTERM");
      const { code, stderr } = await child.output();
      assertEquals(code, 1);
      const text = new TextDecoder().decode(stderr);
      assertStringIncludes(text, `foreign (tmpfs) is mounted over it on ${mountpoint}`);
      assertEquals(text.includes("It is gone for others"), false);
      for (let count = 0; count < 2; count++) {
        assertEquals((await new Deno.Command("umount", { args: [mountpoint] }).output()).code, 0);
      }
    });
  },
});

Deno.test("a mount that waits for its server to answer is ended by a signal", async () => {
  await withMountpoint(async (mountpoint) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const address = ["--tcp", String(listener.addr.port)];
    await using mounting = new CliProcess(["mount", mountpoint, ...address]);
    using _silent = await listener.accept();
    const startedAt = performance.now();
    mounting.stop();
    assertEquals(await mounting.ended(), 0);
    assert(performance.now() - startedAt < 8000, "ended by itself");
  });
});

Deno.test("a mount that nohup started survives the end of the terminal", async () => {
  await withMountpoint(async (mountpoint) => {
    await using child = mountBy('trap "" HUP; exec "$0" "$@"', mountpoint).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGHUP");
    await Deno.writeTextFile(`${mountpoint}/file`, "still served");
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
    await reader.cancel();
    await child.stderr.cancel();
  });
});

Deno.test("a mount is served and unmounted where nothing can be printed", async () => {
  await withMountpoint(async (mountpoint) => {
    const child = mountBy('exec "$0" "$@" > /dev/full 2>&1', mountpoint).spawn();
    try {
      while (!await isMounted(mountpoint)) {
        const wait = new Promise<null>((resolve) => setTimeout(() => resolve(null), 10));
        const ended = await Promise.race([child.status, wait]);
        assertEquals(ended, null, "ended without a mount");
      }
      await Deno.writeTextFile(`${mountpoint}/file`, "served");
    } finally {
      child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 0);
    await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
  });
});
