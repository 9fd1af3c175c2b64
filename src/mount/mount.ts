/**
 * A provider as a mount of the kernel.
 *
 * @module
 */
import type { KernelMount } from "../fuse/mod.ts";
import { type Mount, mountNodes, type Options, refuseOptions, serveNodes } from "../nodefs/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { type AclRule, aclRuleFor } from "./acl_rule.ts";
import { ChangeFollower } from "./change_follower.ts";
import { ListingLeases } from "./listing_leases.ts";
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
   * timeouts are safe. Needs the capability `watch`. Default false.
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
  const leases = new ListingLeases(provider);
  const root = new ProviderNode(provider, acls, { leases, isAlone: isAlone(options) });
  const all = optionsFor(provider, options, acls);
  return follow(await mountNodes(root, path, all), leases, provider, options);
}

/** The second half of {@linkcode mount}: serves what has been mounted already. */
export async function serveProvider(
  provider: Provider,
  kernel: KernelMount,
  options: MountOptions,
): Promise<Mount> {
  const acls = await aclRuleFor(provider, options);
  const leases = new ListingLeases(provider);
  const root = new ProviderNode(provider, acls, { leases, isAlone: isAlone(options) });
  const all = optionsFor(provider, options, acls);
  return follow(await serveNodes(root, kernel, all), leases, provider, options);
}

/** Those of any tree: what only providers have is left out, or said in other words. */
function treeOptionsOf(options: MountOptions): Options {
  const { watch: _watch, soleOwner = false, ...others } = options;
  return { ...(soleOwner ? SOLE_OWNER : {}), ...others };
}

/** Whether names lead where they have led before, unless the mount itself changes that. */
function isAlone({ soleOwner = false, watch = false }: MountOptions): boolean {
  return soleOwner && !watch;
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
  leases: ListingLeases,
  provider: Provider,
  options: MountOptions,
): Mount {
  mounted.atEnd(() => leases.close());
  if (options.watch !== true) return mounted;
  const follower = new ChangeFollower(mounted.root, mounted.notices);
  follower.start(provider, (problem) => mounted.report(problem));
  mounted.atEnd(() => follower.stop());
  return mounted;
}
