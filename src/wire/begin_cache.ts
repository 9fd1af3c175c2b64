/**
 * How a client begins to keep what it knows.
 *
 * @module
 */
import { LeaseTrust } from "./lease_trust.ts";
import { OpCode } from "./op_code.ts";
import type { ByteChannel } from "./transport.ts";
import type { VFSClient } from "./vfs_client.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import { NOTICES } from "./vfs_response.ts";

/** Begins to keep things as far as that is wanted (`VFSClientOptions.cache`) and the server can tell of changes. */
export async function beginCache(
  client: VFSClient,
  channel: ByteChannel,
  wanted: NonNullable<VFSClientOptions["cache"]>,
): Promise<void> {
  const { exact, leases, capabilities } = client.hello;
  // Without numbers of inodes nobody can tell what a file's second name is.
  const isPossible = client.version === 2 && capabilities.includes("inode");
  if (wanted === false || !isPossible) return;
  const isStrict = wanted === "exact";
  const mayLease = !isStrict || (LeaseTrust.isPossible(channel) && client.recentMs > 0);
  if (!exact && leases && mayLease) {
    client.cache.beginLeases(new LeaseTrust(channel, isStrict));
  } else if (exact || wanted === true) await watchAll(client);
}

/** Begins to keep things, if the server tells of every change. */
async function watchAll(client: VFSClient): Promise<void> {
  if (!client.hello.capabilities.includes("watch")) return;
  const { cache } = client;
  client.begin(OpCode.Watch).path = "/";
  const watching = client.send((reply) => {
    client.watches.set(reply.handle, ({ notice, path }) => {
      if (NOTICES[notice] === "ended") cache.end();
      else cache.noticed(notice, path);
    });
    cache.begin();
  }, { syscall: "watch", path: "/" });
  // A server that cannot, for want of watches or by a rule, is asked for everything.
  await watching.catch(() => {});
}
