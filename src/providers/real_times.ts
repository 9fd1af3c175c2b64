/**
 * Times as `utimensat(2)` wants them.
 *
 * @module
 */
import { type KernelTime, UTIME_NOW, UTIME_OMIT } from "../libc/mod.ts";
import type { TimeChange } from "../provider/mod.ts";

const NOW: KernelTime = { sec: 0, nsec: UTIME_NOW };
const OMIT: KernelTime = { sec: 0, nsec: UTIME_OMIT };
const NANOSECONDS = 1_000_000_000;

/** The kernel's spelling of a change, or undefined when it is none (EINVAL). */
export function kernelTime(time: TimeChange): KernelTime | undefined {
  if (time === null) return OMIT;
  if (time === "now") return NOW;
  const { sec, nsec } = time;
  const isValid = Number.isSafeInteger(sec) && Number.isInteger(nsec) && nsec >= 0 &&
    nsec < NANOSECONDS;
  return isValid ? time : undefined;
}
