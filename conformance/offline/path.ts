/**
 * `@std/path` without JSR: the real code of std, which npm has as JavaScript only.
 *
 * @module
 */
// @ts-types="./path.d.ts"
export * from "deno-std/path/mod.js";
