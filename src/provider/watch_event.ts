/**
 * Changes that a provider reports.
 *
 * @module
 */

/** One change below a watched path, made by anybody. */
export interface WatchEvent {
  /**
   * `entry`: a name appeared, went or now names something else; `content`: data or size changed;
   * `attributes`: something else about the inode changed; `overflow`: events were lost, so anything
   * below the path may have changed.
   */
  readonly kind: "entry" | "content" | "attributes" | "overflow";
  /** The path that changed. */
  readonly path: string;
}
