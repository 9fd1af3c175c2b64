/**
 * A provider as a mount of the kernel.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import type { KernelMount } from "../fuse/mod.ts";
import {
  type Mount,
  mountNodes,
  type Options,
  refuseOptions,
  serveNodes,
  TIMEOUT_DEFAULT_MS,
} from "../nodefs/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { type AclRule, aclRuleFor } from "./acl_rule.ts";
import { ChangeFollower } from "./change_follower.ts";
import { ListingLeases } from "./listing_leases.ts";
import { NameTrust, type TrustLimits } from "./name_trust.ts";
import type { NodesShared } from "./provider_inode.ts";
import { ProviderNode } from "./provider_node.ts";

/** How to mount a provider: {@linkcode Options}, of which some have the provider's own defaults. */
export interface MountOptions extends Options {
  /** Default: what the provider's `readonly()` says. */
  readonly readOnly?: boolean;
  /** Default: whether the provider can do locks. */
  readonly enableLocks?: boolean;
  /** Default true: a provider means the permissions that it tells, also 0. */
  readonly nullPermissions?: boolean;
  /** Default: true without `onAdd`, as no file of a provider can be waited for. */
  readonly alwaysReady?: boolean;
  /** Default true: programs are not ready for a `mkdir(2)` that ends with EINTR. */
  readonly patient?: boolean;
  /**
   * Tells the kernel of changes that others make, as the provider's `watch` reports them; with it long
   * timeouts are safe. Without the capability `watch` the mount is refused (ENOSYS). When the provider stops to tell,
   * that is reported, and from then on timeouts are no longer than by default. Default false.
   */
  readonly watch?: boolean;
  /**
   * Nobody but this mount changes the data: the kernel may remember names, missing names, attributes, targets
   * of links, content and listings for as long as it likes, and asks again only for what it has changed itself.
   * With `watch`, others may change it too, and are seen a moment later. Default false.
   */
  readonly soleOwner?: boolean;
}

/** What a tree of nodes does not have. */
const OF_PROVIDERS = { watch: true, soleOwner: true } as const satisfies Record<
  Exclude<keyof MountOptions, keyof Options>,
  true
>;

/** As good as for ever: a year, in milliseconds. */
const LONG_MS = 365 * 24 * 3600 * 1000;

/** What the kernel may do when nobody else changes the data. */
const SOLE_OWNER: Options = {
  entryTimeoutMs: LONG_MS,
  attrTimeoutMs: LONG_MS,
  negativeTimeoutMs: LONG_MS,
  enableSymlinkCaching: true,
  keepCaches: true,
};

/**
 * Mounts a provider on a directory, and serves it until it is unmounted.
 *
 * @param provider What to mount. It is not closed at the end.
 * @param path An existing directory.
 * @throws {FuseMountError} With what to do about it.
 * @throws {FsError} ENOSYS for `watch` of a provider that cannot.
 *
 * @example
 * ```ts ignore
 * import { MemoryProvider } from "@fusewire/vfs";
 * import { mount } from "@fusewire/vfs/fuse";
 *
 * await using mounted = await mount(new MemoryProvider(), "/mnt/memory");
 * await mounted.finished;
 * ```
 */
export async function mount(
  provider: Provider,
  path: string,
  options: MountOptions = {},
): Promise<Mount> {
  refuseOptions(path, options, OF_PROVIDERS);
  const acls = await aclRuleFor(provider, options);
  const shared = sharedOf(provider, options);
  const root = new ProviderNode(provider, acls, shared);
  const all = optionsFor(provider, options, acls);
  return follow(await mountNodes(root, path, all), shared, provider, all);
}

/** The second half of {@linkcode mount}: serves what has been mounted already. */
export async function serveProvider(
  provider: Provider,
  kernel: KernelMount,
  options: MountOptions,
): Promise<Mount> {
  const acls = await aclRuleFor(provider, options);
  const shared = sharedOf(provider, options);
  const root = new ProviderNode(provider, acls, shared);
  const all = optionsFor(provider, options, acls);
  return follow(await serveNodes(root, kernel, all), shared, provider, all);
}

/** Those of any tree: what only providers have is left out, or said in other words. */
function treeOptionsOf(options: MountOptions): Options {
  const { watch: _watch, soleOwner = false, ...others } = options;
  return { ...(soleOwner ? SOLE_OWNER : {}), ...others };
}

/** What the nodes share. What is to be followed must be known to tell of changes: else they were never seen. */
function sharedOf(provider: Provider, options: MountOptions): NodesShared {
  const { soleOwner = false, watch = false } = options;
  if (watch && !provider.capabilities.has("watch")) {
    throw new FsError("ENOSYS", { syscall: "watch", path: "/" });
  }
  const leases = new ListingLeases(provider);
  return watch ? { leases, trust: new NameTrust() } : { leases, isAlone: soleOwner };
}

/** With the provider's own defaults. */
function optionsFor(provider: Provider, given: MountOptions, acls: AclRule): Options {
  const options = treeOptionsOf(given);
  return {
    ...options,
    enableAcl: acls === "enforced",
    readOnly: options.readOnly ?? provider.readonly(),
    enableLocks: options.enableLocks ?? provider.capabilities.has("lock"),
    nullPermissions: options.nullPermissions ?? true,
    patient: options.patient ?? true,
    loop: { startsNothing: provider.startsNothing ?? false, ...options.loop },
    // No file of a provider can be waited for; what `onAdd` adds to the tree may be something else.
    alwaysReady: options.alwaysReady ?? options.onAdd === undefined,
  };
}

function follow(
  mounted: Mount,
  { leases, trust }: NodesShared,
  provider: Provider,
  options: Options,
): Mount {
  mounted.atEnd(() => leases?.close());
  if (trust === undefined) return mounted;
  const follower = new ChangeFollower(mounted.root, mounted.notices, { provider, trust });
  follower.start((problem) => {
    trust.limits = limitsOf(options);
    mounted.report(problem);
  });
  mounted.atEnd(() => follower.stop());
  return mounted;
}

/** What may be believed when nobody tells of changes any more: what is believed without `watch`, at most. */
function limitsOf(options: Options): TrustLimits {
  const { entryTimeoutMs, attrTimeoutMs, negativeTimeoutMs = 0 } = options;
  const most = (timeoutMs = TIMEOUT_DEFAULT_MS): number => Math.min(timeoutMs, TIMEOUT_DEFAULT_MS);
  return {
    entryMs: most(entryTimeoutMs),
    attrMs: most(attrTimeoutMs),
    missMs: most(negativeTimeoutMs),
  };
}
