/**
 * Where a path ends: a directory that is open, and a name in it.
 *
 * @module
 */
import { close, CStringArea } from "../libc/mod.ts";

/**
 * The result of resolving a path up to its last component. Calls like `mkdirat` take both parts, so
 * that nobody can move them to another directory in between.
 */
export class Place {
  /** Holds the path, and then its parts. */
  readonly area: CStringArea = new CStringArea();
  /** Descriptor of the directory (O_PATH). */
  directory = -1;
  /** Address of the name in it, `.` for the root itself. */
  name = 0;
  /** Whether the place is the root itself. */
  isRoot = false;
  #owned = false;

  /** Points to the root itself. */
  setRoot(directory: number): void {
    this.set(directory, this.area.put("."), false);
    this.isRoot = true;
  }

  /** Points to a name in a directory; an `owned` descriptor is closed on leaving. */
  set(directory: number, name: number, owned: boolean): void {
    this.directory = directory;
    this.name = name;
    this.isRoot = false;
    this.#owned = owned;
  }

  /** Lets go of the directory. */
  leave(): void {
    if (this.#owned) close(this.directory);
    this.#owned = false;
    this.directory = -1;
  }
}
