/**
 * What a row of the report is: one question, and the filesystems that answer it.
 *
 * @module
 */

/** In what a row is measured. */
export interface Unit {
  /** As the report shows it. */
  readonly name: string;
  /** Which direction is good. */
  readonly better: "less" | "more";
}

/** Microseconds an operation. */
export const MICROSECONDS: Unit = { name: "us", better: "less" };
/** Milliseconds for the whole. */
export const MILLISECONDS: Unit = { name: "ms", better: "less" };
/** Millions of bytes a second. */
export const MEGABYTES: Unit = { name: "MB/s", better: "more" };
/** Microseconds of CPU, for each operation or second. */
export const CPU_MICROSECONDS: Unit = { name: "us of CPU", better: "less" };
/** Operations a second. */
export const RATE: Unit = { name: "/s", better: "more" };

/** What is promised against a peer: ours divided by theirs, at most (time) or at least (throughput). */
export interface Target {
  /** The peer. */
  readonly peer: string;
  /** The bound of the ratio. */
  readonly ratio: number;
  /** Whose figure is meant, where it is not `fusewire`. */
  readonly ours?: string;
}

/** Where a row works, for one subject. */
export interface Place {
  /** Whose turn it is. */
  readonly subject: string;
  /** What is served: a directory, or a file. */
  readonly path: string;
  /** What lies behind: the same for all subjects. */
  readonly backing: string;
  /** How long a measurement by time may take, in milliseconds. */
  readonly ms: number;
  /** CPU seconds that the server has used so far. */
  readonly serverCpu: () => number;
  /** Runs a program and waits; throws when it fails. Returns what it printed. */
  readonly run: (command: string, ...args: string[]) => Promise<string>;
  /** Calls the load generator (`bench/peers/load.c`). */
  readonly load: (
    operation: string,
    processes: number,
    path: string,
    size?: number,
  ) => Promise<Load>;
}

/** What the load generator did. */
export interface Load {
  /** Operations done. */
  readonly operations: number;
  /** How long that took. */
  readonly seconds: number;
  /** CPU time of the generator. */
  readonly cpu: number;
}

/** One measured value. */
export interface Sample {
  /** In the row's unit. */
  readonly value: number;
  /** How long it took. */
  readonly seconds: number;
  /** CPU seconds of those who used the filesystem. */
  readonly clientCpu: number;
}

/** A question about mounts, asked of every subject of a world in turns. */
export interface MountRow {
  /** Unique. */
  readonly name: string;
  /** Which filesystems are mounted: see `bench/subjects/worlds.ts`. */
  readonly world: string;
  /** The unit. */
  readonly unit: Unit;
  /** What is promised. */
  readonly targets: readonly Target[];
  /** Whether it is asked in a quick run as well. */
  readonly quick?: boolean;
  /** Rounds, if not as many as usual. */
  readonly rounds?: number;
  /** Once, before all: what has to lie behind the mounts. */
  readonly setUp?: (place: Place) => Promise<void>;
  /** Before each measurement, not measured. */
  readonly prepare?: (place: Place) => Promise<void>;
  /** One measurement. */
  readonly measure: (place: Place) => Promise<Sample>;
  /** Who cannot take part. */
  readonly without?: readonly string[];
}

/** A program that measures several rows in one process and hands them over with `record`. */
export interface ProgramRows {
  /** What to call them together. */
  readonly name: string;
  /** The program, from the top of the repository, and its arguments. */
  readonly args: readonly string[];
  /** Whether it is run in a quick run as well. */
  readonly quick?: boolean;
}
