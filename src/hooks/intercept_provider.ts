/**
 * A provider with hooks.
 *
 * @module
 */
import {
  allowsRead,
  chain,
  clean,
  type ErrnoName,
  isPromise,
  isRegular,
  join,
  listedPath,
  type MaybePromise,
  O_CREAT,
  O_EXCL,
  O_PATH,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  RENAME_EXCHANGE,
  rescue,
  toErrno,
} from "../base/mod.ts";
import {
  type Context,
  DirEntry,
  type FileInfo,
  type Handle,
  type Provider,
  type WatchEvent,
} from "../provider/mod.ts";
import type { HookEngine } from "./hook_engine.ts";
import { HookOp } from "./hook_op.ts";
import type { HookRequest } from "./hook_request.ts";
import { InterceptHandle } from "./intercept_handle.ts";
import { InterceptedPaths } from "./intercepted_paths.ts";
import { MutatedHandle } from "./mutated_handle.ts";
import { RedirectedHandle } from "./redirected_handle.ts";

/**
 * Asks the hooks of an engine about every operation of a provider and of its handles. An operation
 * that no hook concerns goes straight through; nothing becomes asynchronous that was not, unless a hook is.
 *
 * What an operation does besides its name is asked about too (`src/hooks/RULES.md` has the whole table):
 * O_TRUNC of a file that is not empty is a `truncate`, an O_CREAT of a file that exists an `open`, a
 * rename onto something a `remove` of it and of a directory a `mkdir`; `removeAll` asks about every
 * name below when there are hooks for `remove`.
 *
 * Handles are known to hooks by the path that they were opened by, and names by the path that the caller
 * used: a file reached by a hard link, through a symbolic link or by a name it got later
 * is judged by that path.
 */
export class InterceptProvider extends InterceptedPaths {
  readonly #changed = (path: string): void => this.changed(path);

  /** A layer over `inner`; the engine stays the caller's, who closes it. */
  constructor(inner: Provider, engine: HookEngine) {
    super(inner, engine);
  }

  /** `readdir` hooks; attributes of entries are asked about as `lstat` when somebody wants them. */
  override readDir(path: string, context?: Context): MaybePromise<readonly DirEntry[]> {
    const { mutation, interception: { engine } } = this;
    const isPlain = mutation === null && engine.plans[HookOp.Lstat].before.length === 0;
    if (isPlain && !this.wants(HookOp.ReadDir, path)) return this.inner.readDir(path, context);
    return this.run(
      HookOp.ReadDir,
      path,
      context,
      {},
      (request) =>
        chain(
          this.inner.readDir(request.path, context),
          (entries) =>
            isPlain ? entries : entries.map((entry) => this.#listed(request.path, entry, context)),
        ),
    );
  }

  #listed(directory: string, entry: DirEntry, context: Context | undefined): DirEntry {
    const path = join(clean(directory), entry.name);
    const isMutated = isRegular(entry.type) && this.mutation?.touches(path, context) === true;
    if (!isMutated && !this.interception.wantsBefore(HookOp.Lstat, path)) return entry;
    return new DirEntry(
      entry.name,
      entry.type,
      entry.ino,
      () => this.capabilities.has("lstat") ? this.lstat(path, context) : this.stat(path, context),
    );
  }

  /** `open` hooks, or `create` hooks with O_CREAT. */
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    if (!this.#wantsOpen(path, flags)) {
      const handle = this.inner.open(path, flags, mode, context);
      if (isPromise(handle)) {
        return handle.then((inner) => this.#opened(inner, path, flags, context));
      }
      return this.#opened(handle, path, flags, context);
    }
    return this.#open(
      path,
      flags,
      mode,
      context,
      (request) => this.inner.open(request.path, request.flags, request.mode, context),
    );
  }

  /** `create` hooks. */
  override create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    const flags = O_RDWR | O_CREAT | O_TRUNC;
    if (!this.#wantsOpen(path, flags)) {
      return chain(
        this.inner.create(path, mode, context),
        (inner) => this.#opened(inner, path, flags, context),
      );
    }
    return this.#open(
      path,
      flags,
      mode,
      context,
      (request) =>
        request.flags === flags
          ? this.inner.create(request.path, request.mode, context)
          : this.inner.open(request.path, request.flags, request.mode, context),
    );
  }

  #wantsOpen(path: string, flags: number): boolean {
    if (this.wants(opOf(flags), path)) return true;
    if ((flags & O_TRUNC) !== 0 && this.wants(HookOp.Truncate, path)) return true;
    return mayOpenWhatExists(flags) && this.wants(HookOp.Open, path);
  }

  #open(
    path: string,
    flags: number,
    mode: number,
    context: Context | undefined,
    perform: (request: HookRequest) => MaybePromise<Handle>,
  ): MaybePromise<Handle> {
    const { interception } = this;
    const request = interception.request(opOf(flags), path, context);
    request.flags = flags;
    request.mode = mode;
    const asked = request.path;
    return interception.ask(request, context, () =>
      chain(
        this.#truncates(request, context),
        (truncation) =>
          chain(this.#requireOpen(request, context), () => {
            const opening = () => perform(request);
            const handle = interception.finish(
              request,
              context,
              truncation === null
                ? opening
                : () => interception.finish(truncation, context, opening),
            );
            return chain(
              handle,
              (inner) => this.#opened(inner, request.path, request.flags, context, asked),
            );
          }),
      ));
  }

  /** Asks about O_TRUNC of what has content; the request, or null when nothing is lost. */
  #truncates(request: HookRequest, context: Context | undefined): MaybePromise<HookRequest | null> {
    const { path, flags } = request;
    if ((flags & O_TRUNC) === 0 || !this.wants(HookOp.Truncate, path)) return null;
    return chain(this.#existing(path, context), (info) => {
      if (info === null || !isRegular(info.mode) || info.size === 0) return null;
      const truncation = this.interception.request(HookOp.Truncate, path, context);
      return chain(this.interception.engine.before(truncation, context), () => truncation);
    });
  }

  /** Asks whether what exists may be opened, where O_CREAT was said as well. */
  #requireOpen({ path, flags }: HookRequest, context: Context | undefined): MaybePromise<void> {
    if (!mayOpenWhatExists(flags)) return;
    if (!this.interception.wantsBefore(HookOp.Open, path)) return;
    return chain(this.#existing(path, context), (info) => {
      if (info === null) return;
      const opening = this.interception.request(HookOp.Open, path, context);
      opening.flags = flags;
      return this.interception.engine.before(opening, context);
    });
  }

  /** The attributes without hooks; null when there is nothing. Other errors end the operation. */
  #existing(
    path: string,
    context: Context | undefined,
    follow = true,
  ): MaybePromise<FileInfo | null> {
    const look = () =>
      follow || !this.inner.capabilities.has("lstat")
        ? this.inner.stat(path, context)
        : this.inner.lstat(path, context);
    return rescue(look, (thrown) => {
      if (LEADS_NOWHERE.has(toErrno(thrown).code)) return null;
      throw thrown;
    });
  }

  #opened(
    inner: Handle,
    path: string,
    flags: number,
    context: Context | undefined,
    asked = path,
  ): Handle {
    const { mutation, inner: provider } = this;
    const opened = { provider, path: clean(path), flags, context, changed: this.#changed };
    const tells = allowsRead(flags) || (flags & O_PATH) !== 0;
    const mutated = mutation !== null && tells && mutation.touches(opened.path, context)
      ? new MutatedHandle(inner, mutation, opened)
      : inner;
    const name = clean(asked);
    return name === opened.path
      ? new InterceptHandle(mutated, this.interception, opened)
      : new RedirectedHandle(mutated, this.interception, opened, name);
  }

  /** `remove_all` hooks; where `remove` has hooks before it, every name below is asked about. */
  override removeAll(path: string, context?: Context): MaybePromise<void> {
    const byName = this.interception.engine.plans[HookOp.Remove].before.length > 0;
    return this.run(
      HookOp.RemoveAll,
      path,
      context,
      {},
      (request) =>
        byName
          ? this.#removeByName(clean(request.path), context)
          : this.inner.removeAll(request.path, context),
    );
  }

  async #removeByName(path: string, context: Context | undefined): Promise<void> {
    try {
      await this.inner.unlink(path, context);
      return;
    } catch (thrown) {
      const { code } = toErrno(thrown);
      if (code === "ENOENT") return;
      if (code !== "EISDIR") throw thrown;
    }
    for (const { name } of await this.inner.readDir(path, context)) {
      const below = listedPath(path, name);
      await this.run(HookOp.Remove, below, context, {}, () => this.#removeByName(below, context));
    }
    await this.inner.rmdir(path, context);
  }

  /** `rename` hooks, and those for what it does at both ends. */
  override rename(oldPath: string, newPath: string, context?: Context): MaybePromise<void> {
    return this.#rename(
      "rename",
      oldPath,
      newPath,
      0,
      context,
      (request) => this.inner.rename(request.path, request.newPath, context),
    );
  }

  /** `rename` hooks with the flags, and those for what it does at both ends. */
  override rename2(
    oldPath: string,
    newPath: string,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    return this.#rename(
      "rename2",
      oldPath,
      newPath,
      flags,
      context,
      (request) => this.inner.rename2(request.path, request.newPath, request.flags, context),
    );
  }

  #rename(
    syscall: string,
    oldPath: string,
    newPath: string,
    flags: number,
    context: Context | undefined,
    perform: (request: HookRequest) => MaybePromise<void>,
  ): MaybePromise<void> {
    const { interception } = this;
    const request = interception.request(HookOp.Rename, oldPath, context);
    request.newPath = newPath;
    request.flags = flags;
    request.syscall = syscall;
    const { plans } = interception.engine;
    const asks = this.wants(HookOp.Rename, oldPath, newPath) ||
      ((flags & RENAME_EXCHANGE) !== 0 && this.wants(HookOp.Rename, newPath, oldPath)) ||
      plans[HookOp.Remove].before.length > 0 || plans[HookOp.Mkdir].before.length > 0;
    if (!asks) return perform(request);
    return interception.ask(request, context, () =>
      chain(
        this.#askAtBothEnds(request, context),
        () => interception.finish(request, context, () => perform(request)),
      ));
  }

  /** What a rename does besides: replaces, brings in a directory, and in an exchange all of it twice. */
  #askAtBothEnds(request: HookRequest, context: Context | undefined): MaybePromise<void> {
    const { path, newPath, flags } = request;
    const exchange = (flags & RENAME_EXCHANGE) !== 0;
    return chain(this.#askAtEnd(path, newPath, context), () => {
      if (!exchange) return;
      const back = this.interception.request(HookOp.Rename, newPath, context);
      back.newPath = path;
      back.flags = flags;
      return chain(
        this.interception.engine.before(back, context),
        () => this.#askAtEnd(newPath, path, context),
      );
    });
  }

  #askAtEnd(from: string, to: string, context: Context | undefined): MaybePromise<void> {
    const { interception } = this;
    const replaced = interception.wantsBefore(HookOp.Remove, to)
      ? chain(
        this.#existing(to, context, false),
        (info) =>
          info === null
            ? undefined
            : interception.engine.before(interception.request(HookOp.Remove, to, context), context),
      )
      : undefined;
    return chain(replaced, () => {
      if (!interception.wantsBefore(HookOp.Mkdir, to)) return;
      return chain(this.#existing(from, context, false), (info) => {
        if (info?.isDir !== true) return;
        const making = interception.request(HookOp.Mkdir, to, context);
        making.mode = info.mode & 0o7777;
        return interception.engine.before(making, context);
      });
    });
  }

  /** `watch` hooks; the watching begins when the reading does. */
  override watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    if (!this.wants(HookOp.Watch, path)) return this.inner.watch(path, context);
    const { interception, inner } = this;
    const request = interception.request(HookOp.Watch, path, context);
    async function* watching(): AsyncGenerator<WatchEvent, void, void> {
      yield* await interception.run(request, context, ({ path }) => inner.watch(path, context));
    }
    return watching();
  }
}

/** The errors of a path that no operation could do anything with either; it will say so itself. */
const LEADS_NOWHERE: ReadonlySet<ErrnoName> = new Set<ErrnoName>([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "EILSEQ",
]);

/** What an open with these flags is to hooks. */
function opOf(flags: number): HookOp {
  return creates(flags) ? HookOp.Create : HookOp.Open;
}

function creates(flags: number): boolean {
  return (flags & O_CREAT) !== 0 || (flags & O_TMPFILE) === O_TMPFILE;
}

/** Whether an open that may create may also open what is there. */
function mayOpenWhatExists(flags: number): boolean {
  return (flags & (O_CREAT | O_EXCL)) === O_CREAT;
}

/** Seed 1's `NewInterceptProvider`: puts the hooks of an engine in front of a provider. */
export function newInterceptProvider(inner: Provider, hooks: HookEngine): InterceptProvider {
  return new InterceptProvider(inner, hooks);
}
