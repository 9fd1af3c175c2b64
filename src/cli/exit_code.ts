/**
 * What the command line tells scripts.
 *
 * @module
 */

/** Exit codes of every command. */
export const EXIT_CODE = {
  /** It did what was asked, or ended cleanly on Ctrl-C or SIGTERM. */
  OK: 0,
  /** It was asked rightly and could not, or something was not as expected. The reason is on stderr. */
  FAILURE: 1,
  /** The command line is wrong. What is right is on stderr. */
  USAGE: 2,
} as const;

/** One of {@linkcode EXIT_CODE}. */
export type ExitCode = typeof EXIT_CODE[keyof typeof EXIT_CODE];
