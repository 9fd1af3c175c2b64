/**
 * A provider called over a connection.
 *
 * @module
 */
import type { Capability, Provider } from "../../src/provider/mod.ts";
import { ProviderCaller } from "../contract/provider_caller.ts";
import { type NeedSet, needSet, type OfferedNeed } from "../need.ts";
import { removeTree } from "../runner/remove_tree.ts";
import type { Caller } from "../system_calls.ts";
import type { Identity, Route, Subject } from "./subject.ts";
import { WireLink } from "./wire_link.ts";

/** What each version carries besides the provider's capabilities. */
export const WIRE_OFFERS: Readonly<Record<1 | 2, readonly OfferedNeed[]>> = {
  1: ["contract"],
  2: [
    "contract",
    "declares",
    "handleStat",
    "anyName",
    "users",
    "nlink",
    "owner",
    "nanoseconds",
    "ctime",
    "blocks",
    "zeroRange",
  ],
};
/** Version 1 cannot tell what the server can do, but carries these where the server can. */
const CARRIED_BY_V1: readonly Capability[] = ["symlink", "link"];

/** A provider at the other end of a connection within this process. */
export class WireSubject implements Subject {
  readonly route: Route;
  readonly base = "";
  readonly has: NeedSet;
  readonly provider: Provider;
  readonly #link: WireLink;

  private constructor(link: WireLink, version: 1 | 2) {
    this.#link = link;
    this.route = `wire-v${version}`;
    this.provider = link.remote;
    const { served, remote } = link;
    const carried = version === 1
      ? CARRIED_BY_V1.filter((one) => served.capabilities.has(one))
      : [];
    const change = served.readonly() ? "readonly" : "change";
    this.has = needSet(new Set([...remote.capabilities, ...carried]), [
      ...WIRE_OFFERS[version],
      change,
    ]);
  }

  /** Serves the provider and connects to it. It is closed at the end. */
  static async of(provider: Provider, version: 1 | 2): Promise<WireSubject> {
    return new WireSubject(await WireLink.to(provider, version), version);
  }

  caller(identity?: Identity): Caller {
    return new ProviderCaller(this.provider, identity && { ...identity, pid: 0 });
  }

  /** Files that the server has open for us. */
  openCount(): number {
    return this.#link.openCount;
  }

  /** Behind the connection: the original's client cannot remove a link that leads nowhere. */
  async removeTree(path: string): Promise<void> {
    await using caller = new ProviderCaller(this.#link.served);
    await removeTree(caller, path);
  }

  /** The connection ends with the subject. */
  async kill(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }
}
