/**
 * A provider behind a connection.
 *
 * @module
 */
import type { Provider } from "../../src/provider/mod.ts";
import { connectVFS, memoryPipe, type RemoteProvider, VFSServer } from "../../src/wire/mod.ts";

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

  /**
   * Serves the provider, exclusively or not, and connects to it. It is closed at the end.
   *
   * @param recentMs As in `VFSClientOptions`.
   */
  static async to(
    served: Provider,
    version: 1 | 2,
    exclusive = false,
    recentMs = 0,
  ): Promise<WireLink> {
    const server = new VFSServer(served, { soleOwner: exclusive });
    const [near, far] = memoryPipe();
    server.handleConnection(far);
    return new WireLink(
      served,
      await connectVFS(near, { version, cache: exclusive, recentMs }),
      server,
    );
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
