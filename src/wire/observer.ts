/**
 * What a server tells of its work.
 *
 * @module
 */
import type { ErrnoName } from "../base/mod.ts";

/** One request that has been answered. */
export interface WireEvent {
  /** The operation's number. */
  readonly op: number;
  /** Its name, or undefined for a number that has none. */
  readonly name: string | undefined;
  /** The connection's number on its server. */
  readonly connection: number;
  /** The path of the request; empty for operations on open files. */
  readonly path: string;
  /** From the whole request to the reply in milliseconds. */
  readonly durationMs: number;
  /** Size of the request in bytes. */
  readonly bytesIn: number;
  /** Size of the reply in bytes. */
  readonly bytesOut: number;
  /** What it failed with, or null. */
  readonly errno: ErrnoName | null;
}

/** Called after each request. It runs in the way of the requests: it should be quick, and may not throw. */
export type WireObserver = (event: WireEvent) => void;
