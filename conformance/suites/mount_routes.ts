/**
 * The routes that this machine can take.
 *
 * @module
 */
import { WITHOUT_FUSE } from "../tasks/fuse_device.ts";
import type { Route } from "../subjects/subject.ts";

/**
 * The routes, without those through the kernel where the tests are told that it has no FUSE. What is left
 * out is registered as an ignored test, so that it is counted.
 */
export function possibleRoutes(name: string, routes: readonly Route[]): Route[] {
  if (Deno.env.get(WITHOUT_FUSE) !== "1") return [...routes];
  return routes.filter((route) => {
    if (!route.startsWith("mount")) return true;
    Deno.test({ name: `${name}, ${route}`, ignore: true, fn: () => {} });
    return false;
  });
}
