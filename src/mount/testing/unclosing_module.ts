/**
 * A provider that cannot be closed. For tests of `mountModule`.
 *
 * @module
 */
import { FsError } from "../../base/mod.ts";
import { MemoryProvider } from "../../providers/mod.ts";

/** The channel on which it says that it is being closed, and waits for a word before it fails. */
const CHANNEL = "fusewire-unclosing";

/** Fails as the last thing that it does. */
export default class Unclosing extends MemoryProvider {
  override async close(): Promise<never> {
    const channel = new BroadcastChannel(CHANNEL);
    const word = new Promise((resolve) => channel.onmessage = resolve);
    channel.postMessage("closing");
    await word;
    channel.close();
    throw new FsError("EIO", { syscall: "close" });
  }
}
