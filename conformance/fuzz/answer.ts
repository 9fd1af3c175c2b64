/**
 * What operations answer, said so that two filesystems that behave equally say the same.
 *
 * @module
 */
import { isDirectory } from "../../src/base/mod.ts";
import { errnoThrown, showThrown } from "../case_failure.ts";
import type { NeedSet } from "../need.ts";
import { type Entry, isStat, type Stat } from "../system_calls.ts";

/** What a call came to: what was thrown, or a value. */
export type Answer = { readonly thrown: string } | { readonly value: unknown };

/** The answer for something that was thrown: an errno, or what else it is. */
export function thrownAnswer(thrown: unknown): Answer {
  return { thrown: errnoThrown(thrown) ?? showThrown(thrown) };
}

/** What of the answers is compared. */
export interface Compared {
  /** What both filesystems have. */
  readonly has: NeedSet;
  /** Whether what is a hole must be equal as well. */
  readonly holes: boolean;
}

/** Whether a value is a listing. */
export function isListing(value: unknown): value is Entry[] {
  return Array.isArray(value) && value.every((one) => typeof one === "object");
}

/** Names that the system gives files by itself. */
const XATTRS_OF_THE_SYSTEM = new Set(["security.selinux", "security.capability"]);

/** The names of a list of attributes, of those that users give. */
export function xattrNames(value: readonly unknown[]): string[] {
  return value.filter((one) => typeof one === "string")
    .filter((name) => !XATTRS_OF_THE_SYSTEM.has(name)).sort();
}

/** Says the answers of one filesystem in the order in which it gave them. */
export class AnswerText {
  readonly #compared: Compared;
  readonly #root: string;
  /** Inode numbers in the order in which they were first seen. */
  readonly #inodes = new Map<number | bigint, number>();

  /** Answers below `root`. */
  constructor(compared: Compared, root: string) {
    this.#compared = compared;
    this.#root = root;
  }

  /** One answer. */
  of(answer: Answer): string {
    if ("thrown" in answer) return answer.thrown;
    const { value } = answer;
    if (value === undefined || value === null) return "0";
    if (value instanceof Uint8Array) return bytesText(value);
    if (isStat(value)) return this.#stat(value);
    if (isListing(value) && value.length > 0) return listingText(value);
    if (Array.isArray(value)) return `[${xattrNames(value).join(", ")}]`;
    return typeof value === "string" ? this.ownTarget(value) : String(value);
  }

  /** The target of a link as it was asked for. */
  ownTarget(target: string): string {
    const isBelow = this.#root !== "" && `${target}/`.startsWith(`${this.#root}/`);
    return isBelow ? target.slice(this.#root.length) || "/" : target;
  }

  /** All but times, and the size of directories. */
  #stat({ ino, mode, nlink, uid, gid, rdev, size, blocks }: Stat): string {
    const { has, holes } = this.#compared;
    const parts = [`mode 0${mode.toString(8)}`];
    if (has.has("inode")) {
      let inode = this.#inodes.get(ino);
      if (inode === undefined) this.#inodes.set(ino, inode = this.#inodes.size);
      parts.push(`inode #${inode}`);
    }
    if (has.has("nlink")) parts.push(`nlink ${nlink}`);
    if (has.has("owner")) parts.push(`owner ${uid}:${gid}`);
    if (has.has("mknod")) parts.push(`rdev ${rdev}`);
    if (!isDirectory(mode)) parts.push(`size ${size}`);
    if (!isDirectory(mode) && holes && has.has("blocks")) parts.push(`blocks ${blocks}`);
    return parts.join(", ");
  }
}

function listingText(entries: readonly Entry[]): string {
  return `[${entries.map(({ name, type }) => `${name} 0${type.toString(8)}`).sort().join(", ")}]`;
}

/** Length, a checksum, and the first bytes. */
function bytesText(bytes: Uint8Array): string {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  const start = bytes.subarray(0, 8);
  const printable = start.every((byte) => byte >= 32 && byte < 127);
  const shown = printable ? JSON.stringify(new TextDecoder().decode(start)) : start.toHex();
  return `${bytes.length} bytes, sum ${sum >>> 0}, ${shown}${bytes.length > 8 ? "..." : ""}`;
}
