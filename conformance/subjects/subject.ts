/**
 * What cases are run against.
 *
 * @module
 */
import type { Provider } from "../../src/provider/mod.ts";
import type { NeedSet } from "../need.ts";
import type { Caller } from "../system_calls.ts";

/** The ways to a filesystem. With `exclusive` nobody else changes it, and the kernel and the client may remember it. */
export const ROUTES = [
  "direct",
  "wire-v1",
  "wire-v2",
  "mount",
  "mount-over-wire",
  "mount-exclusive",
  "mount-over-wire-exclusive",
  "host",
] as const;

/** One of {@linkcode ROUTES}. */
export type Route = (typeof ROUTES)[number];

/** Whether the text names a route. */
export function isRoute(text: string): text is Route {
  return ROUTES.some((route) => route === text);
}

/** In whose name calls are made. */
export interface Identity {
  /** User. */
  readonly uid: number;
  /** Group. */
  readonly gid: number;
}

/** One filesystem on one route, ready for cases. */
export interface Subject extends AsyncDisposable {
  /** The way to it. */
  readonly route: Route;
  /** What it has. */
  readonly has: NeedSet;
  /** The directory in which cases make theirs: "" for the root of the filesystem. */
  readonly base: string;
  /** The provider, on routes where there is one at hand. */
  readonly provider?: Provider | undefined;
  /** A new caller. It belongs to whoever asked. */
  caller(identity?: Identity): Caller;
  /** How many files are open in the filesystem, where that can be told. */
  openCount?(): number;
  /** Removes a tree, where that takes more than the calls of a caller. */
  removeTree?(path: string): Promise<void>;
  /** Whether it has gone for good: a server that ended the connection. */
  isLost?(): boolean;
  /** Ends calls that hang, so that the subject can be disposed of. */
  kill(): Promise<void>;
}

/** Makes a subject, again and again: after a case that hung, the next ones get a new one. */
export type SubjectFactory = () => Promise<Subject>;
