/**
 * What a provider can do beyond the core: one row a capability.
 *
 * @module
 */

/** The methods of {@linkcode Provider} and {@linkcode Handle} that a capability stands for. */
export interface CapabilityRow {
  /** Methods of the provider that work when it is declared. */
  readonly provider: readonly string[];
  /** Methods of its handles that work when it is declared. */
  readonly handle: readonly string[];
  /** What a caller may rely on. */
  readonly promises: string;
}

/** Every capability and what it stands for. What is not declared answers ENOSYS. */
export const CAPABILITIES = {
  lstat: {
    provider: ["lstat"],
    handle: [],
    promises: "lstat describes a final symbolic link itself; listings do too",
  },
  symlink: {
    provider: ["symlink", "readlink"],
    handle: [],
    promises: "symbolic links can be made, read and followed",
  },
  link: { provider: ["link"], handle: [], promises: "an inode can have several names" },
  tmpfile: {
    provider: ["linkHandle"],
    handle: [],
    promises: "open with O_TMPFILE makes a file without a name, and linkHandle names what is open",
  },
  mknod: {
    provider: ["mknod"],
    handle: [],
    promises: "named pipes, sockets and device nodes can be made",
  },
  chown: {
    provider: ["chown", "lchown"],
    handle: [],
    promises: "owner and group are kept, and new files belong to their caller",
  },
  utimes: {
    provider: ["utimes", "lutimes"],
    handle: [],
    promises: "access and modification times can be set, to the nanosecond",
  },
  truncate: { provider: ["truncate"], handle: [], promises: "a file can be resized by its path" },
  statfs: { provider: ["statfs"], handle: [], promises: "sizes and limits of the filesystem" },
  xattr: {
    provider: ["getXattr", "setXattr", "listXattr", "removeXattr"],
    handle: ["getXattr", "setXattr", "listXattr", "removeXattr"],
    promises: "extended attributes",
  },
  rename2: {
    provider: ["rename2"],
    handle: [],
    promises: "rename with RENAME_NOREPLACE and RENAME_EXCHANGE",
  },
  inode: {
    provider: [],
    handle: [],
    promises: "inode numbers are real: not 0, constant across rename, equal for hard links only",
  },
  handleAttr: {
    provider: [],
    handle: ["chmod", "chown", "utimes"],
    promises: "attributes can be changed through an open handle, also after its name has gone",
  },
  allocate: {
    provider: [],
    handle: ["allocate"],
    promises: "fallocate: plain, keep size, punch hole and zero range",
  },
  copyRange: {
    provider: [],
    handle: ["copyRange"],
    promises: "data is copied between handles of the provider without passing through the caller",
  },
  seekHole: { provider: [], handle: ["seekHole"], promises: "SEEK_DATA and SEEK_HOLE" },
  lock: {
    provider: [],
    handle: ["getLock", "setLock"],
    promises: "POSIX record locks and flock locks between all handles of the provider",
  },
  watch: { provider: ["watch"], handle: [], promises: "changes by others are reported" },
} as const satisfies Record<string, CapabilityRow>;

/** The name of a capability. */
export type Capability = keyof typeof CAPABILITIES;

/** A set of capabilities, as {@linkcode Provider.capabilities} declares it. */
export type CapabilitySet = ReadonlySet<Capability>;

/** No capability beyond the core. */
export const CORE_ONLY: CapabilitySet = new Set<Capability>();

/** Every capability there is. */
export const ALL_CAPABILITIES: CapabilitySet = new Set(
  (Object.keys(CAPABILITIES)).filter(isCapability),
);

/** Whether the text names a capability. */
export function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITIES, name);
}
