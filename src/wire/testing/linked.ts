/**
 * A client and a server in one process, for tests.
 *
 * @module
 */
import { type ErrnoName, FsError } from "../../base/mod.ts";
import { newMemoryProvider } from "../../providers/mod.ts";
import { connectVFS } from "../connect_vfs.ts";
import { memoryPipe } from "../memory_pipe.ts";
import type { RemoteProvider } from "../remote_provider.ts";
import type { VFSClientOptions } from "../vfs_client_options.ts";
import { VFSServer, type VFSServerOptions } from "../vfs_server.ts";

/** A client of this server. */
export async function linked(
  server: VFSServer,
  options?: VFSClientOptions,
): Promise<RemoteProvider> {
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  return await connectVFS(near, options);
}

/** A memory provider with the file /d/f, which holds `hello`, its server, and a client. */
export async function served(
  options: VFSClientOptions = {},
  serverOptions: VFSServerOptions = {},
): Promise<{ remote: RemoteProvider; server: VFSServer }> {
  const memory = newMemoryProvider();
  memory.mkdirAll("/d", 0o755);
  memory.writeFile("/d/f", new TextEncoder().encode("hello"), 0o640);
  const server = new VFSServer(memory, serverOptions);
  return { server, remote: await linked(server, options) };
}

/** The errno that an action fails with; an action that works is an error. */
export async function codeOf(run: () => unknown): Promise<ErrnoName> {
  try {
    await run();
  } catch (thrown) {
    if (thrown instanceof FsError) return thrown.code;
    throw thrown;
  }
  throw new Error("It did not fail");
}
