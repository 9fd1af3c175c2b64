/**
 * The operations of the kernel by opcode.
 *
 * @module
 */
import { OUT_HEADER_SIZE } from "./abi.ts";
import { HANDLE_ROWS } from "./handle_rows.ts";
import { NODE_ROWS } from "./node_rows.ts";
import type { Operation, Rows } from "./operation.ts";
import type { Request } from "./request.ts";
import { readU64 } from "./word64.ts";

/** The operations, by opcode. What has no row answers ENOSYS. */
export const OPERATIONS: readonly (Operation | undefined)[] = table(NODE_ROWS, HANDLE_ROWS);

function table(...groups: readonly Rows[]): (Operation | undefined)[] {
  const byOpcode: (Operation | undefined)[] = [];
  for (const rows of groups) {
    for (const [opcode, row] of Object.entries(rows)) byOpcode[Number(opcode)] = row;
  }
  return byOpcode;
}

/** The node ids in the body of a READDIRPLUS reply, so that an unwanted reply can be taken back. */
export function* listedNodes(request: Request, size: number): Generator<number> {
  const view = request.output.view;
  let at = OUT_HEADER_SIZE;
  while (at < OUT_HEADER_SIZE + size) {
    const nodeid = readU64(view, at);
    if (nodeid !== 0) yield nodeid;
    const nameSize = view.getUint32(at + 128 + 16, true);
    at += 128 + ((24 + nameSize + 7) & ~7);
  }
}
