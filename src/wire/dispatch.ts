/**
 * Which function runs which operation.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import * as attribute from "./attribute_operations.ts";
import type { Call } from "./call.ts";
import type { WireVersion } from "./codec.ts";
import * as file from "./file_operations.ts";
import { lease } from "./lease_operation.ts";
import { readdir } from "./listing_operation.ts";
import { OpCode, type OpName } from "./op_code.ts";
import { OPERATIONS } from "./operations.ts";
import * as path from "./path_operations.ts";
import { setattr } from "./setattr_operation.ts";
import { share } from "./share_operation.ts";

/** Runs an operation: fills `call.response`, or fails. */
export type Operation = (call: Call) => MaybePromise<void>;

function watch(call: Call): void {
  const { session, request, context, response } = call;
  response.handle = session.watches.add(session, request.path, context);
}

function unwatch(call: Call): void {
  call.session.watches.remove(call.request.handle);
}

/** Operations that the connection runs itself: they are about the connection. */
type ConnectionOp = "Hello" | "Cancel";

const RUN: Record<Exclude<OpName, ConnectionOp>, Operation> = {
  Lookup: path.lookup,
  Getattr: path.getattr,
  Setattr: setattr,
  Read: file.read,
  Write: file.write,
  Create: file.create,
  Mkdir: path.mkdir,
  Unlink: path.unlink,
  Rmdir: path.rmdir,
  Rename: path.rename,
  Open: file.open,
  Release: file.release,
  Readdir: readdir,
  Fsync: file.fsync,
  MkdirAll: path.mkdirAll,
  Truncate: file.truncate,
  Symlink: path.symlink,
  Readlink: path.readlink,
  Link: path.link,
  Statfs: path.statfs,
  Mknod: path.mknod,
  GetXattr: attribute.getXattr,
  SetXattr: attribute.setXattr,
  ListXattr: attribute.listXattr,
  RemoveXattr: attribute.removeXattr,
  Allocate: file.allocate,
  Seek: file.seek,
  CopyRange: file.copyRange,
  GetLock: attribute.getLock,
  SetLock: attribute.setLock,
  RemoveAll: path.removeAll,
  Remove: path.remove,
  Watch: watch,
  Unwatch: unwatch,
  Lease: lease,
  Share: share,
};

/** The operations that a version has, by number. */
export function dispatchTable(version: WireVersion): readonly Operation[] {
  const table: Operation[] = new Array(256).fill(path.unknown);
  for (const [name, run] of Object.entries(RUN)) {
    if (isName(name) && OPERATIONS[name].since <= version) table[OpCode[name]] = run;
  }
  return table;
}

function isName(name: string): name is keyof typeof RUN {
  return Object.hasOwn(RUN, name);
}

/** The operations of each version. */
export const DISPATCH: Record<WireVersion, readonly Operation[]> = {
  1: dispatchTable(1),
  2: dispatchTable(2),
};
