/**
 * How a mount is made.
 *
 * @module
 */
import { FuseMountError } from "./fuse_mount_error.ts";
import type { LoopOptions } from "./session_loop.ts";

/** Seed 2's `fuse.MountOptions`. */
export interface MountOptions {
  /**
   * Lets other users in. Users other than root need `user_allow_other` in `/etc/fuse.conf`. What serves may do everything
   * that its own user may: unless it checks callers itself, or the kernel does (`defaultPermissions`), every user has
   * that user's rights in the mount, and root's where root serves.
   */
  readonly allowOther?: boolean;
  /** The kernel checks owner, group and mode of every access. Default false, which with `allowOther` is rarely meant. */
  readonly defaultPermissions?: boolean;
  /** What `mount` and `df` show as the source. Default `fusewire`. */
  readonly fsName?: string;
  /** The type is shown as `fuse.` and this. Default `fusewire`. */
  readonly subtype?: string;
  /** The kernel refuses every change with EROFS. */
  readonly readOnly?: boolean;
  /** Mounts with `mount(2)` and without libfuse; needs root. Default: only where libfuse is missing. */
  readonly directMount?: boolean;
  /** fusermount3 unmounts when this process dies, however it dies. Not with `directMount`. */
  readonly autoUnmount?: boolean;
  /** Further options of the kernel or of fusermount3, one word each: `noexec`, `noatime`, `dev`, `suid`. */
  readonly extraOptions?: readonly string[];
  /** The largest WRITE in bytes, 4,096 to 16 MiB. Default 1 MiB. */
  readonly maxWrite?: number;
  /** The largest read-ahead in bytes. Default 1 MiB. */
  readonly maxReadahead?: number;
  /** How many asynchronous requests the kernel keeps under way. Default 64. */
  readonly maxBackground?: number;
  /** From how many on it slows writers down. Default three quarters of `maxBackground`. */
  readonly congestionThreshold?: number;
  /**
   * Whether listings bring attributes along. `auto` (the default) leaves it to the kernel, which asks for
   * them while somebody looks at them; `never` suits filesystems whose `lookup` is expensive.
   */
  readonly readdirPlus?: "auto" | "always" | "never";
  /**
   * The kernel collects writes in its cache and keeps size and times itself: small writes become much
   * faster, and nobody else may change the files meanwhile.
   */
  readonly writebackCache?: boolean;
  /**
   * The kernel reads and writes files of the host by itself, at their own speed, where their handles say
   * which they are (`FilePassthroughFder`). Not with `writebackCache`; without root's rights or before Linux
   * 6.9 it makes no difference. Default true.
   */
  readonly passthrough?: boolean;
  /** File locks come to the filesystem. Otherwise the kernel keeps them, for this machine only. */
  readonly enableLocks?: boolean;
  /**
   * The kernel obeys POSIX ACLs, which it reads and sets as `system.posix_acl_access` and
   * `system.posix_acl_default`, and checks permissions as with `defaultPermissions`. What is made gets its
   * mode from the filesystem: by the default ACL of the directory, or less {@linkcode Request.umask}.
   */
  readonly enableAcl?: boolean;
  /** The kernel remembers targets of symbolic links until `notifyContent`. */
  readonly enableSymlinkCaching?: boolean;
  /** The kernel keeps cached data also when size or time of a file change, until `notifyContent`. */
  readonly explicitDataCacheControl?: boolean;
  /** At most one READ of a handle is under way, in order of offsets. */
  readonly syncRead?: boolean;
  /**
   * How the loop divides its time: `spinUs: 0` saves CPU, at the price of latency; `handOver: false` never leaves
   * the processor to the program that a reply is for, nor goes ahead of many.
   */
  readonly loop?: Partial<LoopOptions>;
  /**
   * A signal that its caller survives (a timer, a resized window) ends only a wait for a lock, as on other
   * filesystems of Linux; one that ends the caller takes its request back. Otherwise every signal aborts
   * the request's own, as in go-fuse. Default false; true for a mounted provider.
   */
  readonly patient?: boolean;
  /** Logs each request and its reply. */
  readonly debug?: boolean;
  /** Where diagnostics go: exceptions, refused replies, debug lines. Default `console.error`. */
  readonly logger?: (line: string) => void;
}

/** Options that stand for flags of `mount(2)`, and the flags (`sys/mount.h`). */
export const MOUNT_FLAGS: ReadonlyMap<string, { readonly set: number; readonly clear: number }> =
  new Map([
    ["ro", { set: 1, clear: 0 }],
    ["rw", { set: 0, clear: 1 }],
    ["nosuid", { set: 2, clear: 0 }],
    ["suid", { set: 0, clear: 2 }],
    ["nodev", { set: 4, clear: 0 }],
    ["dev", { set: 0, clear: 4 }],
    ["noexec", { set: 8, clear: 0 }],
    ["exec", { set: 0, clear: 8 }],
    ["sync", { set: 16, clear: 0 }],
    ["async", { set: 0, clear: 16 }],
    ["dirsync", { set: 128, clear: 0 }],
    ["noatime", { set: 1024, clear: 0 }],
    ["atime", { set: 0, clear: 1024 }],
    ["nodiratime", { set: 2048, clear: 0 }],
    ["diratime", { set: 0, clear: 2048 }],
  ]);

/** Words that `-o` understands besides the flags. */
const WORDS: ReadonlySet<string> = new Set(["allow_other", "default_permissions", "auto_unmount"]);

/** The characters that would begin another option, or confuse the table of mounts. */
const UNSAFE = /[,\\\s\0]/;

function name(mountpoint: string, option: string, value: string): string {
  if (value === "" || UNSAFE.test(value)) {
    throw new FuseMountError(
      mountpoint,
      `Cannot mount with ${option} ${JSON.stringify(value)}`,
      "It must not be empty nor contain a comma, a backslash or white space",
    );
  }
  return value;
}

/**
 * The options as `-o` words, in a fixed order.
 *
 * @throws {FuseMountError} For a word that is not known, and for unsafe names.
 */
export function optionWords(mountpoint: string, options: MountOptions): string[] {
  const words = [
    `fsname=${name(mountpoint, "fsName", options.fsName ?? "fusewire")}`,
    `subtype=${name(mountpoint, "subtype", options.subtype ?? "fusewire")}`,
  ];
  if (options.allowOther === true) words.push("allow_other");
  if (options.defaultPermissions === true) words.push("default_permissions");
  if (options.readOnly === true) words.push("ro");
  if (options.autoUnmount === true) words.push("auto_unmount");
  for (const word of options.extraOptions ?? []) {
    if (!MOUNT_FLAGS.has(word) && !WORDS.has(word)) {
      const known = [...WORDS, ...MOUNT_FLAGS.keys()].join(", ");
      throw new FuseMountError(
        mountpoint,
        `Cannot mount with the option ${JSON.stringify(word)}: it is not known`,
        `Known are ${known}`,
      );
    }
    if (!words.includes(word)) words.push(word);
  }
  return words;
}
