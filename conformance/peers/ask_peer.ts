/**
 * Running the cases on a peer.
 *
 * @module
 */
import type { Peer } from "./peer.ts";
import type { PeerResult } from "./peer_result.ts";
import type { PeerQuestion } from "./peer_worker.ts";

/** How long a case may be silent: synchronous calls can only be ended with their thread. */
const SILENCE_MS = 5_000;

/** Asks one worker until it has done all, or a case is silent for too long: returns its id then. */
function runWorker(
  question: PeerQuestion,
  tell: (result: PeerResult) => void,
): Promise<string | undefined> {
  const worker = new Worker(new URL("./peer_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  let guard: ReturnType<typeof setTimeout> | undefined;
  // The id of a case before it starts, its result after it, null at the end.
  worker.onmessage = ({ data }: MessageEvent<string | PeerResult | null>): void => {
    clearTimeout(guard);
    if (data === null) resolve(undefined);
    else if (typeof data === "string") guard = setTimeout(resolve, SILENCE_MS, data);
    else tell(data);
  };
  worker.onerror = (event): void => reject(new Error(event.message));
  worker.postMessage(question);
  return promise.finally(() => {
    clearTimeout(guard);
    worker.terminate();
  });
}

/**
 * What the cases come to on a peer, by id. A case that never returns fails, and those after it get a new
 * peer.
 */
export async function askPeer(
  { name }: Peer,
  ids: readonly string[],
): Promise<Map<string, PeerResult>> {
  const results = new Map<string, PeerResult>();
  while (true) {
    const left = ids.filter((id) => !results.has(id));
    const hung = await runWorker(
      { peer: name, ids: left },
      (result) => results.set(result.id, result),
    );
    if (hung === undefined) return results;
    const message = "a call: expected an answer, got none in 5 seconds";
    results.set(hung, { id: hung, status: "failed", message });
  }
}
