/**
 * A directory and those above it.
 *
 * @module
 */
import {
  chain,
  clean,
  dirname,
  type ErrnoName,
  FsError,
  type MaybePromise,
  rescue,
  toErrno,
} from "../base/mod.ts";
import type { Context, Provider } from "../provider/mod.ts";

/** What a failed step answers to; anything else fails the whole. */
function onError(codes: readonly ErrnoName[], use: () => MaybePromise<void>) {
  return (thrown: unknown): MaybePromise<void> => {
    if (!(thrown instanceof FsError) || !codes.includes(toErrno(thrown).code)) throw thrown;
    return use();
  };
}

/**
 * Makes `path` and what is missing above it, as Go's `os.MkdirAll`: a directory that is there is
 * success, anything else that is there is ENOTDIR.
 */
export function makeDirectories(
  provider: Provider,
  path: string,
  mode: number,
  context: Context,
): MaybePromise<void> {
  return makeClean(provider, clean(path), mode, context);
}

function makeClean(
  provider: Provider,
  path: string,
  mode: number,
  context: Context,
): MaybePromise<void> {
  const requireDirectory = (): MaybePromise<void> =>
    chain(provider.stat(path, context), (info) => {
      if (!info.isDir) throw new FsError("ENOTDIR", { syscall: "mkdir", path });
    });
  // Somebody else may make it in the meantime: that is as good.
  const make = (): MaybePromise<void> =>
    rescue(() => provider.mkdir(path, mode, context), onError(["EEXIST"], requireDirectory));
  return rescue(
    requireDirectory,
    onError(["ENOENT"], () => {
      if (path === "/") throw new FsError("ENOENT", { syscall: "mkdir", path });
      return chain(makeClean(provider, dirname(path), mode, context), make);
    }),
  );
}
