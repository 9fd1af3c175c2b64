/**
 * Why a mount could not be made or ended, in words for people.
 *
 * @module
 */

/** What else there is to say of a failure. */
export interface FuseMountErrorOptions extends ErrorOptions {
  /** Another mount is over it, so that it cannot be unmounted, also not lazily. */
  readonly isCovered?: boolean;
}

/** A mount that failed: what was tried, where, why, and what to do next. */
export class FuseMountError extends Error {
  /** The name of the class. */
  override readonly name = "FuseMountError";
  /** The mount point. */
  readonly mountpoint: string;
  /** Whether another mount is over it, so that it cannot be unmounted, also not lazily. */
  readonly isCovered: boolean;

  /** Where, why (a sentence without a full stop), and what to do about it. */
  constructor(
    mountpoint: string,
    problem: string,
    advice = "",
    options: FuseMountErrorOptions = {},
  ) {
    super(`${problem}${advice === "" ? "" : `. ${advice}`}`, options);
    this.mountpoint = mountpoint;
    this.isCovered = options.isCovered === true;
  }
}
