/**
 * What a machine is, and what it costs whatever runs there.
 *
 * @module
 */
import { readable } from "./statistics.ts";

/** The machine that something was measured on. */
export interface Machine {
  /** The kernel's release. */
  readonly kernel: string;
  /** The processor's name. */
  readonly cpu: string;
  /** How many of them. */
  readonly cores: number;
  /** Deno's version. */
  readonly deno: string;
  /** A call into the kernel that does nothing, in microseconds. */
  readonly callUs?: number;
  /** A byte to another process and one back, over pipes, in microseconds. */
  readonly turnUs?: number;
  /** How fast the slowest processor computes, the fastest being 1. */
  readonly slowest?: number;
}

/** Below this others outside of the machine are taken to use one of its processors. */
const UNEVEN = 0.8;
/** What differs by more than this factor is another machine, whatever its name. */
const OTHER = 2;

/** The machine in a few words. */
export function machineText({ kernel, cpu, cores, deno, callUs, turnUs }: Machine): string {
  const costs = callUs === undefined || turnUs === undefined
    ? ""
    : `, ${readable(callUs)} us a system call, ${readable(turnUs)} us a turn of two processes`;
  return `${cores} cores of ${cpu}, Linux ${kernel}, Deno ${deno}${costs}`;
}

function differs(one?: number, other?: number): boolean {
  if (one === undefined || other === undefined) return false;
  return Math.max(one / other, other / one) > OTHER;
}

/** Whether results of the one say little of the other. */
export function isAnother(now: Machine, stored: Machine): boolean {
  return now.cpu !== stored.cpu || now.cores !== stored.cores || now.kernel !== stored.kernel ||
    differs(now.callUs, stored.callUs) || differs(now.turnUs, stored.turnUs);
}

/** What a reader should know who compares results of these machines, a line each. */
export function machineWarnings(now: Machine, stored: Machine | undefined): string[] {
  const lines: string[] = [];
  if (now.slowest !== undefined && now.slowest < UNEVEN) {
    const part = readable(now.slowest);
    lines.push(
      `One processor computes at ${part} of another's speed, as somebody outside of this machine uses it: ` +
        "what runs there is slow, and ratios depend on who that is. Better try again later",
    );
  }
  if (stored !== undefined && isAnother(now, stored)) {
    lines.push(
      "The stored results are from another machine, and what moved may be its doing: " +
        `here ${machineText(now)}; there ${machineText(stored)}`,
    );
  }
  return lines;
}
