/**
 * Every case in one list.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { APPEND } from "./append.ts";
import { LINK } from "./link.ts";
import { LSEEK } from "./lseek.ts";
import { MKDIR } from "./mkdir.ts";
import { OPEN } from "./open.ts";
import { READ } from "./read.ts";
import { READDIR } from "./readdir.ts";
import { RENAME } from "./rename.ts";
import { RMDIR } from "./rmdir.ts";
import { STAT } from "./stat.ts";
import { SYMLINK } from "./symlink.ts";
import { TRUNCATE } from "./truncate.ts";
import { UNLINK } from "./unlink.ts";
import { WRITE } from "./write.ts";

/** Every case, operation by operation. */
export const ALL_CASES: readonly Case[] = [
  ...STAT,
  ...OPEN,
  ...READ,
  ...WRITE,
  ...APPEND,
  ...LSEEK,
  ...TRUNCATE,
  ...MKDIR,
  ...RMDIR,
  ...READDIR,
  ...UNLINK,
  ...RENAME,
  ...LINK,
  ...SYMLINK,
];
