/**
 * Lease.
 *
 * @module
 */
import { chain, type MaybePromise, rescue } from "../base/mod.ts";
import { type DirEntry, requireEntries, requireInfo } from "../provider/mod.ts";
import type { Call } from "./call.ts";
import { endOfPage, pageOf } from "./listing_operation.ts";
import { setStatV2 } from "./stat_message.ts";
import { VFSStat } from "./vfs_stat.ts";

/** Bit of `flags` in Lease: with the descriptors that tell at once when it is over, where that can be. */
export const LEASE_WITH_SIGNAL = 1;

/**
 * Lease: the lease begins first, so whatever is told with it is what it holds. The reply has no number when it is over
 * by then.
 */
export function lease(call: Call): MaybePromise<void> {
  const { session, request, context } = call;
  const { leases } = session;
  return chain(leases.add(session, request.path, context), (number) => {
    const told = rescue(() => tell(call), (thrown) => {
      leases.remove(number);
      throw thrown;
    });
    return chain(told, () => {
      call.response.handle = leases.has(number) ? number : 0;
      if ((request.flags & LEASE_WITH_SIGNAL) !== 0) session.giveSignal();
    });
  });
}

/** The attributes of the directory, and its entries where they are not too many. */
function tell(call: Call): MaybePromise<void> {
  const { session, request, response, context } = call;
  const stated = chain(session.provider.lstat(request.path, context), (info) => {
    response.stat = new VFSStat();
    setStatV2(response.stat, requireInfo(info));
  });
  return chain(
    stated,
    () =>
      chain(
        session.provider.readDir(request.path, context),
        (entries) => list(call, requireEntries(entries)),
      ),
  );
}

function list(call: Call, entries: readonly DirEntry[]): MaybePromise<void> {
  const { session, request, response } = call;
  response.offset = entries.length;
  if (entries.length > request.size || endOfPage(session, entries, 0) < entries.length) return;
  return chain(pageOf(call, entries, 0, entries.length), (made) => {
    response.entries = made;
  });
}
