/**
 * Operations on paths that both versions have.
 *
 * @module
 */
import {
  chain,
  clean,
  encodeName,
  FsError,
  type MaybePromise,
  MODE_PERMISSIONS,
  S_IFMT,
} from "../base/mod.ts";
import { mkdirAll as makeAll, type MkdirAllOptions, requireStatFs } from "../provider/mod.ts";
import type { Call } from "./call.ts";
import { threadTurns } from "./thread_turns.ts";

/** The longest path of MkdirAll, as of a system call (`PATH_MAX`). */
const MKDIR_ALL_MAX = 4095;
/** So many components are made at once: each walks those before it, and others want their turn. */
const COMPONENTS_AT_ONCE = 8;

/** Lookup. */
export function lookup(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { provider } = session;
  if (session.version === 1 || !session.hasLstat || provider.find === undefined) {
    return chain(call.lstat(request.path), call.giveStat);
  }
  return chain(provider.find(request.path, context), call.giveFound);
}

/** Getattr: of an open file when version 2 names one. */
export function getattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if (session.version === 2 && request.handle !== 0) {
    return chain(call.open("stat").stat(context), call.giveStat);
  }
  return chain(session.provider.stat(request.path, context), call.giveStat);
}

/** Mkdir, which answers with the new directory's attributes. */
export function mkdir(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const made = session.provider.mkdir(request.path, request.mode & MODE_PERMISSIONS, context);
  return chain(made, call.giveStatOfPath);
}

/** Unlink. */
export function unlink(call: Call): MaybePromise<void> {
  return call.session.provider.unlink(call.request.path, call.context);
}

/** Rmdir. */
export function rmdir(call: Call): MaybePromise<void> {
  return call.session.provider.rmdir(call.request.path, call.context);
}

/** Rename, from version 2 on with flags. */
export function rename(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { path, newPath, flags } = request;
  if (session.version === 2 && flags !== 0) {
    return session.provider.rename2(path, newPath, flags, context);
  }
  return session.provider.rename(path, newPath, context);
}

/** MkdirAll. */
export function mkdirAll(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { path } = request;
  if (path.length > MKDIR_ALL_MAX) {
    throw new FsError("ENAMETOOLONG", { syscall: "mkdirAll", path });
  }
  const options = { mode: request.mode & MODE_PERMISSIONS, context };
  const parts = clean(path).split("/");
  if (parts.length <= COMPONENTS_AT_ONCE) return makeAll(session.provider, path, options);
  return makeInTurns(call, parts, options);
}

async function makeInTurns(
  { session: { provider, taker } }: Call,
  parts: readonly string[],
  options: MkdirAllOptions,
): Promise<void> {
  for (let end = COMPONENTS_AT_ONCE; end < parts.length; end += COMPONENTS_AT_ONCE) {
    const startedAt = performance.now();
    const made = makeAll(provider, parts.slice(0, end).join("/"), options);
    threadTurns.worked(taker, performance.now() - startedAt);
    await made;
    if (!threadTurns.admits(taker)) await threadTurns.next(taker);
  }
  await makeAll(provider, parts.join("/"), options);
}

/** Symlink. */
export function symlink(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const made = session.provider.symlink(request.newPath, request.path, context);
  return session.version === 2 ? chain(made, call.giveStatOfPath) : made;
}

/** Readlink. */
export function readlink(call: Call): MaybePromise<void> {
  return chain(call.session.provider.readlink(call.request.path, call.context), (target) => {
    call.response.data = encodeName(target);
  });
}

/** Link. */
export function link(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { provider, version } = session;
  if (version === 1) return provider.link(request.path, request.newPath, context);
  const made = request.handle === 0
    ? provider.link(request.path, request.newPath, context)
    : provider.linkHandle(call.open("link"), request.newPath, context);
  return chain(made, () => call.statAgain(request.newPath));
}

/** Statfs. */
export function statfs(call: Call): MaybePromise<void> {
  return chain(call.session.provider.statfs(call.request.path, call.context), (fs) => {
    call.response.fs = { ...requireStatFs(fs) };
  });
}

/** Mknod. */
export function mknod(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { path, mode, rdev } = request;
  const kept = mode & (S_IFMT | MODE_PERMISSIONS);
  return chain(session.provider.mknod(path, kept, rdev, context), call.giveStatOfPath);
}

/** Remove. */
export function remove(call: Call): MaybePromise<void> {
  return call.session.provider.remove(call.request.path, call.context);
}

/** RemoveAll. */
export function removeAll(call: Call): MaybePromise<void> {
  return call.session.provider.removeAll(call.request.path, call.context);
}

/** What an operation without a row answers. */
export function unknown(call: Call): never {
  throw new FsError("ENOSYS", { syscall: `operation ${call.request.op}` });
}
