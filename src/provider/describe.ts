/**
 * The attributes of a name itself.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { Context } from "./context.ts";
import type { FileInfo } from "./file_info.ts";
import type { Provider } from "./provider.ts";

/** `lstat`, where the provider can tell a link from its target; otherwise `stat`. */
export function describe(
  provider: Provider,
  path: string,
  context: Context | undefined,
): MaybePromise<FileInfo> {
  return provider.capabilities.has("lstat")
    ? provider.lstat(path, context)
    : provider.stat(path, context);
}
