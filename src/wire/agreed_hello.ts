/**
 * What a client makes of a server's Hello.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { DATA_MAX_LEAST, DEFAULT_LIMITS, WIRE_VERSION } from "./limits.ts";
import { VFSHello } from "./vfs_parts.ts";
import { WireError } from "./wire_error.ts";

/** An error that says what is wrong with an answer to Hello. */
function refusal(what: string): FsError {
  const cause = new WireError(`The server's Hello ${what}`);
  const error = new FsError("EIO", { syscall: "connect", cause });
  error.message += ` (the server's Hello ${what})`;
  return error;
}

/**
 * What was agreed on: the answer, with the documented default for each limit that it leaves out. Everything later
 * relies on these numbers.
 *
 * @throws {FsError} EIO for an answer that nobody can keep to.
 */
export function agreedHello(answer: VFSHello | null): VFSHello {
  if (answer === null) throw refusal("says nothing");
  const { version } = answer;
  if (version < 1 || version > WIRE_VERSION) throw refusal(`says version ${version}`);
  const hello = Object.assign(new VFSHello(), answer);
  hello.dataMax ||= DEFAULT_LIMITS.dataMax;
  hello.frameMax ||= DEFAULT_LIMITS.frameMax;
  hello.handlesMax ||= DEFAULT_LIMITS.handlesMax;
  hello.inFlightMax ||= DEFAULT_LIMITS.inFlightMax;
  const { dataMax, frameMax } = hello;
  if (dataMax < DATA_MAX_LEAST) {
    throw refusal(`says data_max ${dataMax}: it must be ${DATA_MAX_LEAST} or more`);
  }
  if (frameMax < dataMax) {
    throw refusal(`says frame_max ${frameMax}: less than data_max, ${dataMax}`);
  }
  return hello;
}
