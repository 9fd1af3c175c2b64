/**
 * How a client behaves.
 *
 * @module
 */
import { timeOption, wholeOption } from "../base/mod.ts";
import type { WireVersion } from "./codec.ts";
import type { ReconnectPolicy } from "./reconnect_policy.ts";
import { channelOf, type WireConnection } from "./transport.ts";

/** How a client behaves; everything has a default. */
export interface VFSClientOptions {
  /** Highest version to offer: 1 skips Hello. Default 2. */
  readonly version?: WireVersion;
  /** Longest reply frame that is read in bytes; default 64 MiB. */
  readonly frameMax?: number;
  /**
   * How long a frame of the server may take from its first to its last byte, in milliseconds; then the connection is
   * lost. 0 for ever. Default 30,000.
   */
  readonly frameTimeoutMs?: number;
  /**
   * The most entries of one listing, which is held in memory as a whole: one with more is EIO. Default 1,048,576,
   * which take about half a gigabyte.
   */
  readonly entriesMax?: number;
  /**
   * How long a change is waited for that its caller has taken back, in milliseconds; 0 for ever. What becomes of it is
   * the server's to say; when it does not in time, the change is EIO, since it may have been made or not. What only
   * looks is EINTR at once. Default 5,000.
   */
  readonly cancelTimeoutMs?: number;
  /**
   * How long the server may take to answer the greeting, in milliseconds, before the connection fails with
   * ETIMEDOUT: something else may listen there, or a process that is stopped. 0 for ever. Default 10,000.
   */
  readonly helloTimeoutMs?: number;
  /**
   * What to do when the connection ends; default: everything fails with EIO from then on. With a policy,
   * version 2 only: requests wait for the new connection; files are opened again by their path where it
   * still names the same inode, and are EIO otherwise, or when they held locks. A change that was under way
   * is EIO, since it may have been made; what only looks is asked again.
   */
  readonly reconnect?: ReconnectPolicy;
  /**
   * Keeps attributes, and the names of directories, as long as the server's notices keep them true: many
   * requests are answered on this side then. What others change through the server is seen at once or, when
   * its notice is still on the way, as soon as that arrives; what they change behind it, as soon as the host tells
   * the server. Hooks on the server see only what is asked. Version 2, and only where the server can tell
   * of changes; `"exact"`: only where its clients are the only ones who change things, which costs neither
   * side anything, and in directories that are asked about again and again and leased from a server on this machine
   * (with `forMount` of `connectUDS`, where `recentMs` is not 0): what others change there on the host is seen in the
   * moment of the change, and what the host does not tell (`src/mount/POSIX.md`) within a second. `"leases"`: also
   * where it cannot be seen at once: then when the server has told of it, a millisecond or so later, or more where the
   * machine is busy (until then names, listings and sizes are those of before). `true`: also where the whole tree has
   * to be watched for that, and the changes of the clients are heard of too. After a lost connection nothing is kept
   * any more. Default false.
   */
  readonly cache?: boolean | "exact" | "leases";
  /**
   * For how many milliseconds a mount may hear once more what the reply to a change of its own has said: the
   * attributes of a file that was written, and that a new file has no capabilities, which the kernel asks for
   * before the first write; and, with leases, what was not there just now. Only until this client changes something
   * else, or hears of a change. For a mount that remembers attributes for longer anyway (`attrTimeoutMs`): it saves two
   * round trips for each file that is written, with leases three. Default 0.
   */
  readonly recentMs?: number;
  /**
   * Whether the kernel of a mount asks, and has found the directories of all paths itself: the server tells its
   * provider (`Context.isFromKernel`). Default false.
   */
  readonly fromKernel?: boolean;
}

/**
 * The options, when a client can work with their numbers. Otherwise nobody is going to use the connection: it is
 * closed.
 *
 * @throws {RangeError} For a number that cannot be used.
 */
export function checkedOptions(
  options: VFSClientOptions,
  connection: WireConnection,
): VFSClientOptions {
  const { frameMax, helloTimeoutMs, recentMs, reconnect: { timeoutMs, pauseMs } = {} } = options;
  try {
    if (frameMax !== undefined) wholeOption("frameMax", frameMax, { least: 1 });
    if (helloTimeoutMs !== undefined) timeOption("helloTimeoutMs", helloTimeoutMs);
    if (recentMs !== undefined) timeOption("recentMs", recentMs);
    if (timeoutMs !== undefined) timeOption("reconnect.timeoutMs", timeoutMs, { most: Infinity });
    if (pauseMs !== undefined) timeOption("reconnect.pauseMs", pauseMs);
  } catch (thrown) {
    channelOf(connection).close();
    throw thrown;
  }
  return options;
}
