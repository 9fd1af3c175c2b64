// The suite on layers: a layer that changes nothing passes what the provider below it passes.
import { newHookEngine, newInterceptProvider } from "../../src/hooks/mod.ts";
import { MountRouter, ReadonlyProvider } from "../../src/layers/mod.ts";
import { MemoryProvider } from "../../src/providers/mod.ts";
import { conformance } from "../register.ts";
import { possibleRoutes } from "./mount_routes.ts";

function filled(): MemoryProvider {
  const memory = new MemoryProvider();
  memory.mkdir("/directory", 0o755);
  memory.writeFile("/file", new TextEncoder().encode("content"), 0o644);
  memory.symlink("file", "/link");
  memory.symlink("nowhere", "/dangling");
  return memory;
}

await conformance("ReadonlyProvider", () => new ReadonlyProvider(filled()), {
  routes: possibleRoutes("ReadonlyProvider", ["direct", "wire-v1", "wire-v2", "mount"]),
});

await conformance("MountRouter", () => new MountRouter({ "/": new MemoryProvider() }), {
  routes: possibleRoutes("MountRouter", ["direct", "mount"]),
});

await conformance(
  "InterceptProvider",
  () => newInterceptProvider(new MemoryProvider(), newHookEngine([])),
);
