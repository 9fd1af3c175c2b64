/**
 * All real work.
 *
 * @module
 */
import { GIT } from "./git.ts";
import { MAKE } from "./make.ts";
import { LAYERS } from "./layers.ts";
import type { RealWork } from "./real_work.ts";
import { NPM } from "./npm.ts";
import { POSTGRES } from "./postgres.ts";
import { SQLITE } from "./sqlite.ts";

/** In the order in which they are done. */
export const ALL_WORKS: readonly RealWork[] = [
  GIT,
  MAKE,

  SQLITE,
  LAYERS,
  NPM,
  POSTGRES,
];
