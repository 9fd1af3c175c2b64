/**
 * A peer as a subject of the suite.
 *
 * @module
 */
import type { Provider } from "../../src/provider/mod.ts";
import { ProviderCaller } from "../contract/provider_caller.ts";
import { type NeedSet, needSet, type OfferedNeed } from "../need.ts";
import { DirectSubject } from "../subjects/direct_subject.ts";
import type { Route, Subject } from "../subjects/subject.ts";
import type { Caller } from "../system_calls.ts";
import type { Peer } from "./peer.ts";

/**
 * A provider that is asked for what Linux does, and for nothing that only our contract says: cases that
 * need `contract` or `declares` are left out.
 */
export class PeerSubject implements Subject {
  readonly route: Route = "direct";
  readonly base = "";
  readonly has: NeedSet;
  readonly #direct: DirectSubject;

  /** Closes the provider at its end. */
  constructor(provider: Provider, offers: readonly OfferedNeed[]) {
    this.#direct = new DirectSubject(provider);
    this.has = needSet(provider.capabilities, ["change", ...offers]);
  }

  /** The peer, new and empty. */
  static async of(peer: Peer): Promise<PeerSubject> {
    return new PeerSubject(await peer.make(), peer.offers);
  }

  caller(): Caller {
    return new ProviderCaller(this.#direct.provider);
  }

  /** By types, as the API of a peer is meant to be used, so that its unlink is asked in cases only. */
  async removeTree(path: string): Promise<void> {
    const { provider } = this.#direct;
    for (const { name } of await provider.readDir(path)) {
      const below = `${path}/${name}`;
      if ((await provider.lstat(below)).isDir) await this.removeTree(below);
      else await provider.unlink(below);
    }
    await provider.rmdir(path);
  }

  kill(): Promise<void> {
    return this.#direct.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#direct[Symbol.asyncDispose]();
  }
}
