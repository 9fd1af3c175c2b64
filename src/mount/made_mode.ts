/**
 * The mode of what is made in a directory.
 *
 * @module
 */
import { chain, ERRNO, type Errno, type MaybePromise, rescue, toErrno } from "../base/mod.ts";
import { Request } from "../fuse/mod.ts";
import type { Context, Provider } from "../provider/mod.ts";
import { DEFAULT_ACL } from "./acl_rule.ts";

/** How long it is remembered whether a directory has a default ACL, in milliseconds: as the kernel does. */
const REMEMBERED_MS = 1000;

/** There is none; or none can be, as in another filesystem that is mounted below. */
const NO_ACL: ReadonlySet<Errno> = new Set([ERRNO.ENODATA, ERRNO.EOPNOTSUPP, ERRNO.ENOSYS]);

/**
 * Finds the modes for one directory of a mount that obeys ACLs: under a default ACL that decides (the
 * filesystem below applies it), otherwise the caller's umask. (On other mounts the kernel has applied it.)
 */
export class MadeMode {
  readonly #provider: Provider;
  #hasDefaultAcl = false;
  #until = -Infinity;

  /** For one directory of a provider. */
  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** An ACL of the directory changes. */
  forget(): void {
    this.#until = -Infinity;
  }

  /** The permission bits of something that is made in `directory`, of those that are asked for. */
  of(directory: string, bits: number, context: Context): MaybePromise<number> {
    const masked = context instanceof Request ? bits & ~context.umask : bits;
    if (performance.now() < this.#until) return this.#hasDefaultAcl ? bits : masked;
    return chain(this.#look(directory, context), (has) => {
      this.#hasDefaultAcl = has;
      this.#until = performance.now() + REMEMBERED_MS;
      return has ? bits : masked;
    });
  }

  #look(directory: string, context: Context): MaybePromise<boolean> {
    return rescue(
      () => chain(this.#provider.getXattr(directory, DEFAULT_ACL, context), () => true),
      (thrown) => {
        if (NO_ACL.has(toErrno(thrown))) return false;
        throw thrown;
      },
    );
  }
}
