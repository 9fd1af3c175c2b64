/**
 * The benchmarks without a mount: programs that measure their own rows, and can be run alone.
 *
 * @module
 */
import type { ProgramRows } from "../report/row.ts";

/** What each is about is told at the head of its file. */
export const programs: readonly ProgramRows[] = [
  { name: "in process", args: ["bench/provider_bench.ts"] },
  { name: "directory in process", args: ["bench/real_fs_bench.ts"] },
  { name: "maybe", args: ["bench/maybe_bench.ts"], quick: true },
  { name: "hooks", args: ["bench/hooks_bench.ts"] },
  { name: "wire", args: ["bench/wire_bench.ts"] },
  { name: "mount over the wire", args: ["bench/mount_over_wire_bench.ts", "5"] },
  { name: "shared memory", args: ["bench/shared_memory_bench.ts"] },
  { name: "codec", args: ["bench/wire_codec_bench.ts"], quick: true },
];
