// The suite on a stranger's provider, which has only the methods that are the core.
import MapProvider from "../../fixtures/providers/map_provider.ts";
import { conformance } from "../register.ts";
import { possibleRoutes } from "./mount_routes.ts";

const name = "a stranger's provider";
await conformance(name, () => new MapProvider(), {
  routes: possibleRoutes(name, ["direct", "wire-v1", "wire-v2", "mount"]),
});
