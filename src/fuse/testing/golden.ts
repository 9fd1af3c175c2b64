/**
 * Structs and messages of the kernel as a C compiler lays them out, for tests.
 *
 * @module
 */
import golden from "../../../fixtures/fuse/structs.json" with { type: "json" };

/** Hex by struct. */
export const STRUCTS: typeof golden.structs = golden.structs;
