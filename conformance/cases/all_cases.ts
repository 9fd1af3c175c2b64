/**
 * Every case in one list.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { ACL } from "./acl.ts";
import { APPEND } from "./append.ts";
import { CAPABILITY } from "./capability.ts";
import { CHMOD } from "./chmod.ts";
import { CHOWN } from "./chown.ts";
import { CONCURRENCY } from "./concurrency.ts";
import { CONTEXT } from "./context.ts";
import { COPY_FILE_RANGE } from "./copy_file_range.ts";
import { DIALECT } from "./dialect.ts";
import { FAILURE } from "./failure.ts";
import { FALLOCATE } from "./fallocate.ts";
import { HANDLE } from "./handle.ts";
import { LINK } from "./link.ts";
import { LOCK } from "./lock.ts";
import { LSEEK } from "./lseek.ts";
import { MKDIR } from "./mkdir.ts";
import { MKNOD } from "./mknod.ts";
import { NAME } from "./name.ts";
import { OPEN } from "./open.ts";
import { PATH } from "./path.ts";
import { PERMISSION } from "./permission.ts";
import { PRECEDENCE } from "./precedence.ts";
import { READ } from "./read.ts";
import { READDIR } from "./readdir.ts";
import { READONLY } from "./readonly.ts";
import { REMOVAL } from "./removal.ts";
import { RENAME } from "./rename.ts";
import { RENAME2 } from "./rename2.ts";
import { RMDIR } from "./rmdir.ts";
import { STAT } from "./stat.ts";
import { STATFS } from "./statfs.ts";
import { SYMLINK } from "./symlink.ts";
import { TMPFILE } from "./tmpfile.ts";
import { TRUNCATE } from "./truncate.ts";
import { UNLINK } from "./unlink.ts";
import { UTIMENS } from "./utimens.ts";
import { WRITE } from "./write.ts";
import { XATTR } from "./xattr.ts";

/** Every case, operation by operation. */
export const ALL_CASES: readonly Case[] = [
  ...STAT,
  ...OPEN,
  ...READ,
  ...WRITE,
  ...APPEND,
  ...LSEEK,
  ...TRUNCATE,
  ...FALLOCATE,
  ...COPY_FILE_RANGE,
  ...MKDIR,
  ...RMDIR,
  ...READDIR,
  ...UNLINK,
  ...RENAME,
  ...RENAME2,
  ...LINK,
  ...TMPFILE,
  ...SYMLINK,
  ...MKNOD,
  ...CHMOD,
  ...CHOWN,
  ...UTIMENS,
  ...STATFS,
  ...XATTR,
  ...LOCK,
  ...PERMISSION,
  ...ACL,
  ...CONCURRENCY,
  ...NAME,
  ...PATH,
  ...PRECEDENCE,
  ...DIALECT,
  ...HANDLE,
  ...REMOVAL,
  ...CONTEXT,
  ...FAILURE,
  ...CAPABILITY,
  ...READONLY,
];
