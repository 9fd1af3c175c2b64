/**
 * The version that `--version` prints.
 *
 * @module
 */

/** The version in `deno.json`; a test keeps the two equal. */
export const VERSION = "0.1.0";
