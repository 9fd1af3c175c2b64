/**
 * Extended attributes and sizes over a connection.
 *
 * @module
 */
import { FsError, type MaybePromise } from "../base/mod.ts";
import type { Context, StatFs } from "../provider/mod.ts";
import { OpCode } from "./op_code.ts";
import { NOTHING, RemotePaths } from "./remote_paths.ts";

/** What a remote provider has beyond the tree of names: all of it version 2. */
export abstract class RemoteAttributes extends RemotePaths {
  /** Sizes and limits. Version 2. */
  override statfs(path: string, context?: Context): MaybePromise<StatFs> {
    if (!this.hasVersion2) return super.statfs(path, context);
    this.begin(OpCode.Statfs, path, context);
    return this.send(
      ({ fs }) => {
        if (fs === null) throw new FsError("EIO", { syscall: "statfs", path });
        return fs;
      },
      "statfs",
      path,
      context,
    );
  }

  /** An extended attribute. Version 2. */
  override getXattr(path: string, name: string, context?: Context): MaybePromise<Uint8Array> {
    if (!this.hasVersion2) return super.getXattr(path, name, context);
    this.begin(OpCode.GetXattr, path, context).name = name;
    return this.send(({ data }) => data.slice(), "getXattr", path, context);
  }

  /** Sets an extended attribute. Version 2. */
  override setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    if (!this.hasVersion2) return super.setXattr(path, name, value, flags, context);
    const request = this.begin(OpCode.SetXattr, path, context);
    request.name = name;
    request.data = value;
    request.flags = flags;
    return this.send(NOTHING, "setXattr", path, context);
  }

  /** Names of the extended attributes. Version 2. */
  override listXattr(path: string, context?: Context): MaybePromise<string[]> {
    if (!this.hasVersion2) return super.listXattr(path, context);
    this.begin(OpCode.ListXattr, path, context);
    return this.send(({ names }) => [...names ?? []], "listXattr", path, context);
  }

  /** Removes an extended attribute. Version 2. */
  override removeXattr(path: string, name: string, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.removeXattr(path, name, context);
    this.begin(OpCode.RemoveXattr, path, context).name = name;
    return this.send(NOTHING, "removeXattr", path, context);
  }
}
