/**
 * The names of a file with many.
 *
 * @module
 */
import type { Inode, ParentLink } from "./inode.ts";

/** A name between those that were seen before and after it. */
interface Place {
  readonly link: ParentLink;
  before: Place | null;
  after: Place | null;
}

/** Names in the order in which they were seen. Each can go, or be seen again, in the same time, however many there are. */
export class OlderLinks {
  readonly #places = new Map<Inode, Map<string, Place>>();
  #first: Place | null = null;
  #last: Place | null = null;

  /** Adds a name that is not there, as the one that was seen last. */
  push(link: ParentLink): void {
    const place: Place = { link, before: this.#last, after: null };
    if (this.#last === null) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
    let names = this.#places.get(link.parent);
    if (names === undefined) this.#places.set(link.parent, names = new Map());
    names.set(link.name, place);
  }

  /** Takes the name out that was seen last. */
  pop(): ParentLink | null {
    if (this.#last === null) return null;
    const { link } = this.#last;
    this.remove(link.parent, link.name);
    return link;
  }

  /** Removes a name, if it is there. */
  remove(parent: Inode, name: string): void {
    const names = this.#places.get(parent);
    const place = names?.get(name);
    if (names === undefined || place === undefined) return;
    names.delete(name);
    if (names.size === 0) this.#places.delete(parent);
    if (place.before === null) this.#first = place.after;
    else place.before.after = place.after;
    if (place.after === null) this.#last = place.before;
    else place.after.before = place.before;
  }

  /** The names, that which was seen last at the end. */
  *[Symbol.iterator](): Generator<ParentLink> {
    for (let place = this.#first; place !== null; place = place.after) yield place.link;
  }
}
