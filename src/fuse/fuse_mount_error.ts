/**
 * Why a mount could not be made or ended, in words for people.
 *
 * @module
 */

/** A mount that failed: what was tried, where, why, and what to do next. */
export class FuseMountError extends Error {
  /** The name of the class. */
  override readonly name = "FuseMountError";
  /** The mount point. */
  readonly mountpoint: string;

  /** Where, why (a sentence without a full stop), and what to do about it. */
  constructor(mountpoint: string, problem: string, advice = "", options?: ErrorOptions) {
    super(`${problem}${advice === "" ? "" : `. ${advice}`}`, options);
    this.mountpoint = mountpoint;
  }
}
