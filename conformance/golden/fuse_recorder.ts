/**
 * Sessions of real mounts, as they go by.
 *
 * @module
 */
import { Device, mountKernel, opcodeName } from "../../src/fuse/mod.ts";
import type { MemoryBlock } from "../../src/libc/mod.ts";
import { FsError } from "../../src/base/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import { ProcessCaller } from "../linux/process_caller.ts";
import type { FuseExchange } from "./fuse_recording.ts";
import type { FuseScript } from "./fuse_scripts.ts";
import { fuseSession } from "./fuse_served.ts";

/** A device that keeps what goes by. */
class ListeningDevice extends Device {
  readonly #exchanges: { unique: number; operation: string; request: string; reply: string }[] = [];

  /** What has gone by, in the order of the requests. */
  get exchanges(): FuseExchange[] {
    return this.#exchanges.map(({ unique: _, ...exchange }) => exchange);
  }

  override read(block: MemoryBlock): number {
    const length = super.read(block);
    if (length > 0) {
      this.#exchanges.push({
        unique: block.view.getUint32(8, true),
        operation: opcodeName(block.view.getUint32(4, true)),
        request: block.bytes.subarray(0, length).toHex(),
        reply: "",
      });
    }
    return length;
  }

  override write(block: MemoryBlock, size: number): number {
    const unique = block.view.getUint32(8, true);
    const asked = this.#exchanges.findLast((each) => each.unique === unique);
    if (asked !== undefined) asked.reply = block.bytes.subarray(0, size).toHex();
    return super.write(block, size);
  }
}

/** Mounts the provider, has a process do what the script says, and returns what went by. */
export async function recordFuse(provider: Provider, script: FuseScript): Promise<FuseExchange[]> {
  const directory = await Deno.makeTempDir({ prefix: "fusewire-golden-" });
  try {
    const kernel = await mountKernel(directory, {});
    const device = new ListeningDevice(kernel.fd, kernel.dispose);
    const session = await fuseSession(provider, device, (problem) => console.error(problem));
    const finished = session.run();
    {
      await using caller = new ProcessCaller();
      await script.run(async (name, ...parameters) => {
        try {
          return await caller.call(name, parameters);
        } catch (thrown) {
          if (thrown instanceof FsError) return undefined;
          throw thrown;
        }
      }, (path) => kernel.mountpoint + path);
    }
    await kernel.unmount();
    await finished;
    return device.exchanges;
  } finally {
    await Deno.remove(directory);
  }
}
