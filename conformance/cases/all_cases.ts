/**
 * Every case in one list.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { RENAME } from "./rename.ts";

/** Every case, operation by operation. */
export const ALL_CASES: readonly Case[] = [
  ...RENAME,
];
