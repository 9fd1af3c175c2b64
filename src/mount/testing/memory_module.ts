/**
 * A provider as a module exports it, for tests of `mountModule`.
 *
 * @module
 */
import { MemoryProvider } from "../../providers/mod.ts";

/** Makes a provider, and a rejection that nobody awaits. */
export default function memory(): MemoryProvider {
  void Promise.reject(new Error("stray"));
  setTimeout(() => {
    throw new Error("lost");
  });
  return new MemoryProvider();
}
