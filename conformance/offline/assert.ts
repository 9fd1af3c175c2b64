/**
 * `@std/assert` without JSR: the real code of std, which npm has as JavaScript only.
 *
 * @module
 */
// @ts-types="./assert.d.ts"
export * from "deno-std/assert/mod.js";
