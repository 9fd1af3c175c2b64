/**
 * Every case in one list.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { APPEND } from "./append.ts";
import { LSEEK } from "./lseek.ts";
import { OPEN } from "./open.ts";
import { READ } from "./read.ts";
import { RENAME } from "./rename.ts";
import { TRUNCATE } from "./truncate.ts";
import { WRITE } from "./write.ts";

/** Every case, operation by operation. */
export const ALL_CASES: readonly Case[] = [
  ...OPEN,
  ...READ,
  ...WRITE,
  ...APPEND,
  ...LSEEK,
  ...TRUNCATE,
  ...RENAME,
];
