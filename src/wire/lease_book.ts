/**
 * The leases of a client.
 *
 * @module
 */
import { basename, dirname, ERRNO } from "../base/mod.ts";
import { LEASE_MS, LeasePolicy } from "./lease_policy.ts";
import { LEASE_WITH_SIGNAL } from "./lease_operation.ts";
import type { LeaseTrust } from "./lease_trust.ts";
import { unsoundName } from "./listed_names.ts";
import type { NameTree } from "./name_tree.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

const ENOTDIR = -ERRNO.ENOTDIR.number;
const ENOENT = -ERRNO.ENOENT.number;

/** A lease that should be asked for. */
export interface LeaseWish {
  /** The directory. */
  readonly path: string;
  /** How many entries to list. */
  readonly entriesMax: number;
  /** `flags` of the request. */
  readonly flags: number;
}

/**
 * Decides which directories are leased, and enters what comes of it into the tree of names. A path is
 * only believed when everything above it is leased as well: those leases are asked for first, one after the other,
 * so that each is about what the one above it holds.
 */
export class LeaseBook {
  readonly #tree: NameTree;
  readonly #trust: LeaseTrust;
  readonly #onUseless: () => void;
  readonly #policy = new LeasePolicy();
  /** No lease is asked for before this time: the server has no more. */
  #notBefore = 0;

  /**
   * Enters leases into a tree.
   *
   * @param trust Whether they can be believed.
   * @param onUseless Told when that turns out never to be so.
   */
  constructor(tree: NameTree, trust: LeaseTrust, onUseless: () => void) {
    this.#tree = tree;
    this.#trust = trust;
    this.#onUseless = onUseless;
  }

  /** The directory whose lease would have answered a question about a path. */
  #directoryFor(path: string, time: number): string | undefined {
    const above = dirname(path);
    const directory = this.#tree.findDirectory(above, time);
    if (directory === undefined || path === "/") return above;
    const name = directory.names.get(basename(path));
    // What it is like itself is told by its own.
    if (name?.isDirectory === true) return name.validUntil > time ? undefined : path;
    return directory.isComplete ? undefined : above;
  }

  /** A question about a path has to be sent. True when leases are due first. */
  missed(path: string): boolean {
    const time = this.#tree.time();
    if (!this.#policy.isFree(dirname(path), time)) return false;
    return this.#missed(this.#directoryFor(path, time), time, false);
  }

  /** As `missed`, of a listing. */
  missedList(path: string): boolean {
    const time = this.#tree.time();
    return this.#missed(this.#listingFor(path, time), time, true);
  }

  /** The directory whose lease would have answered a question about what there is in it. */
  #listingFor(path: string, time: number): string | undefined {
    return this.#tree.findDirectory(path, time)?.isComplete === true ? undefined : path;
  }

  #missed(directory: string | undefined, time: number, isList: boolean): boolean {
    if (directory === undefined || time < this.#notBefore) return false;
    this.#expire(directory, time);
    if (!this.#policy.missed(directory, isList)) return false;
    return this.#policy.isFree(this.#tree.firstDoubtful(directory, time) ?? directory, time);
  }

  /** A lease that is too old ends here. */
  #expire(path: string, time: number): void {
    const directory = this.#tree.find(path);
    if (directory === undefined || directory.lease === 0 || directory.validUntil > time) return;
    if (directory.validUntil === 0) return;
    directory.validUntil = 0;
    this.#policy.ended(path, directory.hits);
  }

  /** The next lease to ask for before a question about a path, or about its names, when there is one. */
  wish(path: string, isList: boolean): LeaseWish | undefined {
    const time = this.#tree.time();
    const directory = isList ? this.#listingFor(path, time) : this.#directoryFor(path, time);
    if (directory === undefined) return undefined;
    const doubtful = this.#tree.firstDoubtful(directory, time) ?? directory;
    if (!this.#policy.isFree(doubtful, time)) return undefined;
    const flags = this.#trust.wantsSignal ? LEASE_WITH_SIGNAL : 0;
    return { path: doubtful, entriesMax: this.#policy.entriesMax(doubtful), flags };
  }

  /** A lease is being asked for. Returns whom to tell of the reply. */
  asked({ path, flags }: VFSRequest): (reply: VFSResponse) => void {
    const tree = this.#tree;
    const trust = this.#trust;
    const wantsSignal = (flags & LEASE_WITH_SIGNAL) !== 0;
    if (wantsSignal) trust.asks();
    const directory = tree.place(path);
    const asked = tree.now;
    const validUntil = tree.time() + LEASE_MS;
    return ({ err, handle, stat, entries, offset }) => {
      const number = Number(handle);
      if (wantsSignal) trust.answered();
      if (err === 0 && !trust.leased()) return this.#onUseless();
      if (err !== 0) return this.#refused(path, err);
      if (number === 0 || stat === null || !tree.counts(directory, path, asked)) {
        return this.#policy.ended(path, 0);
      }
      const isSound = unsoundName(entries ?? []) === undefined;
      const all = offset === 0 ? [] : isSound ? entries : null;
      tree.lease({ directory, path }, asked, { number, validUntil, stat, entries: all });
      this.#policy.began(path, offset);
    };
  }

  #refused(path: string, err: number): void {
    const time = this.#tree.time();
    this.#policy.refused(path, time);
    if (err !== ENOENT && err !== ENOTDIR) this.#notBefore = time + LEASE_MS;
  }

  /** The notice that a lease is over. */
  over(number: number): void {
    const leased = this.#tree.leaseOver(number);
    if (leased !== undefined) this.#policy.ended(leased.path, leased.directory.hits);
  }

  /** We change something in a directory. */
  changed(directory: string): void {
    this.#policy.changed(directory, this.#tree.time());
  }
}
