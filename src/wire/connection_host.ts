/**
 * What a connection needs of its server.
 *
 * @module
 */
import type { Provider } from "../provider/mod.ts";
import type { ChangeHub } from "./change_hub.ts";
import type { HandleQuota } from "./handle_quota.ts";
import type { LeaseQuota } from "./lease_quota.ts";
import type { WireLimits } from "./limits.ts";
import type { ListingShelf } from "./listing_table.ts";
import type { MemoryQuota } from "./memory_offer.ts";
import type { WireObserver } from "./observer.ts";
import type { SoleClient } from "./sole_client.ts";
import type { InodeSource } from "./stat_message.ts";

/** What a connection needs of its server. */
export interface ConnectionHost {
  /** The filesystem. */
  readonly provider: Provider;
  /** The limits. */
  readonly limits: WireLimits;
  /** Where version 1's inode numbers come from. */
  readonly inodes: InodeSource;
  /** The user that requests without ids run as. */
  readonly self: { readonly uid: number; readonly gid: number };
  /** Told of each request. */
  readonly observer: WireObserver | undefined;
  /** Told of defects of the provider. */
  readonly onUnexpected: (thrown: unknown) => void;
  /** Told why a connection ended that its client did not end. */
  readonly onBroken: ((thrown: unknown, connection: number) => void) | undefined;
  /** Told of every change that goes through the server. */
  readonly hub: ChangeHub;
  /** Whether nobody else changes what is served: then the hub knows every change. */
  readonly soleOwner: boolean;
  /** Whether clients may get the descriptors of what they have opened. */
  readonly passFiles: boolean;
  /** For how long to look for the next request of who has the thread for itself, in milliseconds. */
  readonly spinMs: number;
  /** Who that is. */
  readonly sole: SoleClient;
  /** Bounds what unfinished listings hold. */
  readonly shelf: ListingShelf;
  /** Bounds what is open. */
  readonly opened: HandleQuota;
  /** Bounds what is leased. */
  readonly quota: LeaseQuota;
  /** Bounds who has shared memory. */
  readonly memories: MemoryQuota;
  /** Bytes that the connections hold for their clients together. */
  readonly held: () => number;
  /** How large a buffer a connection may keep while it has nothing to send, in bytes. */
  readonly bufferKept: () => number;
  /** Tells every connection that any open file may have a second name now. */
  readonly linked: () => void;
  /** Tells every connection that a rename moved open files. */
  readonly renamed: (from: string, to: string, exchanged: boolean) => void;
}
