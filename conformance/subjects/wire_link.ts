/**
 * A provider behind a connection.
 *
 * @module
 */
import type { Provider } from "../../src/provider/mod.ts";
import { connectVFS, memoryPipe, type RemoteProvider, VFSServer } from "../../src/wire/mod.ts";

/** As `fusewire mount` has it. */
const RECENT_MS = 1;

/** What is at the ends of a connection. */
export interface WireLinkOptions {
  /** Whether nobody else changes what is served. */
  readonly exclusive?: boolean;
  /** Whether the client is for a mount. */
  readonly forMount?: boolean;
}

/** A server in this process, and a client of it that speaks one version of the protocol. */
export class WireLink implements AsyncDisposable {
  /** The provider that is served. */
  readonly served: Provider;
  /** The provider at the client's end. */
  readonly remote: RemoteProvider;
  readonly #server: VFSServer;

  private constructor(served: Provider, remote: RemoteProvider, server: VFSServer) {
    this.served = served;
    this.remote = remote;
    this.#server = server;
  }

  /** Serves the provider and connects to it. It is closed at the end. */
  static async to(
    served: Provider,
    version: 1 | 2,
    { exclusive = false, forMount = false }: WireLinkOptions = {},
  ): Promise<WireLink> {
    const server = new VFSServer(served, { soleOwner: exclusive });
    const [near, far] = memoryPipe();
    server.handleConnection(far);
    const options = forMount ? { fromKernel: true, recentMs: RECENT_MS } : {};
    const remote = await connectVFS(near, { version, cache: "leases", ...options });
    return new WireLink(served, remote, server);
  }

  /** How many files the client has open. */
  get openCount(): number {
    return this.#server.openHandles;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remote.close();
    await this.#server.close({ abrupt: true });
    await this.served.close();
  }
}
