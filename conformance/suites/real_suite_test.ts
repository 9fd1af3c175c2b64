// The suite on RealFSProvider, over a directory in memory, with system calls and without.
import { isLibcAvailable } from "../../src/libc/mod.ts";
import { RealFSProvider } from "../../src/providers/mod.ts";
import { conformance } from "../register.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import { possibleRoutes } from "./mount_routes.ts";

function newDirectory(): string {
  const directory = Deno.makeTempDirSync({ dir: HOST_DIRECTORY, prefix: "fusewire-suite-" });
  Deno.chmodSync(directory, 0o755);
  return directory;
}

/** A provider of a new directory, which goes with it. No layer over it: that would hide its `find`. */
class TemporaryRealFS extends RealFSProvider {
  readonly #directory: string;

  constructor(ffi: boolean, directory = newDirectory()) {
    super(directory, { ffi });
    this.#directory = directory;
  }

  override async close(): Promise<void> {
    await super.close();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Runs with a umask of 0: without system calls, Deno applies the process's own. */
Deno.umask(0);

if (!isLibcAvailable()) throw new Error("These tests need system calls: Linux and --allow-ffi");
const name = "RealFSProvider";
await conformance(name, () => new TemporaryRealFS(true), {
  routes: possibleRoutes(name, [
    "direct",
    "wire-v2",
    "mount",
    "mount-over-wire",
    "mount-over-wire-exclusive",
  ]),
});
await conformance(`${name} without FFI`, () => new TemporaryRealFS(false), {
  knownFailures: [{
    reason: "Deno's own API takes text for names",
    cases: ["name/that-is-not-utf-8-is-kept-byte-for-byte"],
  }],
});
