/**
 * A server behind a Unix socket, whoever wrote it.
 *
 * @module
 */
import { connectUDS, type RemoteProvider } from "../../src/wire/mod.ts";
import { ProviderCaller } from "../contract/provider_caller.ts";
import { type NeedSet, needSet } from "../need.ts";
import type { Caller } from "../system_calls.ts";
import type { Identity, Route, Subject } from "./subject.ts";
import { WIRE_OFFERS } from "./wire_subject.ts";

/** A provider that another process serves. Cases get directories in its root, which go afterwards. */
export class SocketSubject implements Subject {
  readonly route: Route;
  readonly base = "";
  readonly has: NeedSet;
  readonly provider: RemoteProvider;

  private constructor(provider: RemoteProvider, version: 1 | 2) {
    this.provider = provider;
    this.route = `wire-v${version}`;
    const change = provider.readonly() ? "readonly" : "change";
    this.has = needSet(provider.capabilities, [...WIRE_OFFERS[version], change]);
  }

  /** Connects to the socket at a path. */
  static async at(path: string, version: 1 | 2): Promise<SocketSubject> {
    return new SocketSubject(await connectUDS(path, { version }), version);
  }

  caller(identity?: Identity): Caller {
    return new ProviderCaller(this.provider, identity && { ...identity, pid: 0 });
  }

  /** Whether the server has ended the connection. */
  isLost(): boolean {
    return this.provider.client.dead;
  }

  /** A server that hangs is ended by nobody here; the connection is. */
  async kill(): Promise<void> {
    await this.provider.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider.close();
  }
}
