/**
 * A symbolic link in memory.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";
import type { AttrOut } from "../fuse/mod.ts";
import type { Context } from "../provider/mod.ts";
import type { FileHandle } from "./file_handle.ts";
import { MemAttr, type MemAttrInit } from "./mem_attr.ts";
import { Node } from "./node.ts";
import type * as attributes from "./attribute_operations.ts";

/** What every symbolic link shows on Linux (`symlink(7)`). */
const LINK_PERMISSIONS = 0o777;

/** Seed 2's `MemSymlink`: a symbolic link that leads where it was made to lead. */
export class MemSymlink extends Node
  implements attributes.NodeReadlinker, attributes.NodeGetattrer {
  readonly #target: Uint8Array;
  readonly #attr: MemAttr;

  /** A link to `target`, relative to the link's directory or absolute. */
  constructor(target: string, attr: MemAttrInit = {}) {
    super();
    this.#target = encodeName(target);
    this.#attr = new MemAttr({ mode: LINK_PERMISSIONS, ...attr });
  }

  /** Where it leads. */
  readlink(): Uint8Array {
    return this.#target;
  }

  /** The size of a link is the length of its target. */
  getattr(_context: Context, _file: FileHandle | null, out: AttrOut): void {
    this.#attr.fill(out.attr, this.#target.length, this.embeddedInode().parents().length);
  }
}
