/**
 * Serves a memory filesystem on the directory that is named, with `autoUnmount` if that follows, until SIGTERM: a process for tests to kill.
 *
 * @module
 */
import { MemoryProvider } from "../../providers/mod.ts";
import { mount } from "../mount.ts";

const [directory, autoUnmount] = Deno.args;
if (directory === undefined) throw new TypeError("Name a directory");
const provider = new MemoryProvider();
provider.writeFile("/endless", new Uint8Array(64 * 1024 * 1024), 0o644);
const mounted = await mount(provider, directory, { autoUnmount: autoUnmount === "autoUnmount" });
Deno.addSignalListener("SIGTERM", async () => {
  await mounted.unmount({ lazy: true });
  Deno.exit(0);
});
console.log("mounted");
await mounted.finished;
