/**
 * From a path to one call and back.
 *
 * @module
 */
import { clean } from "../base/mod.ts";
import { failure } from "../libc/mod.ts";
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

  /** Runs a call on the place where a path ends. */
  at(syscall: string, path: string, call: (place: Place) => number): number {
    const place = this.#place;
    this.check(this.#root.enter(place, clean(path)), syscall, path);
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

  /** Runs a call on the places where two paths end. */
  between(
    syscall: string,
    path: string,
    dest: string,
    call: (from: Place, to: Place) => number,
  ): void {
    const from = this.#place;
    const to = this.#newPlace;
    this.check(this.#root.enter(from, clean(path)), syscall, path, dest);
    try {
      this.check(this.#root.enter(to, clean(dest)), syscall, path, dest);
      try {
        this.check(call(from, to), syscall, path, dest);
      } finally {
        to.leave();
      }
    } finally {
      from.leave();
    }
  }

  /** Runs a call on the host path of a name in a directory that is open, whose links are all resolved. */
  onHostPath<T>(syscall: string, path: string, call: (hostPath: string) => T): T {
    const place = this.#place;
    const cleaned = clean(path);
    this.check(this.#root.enter(place, cleaned), syscall, path);
    try {
      const name = place.isRoot ? "." : cleaned.slice(cleaned.lastIndexOf("/") + 1);
      return call(this.#root.hostPath(place.directory, name));
    } finally {
      place.leave();
    }
  }
}
