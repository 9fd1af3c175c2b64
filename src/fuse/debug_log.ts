/**
 * Requests and replies in words.
 *
 * @module
 */
import { formatMode } from "../base/mod.ts";
import { FATTR, IN_HEADER_SIZE, NotifyCode } from "./abi.ts";
import { InitFlags } from "./init_flags.ts";
import { Opcode, opcodeName } from "./opcode.ts";
import { readUnique, type Reply, type Request } from "./request.ts";
import { readI64, readU64, readU64Exact } from "./word64.ts";

/** Sees what goes between kernel and filesystem. Everything is valid only during the call. */
export interface Trace {
  /** A request has come and is about to be served. */
  received(request: Request): void;
  /** Its reply has been written. */
  answered(request: Request, outcome: Reply, durationMs: number): void;
  /** A notice is sent. */
  notified(code: number, size: number): void;
}

/** Offset of a request's body. */
const B = IN_HEADER_SIZE;

const quote = (text: string): string => JSON.stringify(text);
const range = (offset: number, size: number): string => `${offset}+${size}`;

/** What can be said of the body of a request. */
type Describe = (request: Request, view: DataView) => string;

const name: Describe = (request) => quote(request.text(0));
const handle: Describe = (_, view) => `fh ${readU64(view, B)}`;
const transfer: Describe = (_, view) =>
  `fh ${readU64(view, B)} ${range(readU64(view, B + 8), view.getUint32(B + 16, true))}`;
const flags: Describe = (_, view) => `flags 0${view.getUint32(B, true).toString(8)}`;
const mode = (view: DataView, offset: number): string =>
  `mode 0${view.getUint32(offset, true).toString(8)}`;
const lock: Describe = (_, view) => {
  const type = ["read", "write", "unlock"][view.getUint32(B + 32, true)] ?? "?";
  const kind = view.getUint32(B + 40, true) === 1 ? "flock" : "record";
  const end = readU64Exact(view, B + 24);
  return `fh ${readU64(view, B)} ${kind} ${type} ${readU64(view, B + 16)}..${end}`;
};
const copy: Describe = (_, view) =>
  `fh ${readU64(view, B)} ${range(readU64(view, B + 8), readU64(view, B + 40))} to n` +
  `${readU64(view, B + 16)} fh ${readU64(view, B + 24)} at ${readU64(view, B + 32)}`;

/** The attributes that SETATTR names. */
const setattr: Describe = (_, view) => {
  const valid = view.getUint32(B, true);
  const parts: string[] = [];
  const add = (bit: number, text: () => string): void => {
    if ((valid & bit) !== 0) parts.push(text());
  };
  add(FATTR.FH, () => `fh ${readU64(view, B + 8)}`);
  add(FATTR.SIZE, () => `size ${readU64(view, B + 16)}`);
  add(FATTR.MODE, () => mode(view, B + 68));
  add(FATTR.UID, () => `uid ${view.getUint32(B + 76, true)}`);
  add(FATTR.GID, () => `gid ${view.getUint32(B + 80, true)}`);
  const time = (now: number, offset: number): string =>
    (valid & now) !== 0 ? "now" : String(readI64(view, B + offset));
  add(FATTR.ATIME, () => `atime ${time(FATTR.ATIME_NOW, 32)}`);
  add(FATTR.MTIME, () => `mtime ${time(FATTR.MTIME_NOW, 40)}`);
  return parts.join(" ");
};

const BODIES: Readonly<Record<number, Describe>> = {
  [Opcode.LOOKUP]: name,
  [Opcode.UNLINK]: name,
  [Opcode.RMDIR]: name,
  [Opcode.REMOVEXATTR]: name,
  [Opcode.FORGET]: (_, view) => `${readU64(view, B)} lookups`,
  [Opcode.SETATTR]: setattr,
  [Opcode.SYMLINK]: (request) => {
    const link = quote(request.text(0));
    return `${link} to ${quote(request.text(request.nextText))}`;
  },
  [Opcode.MKNOD]: (request, view) => `${quote(request.text(16))} ${mode(view, B)}`,
  [Opcode.MKDIR]: (request, view) => `${quote(request.text(8))} ${mode(view, B)}`,
  [Opcode.RENAME]: (request, view) => renamed(request, 8, readU64(view, B)),
  [Opcode.RENAME2]: (request, view) =>
    `${renamed(request, 16, readU64(view, B))} flags ${view.getUint32(B + 8, true)}`,
  [Opcode.LINK]: (request, view) => `n${readU64(view, B)} as ${quote(request.text(8))}`,
  [Opcode.OPEN]: flags,
  [Opcode.OPENDIR]: flags,
  [Opcode.CREATE]: (request, view) =>
    `${quote(request.text(16))} ${flags(request, view)} ${mode(view, B + 4)}`,
  [Opcode.TMPFILE]: (request, view) => `${flags(request, view)} ${mode(view, B + 4)}`,
  [Opcode.READ]: transfer,
  [Opcode.WRITE]: transfer,
  [Opcode.READDIR]: transfer,
  [Opcode.READDIRPLUS]: transfer,
  [Opcode.RELEASE]: handle,
  [Opcode.RELEASEDIR]: handle,
  [Opcode.FLUSH]: handle,
  [Opcode.FSYNC]: handle,
  [Opcode.FSYNCDIR]: handle,
  [Opcode.SETXATTR]: (request, view) =>
    `${quote(request.text(request.hasLongSetxattr ? 16 : 8))} ${view.getUint32(B, true)} bytes`,
  [Opcode.GETXATTR]: (request, view) =>
    `${quote(request.text(8))} up to ${view.getUint32(B, true)} bytes`,
  [Opcode.LISTXATTR]: (_, view) => `up to ${view.getUint32(B, true)} bytes`,
  [Opcode.INIT]: (_, view) => {
    const offered = InitFlags.fromWords(
      view.getUint32(B + 12, true),
      view.getUint32(B + 16, true),
    );
    const version = `${view.getUint32(B, true)}.${view.getUint32(B + 4, true)}`;
    return `${version} ${offered.names().join(" ")}`;
  },
  [Opcode.GETLK]: lock,
  [Opcode.SETLK]: lock,
  [Opcode.SETLKW]: lock,
  [Opcode.ACCESS]: (_, view) => `mask ${view.getUint32(B, true)}`,
  [Opcode.INTERRUPT]: (_, view) => `of ${readUnique(view, B)}`,
  [Opcode.FALLOCATE]: (_, view) =>
    `fh ${readU64(view, B)} ${range(readU64(view, B + 8), readU64(view, B + 16))} flags ` +
    view.getUint32(B + 24, true),
  [Opcode.LSEEK]: (_, view) =>
    `fh ${readU64(view, B)} from ${readU64(view, B + 8)} whence ${view.getUint32(B + 16, true)}`,
  [Opcode.COPY_FILE_RANGE]: copy,
  [Opcode.COPY_FILE_RANGE_64]: copy,
  [Opcode.IOCTL]: (_, view) =>
    `fh ${readU64(view, B)} command 0x${view.getUint32(B + 12, true).toString(16)}`,
  [Opcode.POLL]: (_, view) => `fh ${readU64(view, B)} events 0x${hex(view, B + 20)}`,
};

function hex(view: DataView, offset: number): string {
  return view.getUint32(offset, true).toString(16);
}

function renamed(request: Request, offset: number, newParent: number): string {
  const old = quote(request.text(offset));
  return `${old} to n${newParent} ${quote(request.text(request.nextText))}`;
}

/** Requests whose replies begin with a `struct fuse_entry_out`. */
export const ENTRY_REPLIES: ReadonlySet<number> = new Set([
  Opcode.LOOKUP,
  Opcode.MKNOD,
  Opcode.MKDIR,
  Opcode.SYMLINK,
  Opcode.LINK,
  Opcode.CREATE,
  Opcode.TMPFILE,
]);
const OPEN_REPLIES: ReadonlySet<number> = new Set([
  Opcode.OPEN,
  Opcode.OPENDIR,
  Opcode.CREATE,
  Opcode.TMPFILE,
]);
const ATTR_REPLIES: ReadonlySet<number> = new Set([Opcode.GETATTR, Opcode.SETATTR]);

function attributes({ mode, uid, gid, size }: Request["attrOut"]["attr"]): string {
  return `${formatMode(mode)} ${uid}:${gid} size ${size}`;
}

/** What a successful reply says. */
function describeReply(request: Request, size: number): string {
  const { opcode, entryOut, openOut, attrOut } = request;
  const parts: string[] = [];
  if (ENTRY_REPLIES.has(opcode)) {
    parts.push(entryOut.nodeid === 0 ? "nothing there" : `n${entryOut.nodeid}`);
    if (entryOut.nodeid !== 0) parts.push(attributes(entryOut.attr));
  }
  if (OPEN_REPLIES.has(opcode)) parts.push(`fh ${openOut.fh} flags ${openOut.openFlags}`);
  if (ATTR_REPLIES.has(opcode)) parts.push(attributes(attrOut.attr));
  if (parts.length === 0 && size > 0) parts.push(`${size} bytes`);
  return ["OK", ...parts].join(" ");
}

/**
 * A log for people. Each line begins with the number of its request: `rx` when it has come from the kernel,
 * `tx` when its reply has gone; `n7` is node 7.
 *
 *     rx 12: LOOKUP n1 "file" (uid 0, pid 77)
 *     tx 12: OK n3 -rw-r--r-- 0:0 size 5 (0.031 ms)
 *     notice: INVAL_ENTRY (37 bytes)
 */
export class DebugLog implements Trace {
  readonly #log: (line: string) => void;

  /** Writes lines to `log`. */
  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** Logs a request. */
  received(request: Request): void {
    const { unique, opcode, nodeid, uid, pid } = request;
    let body: string;
    try {
      body = BODIES[opcode]?.(request, request.input.view) ?? "";
    } catch {
      body = "malformed"; // the filesystem never sees it: the answer will be EINVAL
    }
    const what = [opcodeName(opcode), `n${nodeid}`, body].filter((part) => part !== "");
    this.#log(`rx ${unique}: ${what.join(" ")} (uid ${uid}, pid ${pid})`);
  }

  /** Logs a reply. */
  answered(request: Request, outcome: Reply, durationMs: number): void {
    const result = typeof outcome === "number" ? describeReply(request, outcome) : outcome.code;
    this.#log(`tx ${request.unique}: ${result} (${durationMs.toFixed(3)} ms)`);
  }

  /** Logs a notice. */
  notified(code: number, size: number): void {
    const known = Object.entries(NotifyCode).find(([, number]) => number === code);
    this.#log(`notice: ${known?.[0] ?? code} (${size} bytes)`);
  }
}
