/**
 * Which filesystems are compared with each other.
 *
 * @module
 */
import type { Peers } from "../peers/build.ts";
import type { Server } from "./mounted.ts";

/** Ours, in the report. */
export const OURS = "fusewire";
/** Ours, which sleeps at once when there is nothing to do. */
export const OURS_WITHOUT_SPIN = "fusewire, spinUs 0";
/** Ours, which reads and writes by itself what the kernel could pass through. */
export const OURS_WITHOUT_PASSTHROUGH = "fusewire, no passthrough";
/** libfuse's loop of one thread, with the same answers as ours. */
export const LIBFUSE_SINGLE = "libfuse, 1 thread";
/** The same with libfuse's loop of several threads. */
export const LIBFUSE_MULTI = "libfuse, threads";
/** go-fuse's library, with the same answers. */
export const GO_FUSE = "go-fuse";
/** The directory itself. */
export const NATIVE = "native";
/** libfuse's example that passes a directory through. */
export const PASSTHROUGH_LL = "passthrough_ll";
/** go-fuse's example that passes a directory through. */
export const GO_LOOPBACK = "go-fuse loopback";
/** libfuse's example that swallows and gives bytes. */
export const LIBFUSE_NULL = "libfuse null";

/** What a world needs to know. */
export interface Scratch {
  /** A directory of its own, in memory where there is one. */
  readonly folder: string;
  /** The directory that is passed through. */
  readonly backing: string;
  /** The programs that were built. */
  readonly peers: Peers;
}

interface Plan {
  readonly name: string;
  /** A program that was built; null for ours, undefined for nobody. */
  readonly program?: string | null;
  readonly args: readonly string[];
  /** The file in question, below the mount point. */
  readonly inside?: string;
}

const SERVE = decodeURIComponent(new URL("serve.ts", import.meta.url).pathname);

function hello(timeout: string): Plan[] {
  const inside = "/hello";
  return [
    { name: OURS, program: null, args: ["hello", "MOUNT", timeout], inside },
    { name: OURS_WITHOUT_SPIN, program: null, args: ["hello", "MOUNT", timeout, "0"], inside },
    { name: LIBFUSE_SINGLE, program: "hello", args: ["MOUNT", timeout, "single"], inside },
    { name: LIBFUSE_MULTI, program: "hello", args: ["MOUNT", timeout, "multi"], inside },
    { name: GO_FUSE, program: "go_hello", args: ["MOUNT", timeout], inside },
  ];
}

const DIRECTORY: readonly Plan[] = [
  { name: NATIVE, args: [] },
  { name: OURS, program: null, args: ["directory", "MOUNT", "BACKING"] },
  {
    name: PASSTHROUGH_LL,
    program: "passthrough_ll",
    args: ["-f", "-o", "source=BACKING", "MOUNT"],
  },
  { name: GO_LOOPBACK, program: "go_loopback", args: ["-q", "MOUNT", "BACKING"] },
];

/** The worlds by name: who takes part, and how each is started. */
const WORLDS: Readonly<Record<string, readonly Plan[]>> = {
  "hello, timeout 0": hello("0"),
  "hello, timeout 1": hello("1"),
  null: [
    { name: OURS, program: null, args: ["null", "MOUNT"], inside: "/null" },
    { name: LIBFUSE_NULL, program: "null", args: ["-f", "MOUNT"] },
  ],
  directory: DIRECTORY,
  "directory, data": [
    ...DIRECTORY,
    {
      name: OURS_WITHOUT_PASSTHROUGH,
      program: null,
      args: ["directory", "MOUNT", "BACKING", "served"],
    },
  ],
};

/** The servers of a world, those left out that could not be built. Makes their mount points. */
export async function serversOf(world: string, scratch: Scratch): Promise<Server[]> {
  const { folder, backing, peers } = scratch;
  const servers: Server[] = [];
  for (const [index, plan] of (WORLDS[world] ?? []).entries()) {
    const { name, program, args, inside = "" } = plan;
    if (program === undefined) {
      servers.push({ name, command: [], mountpoint: backing, path: backing });
      continue;
    }
    if (program !== null && !peers.has(program)) continue;
    const mountpoint = `${folder}/mount-${index}`;
    // libfuse's null.c is a file, and is mounted on one.
    if (program === "null") await Deno.writeTextFile(mountpoint, "");
    else await Deno.mkdir(mountpoint, { recursive: true });
    const filled = args.map((arg) => arg.replace("MOUNT", mountpoint).replace("BACKING", backing));
    const command = program === null
      ? [Deno.execPath(), "run", "-A", "--no-lock", SERVE, ...filled]
      : [`${peers.folder}/${program}`, ...filled];
    servers.push({ name, command, mountpoint, path: mountpoint + inside });
  }
  return servers;
}
