/**
 * Changes that go through a server, told to its other clients.
 *
 * @module
 */
import { clean, isWithin } from "../base/mod.ts";
import type { WatchEvent } from "../provider/mod.ts";

/** What kind of change. */
export type ChangeKind = WatchEvent["kind"];

/** Hears of a change. */
export type ChangeListener = (kind: ChangeKind, path: string) => void;

/** Somebody who listens. */
interface Subscription {
  /** Whose own changes are not told. */
  readonly origin: object;
  /** At and below which changes are told. */
  readonly path: string;
  readonly listener: ChangeListener;
}

/** Tells every watch of the changes that the other connections make. */
export class ChangeHub {
  readonly #subscriptions = new Set<Subscription>();

  /** Whether anybody but `origin` listens: if not, nothing need be told. */
  hasOthers(origin: object): boolean {
    for (const subscription of this.#subscriptions) {
      if (subscription.origin !== origin) return true;
    }
    return false;
  }

  /** Listens to changes at and below `path` by others than `origin`. Returns how to stop. */
  subscribe(origin: object, path: string, listener: ChangeListener): () => void {
    const subscription = { origin, path: clean(path), listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  /** Tells of a change that `origin` made. */
  publish(origin: object, kind: ChangeKind, path: string): void {
    const cleaned = clean(path);
    for (const { origin: own, path: watched, listener } of this.#subscriptions) {
      if (own === origin) continue;
      // A directory that went or came above takes what is watched along.
      if (isWithin(cleaned, watched) || (kind === "entry" && isWithin(watched, cleaned))) {
        listener(kind, cleaned);
      }
    }
  }
}
