/**
 * The server's answer to Hello.
 *
 * @module
 */
import type { Call, Session } from "./call.ts";
import type { WireVersion } from "./codec.ts";
import { WIRE_VERSION } from "./limits.ts";
import type { ReplySender } from "./reply_sender.ts";
import { VFSHello } from "./vfs_parts.ts";

/** Bit of `flags` in Hello: the kernel of a mount asks (`Context.isFromKernel`). */
export const HELLO_FROM_KERNEL = 1;

/** What a server says of itself and its provider. */
function helloMessage(session: Session, version: WireVersion): VFSHello {
  const { provider, limits, soleOwner } = session;
  const hello = new VFSHello();
  hello.version = version;
  hello.readonly = provider.readonly();
  hello.capabilities = [...provider.capabilities];
  if (soleOwner && !provider.capabilities.has("watch")) hello.capabilities.push("watch");
  hello.frameMax = limits.frameMax;
  hello.dataMax = limits.dataMax;
  hello.handlesMax = limits.handlesMax;
  hello.inFlightMax = limits.inFlightMax;
  hello.exact = soleOwner;
  // Where notices tell everything, nobody needs them.
  hello.leases = !soleOwner && session.hasLstat && session.leases.isPossible;
  hello.shares = session.memory.isPossible;
  return hello;
}

/** Answers Hello; from then on the version is the one agreed on. */
export function answerHello(call: Call, replies: ReplySender): void {
  const { request, session } = call;
  const version = request.version >= WIRE_VERSION ? 2 : 1;
  call.response.hello = helloMessage(session, version);
  if (request.size > 0) replies.replyMax = request.size;
  session.isFromKernel = version === 2 && (request.flags & HELLO_FROM_KERNEL) !== 0;
  // The answer itself has keys of version 2, also when it says 1.
  replies.version = 2;
  replies.send(call);
  replies.version = version;
}
