/**
 * POSIX ACLs (`acl(5)`) on mounts of providers.
 *
 * @module
 */
import { ERRNO, toErrno } from "../base/mod.ts";
import type { MountOptions } from "../fuse/mod.ts";
import type { Provider } from "../provider/mod.ts";

/**
 * What becomes of ACLs. Where the kernel checks permissions, it obeys them or they are refused: the group
 * bits of a file with an ACL are that ACL's mask, which would else be rights of the group. Where it does
 * not, they are the provider's own affair.
 */
export type AclRule = "enforced" | "refused" | "passed";

const ACCESS = "system.posix_acl_access";

/** The ACL that files and directories below a directory begin with. */
export const DEFAULT_ACL = "system.posix_acl_default";

/** Whether an extended attribute is an ACL. */
export function isAcl(name: string): boolean {
  return name === ACCESS || name === DEFAULT_ACL;
}

/** The rule for a mount of this provider: asks it whether it keeps ACLs. */
export async function aclRuleFor(provider: Provider, options: MountOptions): Promise<AclRule> {
  const isChecked = options.defaultPermissions === true || options.enableAcl === true ||
    options.extraOptions?.includes("default_permissions") === true;
  if (!isChecked) return "passed";
  if (!provider.capabilities.has("xattr")) return "refused";
  try {
    await provider.getXattr("/", ACCESS);
    return "enforced";
  } catch (thrown) {
    return toErrno(thrown) === ERRNO.ENODATA ? "enforced" : "refused";
  }
}
