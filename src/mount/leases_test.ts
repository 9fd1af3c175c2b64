// A mount over the wire whose server gives leases: the host, the server and a program in the mount are three processes.
import { assert, assertEquals } from "@std/assert";
import { connectUDS, connectVFS, type RemoteProvider } from "../wire/mod.ts";
import { ServerProcess } from "./testing/server_process.ts";
import { inChild, withMount } from "./testing/with_mount.ts";

const SERVER = new URL("./testing/serve_wire.ts", import.meta.url);

/** The kernel remembers nothing, so whatever a program asks the client has to answer. */
const NO_MEMORY = { attrTimeoutMs: 0, entryTimeoutMs: 0 };

/**
 * Mounts a directory of the host that another process serves. A client that remembers `"exact"` sees changes at once, by
 * descriptors; for one that takes `"leases"` as they are this is a connection over which none come, as over TCP.
 */
async function leased(
  cache: "exact" | "leases",
  use: (mountpoint: string, host: string, remote: RemoteProvider) => Promise<void>,
  spinUs = 0,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const host = `${folder}/host`;
  await Deno.mkdir(host);
  try {
    await using _server = await ServerProcess.start(SERVER, `${folder}/s`, String(spinUs), host);
    const path = `${folder}/s`;
    const options = { cache, recentMs: 1 } as const;
    await using remote = cache === "exact"
      ? await connectUDS(path, { ...options, forMount: true })
      : await connectVFS(await Deno.connect({ transport: "unix", path }), {
        ...options,
        fromKernel: true,
      });
    await withMount(remote, (mountpoint) => use(mountpoint, host, remote), NO_MEMORY);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("who looks at a directory again and again is answered without the server", async () => {
  await leased("exact", async (mountpoint, host, remote) => {
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
  await leased("leases", async (mountpoint, host) => {
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

/** What messages go through, by the `spinUs` of a server that has it so. */
const WAYS: readonly (readonly [way: string, spinUs: number])[] = [
  ["over the socket", 0],
  ["through shared memory", 140],
];

for (const [way, spinUs] of WAYS) {
  Deno.test(`what a program in the mount changes it sees at once (${way})`, async () => {
    await leased("exact", async (mountpoint) => {
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
    }, spinUs);
  });

  Deno.test(`what the host changes is seen by the next question (${way})`, async () => {
    await leased("exact", async (mountpoint, host, remote) => {
      await Deno.mkdir(`${host}/d`);
      const before = remote.client.requestCount;
      // What was asked so often is leased by the time of the next change.
      const script = `
      const host = ${JSON.stringify(host)} + "/d/";
      let asked = 0;
      const size = (name) => {
        asked++;
        try { return Deno.lstatSync("d/" + name).size; } catch (error) { return error.code; }
      };
      const late = [];
      const expect = (name, wanted) => {
        const seen = size(name);
        if (seen !== wanted) late.push(name + ": " + seen + " instead of " + wanted);
        for (let looks = 0; looks < 30; looks++) size(name);
      };
      for (let round = 1; round <= 300; round++) {
        Deno.writeTextFileSync(host + "f", "x".repeat(round));
        expect("f", round);
        Deno.renameSync(host + "f", host + "g");
        expect("f", "ENOENT");
        expect("g", round);
        Deno.truncateSync(host + "g", 1);
        expect("g", 1);
        Deno.removeSync(host + "g");
        expect("g", "ENOENT");
        if ([...Deno.readDirSync("d")].length > 0) late.push("list");
        Deno.writeTextFileSync(host + "g", "");
        if ([...Deno.readDirSync("d")].length !== 1) late.push("list");
        Deno.removeSync(host + "g");
      }
      print(asked, late.length, ...late.slice(0, 5));`;
      const [asked = 0, late = ""] = (await inChild(mountpoint, script)).split(" ");
      assertEquals(late, "0");
      const requests = remote.client.requestCount - before;
      assert(requests < Number(asked) / 2, `${requests} requests for ${asked} questions`);
    }, spinUs);
  });
}
