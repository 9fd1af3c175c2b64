/**
 * The words of `mount -o`, as options of {@linkcode mount}.
 *
 * @module
 */
import type { MountOptions } from "../mount/mod.ts";
import { UsageError } from "./command_error.ts";

/** Lets the rows below build an options object field by field. */
type Draft = { -readonly [Name in keyof MountOptions]: MountOptions[Name] };

/** Our own words; everything else goes to the kernel, which `mount` checks. */
const SWITCHES: Readonly<Record<string, (draft: Draft) => void>> = {
  allow_other: (draft) => draft.allowOther = true,
  default_permissions: (draft) => draft.defaultPermissions = true,
  nodefault_permissions: (draft) => draft.defaultPermissions = false,
  debug: (draft) => draft.debug = true,
  direct_mount: (draft) => draft.directMount = true,
  ro: (draft) => draft.readOnly = true,
};

const SETTINGS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  fsname: (draft, value) => draft.fsName = value,
  subtype: (draft, value) => draft.subtype = value,
  max_write: (draft, value) => draft.maxWrite = whole("max_write", value),
  max_readahead: (draft, value) => draft.maxReadahead = whole("max_readahead", value),
  max_background: (draft, value) => draft.maxBackground = whole("max_background", value),
  attr_timeout: (draft, value) => draft.attrTimeoutMs = seconds("attr_timeout", value),
  negative_timeout: (draft, value) => draft.negativeTimeoutMs = seconds("negative_timeout", value),
  entry_timeout: (draft, value) => draft.entryTimeoutMs = seconds("entry_timeout", value),
};

function whole(word: string, value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new UsageError(`Cannot mount with -o ${word}=${value}`, "It must be a whole number");
}

function seconds(word: string, value: string): number {
  if (/^\d{1,9}(\.\d{1,6})?$/.test(value)) return Number(value) * 1000;
  throw new UsageError(
    `Cannot mount with -o ${word}=${value}`,
    "It must be a number of seconds, such as 1 or 0.5",
  );
}

/**
 * Reads `allow_other,fsname=home,noexec`; later words win.
 *
 * @throws {UsageError} For a word without its value, and a value that is not one.
 */
export function mountOptionsOf(lists: readonly string[]): MountOptions {
  const draft: Draft = {};
  const extraOptions: string[] = [];
  for (const word of lists.flatMap((list) => list.split(",")).filter((word) => word !== "")) {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (equals < 0 && Object.hasOwn(SWITCHES, name)) SWITCHES[name]!(draft);
    else if (equals >= 0 && Object.hasOwn(SETTINGS, name)) {
      SETTINGS[name]!(draft, word.slice(equals + 1));
    } else if (Object.hasOwn(SETTINGS, name)) {
      throw new UsageError(`-o ${name} needs a value: -o ${name}=...`);
    } else extraOptions.push(word);
  }
  if (extraOptions.length > 0) draft.extraOptions = extraOptions;
  return draft;
}

/** What {@linkcode checksPermissions} goes by. */
export interface PermissionsGround {
  /** Whether files in memory are mounted: nobody below asks about their modes. */
  readonly isMemory: boolean;
  /** Whether root mounts. */
  readonly isRoot: boolean;
}

/**
 * Whether the kernel has to check owner, group and mode. Who serves does everything in his own name: where root lets
 * others in, they could do all that root can, unless the words say that this is meant.
 *
 * @throws {UsageError} For files in memory that nobody would check.
 */
export function checksPermissions(options: MountOptions, ground: PermissionsGround): boolean {
  const { isMemory, isRoot } = ground;
  if (options.defaultPermissions === false && isMemory) {
    throw new UsageError(
      "Cannot mount --memory with -o nodefault_permissions",
      "Nobody but the kernel checks the modes of files in memory",
    );
  }
  return options.defaultPermissions ?? (isMemory || (isRoot && options.allowOther === true));
}
