/**
 * The process behind a {@linkcode ProcessCaller}: reads calls from standard input, makes them, and
 * writes what they came to.
 *
 * @module
 */
import process from "node:process";
import { type CallName, invoke } from "../system_calls.ts";
import {
  type CallMessage,
  CLOSE_ALL,
  decodeCall,
  encodeFailure,
  encodeResult,
  FrameCutter,
} from "./call_codec.ts";
import { LinuxCaller } from "./linux_caller.ts";

/** How much is read from the pipe at once. */
const CHUNK_SIZE = 65_536;

function answer<Name extends CallName>(caller: LinuxCaller, message: CallMessage<Name>): unknown {
  return invoke(caller, message.name, message.parameters);
}

/** False when nobody is there any more to read it. */
function write(bytes: Uint8Array): boolean {
  try {
    for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.BrokenPipe) return false;
    throw thrown;
  }
}

/** Serves until standard input ends, or whoever asked has gone. */
export function serveCalls(): void {
  // The modes of the cases are meant as they are.
  Deno.umask(0);
  const caller = new LinuxCaller();
  const cutter = new FrameCutter();
  const chunk = new Uint8Array(CHUNK_SIZE);
  for (let size = Deno.stdin.readSync(chunk); size !== null; size = Deno.stdin.readSync(chunk)) {
    for (const text of cutter.push(chunk.subarray(0, size))) {
      let reply: Uint8Array;
      try {
        const message = decodeCall(text);
        reply = encodeResult(
          message.name === CLOSE_ALL ? caller.closeNow() : answer(caller, message),
        );
      } catch (thrown) {
        reply = encodeFailure(thrown);
      }
      if (!write(reply)) return;
    }
  }
}

/** Becomes another user for good, as the arguments say: user id and group id. */
function becomeUser(uid: string | undefined, gid: string | undefined): void {
  if (uid === undefined || gid === undefined) return;
  process.setgid?.(Number(gid));
  process.setuid?.(Number(uid));
  if (Deno.uid() !== Number(uid) || Deno.gid() !== Number(gid)) {
    throw new Error(`Cannot become user ${uid} and group ${gid}`);
  }
}

if (import.meta.main) {
  becomeUser(Deno.args[0], Deno.args[1]);
  serveCalls();
}
