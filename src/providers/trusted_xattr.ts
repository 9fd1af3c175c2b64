/**
 * Extended attributes that not everybody sees.
 *
 * @module
 */
import type { Context } from "../provider/mod.ts";

/**
 * Whether the caller may not see the attribute, nor set it: Linux keeps `trusted.` for CAP_SYS_ADMIN (`xattr(7)`), which
 * is root here. Who asks without a context is the process itself.
 */
export function isHiddenXattr(name: string, context: Context | undefined): boolean {
  return context !== undefined && context.uid !== 0 && name.startsWith("trusted.");
}
