/**
 * A provider on any route.
 *
 * @module
 */
import type { MaybePromise } from "../../src/base/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import { DirectSubject } from "./direct_subject.ts";
import { HostSubject } from "./host_subject.ts";
import { MountSubject } from "./mount_subject.ts";
import { type Route, ROUTES, type Subject, type SubjectFactory } from "./subject.ts";
import { WireSubject } from "./wire_subject.ts";

/** Makes a provider with an empty root. Whoever called it closes it. */
export type ProviderSource = () => MaybePromise<Provider>;

/** Where the oracle keeps its files: memory, so that nothing waits for a disk. */
export const HOST_DIRECTORY = "/dev/shm";

/** One row a route. */
const OPENERS: Readonly<Record<Route, (source: ProviderSource) => Promise<Subject>>> = {
  direct: async (source) => new DirectSubject(await source()),
  "wire-v1": async (source) => await WireSubject.of(await source(), 1),
  "wire-v2": async (source) => await WireSubject.of(await source(), 2),
  mount: async (source) => await MountSubject.of(await source()),
  "mount-over-wire": async (source) => await MountSubject.overWire(await source()),
  "mount-exclusive": async (source) => await MountSubject.of(await source(), true),
  "mount-over-wire-exclusive": async (source) => await MountSubject.overWire(await source(), true),
  host: () => HostSubject.below(HOST_DIRECTORY),
};

/** The provider on a route. */
export function subjectFactory(route: Route, source: ProviderSource): SubjectFactory {
  return () => OPENERS[route](source);
}

/** The factories of several routes, in the order of {@linkcode ROUTES}. */
export function subjectFactories(
  routes: readonly Route[],
  source: ProviderSource,
): Map<Route, SubjectFactory> {
  const wanted = ROUTES.filter((route) => routes.includes(route));
  return new Map(wanted.map((route) => [route, subjectFactory(route, source)]));
}
