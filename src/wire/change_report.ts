/**
 * What an operation has changed.
 *
 * @module
 */
import { clean, dirname, O_CREAT, O_TRUNC } from "../base/mod.ts";
import type { Call } from "./call.ts";
import type { ChangeKind } from "./change_hub.ts";
import { OpCode, SetBits } from "./op_code.ts";

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

/** Reports what a call that has succeeded changed; `call.file` must still be set. */
export function reportChanges(call: Call, report: Report): void {
  const { request } = call;
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
