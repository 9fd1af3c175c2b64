/**
 * A provider as a session with the kernel, the same in every run: what is recorded, and replayed.
 *
 * @module
 */
import { type Channel, initWishes, Session } from "../../src/fuse/mod.ts";
import { newNodeFS, ProviderNode } from "../../src/mount/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";

/** How long the kernel may use what it was told, in milliseconds: no time at all, so that it asks. */
const TIMEOUTS = { entryTimeoutMs: 0, attrTimeoutMs: 0 };

/** Serves the provider on a channel. `report` gets what is no answer. */
export async function fuseSession(
  provider: Provider,
  channel: Channel,
  report: (problem: unknown) => void,
): Promise<Session> {
  const root = new ProviderNode(provider, "passed");
  const rootStableAttr = await root.rootStableAttr();
  const bridge = newNodeFS(root, { ...TIMEOUTS, nullPermissions: true, rootStableAttr });
  const wishes = initWishes("golden", { enableLocks: true, passthrough: false });
  return new Session(channel, bridge, { ...TIMEOUTS, wishes, report });
}
