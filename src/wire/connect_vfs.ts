/**
 * From an address to a provider.
 *
 * @module
 */
import { RemoteProvider } from "./remote_provider.ts";
import type { WireConnection } from "./transport.ts";
import { VFSClient, type VFSClientOptions } from "./vfs_client.ts";

/**
 * Speaks with a server over a connection, which belongs to the provider from now on.
 *
 * @throws {FsError} EIO when the connection ends before the two have agreed on a version.
 *
 * @example
 * ```ts ignore
 * await using remote = await connectVFS(await Deno.connect({ transport: "tcp", port: 9000 }));
 * ```
 */
export async function connectVFS(
  connection: WireConnection,
  options?: VFSClientOptions,
): Promise<RemoteProvider> {
  return new RemoteProvider(await VFSClient.connect(connection, options));
}

/** Connects to the Unix socket that a server listens on. */
export async function connectUDS(
  path: string,
  options?: VFSClientOptions,
): Promise<RemoteProvider> {
  return await connectVFS(await Deno.connect({ transport: "unix", path }), options);
}
