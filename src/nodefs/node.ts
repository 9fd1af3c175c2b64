/**
 * What a node is.
 *
 * @module
 */
import type * as attributes from "./attribute_operations.ts";
import type * as content from "./content_operations.ts";
import type { Inode } from "./inode.ts";
import type * as names from "./name_operations.ts";

/** Every operation that a node may have. */
export type NodeOperations = Partial<
  & attributes.NodeStatfser
  & attributes.NodeAccesser
  & attributes.NodeGetattrer
  & attributes.NodeSetattrer
  & attributes.NodeOnAdder
  & attributes.NodeRootIdentifier
  & attributes.NodeOnForgetter
  & attributes.NodeGetxattrer
  & attributes.NodeSetxattrer
  & attributes.NodeRemovexattrer
  & attributes.NodeListxattrer
  & attributes.NodeReadlinker
  & attributes.NodeStatxer
  & attributes.NodeSyncfser
  & content.NodeOpener
  & content.NodeReader
  & content.NodeWriter
  & content.NodeFsyncer
  & content.NodeFlusher
  & content.NodeReleaser
  & content.NodeAllocater
  & content.NodeCopyFileRanger
  & content.NodeLseeker
  & content.NodeGetlker
  & content.NodeSetlker
  & content.NodeSetlkwer
  & content.NodeIoctler
  & content.NodePoller
  & names.NodeLookuper
  & names.NodeEntryLookuper
  & names.NodeOpendirer
  & names.NodeReaddirer
  & names.NodeListingLeaser
  & names.NodeMkdirer
  & names.NodeMknoder
  & names.NodeLinker
  & names.NodeSymlinker
  & names.NodeCreater
  & names.NodeUnlinker
  & names.NodeRmdirer
  & names.NodeRenamer
  & names.NodeTmpfiler
>;

/**
 * An object that is a node of a tree: it has an {@linkcode Inode}. Extend {@linkcode Node} and
 * `implements` the operations you want, so that a misspelt one fails to compile. With none of them it
 * is a read-only file or directory.
 */
export interface InodeEmbedder extends NodeOperations {
  /** The inode that holds this node's place in the tree. */
  embeddedInode(): Inode;
  /** For the library: links the inode to the node, once. */
  embed(inode: Inode): void;
}

/**
 * The class to extend for nodes of your own; go-fuse's `fs.Inode` by embedding.
 */
export class Node implements InodeEmbedder {
  #inode: Inode | null = null;

  /**
   * The node's place in the tree.
   *
   * @throws {TypeError} Before the node has been given to `newInode` or `mount`.
   */
  embeddedInode(): Inode {
    if (this.#inode === null) {
      throw new TypeError("This node is in no tree yet: pass it to newInode() or mount() first");
    }
    return this.#inode;
  }

  /** For the library: links the inode to the node, once. */
  embed(inode: Inode): void {
    if (this.#inode !== null && this.#inode !== inode) {
      throw new TypeError("This node is in a tree already: make a new object for each inode");
    }
    this.#inode = inode;
  }
}
