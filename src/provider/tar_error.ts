/**
 * What is wrong with an archive.
 *
 * @module
 */

/**
 * An archive that {@linkcode readTar} cannot or must not unpack: damaged, cut off, dangerous, over a limit, or of
 * a kind that it does not know. What the provider refuses is an `FsError`, as everywhere.
 */
export class TarError extends Error {
  /** Where in the archive the header that is at fault begins, in bytes. */
  readonly offset: number;

  /** Says what is wrong, and where. */
  constructor(what: string, offset: number) {
    super(`Cannot read the archive at byte ${offset}: ${what}`);
    this.name = "TarError";
    this.offset = offset;
  }
}
