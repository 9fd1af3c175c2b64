/**
 * fusewire: write a filesystem in TypeScript and give it to anyone.
 *
 * @module
 */
export * from "./src/base/mod.ts";
export * from "./src/provider/mod.ts";
export * from "./src/providers/mod.ts";
export * from "./src/layers/mod.ts";
export * from "./src/hooks/mod.ts";
