/**
 * Opening a provider's file for the kernel.
 *
 * @module
 */
import {
  allowsWrite,
  chain,
  FsError,
  type MaybePromise,
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDWR,
  O_TRUNC,
  orUndo,
} from "../base/mod.ts";
import {
  type Context,
  type FileInfo,
  type Handle,
  type Provider,
  requireHandle,
} from "../provider/mod.ts";
import { ProviderFile } from "./provider_file.ts";
import { withoutSetId } from "./set_id_bits.ts";

/** What is opened, and how. */
export interface Opening {
  /** The provider. */
  readonly provider: Provider;
  /** Where the file should be. */
  readonly path: string;
  /** The flags of `open(2)`. */
  readonly flags: number;
  /** The permission bits of a new file. */
  readonly mode: number;
  /** Whether attributes are those of the file that is meant. Without it, that is whatever is there. */
  readonly isMeant?: (info: FileInfo) => boolean;
}

/**
 * Opens a file, with a second handle for what is appended. One that is not meant is left as it is: O_TRUNC is done
 * when it is known which file it empties.
 *
 * @throws {FsError} ESTALE for a file that is not meant; what the provider throws.
 */
export function openProviderFile(
  opening: Opening,
  context: Context,
): MaybePromise<ProviderFile> {
  const { flags, provider, path } = opening;
  const opened = openFile(opening, context);
  if ((flags & O_TRUNC) === 0) return opened;
  return chain(opened, (file) => withoutSetId(file, provider, path, context));
}

function openFile(opening: Opening, context: Context): MaybePromise<ProviderFile> {
  const { flags, isMeant } = opening;
  const isEmptied = isMeant !== undefined && (flags & O_TRUNC) !== 0;
  const first = isEmptied ? writing(flags) & ~O_TRUNC : flags;
  const opened = chain(
    openMeant(opening, first & ~O_APPEND, context),
    (handle) => withAppending(handle, { ...opening, flags: first }, context),
  );
  if (!isEmptied) return opened;
  return chain(opened, (file) =>
    orUndo(
      () => chain(file.handle.truncate(0, context), () => file),
      () => file.release(context),
    ));
}

/** The flags, or those with which a file can be emptied: Linux empties what is opened for reading, too. */
function writing(flags: number): number {
  return allowsWrite(flags) ? flags : (flags & ~O_ACCMODE) | O_RDWR;
}

function openMeant(opening: Opening, flags: number, context: Context): MaybePromise<Handle> {
  const { provider, path, mode, isMeant } = opening;
  const opened = chain(provider.open(path, flags, mode, context), requireHandle);
  if (isMeant === undefined) return opened;
  return chain(opened, (handle) =>
    orUndo(
      () =>
        chain(handle.stat(context), (info) => {
          if (!isMeant(info)) throw new FsError("ESTALE", { syscall: "open", path });
          return handle;
        }),
      () => handle.close(context),
    ));
}

function withAppending(
  handle: Handle,
  opening: Opening,
  context: Context,
): MaybePromise<ProviderFile> {
  const { flags } = opening;
  if ((flags & O_APPEND) === 0) return new ProviderFile({ handle, flags });
  const again = flags & ~(O_CREAT | O_EXCL | O_TRUNC);
  return orUndo(
    () =>
      chain(
        openMeant(opening, again, context),
        (appending) => new ProviderFile({ handle, appending, flags }),
      ),
    () => handle.close(context),
  );
}
