/**
 * What one connection is told of changes.
 *
 * @module
 */
import type { ConnectionHost } from "./connection_host.ts";
import { LeaseTable } from "./lease_table.ts";
import type { ReplySender } from "./reply_sender.ts";
import { NOTICES } from "./vfs_response.ts";
import { WatchTable } from "./watch_table.ts";

/** Notices may take up this part of the bytes that wait for the client. */
const NOTICES_SHARE = 4;
const LEASE_OVER = NOTICES.indexOf("over");
const ALL_TOLD = NOTICES.indexOf("told");

/** The watches and leases of a connection, and the notices that they send. */
export class ConnectionNotices {
  /** What the client watches. */
  readonly watches: WatchTable;
  /** What the client has leased. */
  readonly leases: LeaseTable;
  readonly #host: ConnectionHost;
  readonly #replies: ReplySender;
  readonly #flushSoon: () => void;
  #ended = false;
  #hasSignal = false;

  /** @param flushSoon Sends what there is, together with what comes at the same time. */
  constructor(host: ConnectionHost, replies: ReplySender, flushSoon: () => void) {
    const { provider, hub, soleOwner, limits } = host;
    this.#host = host;
    this.#replies = replies;
    this.#flushSoon = flushSoon;
    this.watches = new WatchTable({
      provider,
      hub,
      soleOwner,
      watchesMax: limits.watchesMax,
      hasRoom: () => this.#hasRoom(),
      send: (...notice) => this.#send(...notice),
    });
    this.leases = new LeaseTable({
      provider,
      hub,
      leasesMax: limits.leasesMax,
      quota: host.quota,
      sendOver: (lease) => this.#send(lease, LEASE_OVER, "", 0),
      sendTold: () => this.#send(0, ALL_TOLD, "", 0),
    });
  }

  /** Whether a notice would soon be taken; if not, watches that lose some hear of it when it would. */
  #hasRoom(): boolean {
    const { output } = this.#replies;
    if (output.queued <= this.#host.limits.queuedBytesMax / NOTICES_SHARE) return true;
    output.drained().then(() => this.watches.drained());
    return false;
  }

  /** Sends what tells of the end of leases at once, with what goes out next. */
  giveSignal(): void {
    const { output } = this.#replies;
    if (this.#hasSignal || !output.canAttach) return;
    const descriptors = this.leases.signal();
    if (descriptors === null) return;
    output.attach(descriptors, () => {
      this.#hasSignal = true;
    });
  }

  #send(number: number, kind: number, path: string, errno: number): void {
    if (this.#ended) return;
    this.#replies.sendNotice(number, kind, path, errno);
    this.#flushSoon();
  }

  /** Sends nothing any more. */
  end(): void {
    this.#ended = true;
  }

  /** Ends all watches and leases. */
  close(): void {
    this.end();
    this.watches.clear();
    this.leases.close();
  }
}
