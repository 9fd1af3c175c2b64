/**
 * From an address to a provider.
 *
 * @module
 */
import type { ReconnectPolicy } from "./reconnect_policy.ts";
import { RemoteProvider } from "./remote_provider.ts";
import type { WireConnection } from "./transport.ts";
import { requireSocketPath } from "./unix_socket.ts";
import { VFSClient, type VFSClientOptions } from "./vfs_client.ts";

/**
 * Speaks with a server over a connection, which belongs to the provider from now on.
 *
 * @throws {FsError} EIO when the connection ends before the two have agreed on a version.
 *
 * @example
 * ```ts
 * import { connectVFS, newMemoryProvider, newVFSServer } from "@fusewire/vfs";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const server = newVFSServer(newMemoryProvider());
 * const serving = server.serve(listener);
 *
 * const remote = await connectVFS(await Deno.connect({ port: listener.addr.port }));
 * await remote.mkdir("/src", 0o755);
 * await remote.close();
 *
 * await server.close();
 * await serving;
 * ```
 */
export async function connectVFS(
  connection: WireConnection,
  options?: VFSClientOptions,
): Promise<RemoteProvider> {
  return new RemoteProvider(await VFSClient.connect(connection, options));
}

/** How to speak with a Unix socket; everything has a default. */
export interface ConnectUDSOptions extends Omit<VFSClientOptions, "reconnect"> {
  /** Whether, and how, to connect again when the connection ends; default: not at all. */
  readonly reconnect?: boolean | Omit<ReconnectPolicy, "dial">;
}

/**
 * Connects to the Unix socket that a server listens on.
 *
 * @throws {FsError} ENAMETOOLONG for a path of more than 107 bytes.
 */
export async function connectUDS(
  path: string,
  options: ConnectUDSOptions = {},
): Promise<RemoteProvider> {
  requireSocketPath("connect", path);
  const dial = (): Promise<Deno.UnixConn> => Deno.connect({ transport: "unix", path });
  const { reconnect, ...rest } = options;
  const again = reconnect === undefined || reconnect === false
    ? undefined
    : { dial, ...(reconnect === true ? {} : reconnect) };
  return await connectVFS(await dial(), again === undefined ? rest : { ...rest, reconnect: again });
}
