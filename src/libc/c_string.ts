/**
 * Text as C has it.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";

/** The bytes of a name or path with the NUL behind them, for `buffer` arguments. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  const name = encodeName(text);
  const bytes = new Uint8Array(name.length + 1);
  bytes.set(name);
  return bytes;
}
