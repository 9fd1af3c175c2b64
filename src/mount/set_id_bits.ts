/**
 * What truncation takes away besides data: S_ISUID, and S_ISGID of what the group may execute.
 *
 * @module
 */
import { chain, type MaybePromise, orUndo } from "../base/mod.ts";
import { Request } from "../fuse/mod.ts";
import type { Context, Provider } from "../provider/mod.ts";
import type { ProviderFile } from "./provider_file.ts";

/**
 * Whether user 0 is one who may not keep the bits (no CAP_FSETID), as `killed` says. Of all others providers know it
 * by themselves; here chown(2) to nobody does it, whoever calls.
 */
export function losesSetId(killed: boolean, provider: Provider, { uid }: Context): boolean {
  return killed && uid === 0 && provider.capabilities.has("chown");
}

/** Takes them from a file that was emptied as it was opened, when the caller may not keep them. */
export function withoutSetId(
  file: ProviderFile,
  provider: Provider,
  path: string | undefined,
  context: Context,
): MaybePromise<ProviderFile> {
  const killed = context instanceof Request && context.killsSetId;
  if (!losesSetId(killed, provider, context)) return file;
  const byHandle = provider.capabilities.has("handleAttr");
  if (!byHandle && path === undefined) return file;
  return orUndo(
    () =>
      chain(
        byHandle
          ? file.handle.chown(-1, -1, context)
          : provider.lchown(path ?? "", -1, -1, context),
        () => file,
      ),
    () => file.release(context),
  );
}
