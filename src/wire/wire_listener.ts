/**
 * Where a server gets its connections from.
 *
 * @module
 */
import type { WireConnection } from "./transport.ts";

/** What accepts connections: a `Deno.Listener` for Unix sockets, TCP or vsock, or your own. */
export interface WireListener {
  /** Waits for the next connection. */
  accept(): Promise<WireConnection>;
  /** Stops. */
  close(): void;
}
