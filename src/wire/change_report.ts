/**
 * What an operation has changed.
 *
 * @module
 */
import { clean, dirname, isPromise, isSymlink, O_CREAT, O_TRUNC } from "../base/mod.ts";
import type { Call } from "./call.ts";
import type { ChangeKind } from "./change_hub.ts";
import { OpCode, SetBits } from "./op_code.ts";
import { ReplyLane } from "./reply_lane.ts";

/** Told of each change. */
type Report = (kind: ChangeKind, path: string) => void;

/** The path of the request, or of its open file. */
function target(call: Call): string {
  return call.file?.path ?? call.request.path;
}

/** Which operations change a file's content through a handle or path, and nothing else. */
const CONTENT: ReadonlySet<number> = new Set([OpCode.Write, OpCode.Truncate, OpCode.Allocate]);
/** Which make or remove the name `path`, and nothing else. */
const ENTRY: ReadonlySet<number> = new Set([
  OpCode.Mkdir,
  OpCode.Unlink,
  OpCode.Rmdir,
  OpCode.Symlink,
  OpCode.Mknod,
  OpCode.Remove,
  OpCode.RemoveAll,
]);
/** Which change what else there is to an inode. */
const ATTRIBUTES: ReadonlySet<number> = new Set([OpCode.SetXattr, OpCode.RemoveXattr]);

/** Operations that may have changed something when they fail. */
const MAY_HALF_FAIL: ReadonlySet<number> = new Set([
  OpCode.Setattr,
  OpCode.RemoveAll,
  OpCode.MkdirAll,
]);

/** Whether there may be something to report of a call that has ended. */
export function mayHaveChanged({ request, response }: Call): boolean {
  return !ReplyLane.observes(request.op) && (response.err === 0 || MAY_HALF_FAIL.has(request.op));
}

/** Reports what a call has changed; `call.file` must still be set. */
export function reportChanges(call: Call, tell: Report): void {
  const { request } = call;
  const report: Report = (kind, path) =>
    leadsElsewhere(call, kind, path) ? tell("overflow", "/") : tell(kind, path);
  const { op, path, newPath } = request;
  if (CONTENT.has(op)) report("content", target(call));
  else if (ENTRY.has(op)) report("entry", path);
  else if (ATTRIBUTES.has(op)) report("attributes", target(call));
  else reportMore(call, op, path, newPath, report);
}

function reportMore(
  call: Call,
  op: number,
  path: string,
  newPath: string,
  report: Report,
): void {
  switch (op) {
    case OpCode.Setattr: {
      const resized = (call.request.set & SetBits.Size) !== 0;
      return report(resized ? "content" : "attributes", target(call));
    }
    case OpCode.Create:
      report("entry", path);
      return report("content", path);
    case OpCode.Open:
      if ((call.request.flags & O_CREAT) !== 0) report("entry", path);
      if ((call.request.flags & O_TRUNC) !== 0) report("content", path);
      return;
    case OpCode.Rename:
      report("entry", path);
      return report("entry", newPath);
    case OpCode.Link:
      report("entry", newPath);
      return report("attributes", target(call));
    case OpCode.CopyRange:
      return report("content", call.file2?.path ?? target(call));
    case OpCode.MkdirAll:
      // Which of them were missing is not known.
      for (let each = clean(path); each !== "/"; each = dirname(each)) report("entry", each);
  }
}

/**
 * Whether what was changed has, or may have, another path than this one: that of an open file that has
 * other names, or one through a symbolic link. Asked only where nobody else tells of it by its real path.
 */
function leadsElsewhere(call: Call, kind: ChangeKind, path: string): boolean {
  const { session, file, file2 } = call;
  if (!session.soleOwner) return false;
  if (kind !== "entry" && (file2 ?? file)?.hasMoreNames === true) return true;
  const cleaned = clean(path);
  const follows = kind !== "entry" || call.request.op === OpCode.Open;
  for (let each = follows ? cleaned : dirname(cleaned); each !== "/"; each = dirname(each)) {
    if (!isPlain(call, each)) return true;
  }
  return false;
}

/** Whether there is something at a path that is no symbolic link, as far as can be told at once. */
function isPlain({ session, context }: Call, path: string): boolean {
  if (!session.hasLstat) return true;
  try {
    const info = session.provider.lstat(path, context);
    if (!isPromise(info)) return !isSymlink(info.mode);
    // Nobody waits for it, nor for how it fails.
    info.catch(() => {});
  } catch {
    // What is above has gone meanwhile.
  }
  return false;
}
