/**
 * The opcodes that name a node: names, attributes, links.
 *
 * @module
 */
import { chain, ERRNO } from "../base/mod.ts";
import { FATTR, FUSE_GETATTR_FH, FUSE_SETXATTR_ACL_KILL_SGID } from "./abi.ts";
import { Opcode } from "./opcode.ts";
import { BODY, type Rows } from "./operation.ts";
import { SETATTR_IN_SIZE } from "./setattr_in.ts";
import { FILE_SIZE_MAX, readU64 } from "./word64.ts";

/** One row an opcode. */
export const NODE_ROWS: Rows = {
  [Opcode.LOOKUP]: {
    bodyMin: 1,
    grants: "node",
    serve: (fs, request) =>
      chain(fs.lookup(request, request.text(0), request.entryOut), request.replyEntry),
  },
  [Opcode.GETATTR]: {
    bodyMin: 16,
    serve: (fs, request, body) => {
      const hasHandle = (body.getUint32(BODY, true) & FUSE_GETATTR_FH) !== 0;
      const fh = hasHandle ? readU64(body, BODY + 8) : 0;
      return chain(fs.getattr(request, fh, request.attrOut), request.replyAttr);
    },
  },
  [Opcode.STATX]: {
    bodyMin: 24,
    serve: (fs, request, body) => {
      const hasHandle = (body.getUint32(BODY, true) & FUSE_GETATTR_FH) !== 0;
      const fh = hasHandle ? readU64(body, BODY + 8) : 0;
      const mask = body.getUint32(BODY + 20, true);
      return chain(fs.statx(request, fh, mask, request.statxOut), request.replyStatx);
    },
  },
  [Opcode.SETATTR]: {
    bodyMin: SETATTR_IN_SIZE,
    serve: (fs, request, body) => {
      const { setattrIn } = request;
      setattrIn.decode(body, BODY);
      if (setattrIn.has(FATTR.SIZE) && setattrIn.size > FILE_SIZE_MAX) return ERRNO.EFBIG;
      return chain(fs.setattr(request, setattrIn, request.attrOut), request.replyAttr);
    },
  },
  [Opcode.READLINK]: {
    bodyMin: 0,
    serve: (fs, request) => chain(fs.readlink(request), request.replyBytes),
  },
  [Opcode.SYMLINK]: {
    bodyMin: 2,
    grants: "node",
    serve: (fs, request) => {
      const name = request.text(0);
      const target = request.text(request.nextText);
      return chain(fs.symlink(request, name, target, request.entryOut), request.replyEntry);
    },
  },
  [Opcode.MKNOD]: {
    bodyMin: 17,
    grants: "node",
    serve: (fs, request, body) => {
      const mode = body.getUint32(BODY, true);
      const rdev = body.getUint32(BODY + 4, true);
      request.umask = body.getUint32(BODY + 8, true);
      const done = fs.mknod(request, request.text(16), mode, rdev, request.entryOut);
      return chain(done, request.replyEntry);
    },
  },
  [Opcode.MKDIR]: {
    bodyMin: 9,
    grants: "node",
    serve: (fs, request, body) => {
      const mode = body.getUint32(BODY, true);
      request.umask = body.getUint32(BODY + 4, true);
      return chain(
        fs.mkdir(request, request.text(8), mode, request.entryOut),
        request.replyEntry,
      );
    },
  },
  [Opcode.UNLINK]: {
    bodyMin: 1,
    serve: (fs, request) => chain(fs.unlink(request, request.text(0)), request.replyNothing),
  },
  [Opcode.RMDIR]: {
    bodyMin: 1,
    serve: (fs, request) => chain(fs.rmdir(request, request.text(0)), request.replyNothing),
  },
  [Opcode.RENAME]: {
    bodyMin: 10,
    serve: (fs, request, body) => {
      const name = request.text(8);
      const newName = request.text(request.nextText);
      const done = fs.rename(request, name, readU64(body, BODY), newName, 0);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.RENAME2]: {
    bodyMin: 18,
    serve: (fs, request, body) => {
      const name = request.text(16);
      const newName = request.text(request.nextText);
      const flags = body.getUint32(BODY + 8, true);
      const done = fs.rename(request, name, readU64(body, BODY), newName, flags);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.LINK]: {
    bodyMin: 9,
    grants: "node",
    serve: (fs, request, body) => {
      const done = fs.link(request, readU64(body, BODY), request.text(8), request.entryOut);
      return chain(done, request.replyEntry);
    },
  },
  [Opcode.STATFS]: {
    bodyMin: 0,
    serve: (fs, request) => chain(fs.statfs(request), request.replyStatfs),
  },
  [Opcode.SYNCFS]: {
    bodyMin: 8,
    serve: (fs, request) => chain(fs.syncfs(request), request.replyNothing),
  },
  [Opcode.SETXATTR]: {
    bodyMin: 17,
    keepsInput: true,
    serve: (fs, request, body) => {
      // The long form of the struct is negotiated (SETXATTR_EXT): see negotiation.ts.
      const header = request.hasLongSetxattr ? 16 : 8;
      const name = request.text(header);
      const value = request.data(request.nextText, body.getUint32(BODY, true));
      const flags = body.getUint32(BODY + 4, true);
      request.dropsSetgid = request.hasLongSetxattr &&
        (body.getUint32(BODY + 8, true) & FUSE_SETXATTR_ACL_KILL_SGID) !== 0;
      return chain(fs.setxattr(request, name, value, flags), request.replyNothing);
    },
  },
  [Opcode.GETXATTR]: {
    bodyMin: 9,
    serve: (fs, request, body) => {
      request.valueSizeMax = body.getUint32(BODY, true);
      return chain(fs.getxattr(request, request.text(8)), request.replyXattr);
    },
  },
  [Opcode.LISTXATTR]: {
    bodyMin: 8,
    serve: (fs, request, body) => {
      request.valueSizeMax = body.getUint32(BODY, true);
      return chain(fs.listxattr(request), request.replyNames);
    },
  },
  [Opcode.REMOVEXATTR]: {
    bodyMin: 1,
    serve: (fs, request) => chain(fs.removexattr(request, request.text(0)), request.replyNothing),
  },
  [Opcode.ACCESS]: {
    bodyMin: 8,
    serve: (fs, request, body) =>
      chain(fs.access(request, body.getUint32(BODY, true)), request.replyNothing),
  },
};
