// The suite on MemoryProvider, on every route.
import { MemoryProvider } from "../../src/providers/mod.ts";
import { conformance } from "../register.ts";
import { ROUTES } from "../subjects/subject.ts";
import { possibleRoutes } from "./mount_routes.ts";

const name = "MemoryProvider";
await conformance(name, () => new MemoryProvider(), {
  routes: possibleRoutes(name, ROUTES.filter((route) => route !== "host")),
});
await conformance(`${name} alone`, () => new MemoryProvider(), {
  filter: ["statfs", "unlink"],
  routes: ["direct"],
  also: ["quiet"],
});
