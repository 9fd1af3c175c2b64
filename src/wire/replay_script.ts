/**
 * A recording as a script: what to ask, and what to expect.
 *
 * @module
 */
import { CborError, CborReader, CborWriter } from "../cbor/mod.ts";
import {
  decodeFirstRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  type WireVersion,
} from "./codec.ts";
import { OpCode } from "./op_code.ts";
import { ReplyLane } from "./reply_lane.ts";
import type { RecordedFrame } from "./session_recording.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import type { VFSStat } from "./vfs_stat.ts";

/** What is compared. */
export interface Comparison {
  /** Whether times must be the same. Default false. */
  readonly times?: boolean;
  /** Whether inode numbers must be the same. Default true. */
  readonly inodes?: boolean;
  /** Whether sizes of directories must be the same, which a real filesystem decides. Default true. */
  readonly directorySizes?: boolean;
}

/** A reply, decoded and as comparable bytes. */
export interface ComparableReply {
  /** The reply. */
  readonly response: VFSResponse;
  /** Its bytes, with what is not compared left out. */
  readonly bytes: Uint8Array;
}

/** A request of the recording. */
export interface ReplayAsk {
  /** Its number among the requests, from 0. */
  readonly index: number;
  /** The request. */
  readonly request: VFSRequest;
  /** As it was sent. */
  readonly message: Uint8Array;
  /** The reply as it was recorded. */
  readonly expected: ComparableReply | undefined;
  /** The version that its reply is in. */
  readonly version: WireVersion;
  /** Whether it has a reply of its own. */
  readonly answered: boolean;
  /** Whether it may wait for others: then its reply is due where the recording has it. */
  readonly late: boolean;
  /**
   * Whether its reply says nothing of the provider: it only looked and was taken back, so the faster one decided, or it
   * is about memory that only who records could have passed on.
   */
  readonly incidental: boolean;
}

/** One step: ask, or take the reply of what was late. */
export type ReplayStep = { readonly ask: ReplayAsk } | { readonly replyOf: number };

/** SetLock with this flag waits (F_SETLKW). */
const LOCK_WAITS = 1;

/** Replies by the id of their request, those of one id in order. */
export class RepliesById {
  readonly #byId = new Map<number, ComparableReply[]>();

  /** Keeps a reply until it is taken. */
  add(reply: ComparableReply): void {
    const { id } = reply.response;
    const same = this.#byId.get(id);
    if (same === undefined) this.#byId.set(id, [reply]);
    else same.push(reply);
  }

  /** The next reply of this id. */
  take(id: number): ComparableReply | undefined {
    return this.#byId.get(id)?.shift();
  }
}

/** Leaves out what is not compared. */
function mask(stat: VFSStat, options: Comparison): void {
  if (options.times !== true) {
    stat.modTime = 0;
    stat.atime = 0;
    stat.ctime = 0;
    stat.btime = 0;
    stat.atimeNs = 0;
    stat.mtimeNs = 0;
    stat.ctimeNs = 0;
    stat.btimeNs = 0;
  }
  // That there is one is compared all the same.
  if (options.directorySizes === false && stat.isDir && stat.size !== 0) stat.size = 1;
  if (options.inodes === false && stat.ino !== 0) stat.ino = 1;
}

/** @throws {CborError} For what is no reply. */
export function comparable(
  message: Uint8Array,
  version: WireVersion,
  options: Comparison,
): ComparableReply {
  const reader = new CborReader();
  reader.reset(message);
  const response = new VFSResponse();
  decodeResponse(reader, response, version);
  const writer = new CborWriter();
  // A matter of the connection, not of what is served.
  if (response.hello !== null) response.hello.shares = false;
  response.passed = 0;
  if (response.stat !== null) mask(response.stat, options);
  for (const entry of response.entries ?? []) mask(entry, options);
  encodeResponse(writer, response, version);
  return { response, bytes: writer.view() };
}

function requestOf(message: Uint8Array, isFirst: boolean, version: WireVersion): VFSRequest {
  const reader = new CborReader();
  reader.reset(message);
  const request = new VFSRequest();
  try {
    if (isFirst) decodeFirstRequest(reader, request);
    else decodeRequest(reader, request, version);
  } catch (thrown) {
    // A recorded breach of the protocol is said again too.
    if (!(thrown instanceof CborError)) throw thrown;
  }
  return request;
}

/** In which version the first reply is, and the others. */
function versionOf(frames: readonly RecordedFrame[]): { first: WireVersion; rest: WireVersion } {
  const ask = frames.find((frame) => frame.from === "client");
  const answer = frames.find((frame) => frame.from === "server");
  if (ask === undefined || answer === undefined) return { first: 1, rest: 1 };
  const request = requestOf(ask.message, true, 1);
  if (request.op !== OpCode.Hello || request.version === 0) return { first: 1, rest: 1 };
  const { hello } = comparable(answer.message, 2, {}).response;
  return { first: 2, rest: hello?.version === 2 ? 2 : 1 };
}

/** The requests that a later one of the same session takes back. */
function takenBack(requests: readonly VFSRequest[]): Set<VFSRequest> {
  const byId = new Map<number, VFSRequest>();
  const taken = new Set<VFSRequest>();
  for (const request of requests) {
    const back = request.op === OpCode.Cancel ? byId.get(request.ref) : undefined;
    if (back !== undefined) taken.add(back);
    byId.set(request.id, request);
  }
  return taken;
}

/**
 * The steps of a session.
 *
 * @throws {CborError} For a recorded reply that is none.
 */
export function replayScript(
  frames: readonly RecordedFrame[],
  options: Comparison,
): ReplayStep[] {
  const versions = versionOf(frames);
  const replies = frames.filter(({ from }) => from === "server").map(({ message }, index) =>
    comparable(message, index === 0 ? versions.first : versions.rest, options)
  );
  const requests = frames.filter(({ from }) => from === "client").map(({ message }, index) =>
    requestOf(message, index === 0, versions.rest)
  );
  const recorded = new RepliesById();
  for (const reply of replies) if (reply.response.notice === 0) recorded.add(reply);
  const back = versions.rest === 2 ? takenBack(requests) : new Set();
  const asks = requests.map((request, index): ReplayAsk => {
    const { op, id, flags } = request;
    const answered = versions.rest === 1 || op !== OpCode.Cancel;
    return {
      index,
      request,
      message: new Uint8Array(),
      expected: answered ? recorded.take(id) : undefined,
      version: index === 0 ? versions.first : versions.rest,
      answered,
      late: id !== 0 && op === OpCode.SetLock && (flags & LOCK_WAITS) !== 0,
      incidental: op === OpCode.Share || (back.has(request) && ReplyLane.observes(op)),
    };
  });
  let [asked, replied] = [0, 0];
  return frames.map(({ from, message }): ReplayStep =>
    from === "client"
      ? { ask: { ...asks[asked++]!, message } }
      : { replyOf: replies[replied++]!.response.id }
  );
}
