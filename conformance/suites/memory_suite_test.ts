// The suite on MemoryProvider, on every route.
import { MemoryProvider } from "../../src/providers/mod.ts";
import { conformance } from "../register.ts";
import type { KnownFailures } from "../runner/known_failures.ts";
import { possibleRoutes } from "./mount_routes.ts";

const WIRE: KnownFailures = [
  {
    reason: "version 1 asks for the kind of a path before it removes it, and stat follows links",
    routes: ["wire-v1"],
    cases: [
      "unlink/removes-link-that-leads-to-itself",
      "unlink/removes-link-to-directory",
      "removal/of-all-does-not-follow-links",
      "removal/of-all-of-link-removes-link",
      "removal/of-link-removes-link",
    ],
  },
  {
    reason: "the client keeps the position of a handle and does not look whether it is closed",
    routes: ["wire-v1", "wire-v2"],
    cases: ["handle/after-close-refuses-seek"],
  },
  {
    reason: "the client sends NaN as 0",
    routes: ["wire-v1", "wire-v2"],
    cases: ["handle/refuses-offsets-that-are-no-offsets", "handle/refuses-sizes-that-are-no-sizes"],
  },
  {
    reason: "an offset over 2^53 arrives as 0",
    routes: ["mount-over-wire"],
    cases: ["lseek/seek-data-at-negative-offset-is-refused"],
  },
];

const name = "MemoryProvider";
await conformance(name, () => new MemoryProvider(), {
  routes: possibleRoutes(name, ["direct", "wire-v1", "wire-v2", "mount", "mount-over-wire"]),
  knownFailures: WIRE,
});
await conformance(`${name} alone`, () => new MemoryProvider(), {
  filter: ["statfs", "unlink"],
  routes: ["direct"],
  also: ["quiet"],
});
