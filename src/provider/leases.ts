/**
 * Promises to tell of changes.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { Context } from "./context.ts";

/**
 * Promises about directories, as the delegations of NFS and the callbacks of AFS are: as long as a lease lasts, nobody
 * has changed the names of its directory, what they name, the attributes of the directory or those of its
 * entries, access times apart. With the first change it is over, at once or as soon as the provider hears of the change.
 *
 * It says nothing of what is below the entries, so nothing of the attributes of directories in it, and nothing of files
 * that have several names. What a provider cannot see at all (a mapped file that is written, another machine
 * that writes to a network disk) ends no lease: nobody should believe one for long.
 */
export interface Leases {
  /**
   * Begins a lease of the directory `path`, whose final symbolic link is not followed. What is asked after that
   * is what the lease holds.
   *
   * @returns Its number, which is not 0 and none before it has had.
   * @throws {FsError} ENOENT, ENOTDIR and the like; ENOSPC where there can be no more.
   */
  add(path: string, context?: Context): MaybePromise<number>;
  /** Gives one back; one that is over is no error. */
  remove(lease: number): void;
  /**
   * How a process of this machine sees the end of a lease at once, once there has been one; from then on `onTold` is
   * told whenever `onOver` has been of all the changes that were looked at. Optional; null where there is no way.
   */
  signal?(onTold: () => void): LeaseSignal | null;
  /**
   * Tells now of the changes that there have been, where it would otherwise do so in a later turn of the event loop.
   * Optional: for who is going to answer a question anyway.
   */
  look?(): void;
  /** Gives all back: the end. */
  close(): void;
}

/**
 * Two descriptors that tell in the moment of a change that some lease may be over. While `poll(2)` says of neither, in
 * this order, that it can be read from, every lease lasts that nobody has been told to be over. They belong to the
 * leases.
 */
export interface LeaseSignal {
  /** Can be read from since before a change returned to whoever made it, until somebody looks which it was. */
  readonly changed: number;
  /**
   * Can be read from since before somebody looked: a semaphore (`eventfd(2)`). Whoever believes leases takes one from
   * it each time that he has been told all that was found.
   */
  readonly telling: number;
}

/** Told that a lease is over. */
export type OnLeaseOver = (lease: number) => void;
