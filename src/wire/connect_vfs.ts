/**
 * From an address to a provider.
 *
 * @module
 */
import { isLibcAvailable } from "../libc/mod.ts";
import { OwnChannel } from "./own_channel.ts";
import type { ReconnectPolicy } from "./reconnect_policy.ts";
import { RemoteProvider } from "./remote_provider.ts";
import type { WireConnection } from "./transport.ts";
import { requireSocketPath } from "./unix_socket.ts";
import { VFSClient } from "./vfs_client.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";

/**
 * Speaks with a server over a connection, which belongs to the provider from now on.
 *
 * @throws {FsError} EIO when the connection ends before the two have agreed on a version, ETIMEDOUT when nobody answers.
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
  /**
   * Whether the provider is for a mount that this thread serves: then the thread looks for the answers of
   * the server and for the requests of the kernel at the same time, which saves turns of the event
   * loop (`bench/mount_over_wire_bench.ts`), and what one program asks is mostly answered without a promise. Where the
   * server looks for requests in the same way (`VFSServerOptions.spinUs`), the two share memory for their messages
   * (`bench/shared_memory_bench.ts`). Anything else is slower that way. Needs `--allow-ffi`. Includes `fromKernel`.
   * Default false.
   */
  readonly forMount?: boolean;
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
  const { reconnect, forMount = false, ...rest } = options;
  const own = forMount && isLibcAvailable();
  const dial = async (): Promise<WireConnection> =>
    own ? new OwnChannel(path) : await Deno.connect({ transport: "unix", path });
  const again = reconnect === undefined || reconnect === false
    ? undefined
    : { dial, ...(reconnect === true ? {} : reconnect) };
  const client = { fromKernel: forMount, ...rest };
  return await connectVFS(
    await dial(),
    again === undefined ? client : { ...client, reconnect: again },
  );
}
