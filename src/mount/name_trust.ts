/**
 * How long a kernel may believe what it was told, where others change it too.
 *
 * @module
 */

/** The longest times that something may be believed, in milliseconds. */
export interface TrustLimits {
  /** A name. */
  readonly entryMs: number;
  /** Attributes. */
  readonly attrMs: number;
  /** That a name is missing. */
  readonly missMs: number;
}

/** The times of a reply; undefined: those of the mount. */
interface Times {
  entryTimeoutMs?: number | undefined;
  attrTimeoutMs: number | undefined;
}

/** What the follower of changes tells the nodes of a mount. */
export class NameTrust {
  /** How many directories may have moved: what is missing below their paths may be there by others. */
  doubts = 0;
  /** Set when nobody tells of changes any more. */
  limits: TrustLimits | null = null;

  /** A name was not found; `isMoved`: the directory is not where it was looked for. */
  limitMiss(out: Times, isMoved: boolean): void {
    if (isMoved || this.doubts > 0) out.entryTimeoutMs = 0;
    else if (this.limits !== null) out.entryTimeoutMs = this.limits.missMs;
  }

  /** A name was found. */
  limitEntry(out: Times): void {
    if (this.limits === null) return;
    out.entryTimeoutMs = this.limits.entryMs;
    out.attrTimeoutMs = this.limits.attrMs;
  }

  /** Attributes are told. */
  limitAttributes(out: Pick<Times, "attrTimeoutMs">): void {
    if (this.limits !== null) out.attrTimeoutMs = this.limits.attrMs;
  }
}
