/**
 * From a path to one call and back.
 *
 * @module
 */
import { basename, clean, dirname, ERRNO, rescue, toErrno } from "../base/mod.ts";
import { AT_REMOVEDIR, failure, renameat2, unlinkat } from "../libc/mod.ts";
import type { Context } from "../provider/mod.ts";
import { Place } from "./real_place.ts";
import type { RealRoot } from "./real_root.ts";

/**
 * Resolves a path, runs one call on what was found, and lets go of it. A call gives a result or a negated
 * errno, of which an FsError with the caller's paths is made.
 */
export class PathCalls {
  readonly #root: RealRoot;
  readonly #place = new Place();
  readonly #newPlace = new Place();

  /** For paths below `root`. */
  constructor(root: RealRoot) {
    this.#root = root;
  }

  /** Returns the result, unless it is a negated errno. */
  check(result: number, syscall: string, path: string, dest?: string): number {
    if (result < 0) throw failure(result, { syscall, path, dest });
    return result;
  }

  /** Runs a call on the place where a path ends, for whoever `context` says. */
  at(syscall: string, path: string, call: (place: Place) => number, context?: Context): number {
    const place = this.#place;
    const isNear = context?.isFromKernel === true;
    this.check(this.#root.enter(place, clean(path), isNear), syscall, path);
    try {
      return this.check(call(place), syscall, path);
    } finally {
      place.leave();
    }
  }

  /** Runs a call on the O_PATH descriptor of what a path names. */
  on(syscall: string, path: string, follow: boolean, call: (fd: number) => number): number {
    const fd = this.check(this.#root.locate(clean(path), follow), syscall, path);
    try {
      return this.check(call(fd), syscall, path);
    } finally {
      this.#root.release(fd);
    }
  }

  /**
   * Runs a call on the places where two paths end. With `mustExist`, a first path that leads to nothing is
   * the error even if the second has one too, as in `linkat(2)`.
   */
  between(
    syscall: string,
    path: string,
    dest: string,
    call: (from: Place, to: Place) => number,
    mustExist = false,
  ): void {
    const from = this.#place;
    const to = this.#newPlace;
    this.#root.forgetNear();
    this.check(this.#root.enter(from, clean(path)), syscall, path, dest);
    try {
      const entered = this.#enterBeside(from, clean(path), to, clean(dest));
      if (entered < 0) {
        const found = mustExist ? this.#root.statName(from.directory, from.name) : 0;
        this.check(found < 0 ? found : entered, syscall, path, dest);
      }
      try {
        this.check(call(from, to), syscall, path, dest);
      } finally {
        to.leave();
      }
    } finally {
      from.leave();
    }
  }

  /** Enters a second place, through the first one's directory when the two paths share it. */
  #enterBeside(from: Place, path: string, to: Place, dest: string): number {
    if (from.isRoot || dest === "/" || dirname(path) !== dirname(dest)) {
      return this.#root.enter(to, dest);
    }
    to.set(from.directory, to.area.put(basename(dest)), false);
    return 0;
  }

  /**
   * Runs a call on the host path of a name in a directory that is open, whose links are all resolved.
   * Where there is no such directory, the call gets an empty path first: the kernel looks at the other
   * arguments of xattr calls before it looks at the path.
   */
  onHostPath<T>(syscall: string, path: string, call: (hostPath: string) => T): T {
    const place = this.#place;
    const cleaned = clean(path);
    const entered = this.#root.enter(place, cleaned);
    if (entered < 0) {
      rescue(() => call(""), rethrowUnlessMissing);
      throw failure(entered, { syscall, path });
    }
    try {
      const name = place.isRoot ? "." : basename(cleaned);
      return call(this.#root.hostPath(place.directory, name));
    } finally {
      place.leave();
    }
  }
}

function rethrowUnlessMissing(thrown: unknown): void {
  if (toErrno(thrown) !== ERRNO.ENOENT) throw thrown;
}

/** `rmdir` of the root is EBUSY, as of every root; of `.` it would be EINVAL. */
export function removeDirectory(place: Place): number {
  const result = unlinkat(place.directory, place.name, AT_REMOVEDIR);
  return place.isRoot ? -ERRNO.EBUSY.number : result;
}

/** `renameat2(2)` from place to place. */
export function move(from: Place, to: Place, flags: number): number {
  return renameat2(from.directory, from.name, to.directory, to.name, flags);
}
