// The suite on MemoryProvider, on every route.
import { MemoryProvider } from "../../src/providers/mod.ts";
import { conformance } from "../register.ts";
import type { Route } from "../subjects/subject.ts";
import { possibleRoutes } from "./mount_routes.ts";

const ROUTES: readonly Route[] = [
  "direct",
  "wire-v1",
  "wire-v2",
  "mount",
  "mount-over-wire",
  "mount-exclusive",
  "mount-over-wire-exclusive",
];

const name = "MemoryProvider";
await conformance(name, () => new MemoryProvider(), { routes: possibleRoutes(name, ROUTES) });
await conformance(`${name} alone`, () => new MemoryProvider(), {
  filter: ["statfs", "unlink"],
  routes: ["direct"],
  also: ["quiet"],
});
