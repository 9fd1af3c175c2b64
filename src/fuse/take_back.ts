/**
 * What a reply granted that the kernel did not take.
 *
 * @module
 */
import { rescue } from "../base/mod.ts";
import { Opcode } from "./opcode.ts";
import type { Grants } from "./operation.ts";
import { listedNodes } from "./operations.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import { Request } from "./request.ts";

/** A reply that was refused. */
export interface RefusedReply {
  /** The request, with the reply still in `output`. */
  readonly request: Request;
  /** What the reply would have made the kernel hold. */
  readonly grants: Grants | undefined;
  /** The size of its body. */
  readonly size: number;
}

/** The kernel will never forget or release what it was never told of. `failed` gets what is thrown. */
export function takeBack(
  fs: RawFileSystem,
  { request, grants, size }: RefusedReply,
  failed: (request: Request, thrown: unknown) => void,
): void {
  const { nodeid } = request.entryOut;
  const { fh } = request.openOut;
  const forget = (id: number): void => {
    rescue(() => fs.forget(id, 1), (thrown) => failed(request, thrown));
  };
  const release = (id: number): void => {
    const own = ownRequest(request, id, Opcode.RELEASE);
    rescue(() => fs.release(own, fh, 0, 0), (thrown) => failed(own, thrown));
  };
  const releasedir = (): void => {
    const own = ownRequest(request, request.nodeid, Opcode.RELEASEDIR);
    rescue(() => fs.releasedir(own, fh), (thrown) => failed(own, thrown));
  };
  switch (grants) {
    case "node":
      if (nodeid !== 0) forget(nodeid);
      break;
    case "listing":
      for (const listed of listedNodes(request, size)) forget(listed);
      break;
    case "directory":
      releasedir();
      break;
    case "handle":
      release(request.nodeid);
      break;
    case "node+handle":
      release(nodeid);
      forget(nodeid);
  }
}

/** The kernel's request is somebody else's before a promise is settled. */
function ownRequest(request: Request, nodeid: number, opcode: number): Request {
  const own = Request.about(nodeid, request);
  own.opcode = opcode;
  return own;
}
