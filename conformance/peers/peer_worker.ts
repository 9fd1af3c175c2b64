/**
 * A peer in a thread of its own: what never returns there can be ended.
 *
 * @module
 */
import { ALL_CASES } from "../cases/mod.ts";
import { CaseRunner } from "../runner/case_runner.ts";
import { PEERS } from "./all_peers.ts";
import { peerResult } from "./peer_result.ts";
import { PeerSubject } from "./peer_subject.ts";

/** How long a case may wait: less than a worker may be silent. */
const TIMEOUT_MS = 4000;

/** What a worker is asked: the cases with these ids. */
export interface PeerQuestion {
  /** The name of the peer. */
  readonly peer: string;
  /** The cases. */
  readonly ids: readonly string[];
}

/** The scope of a worker, of which Deno's types for a main thread know nothing. */
interface Scope {
  onmessage: ((event: MessageEvent<PeerQuestion>) => void) | null;
  postMessage(message: unknown): void;
}

declare const self: Scope;

async function answer({ peer: name, ids }: PeerQuestion): Promise<void> {
  const peer = PEERS.find((one) => one.name === name);
  if (peer === undefined) throw new Error(`There is no peer ${name}`);
  await using runner = new CaseRunner("direct", () => PeerSubject.of(peer), {
    timeoutMs: TIMEOUT_MS,
  });
  for (const one of ALL_CASES.filter(({ id }) => ids.includes(id))) {
    self.postMessage(one.id);
    self.postMessage(peerResult(await runner.run(one)));
  }
}

self.onmessage = async ({ data }) => {
  await answer(data);
  self.postMessage(null);
};
