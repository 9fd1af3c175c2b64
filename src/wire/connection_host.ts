/**
 * What a connection needs of its server.
 *
 * @module
 */
import type { Provider } from "../provider/mod.ts";
import type { ChangeHub } from "./change_hub.ts";
import type { WireLimits } from "./limits.ts";
import type { WireObserver } from "./observer.ts";
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
  /** Tells every connection that a rename moved open files. */
  readonly renamed: (from: string, to: string, exchanged: boolean) => void;
}
