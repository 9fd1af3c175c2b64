/**
 * The server's answer to Hello.
 *
 * @module
 */
import type { Provider } from "../provider/mod.ts";
import type { WireVersion } from "./codec.ts";
import type { WireLimits } from "./limits.ts";
import { VFSHello } from "./vfs_parts.ts";

/** What a server says of itself and its provider. */
export function helloMessage(
  provider: Provider,
  limits: WireLimits,
  version: WireVersion,
): VFSHello {
  const hello = new VFSHello();
  hello.version = version;
  hello.readonly = provider.readonly();
  hello.capabilities = [...provider.capabilities];
  hello.frameMax = limits.frameMax;
  hello.dataMax = limits.dataMax;
  hello.handlesMax = limits.handlesMax;
  hello.inFlightMax = limits.inFlightMax;
  return hello;
}
