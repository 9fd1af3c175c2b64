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
import { RSYNC_WORK } from "./rsync.ts";
import { SQLITE } from "./sqlite.ts";
import { TAR_WORK } from "./tar.ts";

/** In the order in which they are done. */
export const ALL_WORKS: readonly RealWork[] = [
  GIT,
  MAKE,
  RSYNC_WORK,
  TAR_WORK,
  SQLITE,
  LAYERS,
  NPM,
  POSTGRES,
];
