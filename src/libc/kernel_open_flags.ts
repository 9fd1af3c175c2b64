/**
 * Open flags as this machine's kernel numbers them.
 *
 * @module
 */
import { O_DIRECT, O_DIRECTORY, O_LARGEFILE, O_NOFOLLOW } from "../base/mod.ts";

/** The four flags that arm64 numbers in its own way (`asm/fcntl.h`): ours, and arm64's. */
const ARM64: readonly (readonly [number, number])[] = [
  [O_DIRECTORY, 0o40000],
  [O_NOFOLLOW, 0o100000],
  [O_DIRECT, 0o200000],
  [O_LARGEFILE, 0o400000],
];
const ARM64_OURS = ARM64.reduce((bits, [ours]) => bits | ours, 0);
const ARM64_THEIRS = ARM64.reduce((bits, [, theirs]) => bits | theirs, 0);

/** The kernel's numbers for flags of `src/base`; the same ones on x86-64. */
export function toKernelOpenFlags(flags: number, arch: string = Deno.build.arch): number {
  if (arch !== "aarch64") return flags;
  let kernel = flags & ~ARM64_OURS;
  for (const [ours, theirs] of ARM64) if ((flags & ours) !== 0) kernel |= theirs;
  return kernel;
}

/** Flags of `src/base` for the kernel's numbers; the same ones on x86-64. */
export function fromKernelOpenFlags(kernel: number, arch: string = Deno.build.arch): number {
  if (arch !== "aarch64") return kernel;
  let flags = kernel & ~ARM64_THEIRS;
  for (const [ours, theirs] of ARM64) if ((kernel & theirs) !== 0) flags |= ours;
  return flags;
}
