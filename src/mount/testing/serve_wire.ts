/**
 * Serves a memory filesystem on the socket that is named, until it is killed; `/slow` takes a moment to open. Or, when
 * one is named after it, a directory that others change too; `pass` behind that passes the files of the directory.
 * Between socket and directory: `spinUs`, with which the connection goes through shared memory.
 *
 * @module
 */
import type { MaybePromise } from "../../base/mod.ts";
import { type Context, Forward, type Handle } from "../../provider/mod.ts";
import { MemoryProvider, newRealFSProvider } from "../../providers/mod.ts";
import { newVFSServer } from "../../wire/mod.ts";

const SLOW_MS = 30;

class Slow extends Forward {
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    if (path !== "/slow") return super.open(path, flags, mode, context);
    return new Promise((resolve) => setTimeout(resolve, SLOW_MS))
      .then(() => super.open(path, flags, mode, context));
  }
}

function slowMemory(): Slow {
  const memory = new MemoryProvider();
  memory.writeFile("/slow", new TextEncoder().encode("slow"), 0o644);
  return new Slow(memory);
}

const [socket, spin, directory, pass] = Deno.args;
if (socket === undefined) throw new TypeError("Name a socket");
const spinUs = Number(spin ?? 0);
const server = directory === undefined
  ? newVFSServer(slowMemory(), { soleOwner: true, spinUs })
  : newVFSServer(newRealFSProvider(directory), { spinUs, passFiles: pass === "pass" });
await server.serveUDSBackground(socket);
console.log("serving");
