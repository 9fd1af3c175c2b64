/**
 * Requests whose callers no longer wait.
 *
 * @module
 */
import { close } from "../libc/mod.ts";
import type { ClientLink } from "./client_link.ts";
import { OpCode } from "./op_code.ts";
import { ReplyLane } from "./reply_lane.ts";
import { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";
import { PendingReply, type Waiter } from "./waiter.ts";
import { WireError } from "./wire_error.ts";

/** For how long a change that was taken back is waited for in milliseconds, where nothing else is said. */
export const CANCEL_TIMEOUT_MS = 5000;

/** What ends what a late reply has opened. */
const ENDS: ReadonlyMap<number, number> = new Map([
  [OpCode.Open, OpCode.Release],
  [OpCode.Create, OpCode.Release],
  [OpCode.Watch, OpCode.Unwatch],
]);

/**
 * Takes a request back. What only looks is EINTR at once, whatever the server makes of it. A change ends with what became
 * of it; where the server does not tell in time it is EIO, as nobody knows. Either keeps its number and its place
 * among those under way until the server has answered, and what the answer opens is closed again.
 *
 * @param timeoutMs How long a change is waited for; 0 for ever.
 */
export function takeBack(link: ClientLink, waiter: Waiter, timeoutMs: number): void {
  link.cancel(waiter);
  if (waiter.isOver) return;
  waiter.onLate = (response) => giveBack(link, waiter.op, response);
  if (ReplyLane.observes(waiter.op)) return waiter.interrupt();
  if (timeoutMs === 0) return;
  const giveUp = (): void => {
    const problem = `The server has not said within ${timeoutMs} ms what became of it`;
    waiter.giveUp(new WireError(problem));
  };
  const timer = setTimeout(giveUp, timeoutMs);
  const { onEnd } = waiter;
  waiter.onEnd = () => {
    clearTimeout(timer);
    onEnd?.();
  };
}

/** Closes what was opened for somebody who is gone. */
function giveBack(link: ClientLink, op: number, { err, handle, passed }: VFSResponse): void {
  if (err !== 0) return;
  const fd = passed === 0 ? -1 : link.channel.takePassed?.(passed) ?? -1;
  if (fd >= 0) close(fd);
  const end = ENDS.get(op);
  if (end === undefined || link.ended) return;
  const request = new VFSRequest({ op: end, handle });
  link.post(request, new PendingReply(end, () => {}, { syscall: "close" }));
}
