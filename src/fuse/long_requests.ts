/**
 * Which requests may take long.
 *
 * @module
 */
import { O_TRUNC } from "../base/mod.ts";
import { FATTR } from "./abi.ts";
import { Opcode } from "./opcode.ts";
import { BODY } from "./operation.ts";
import type { Request } from "./request.ts";

/** What is read or written by this much or less takes less than some microseconds. */
export const SHORT_SIZE_MAX: number = 64 << 10;

/**
 * Whether a request may take more than a moment: one that moves much data, lists, makes something durable, or may take
 * the last name of a large file, whose blocks are freed then. Who serves it should not stand back meanwhile: when other
 * programs begin to compute, it would get a three hundredth of a processor.
 */
export function mayTakeLong(request: Request): boolean {
  const { view } = request.input;
  switch (request.opcode) {
    case Opcode.READDIR:
    case Opcode.READDIRPLUS:
    case Opcode.UNLINK:
    case Opcode.RENAME:
    case Opcode.RENAME2:
    case Opcode.FALLOCATE:
    case Opcode.COPY_FILE_RANGE:
    case Opcode.COPY_FILE_RANGE_64:
    case Opcode.FSYNC:
    case Opcode.FSYNCDIR:
    case Opcode.SYNCFS:
    case Opcode.IOCTL:
    case Opcode.BATCH_FORGET:
      return true;
    case Opcode.SETATTR:
      return (view.getUint32(BODY, true) & FATTR.SIZE) !== 0;
    case Opcode.OPEN:
      return (view.getUint32(BODY, true) & O_TRUNC) !== 0;
    case Opcode.READ:
      return view.getUint32(BODY + 16, true) > SHORT_SIZE_MAX;
    default:
      return request.length > SHORT_SIZE_MAX;
  }
}
