/**
 * The named limits of the wire: nothing from outside is unbounded.
 *
 * @module
 */

import { timeOption, wholeOption } from "../base/mod.ts";
import { descriptorsMax, isLibcAvailable } from "../libc/mod.ts";

/** The version of the protocol that this implementation speaks. */
export const WIRE_VERSION = 2;

/** The least that a server may say for {@linkcode WireLimits.dataMax}: with less, calls would become too many messages. */
export const DATA_MAX_LEAST = 4096;

/** What one connection, and a server as a whole, may take. Each can be set in the options. */
export interface WireLimits {
  /** Largest `data` of one message in bytes, at least 4,096; a longer read is answered short. */
  readonly dataMax: number;
  /** Largest frame that is read in bytes; a longer one ends the connection before it is stored. */
  readonly frameMax: number;
  /** Open handles of one connection; one more is EMFILE. */
  readonly handlesMax: number;
  /**
   * Open handles of all connections of one server together; one more is ENFILE, and so is one by which a connection would
   * have more than are left for the others. The default leaves a quarter of what the process may open, 4,096 at most, for
   * connections, listings and what else is open for a moment.
   */
  readonly handlesTotalMax: number;
  /** Requests of one connection that run at the same time; the next waits in the socket. */
  readonly inFlightMax: number;
  /** Bytes of replies that wait for the client; above, no further request is read. */
  readonly queuedBytesMax: number;
  /** Entries of one reply; a longer listing goes in pages in version 2 and is EOVERFLOW in version 1. */
  readonly entriesMax: number;
  /** Unfinished paged listings of one connection; the oldest is forgotten and listed again when asked. */
  readonly listingsMax: number;
  /** Watches of one connection; one more is ENOSPC, as `inotify_add_watch(2)` says it. */
  readonly watchesMax: number;
  /** Leases of one connection; the oldest is over when there is one more. */
  readonly leasesMax: number;
  /** Leases of all connections of one server together; one more is ENOSPC where its connection has none to give up. */
  readonly leasesTotalMax: number;
  /** Connections of one server that lease; one more is ENOSPC. */
  readonly leasersMax: number;
  /** Connections of one server that share memory with their clients, 2 MiB each; all others do without. */
  readonly sharersMax: number;
  /**
   * Bytes of replies, and of writes under way, of all connections of one server together. Above, a
   * connection is only read while its own part is small: those who take their replies go on.
   */
  readonly queuedTotalMax: number;
  /** Entries of unfinished listings of one server, beyond the last one; the oldest are forgotten. */
  readonly listedEntriesMax: number;
  /** Connections of one server; one more is closed at once. */
  readonly connectionsMax: number;
  /** How long a frame may take from its first to its last byte in milliseconds; 0 for ever. */
  readonly frameTimeoutMs: number;
}

/** The limits where nothing else is said. */
export const DEFAULT_LIMITS: WireLimits = {
  dataMax: 1 << 20,
  frameMax: (1 << 20) + (1 << 16),
  handlesMax: 65_536,
  handlesTotalMax: 131_072,
  inFlightMax: 256,
  queuedBytesMax: 4 << 20,
  // What the Go decoder accepts in one array (fxamacker/cbor, MaxArrayElements).
  entriesMax: 131_072,
  listingsMax: 64,
  watchesMax: 1024,
  leasesMax: 4096,
  leasesTotalMax: 16_384,
  leasersMax: 32,
  sharersMax: 8,
  queuedTotalMax: 256 << 20,
  listedEntriesMax: 262_144,
  connectionsMax: 1024,
  frameTimeoutMs: 30_000,
};

/** The largest frame that a client accepts: a version 1 server answers a listing in one piece. */
export const REPLY_FRAME_MAX = 64 << 20;

/**
 * The most entries of one listing that a client takes where nothing else is said: in its memory they are 400 to 650
 * bytes each, with their attributes.
 */
export const LISTED_ENTRIES_MAX = 1 << 20;

/** So many descriptors are kept for everything but handles, and a quarter where there are few. */
const KEPT_MAX = 4096;

/** Room in a frame for everything but its data. */
export const FRAME_OVERHEAD_MAX = 1 << 16;

/** How many handles leave the process descriptors for everything else, if each has one. */
function handlesOfProcess(): number {
  const all = isLibcAvailable() ? descriptorsMax() : Infinity;
  return Math.min(DEFAULT_LIMITS.handlesTotalMax, all - Math.min(Math.ceil(all / 4), KEPT_MAX));
}

/** The least that each can be: 1 where nothing would go on with 0, and what no client would take less of. */
const LEAST = {
  dataMax: DATA_MAX_LEAST,
  frameMax: DATA_MAX_LEAST,
  handlesMax: 1,
  handlesTotalMax: 1,
  inFlightMax: 1,
  queuedBytesMax: 0,
  entriesMax: 1,
  listingsMax: 1,
  watchesMax: 0,
  leasesMax: 1,
  leasesTotalMax: 0,
  leasersMax: 0,
  sharersMax: 0,
  queuedTotalMax: 0,
  listedEntriesMax: 0,
  connectionsMax: 1,
  frameTimeoutMs: 0,
} as const satisfies Record<keyof WireLimits, number>;

function requireLimits(limits: WireLimits): void {
  const values: Readonly<Record<string, number>> = { ...limits };
  for (const [name, least] of Object.entries(LEAST)) {
    const value = values[name] ?? NaN;
    if (name === "frameTimeoutMs") timeOption(name, value);
    else wholeOption(name, value, { least });
  }
}

/**
 * The limits with those of `given` in place.
 *
 * @throws {RangeError} For one that is no such number.
 */
export function limitsOf(given: Partial<WireLimits> = {}): WireLimits {
  const handlesTotalMax = given.handlesTotalMax ?? handlesOfProcess();
  const limits = { ...DEFAULT_LIMITS, ...given, handlesTotalMax };
  requireLimits(limits);
  const frameMax = given.frameMax ?? limits.dataMax + FRAME_OVERHEAD_MAX;
  const dataMax = Math.min(limits.dataMax, frameMax);
  return { ...limits, frameMax, dataMax };
}
