/**
 * A provider called in this process.
 *
 * @module
 */
import type { Context, Provider } from "../../src/provider/mod.ts";
import { ProviderCaller } from "../contract/provider_caller.ts";
import { type NeedSet, needSet, type OfferedNeed } from "../need.ts";
import type { Caller } from "../system_calls.ts";
import type { Identity, Route, Subject } from "./subject.ts";

/** Everything but what takes a kernel. */
const OFFERED: readonly OfferedNeed[] = [
  "contract",
  "declares",
  "users",
  "handleStat",
  "anyName",
  "nlink",
  "owner",
  "nanoseconds",
  "ctime",
  "blocks",
  "zeroRange",
];

/** The needs that a provider meets without a kernel, whether it can be changed or not. */
export function providerNeeds(
  provider: Provider,
  offered: readonly OfferedNeed[],
): NeedSet {
  const change = provider.readonly() ? "readonly" : "change";
  return needSet(provider.capabilities, [...offered, change]);
}

/** A provider object, called as any code in the same process calls it. */
export class DirectSubject implements Subject {
  readonly route: Route = "direct";
  readonly base = "";
  readonly has: NeedSet;
  readonly provider: Provider;

  /** Closes the provider at its end. */
  constructor(provider: Provider) {
    this.provider = provider;
    this.has = providerNeeds(provider, OFFERED);
  }

  caller(identity?: Identity): Caller {
    const context: Context | undefined = identity && { ...identity, pid: 0 };
    return new ProviderCaller(this.provider, context);
  }

  /** Nothing here can be ended from outside. */
  async kill(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider.close();
  }
}
