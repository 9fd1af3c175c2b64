/**
 * A filesystem that operations are done to.
 *
 * @module
 */
import { isDirectory, isRegular, O_RDONLY, S_IFLNK, SEEK_CUR } from "../../src/base/mod.ts";
import type { NeedSet } from "../need.ts";
import { type Caller, type Entry, isStat } from "../system_calls.ts";
import { type Answer, isListing, thrownAnswer } from "./answer.ts";
import { type Operation, operation, type Place, SLOTS } from "./operation.ts";

/** Larger files are compared by what the sequence itself reads. */
const CONTENT_MAX = 65_536;
/** How often a walk looks: more is a circle. */
const LOOKS_MAX = 5000;
/** The slot in which files are looked into at the end. */
const LOOK_SLOT = SLOTS;

/** The files that one client has open. */
interface Client {
  readonly caller: Caller;
  readonly fds: (number | undefined)[];
}

/** A directory on a filesystem, and the clients that work in it. */
export class World {
  /** The directory, as the filesystem names it; "" for its root. */
  readonly root: string;
  readonly #clients: readonly Client[];

  /** Clients with nothing open. */
  constructor(callers: readonly Caller[], root: string) {
    this.root = root;
    this.#clients = callers.map((caller) => ({ caller, fds: Array(SLOTS + 1).fill(undefined) }));
  }

  #client(number: number): Client {
    const client = this.#clients[number];
    if (client === undefined) throw new Error(`There is no client ${number}`);
    return client;
  }

  /** Does one operation; undefined when nothing is open in a slot that it needs. */
  async apply(one: Operation, clientNumber = 0): Promise<Answer | undefined> {
    const { caller, fds } = this.#client(clientNumber);
    if (one.slots.some((slot) => fds[slot] === undefined)) return undefined;
    try {
      const value = await one.run(caller, this.#place(fds));
      if (one.name === "close") { for (const slot of one.slots) fds[slot] = undefined; }
      if (one.opens === undefined || typeof value !== "number") return { value };
      const before = fds[one.opens];
      fds[one.opens] = value;
      if (before !== undefined) await caller.call("close", [before]);
      return { value: undefined };
    } catch (thrown) {
      return thrownAnswer(thrown);
    }
  }

  #place(fds: readonly (number | undefined)[]): Place {
    const { root } = this;
    const at = (path: string): string => path === "/" ? root || "/" : root + path;
    return {
      at,
      target: (target) => target.startsWith("/") ? at(target) : target,
      fd: (slot) => fds[slot] ?? -1,
    };
  }

  /** Closes what the clients have open. */
  async closeAll(): Promise<void> {
    for (const { caller, fds } of this.#clients) {
      fds.fill(undefined);
      await caller.closeAll();
    }
  }

  /** Looks at everything below the root, and at what is open. */
  async looks(has: NeedSet): Promise<Look[]> {
    const found: Look[] = [];
    const look = async (one: Operation, client = 0): Promise<unknown> => {
      const answer = await this.apply(one, client);
      if (answer !== undefined) found.push({ operation: one, client, answer });
      return answer !== undefined && "value" in answer ? answer.value : undefined;
    };
    for (const client of this.#clients.keys()) {
      for (let slot = 0; slot < SLOTS; slot++) {
        await look(operation("lseek", ({ fd }) => [fd(slot), 0, SEEK_CUR]), client);
        if (!has.has("handleStat")) continue;
        await look(operation("fstat", ({ fd }) => [fd(slot)]), client);
      }
    }
    const queue = [{ path: "/", isLink: false }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (found.length > LOOKS_MAX) break;
      for (const { name, type } of await entriesAt(next, has, look)) {
        const path = next.path === "/" ? `/${name}` : `${next.path}/${name}`;
        queue.push({ path, isLink: type === S_IFLNK });
      }
    }
    return found;
  }
}

/** An operation that changes nothing, and its answer. */
export interface Look {
  /** What was asked. */
  readonly operation: Operation;
  /** Who asked. */
  readonly client: number;
  /** What the answer was. */
  readonly answer: Answer;
}

/** Looks at a path. Returns what is in it. */
async function entriesAt(
  { path, isLink }: { readonly path: string; readonly isLink: boolean },
  has: NeedSet,
  look: (one: Operation) => Promise<unknown>,
): Promise<Entry[]> {
  if (isLink && has.has("symlink")) await look(operation("readlink", ({ at }) => [at(path)]));
  // Without lstat, it is where the link leads that would be seen.
  if (isLink && !has.has("lstat")) return [];
  const stat = has.has("lstat") ? "lstat" : "stat";
  const info = await look(operation(stat, ({ at }) => [at(path)]));
  if (!isStat(info)) return [];
  if (has.has("xattr")) await look(operation("listxattr", ({ at }) => [at(path)]));
  if (isRegular(info.mode) && info.size <= CONTENT_MAX) {
    await look(operation("open", ({ at }) => [at(path), O_RDONLY, 0], LOOK_SLOT));
    await look(operation("pread", ({ fd }) => [fd(LOOK_SLOT), info.size + 1, 0]));
    await look(operation("close", ({ fd }) => [fd(LOOK_SLOT)]));
  }
  if (!isDirectory(info.mode)) return [];
  const entries = await look(operation("readdir", ({ at }) => [at(path)]));
  if (!isListing(entries)) return [];
  return entries.toSorted((one, other) => one.name < other.name ? 1 : -1);
}
