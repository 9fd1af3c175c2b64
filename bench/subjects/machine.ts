/**
 * Finds out what this machine is.
 *
 * @module
 */
import type { Machine } from "../report/machine.ts";

const MS = 100;

/** Operations in a second of one process that does nothing else. */
async function rate(load: string, operation: string, argument: string): Promise<number> {
  const args = [operation, "1", String(MS), argument];
  const { success, stdout } = await new Deno.Command(load, { args }).output();
  if (!success) throw new Error(`${load} ${args.join(" ")} failed`);
  const { operations, seconds } = JSON.parse(new TextDecoder().decode(stdout));
  return operations / seconds;
}

/** The numbers of the processors that this process may use, as in `0-2,7`. */
function allowed(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Asks the program `load` of the peers. */
export async function thisMachine(load: string): Promise<Machine> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo");
  const speeds: number[] = [];
  for (const number of allowed(await Deno.readTextFile("/proc/self/status"))) {
    speeds.push(await rate(load, "compute", String(number)));
  }
  return {
    kernel: Deno.osRelease(),
    cpu: /^model name\s*: (.*)$/m.exec(cpuInfo)?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    deno: Deno.version.deno,
    callUs: 1e6 / await rate(load, "call", "/"),
    turnUs: 1e6 / await rate(load, "turn", "/"),
    slowest: Math.min(...speeds) / Math.max(...speeds),
  };
}
