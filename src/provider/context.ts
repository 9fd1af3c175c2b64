/**
 * On whose behalf an operation runs.
 *
 * @module
 */

/**
 * The caller of one operation. Every method of the contract takes it last and may be called without
 * it: then the caller is the process itself, with all rights.
 *
 * A context is read-only and may be shared by many calls; a provider must not keep it.
 */
export interface Context {
  /** The caller's user id: owner of what the call creates. */
  readonly uid: number;
  /** The caller's group id: group of what the call creates (unless the directory is setgid). */
  readonly gid: number;
  /** The caller's process id, 0 when unknown. */
  readonly pid?: number;
  /**
   * Whether the kernel of a mount asks: it has found the directory of the path itself, name by name, and a
   * provider may use one that it found for one call also for the next, until the running code ends.
   */
  readonly isFromKernel?: boolean;
  /** Aborted when the caller no longer waits; the operation then fails with EINTR or finishes. */
  readonly signal?: AbortSignal;
  /** Whether `signal` has aborted, if that can be told without making one: most calls end without anybody asking. */
  readonly aborted?: boolean;
  /** Nobody waits for the end of the operation: it may be done a moment later, together with others. */
  readonly nobodyWaits?: boolean;
}
