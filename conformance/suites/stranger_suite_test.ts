// The suite on a stranger's provider, which has only the methods that are the core.
import MapProvider from "../../fixtures/providers/map_provider.ts";
import { conformance } from "../register.ts";
import { possibleRoutes } from "./mount_routes.ts";

const name = "a stranger's provider";
await conformance(name, () => new MapProvider(), {
  routes: possibleRoutes(name, ["direct", "wire-v1", "wire-v2", "mount"]),
  knownFailures: [{
    reason: "the client keeps the position of a handle and does not look whether it is closed",
    routes: ["wire-v1", "wire-v2"],
    cases: ["handle/after-close-refuses-seek"],
  }, {
    reason: "the client sends NaN as 0",
    routes: ["wire-v1", "wire-v2"],
    cases: ["handle/refuses-offsets-that-are-no-offsets", "handle/refuses-sizes-that-are-no-sizes"],
  }],
});
