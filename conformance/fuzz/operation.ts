/**
 * Operations as data: one system call each, said so that it can be generated, shrunk, done to two
 * filesystems, and printed as a step of a case.
 *
 * @module
 */
import type { MaybePromise } from "../../src/base/mod.ts";
import type { Caller, CallName, CallParameters } from "../system_calls.ts";

/** How many files a client has open at once. */
export const SLOTS = 4;

/** What stands for the names in an operation: a place in a filesystem, or in a text. */
export interface Place {
  /** The path as the filesystem names it. */
  at(path: string): string;
  /** The target of a symbolic link: absolute ones begin at the root of the place. */
  target(target: string): string;
  /** The descriptor in a slot. */
  fd(slot: number): number;
}

/** One call. Descriptors are slots: `open` fills one, and closes what was there. */
export interface Operation {
  /** The call. */
  readonly name: CallName;
  /** The slots that must be open for it. */
  readonly slots: readonly number[];
  /** The slot that it fills. */
  readonly opens?: number;
  /** Makes the call. */
  readonly run: (caller: Caller, place: Place) => MaybePromise<unknown>;
  /** The parameters, for a text. */
  readonly shown: (place: Place) => readonly unknown[];
}

/** An operation. `parameters` must take every name from the place. */
export function operation<Name extends CallName>(
  name: Name,
  parameters: (place: Place) => CallParameters[Name],
  opens?: number,
): Operation {
  const slots: number[] = [];
  parameters({ at: (path) => path, target: (path) => path, fd: (slot) => slots.push(slot) });
  return {
    name,
    slots,
    ...(opens !== undefined && { opens }),
    run: (caller, place) => caller.call(name, parameters(place)),
    shown: parameters,
  };
}

/** An `open` that fills a slot. */
export function opening(slot: number, path: string, flags: number, mode = 0o644): Operation {
  return operation("open", ({ at }) => [at(path), flags, mode], slot);
}

/** One operation of a sequence, and which of several clients does it. */
export interface Item {
  /** What is done. */
  readonly operation: Operation;
  /** The number of the client. */
  readonly client: number;
  /** Where it was generated: simpler ones. */
  readonly simpler?: () => Iterable<Item>;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

/** Text of a size that shows where it is from: the alphabet, begun at a letter. */
export function patternText(size: number, first: number): string {
  const start = first % ALPHABET.length;
  return ALPHABET.repeat(Math.ceil((start + size) / ALPHABET.length)).slice(start, start + size);
}

const encoder = new TextEncoder();

/** The bytes of {@linkcode patternText}. */
export function pattern(size: number, first: number): Uint8Array {
  return encoder.encode(patternText(size, first));
}
