/**
 * Breaches of the protocol.
 *
 * @module
 */

/** The other side did what the protocol does not allow: the connection ends. */
export class WireError extends Error {
  /** Says what it did. */
  constructor(message: string) {
    super(message);
    this.name = "WireError";
  }
}
