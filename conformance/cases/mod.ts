/**
 * Every case, one file an operation.
 *
 * @module
 */
export { ALL_CASES } from "./all_cases.ts";
