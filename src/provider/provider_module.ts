/**
 * Providers from a stranger's module.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import { BaseProvider } from "./base_provider.ts";
import { Forward } from "./forward.ts";
import type { Provider } from "./provider.ts";

/** A module that holds no provider. */
export class ProviderModuleError extends Error {
  /** The name of the class. */
  override readonly name = "ProviderModuleError";
}

/** The one object that a module exports, used for every subject and closed by none. */
class SharedProvider extends Forward {
  override close(): void {}
}

/** Everything that a provider has to have. */
const METHODS = Object.getOwnPropertyNames(BaseProvider.prototype)
  .filter((name) => name !== "constructor");

/** What a value lacks to be a provider; null when it is nothing like one. */
function lacks(value: unknown): string[] | null {
  if (typeof value !== "object" || value === null) return null;
  if (!("stat" in value) || !("open" in value)) return null;
  const missing = METHODS.filter((name) => typeof Reflect.get(value, name) !== "function");
  return "capabilities" in value ? missing : ["capabilities", ...missing];
}

function isProvider(value: unknown): value is Provider {
  return lacks(value)?.length === 0;
}

function required(value: unknown, url: string): Provider {
  if (isProvider(value)) return value;
  const missing = lacks(value);
  throw new ProviderModuleError(
    missing === null
      ? `The default export of ${url} must be a provider, a class or a function that makes one`
      : `The provider of ${url} lacks ${
        missing.join(", ")
      }: extend BaseProvider, which has them all`,
  );
}

function isClass(value: object): value is new () => unknown {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

function isFactory(value: unknown): value is () => MaybePromise<unknown> {
  return typeof value === "function";
}

/**
 * Where providers come from: the default export of a module, a class, a function that makes one, or one
 * object that serves all and that nobody closes.
 *
 * @param url Of the module: `file:///home/me/my_provider.ts`.
 * @throws {ProviderModuleError} When it is nothing that a provider can be had from.
 */
export async function providerModule(url: string): Promise<() => MaybePromise<Provider>> {
  const module: { readonly default?: unknown } = await import(url);
  const exported = module.default;
  if (isFactory(exported)) {
    return isClass(exported)
      ? () => required(new exported(), url)
      : async () => required(await exported(), url);
  }
  const provider = new SharedProvider(required(exported, url));
  return () => provider;
}
