/**
 * What every room stands on: errnos and {@linkcode FsError}, mode and open flags, the path dialect,
 * names as bytes, and values that may be promises. Nothing here touches a file or needs a
 * permission.
 *
 * @module
 */
export { ERRNO, Errno, type ErrnoName, errnoNamed, errnoOf } from "./errno.ts";
export { FsError, type FsErrorDetails, nullIfMissing, refuse, toErrno } from "./fs_error.ts";
export { always, chain, isPromise, type MaybePromise, orUndo, rescue } from "./maybe.ts";
export * from "./mode.ts";
export { timeOption, TIMER_MAX_MS, wholeOption } from "./number_options.ts";
export * from "./open_flags.ts";
export {
  badEntryName,
  basename,
  clean,
  components,
  dirname,
  isEntryName,
  isNameTooLong,
  isWithin,
  join,
  listedPath,
  NAME_MAX,
  PATH_MAX,
  SYMLINK_TARGET_MAX,
  SYMLINKS_MAX,
} from "./path.ts";
export { WorkPieces } from "./work_pieces.ts";
export { decodeName, encodeName, hasLoneSurrogate, nameLength } from "./name_bytes.ts";
