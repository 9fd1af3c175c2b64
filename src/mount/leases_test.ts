// A mount over the wire whose server gives leases: the host, the server and a program in the mount are three processes.
import { assert, assertEquals } from "@std/assert";
import { connectUDS, type RemoteProvider } from "../wire/mod.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

/** The kernel remembers nothing, so whatever a program asks the client has to answer. */
const NO_MEMORY = { attrTimeoutMs: 0, entryTimeoutMs: 0 };

/** Mounts a directory of the host that another process serves. */
async function leased(
  use: (mountpoint: string, host: string, remote: RemoteProvider) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const host = `${folder}/host`;
  await Deno.mkdir(host);
  const script = new URL("./testing/serve_wire.ts", import.meta.url).pathname;
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", script, `${folder}/s`, host],
    stdout: "piped",
  }).spawn();
  try {
    // It is ready when it says so.
    const reader = server.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const options = { cache: "leases", forMount: true, recentMs: 1 } as const;
    await using remote = await connectUDS(`${folder}/s`, options);
    await withMount(remote, (mountpoint) => use(mountpoint, host, remote), NO_MEMORY);
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("who looks at a directory again and again is answered without the server", async () => {
  await leased(async (mountpoint, host, remote) => {
    const files = Array.from({ length: 50 }, (_, index) => `file${index}`);
    for (const name of files) await Deno.writeTextFile(`${host}/${name}`, name);
    const before = remote.client.requestCount;
    const script = `
      let sum = 0;
      for (let round = 0; round < 20; round++) {
        for (let index = 0; index < 50; index++) sum += Deno.lstatSync("file" + index).size;
        for (const name of ["none", "nothing"]) {
          try { Deno.lstatSync(name); } catch (error) { if (error.code === "ENOENT") sum++; }
        }
        sum += [...Deno.readDirSync(".")].length;
      }
      print(sum);`;
    const bytes = files.reduce((all, name) => all + name.length, 0);
    assertEquals(await inChild(mountpoint, script), String(20 * (bytes + 2 + 50)));
    const asked = remote.client.requestCount - before;
    assert(asked < 100, `${asked} requests for ${20 * 53} questions`);
  });
});

Deno.test("what the host changes is seen in a moment by who does nothing but look", async () => {
  await leased(async (mountpoint, host) => {
    await Deno.mkdir(`${host}/d`);
    await Deno.writeTextFile(`${host}/d/f`, "");
    // Not once does the program let the mount ask the server for something else.
    const script = `
      const host = ${JSON.stringify(host)} + "/d/";
      const waits = [[], [], [], []];
      const waitFor = (kind, change, isSeen) => {
        for (let looks = 0; looks < 20; looks++) isSeen();
        change();
        const start = performance.now();
        while (!isSeen());
        waits[kind].push(performance.now() - start);
      };
      const size = (name) => {
        try { return Deno.lstatSync("d/" + name).size; } catch (error) { return error.code; }
      };
      for (let round = 1; round <= 20; round++) {
        waitFor(0, () => Deno.writeTextFileSync(host + "f", "x", { append: true }), () => size("f") === round);
        waitFor(1, () => Deno.writeTextFileSync(host + "new", ""), () => size("new") === 0);
        waitFor(2, () => Deno.renameSync(host + "new", host + "old"), () => size("new") === "ENOENT");
        waitFor(3, () => Deno.removeSync(host + "old"), () => size("old") === "ENOENT");
      }
      print(waits.map((each) => each.sort((one, other) => one - other)[10]).join());`;
    const medians = (await inChild(mountpoint, script)).split(",").map(Number);
    // A lease without a notice would be believed for a second.
    assert(medians.length === 4 && medians.every((ms) => ms < 500), `${medians} ms`);
  });
});

Deno.test("what a program in the mount changes it sees at once", async () => {
  await leased(async (mountpoint) => {
    const script = `
      Deno.mkdirSync("d");
      const size = (name) => {
        try { return Deno.lstatSync("d/" + name).size; } catch (error) { return error.code; }
      };
      const wrong = [];
      const expect = (name, wanted) => {
        for (let looks = 0; looks < 4; looks++) if (size(name) !== wanted) wrong.push(name + looks);
      };
      for (let round = 0; round < 300; round++) {
        expect("f", "ENOENT");
        Deno.writeTextFileSync("d/f", "x".repeat(round));
        expect("f", round);
        Deno.truncateSync("d/f", 1);
        expect("f", 1);
        Deno.renameSync("d/f", "d/g");
        expect("f", "ENOENT");
        expect("g", 1);
        if ([...Deno.readDirSync("d")].map(({ name }) => name).join() !== "g") wrong.push("list");
        Deno.removeSync("d/g");
        expect("g", "ENOENT");
      }
      print(wrong.length);`;
    assertEquals(await inChild(mountpoint, script), "0");
  });
});
