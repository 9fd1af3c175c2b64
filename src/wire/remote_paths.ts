/**
 * Requests about paths.
 *
 * @module
 */
import { basename, clean, FsError, type MaybePromise } from "../base/mod.ts";
import { BaseProvider, type Context, type FileInfo } from "../provider/mod.ts";
import type { OpCode } from "./op_code.ts";
import { fileInfoOf } from "./remote_info.ts";
import type { VFSClient } from "./vfs_client.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** For replies that say no more than that it worked. */
export const NOTHING = (): void => {};

/** What the operations of a remote provider are made of. */
export abstract class RemotePaths extends BaseProvider {
  /** The connection. */
  readonly client: VFSClient;

  /** Speaks over a client, which belongs to the provider from now on. */
  constructor(client: VFSClient) {
    super();
    this.client = client;
  }

  /** A request for a path, which is sent clean. */
  protected begin(op: OpCode, path: string, context: Context | undefined): VFSRequest {
    const cleaned = clean(path);
    const request = this.client.begin(op, context);
    request.path = cleaned;
    return request;
  }

  /** Sends what `begin` gave; a failure names the path as the caller wrote it. */
  protected send<T>(
    convert: (response: VFSResponse) => T,
    syscall: string,
    path: string,
    context: Context | undefined,
    dest?: string,
  ): MaybePromise<T> {
    return this.client.ask(convert, { syscall, path, dest }, context);
  }

  /** Whether the server has what version 2 brought. */
  protected get hasVersion2(): boolean {
    return this.client.version === 2;
  }

  /** The attributes in a reply that must have them. */
  protected infoIn(response: VFSResponse, syscall: string, path: string): FileInfo {
    if (response.stat === null) throw new FsError("EIO", { syscall, path });
    return fileInfoOf(response.stat, basename(clean(path)), this.client.version);
  }

  /**
   * For changes whose reply brings the attributes of `path` afterwards: keeps them for the `lstat` that
   * often follows.
   */
  protected keepStat(path: string): (response: VFSResponse) => void {
    if (!this.hasVersion2) return NOTHING;
    const cleaned = clean(path);
    return ({ stat }) => {
      if (stat !== null) this.client.fresh.keep(cleaned, fileInfoOf(stat, basename(cleaned), 2));
    };
  }
}
