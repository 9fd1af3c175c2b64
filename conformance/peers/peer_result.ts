/**
 * What a case came to on a peer.
 *
 * @module
 */
import type { Outcome } from "../runner/outcome.ts";

/** `without`: the API of the peer has no words for a call of the case. */
export type PeerStatus = "passed" | "failed" | "without" | "skipped";

/** What one case came to on one peer. */
export interface PeerResult {
  /** The case. */
  readonly id: string;
  /** How it went. */
  readonly status: PeerStatus;
  /** What was expected, and what came. */
  readonly message: string;
}

/** What the adapters answer for what cannot be said. */
const WITHOUT_WORDS = "ENOSYS";

/** The result for an outcome. */
export function peerResult({ case: { id }, status, steps, message = "" }: Outcome): PeerResult {
  if (status !== "failed") return { id, status: status === "known" ? "failed" : status, message };
  const without = message.includes(WITHOUT_WORDS) ||
    steps.some(({ outcome }) => outcome === WITHOUT_WORDS);
  return { id, status: without ? "without" : "failed", message };
}
