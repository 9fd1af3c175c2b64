/**
 * What the command is pointed at: a module, a directory, a socket.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { HostSubject } from "../subjects/host_subject.ts";
import { subjectFactories } from "../subjects/open_subject.ts";
import { SocketSubject } from "../subjects/socket_subject.ts";
import type { Route, SubjectFactory } from "../subjects/subject.ts";
import { connectUDS } from "../../src/wire/mod.ts";
import { providerModule } from "../../src/provider/mod.ts";

/** The routes of a module, where none are asked for. */
const MODULE_ROUTES: readonly Route[] = ["direct", "wire-v1", "wire-v2"];

/** The routes of a socket: the versions that its server speaks. */
async function spokenRoutes(path: string): Promise<readonly Route[]> {
  await using provider = await connectUDS(path);
  return provider.client.version === 1 ? ["wire-v1"] : ["wire-v1", "wire-v2"];
}

/** What is at a path; null for nothing, and for the URL of a module. */
export async function fileAt(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}

/** The subjects of a server behind a socket. */
function socketRoutes(path: string, routes: readonly Route[]): Map<Route, SubjectFactory> {
  const all: readonly (readonly [Route, SubjectFactory])[] = [
    ["wire-v1", () => SocketSubject.at(path, 1)],
    ["wire-v2", () => SocketSubject.at(path, 2)],
  ];
  return new Map(all.filter(([route]) => routes.includes(route)));
}

/** What is behind a target: the routes that are wanted, or those that suit it. */
export async function targetRoutes(
  target: string,
  routes: readonly Route[] | undefined,
): Promise<Map<Route, SubjectFactory>> {
  const file = await fileAt(target);
  if (file?.isDirectory === true) {
    const wanted = routes === undefined || routes.includes("host");
    return new Map(wanted ? [["host", () => HostSubject.below(target)]] : []);
  }
  if (file?.isSocket === true) {
    const spoken = await spokenRoutes(target);
    return socketRoutes(target, spoken.filter((route) => routes?.includes(route) ?? true));
  }
  return subjectFactories(routes ?? MODULE_ROUTES, await providerModule(moduleURL(target)));
}

/** The URL of a module that is named by a path or a URL. */
export function moduleURL(name: string): string {
  return /^[a-z][a-z0-9+.-]*:/.test(name) ? name : pathToFileURL(name).href;
}
