// What a mount costs while nothing happens, and after a lot has happened.
import { assert, assertEquals } from "@std/assert";
import { FusewireProcess } from "./fusewire_process.ts";
import { scenario } from "./scenario.ts";

/** Clock ticks a second in /proc/<pid>/stat: 100 on every Linux that Deno runs on (proc(5)). */
const TICKS_PER_SECOND = 100;
/** How long an idle process is watched. */
const IDLE_MS = 3000;
/** More than this share of one CPU is not idle: 2 ticks in 3 s, the clock's own resolution. */
const IDLE_TICKS_MAX = 2;
const OPENS = 10_000;

/** CPU time that a process has used, in ticks: user and system (proc(5), fields 14 and 15). */
async function cpuTicks(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function descriptorCount(pid: number): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
}

scenario("a mount that nobody uses uses no CPU", async (folder) => {
  const mountpoint = `${folder}/mount`;
  await Deno.mkdir(mountpoint);
  await using mounting = await FusewireProcess.start({}, "mount", mountpoint, "--memory");
  await Deno.writeTextFile(`${mountpoint}/file`, "some work before the rest");
  await new Promise((resolve) => setTimeout(resolve, 500)); // Start-up, and the loop's last spin.
  const before = await cpuTicks(mounting.pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const used = await cpuTicks(mounting.pid) - before;
  const share = used / TICKS_PER_SECOND / (IDLE_MS / 1000);
  assert(used <= IDLE_TICKS_MAX, `${(share * 100).toFixed(1)} % of a CPU while idle`);
  assertEquals((await mounting.end("SIGTERM")).code, 0);
});

scenario("10,000 opens of a served file leave no descriptor behind", async (folder) => {
  const [served, mountpoint, socket] = [`${folder}/served`, `${folder}/mount`, `${folder}/socket`];
  await Deno.mkdir(served);
  await Deno.mkdir(mountpoint);
  await Deno.writeTextFile(`${served}/file`, "content\n");
  await using server = await FusewireProcess.start({}, "serve", served, "--socket", socket);
  await using mounting = await FusewireProcess.start({}, "mount", mountpoint, "--socket", socket);
  const openOften = async (times: number): Promise<void> => {
    const script = 'i=0; while [ $i -lt "$2" ]; do read -r line <"$1" || exit 1; i=$((i+1)); done';
    const args = ["-c", script, "sh", `${mountpoint}/file`, String(times)];
    assertEquals((await new Deno.Command("sh", { args }).output()).code, 0);
  };
  await openOften(100);
  const before = [await descriptorCount(server.pid), await descriptorCount(mounting.pid)];
  await openOften(OPENS);
  // RELEASE is asynchronous: an open of another kind behind them all is answered after them.
  await openOften(1);
  const after = [await descriptorCount(server.pid), await descriptorCount(mounting.pid)];
  for (const [index, count] of after.entries()) {
    const grown = count - before[index]!;
    assert(grown <= 2, `${grown} descriptors more after ${OPENS} opens`);
  }
  assertEquals((await mounting.end("SIGTERM")).code, 0);
  assertEquals((await server.end("SIGTERM")).code, 0);
});
