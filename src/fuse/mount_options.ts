/**
 * How a mount is made.
 *
 * @module
 */
import { FuseMountError } from "./fuse_mount_error.ts";

/** Seed 2's `fuse.MountOptions`, as far as they concern the kernel's mount. */
export interface MountOptions {
  /** Lets other users in. Users other than root need `user_allow_other` in `/etc/fuse.conf`. */
  readonly allowOther?: boolean;
  /** The kernel checks owner, group and mode of every access. */
  readonly defaultPermissions?: boolean;
  /** What `mount` and `df` show as the source. Default `fusewire`. */
  readonly fsName?: string;
  /** The type is shown as `fuse.` and this. Default `fusewire`. */
  readonly subtype?: string;
  /** The kernel refuses every change with EROFS. */
  readonly readOnly?: boolean;
  /** Mounts with `mount(2)` and without libfuse; needs root. Default: only where libfuse is missing. */
  readonly directMount?: boolean;
  /** Further options of the kernel or of fusermount3, one word each: `noexec`, `noatime`, `dev`, `suid`. */
  readonly extraOptions?: readonly string[];
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
