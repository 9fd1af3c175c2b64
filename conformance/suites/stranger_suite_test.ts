// The suite on a stranger's provider, which has only the methods that are the core.
import { assert } from "@std/assert";
import MapProvider from "../../fixtures/providers/map_provider.ts";
import { conformance } from "../register.ts";
import { possibleRoutes } from "./mount_routes.ts";

const name = "a stranger's provider";
await conformance(name, () => new MapProvider(), {
  routes: possibleRoutes(name, ["direct", "wire-v1", "wire-v2", "mount", "mount-over-wire"]),
});

Deno.test("a stranger's provider needs no more than 80 lines", async () => {
  const source = new URL("../../fixtures/providers/map_provider.ts", import.meta.url);
  const lines = (await Deno.readTextFile(source)).trimEnd().split("\n");
  assert(lines.length <= 80, `it has ${lines.length}`);
});
