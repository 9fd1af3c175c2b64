/**
 * Layers: providers that wrap other providers.
 *
 * A layer declares the capabilities of what it wraps, neither more nor fewer, keeps a synchronous
 * provider synchronous, and speaks of paths in its caller's terms. What a layer wraps belongs to it:
 * closing the layer closes it.
 *
 * @module
 */
export { newReadonlyProvider, ReadonlyProvider } from "./readonly_provider.ts";
export { MountRouter, type Mounts, newMountRouter } from "./mount_router.ts";
export type { RoutedOperations } from "./routed_operations.ts";
