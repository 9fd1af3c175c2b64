/**
 * What a client does when its connection ends.
 *
 * @module
 */
import type { WireConnection } from "./transport.ts";

/** How a client comes back after its connection has ended. */
export interface ReconnectPolicy {
  /** Makes a new connection to the same server. */
  readonly dial: () => Promise<WireConnection>;
  /** How long to try in milliseconds; after that everything fails with EIO for good. Default 30,000. */
  readonly timeoutMs?: number;
  /** Pause between two attempts in milliseconds. Default 100. */
  readonly pauseMs?: number;
}

/** How long to try in milliseconds. */
export const RECONNECT_TIMEOUT_MS = 30_000;
/** Pause between two attempts in milliseconds. */
export const RECONNECT_PAUSE_MS = 100;
