/**
 * What the reader throws.
 *
 * @module
 */

/**
 * Bytes that are not the CBOR that was expected: truncated, malformed, over a limit, or of another
 * type. Its message reads `Cannot decode CBOR at byte 17: truncated`.
 */
export class CborError extends Error {
  /** Where in the input the item began, in bytes. */
  readonly position: number;
  /** Why it cannot be decoded, without the position. */
  readonly reason: string;

  /** Says that the item at `position` cannot be decoded because of `reason`. */
  constructor(position: number, reason: string) {
    super(`Cannot decode CBOR at byte ${position}: ${reason}`);
    this.name = "CborError";
    this.position = position;
    this.reason = reason;
  }
}
