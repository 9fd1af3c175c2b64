/**
 * Where a filesystem and Linux are asked the same: a directory on each, new for every sequence.
 *
 * @module
 */
import { geteuid } from "../../src/libc/mod.ts";
import { LinuxCaller } from "../linux/linux_caller.ts";
import type { Need, NeedSet } from "../need.ts";
import { removeTree } from "../runner/remove_tree.ts";
import { TimedOut, within } from "../runner/time_limit.ts";
import { HostSubject } from "../subjects/host_subject.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import type { Subject, SubjectFactory } from "../subjects/subject.ts";
import type { Caller } from "../system_calls.ts";
import { compare, type Difference } from "./compare.ts";
import { compareAtOnce, type Model } from "./interleave.ts";
import type { Operation } from "./operation.ts";
import type { Scope } from "./palette.ts";
import type { Sequence } from "./search.ts";
import { World } from "./world.ts";

/**
 * How deep the directory of a sequence lies. A path leads over 40 symbolic links at most (path_resolution(7)), and
 * no target that we make goes up more than once: so nothing gets out of these, and `..` means the same everywhere.
 */
const DEPTH = 41;
const BELOW = "/d".repeat(DEPTH);

/** The number in the name of a directory, and the directory that it is in, are so long together. */
const TOP_LENGTH = 200;

/** How long making and removing may take. */
const HOUSEKEEPING_TIMEOUT_MS = 30_000;

interface Ready {
  readonly subject: Subject;
  readonly callers: readonly Caller[];
}

/** A filesystem on one route, beside a directory of this machine's memory. */
export class FuzzGround implements AsyncDisposable {
  /** What can be done and compared. */
  readonly scope: Scope;
  readonly #factory: SubjectFactory;
  readonly #model: HostSubject;
  readonly #timeoutMs: number;
  #ready: Ready | undefined;
  #count = 0;

  private constructor(
    factory: SubjectFactory,
    model: HostSubject,
    scope: Scope,
    timeoutMs: number,
    ready: Ready,
  ) {
    this.#factory = factory;
    this.#model = model;
    this.scope = scope;
    this.#timeoutMs = timeoutMs;
    this.#ready = ready;
  }

  /** Makes the filesystem and the model. */
  static async open(
    factory: SubjectFactory,
    { clients, timeoutMs }: { readonly clients: number; readonly timeoutMs: number },
  ): Promise<FuzzGround> {
    const model = await HostSubject.below(HOST_DIRECTORY);
    try {
      const ready = await begin(factory, clients);
      const has = common(ready.subject.has, model.has);
      if (!ready.subject.has.has("change")) {
        await end(ready);
        throw new Error("Cannot try changes on a filesystem that refuses them all");
      }
      const scope = { has, privileged: geteuid() === 0, clients, exact: false };
      return new FuzzGround(factory, model, scope, timeoutMs, ready);
    } catch (thrown) {
      await model[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Does a sequence to both. What hangs is a difference too, and the next sequence gets a new filesystem. */
  async run({ items, holes }: Sequence): Promise<Difference | undefined> {
    const { clients } = this.scope;
    const { subject, callers } = this.#ready ??= await begin(this.#factory, clients);
    const top = this.#newTop(subject);
    let last: readonly Operation[] = [];
    const options = {
      items,
      holes,
      has: this.scope.has,
      onStart: (operations: readonly Operation[]) => void (last = operations),
    };
    const clear = async (): Promise<void> => {
      for (const caller of callers) await caller.closeAll();
      await (subject.removeTree?.(top) ?? removeTree(callers[0]!, top));
    };
    try {
      await within("Making a directory", HOUSEKEEPING_TIMEOUT_MS, makeDeep(callers[0]!, top));
      const world = new World(callers, top + BELOW);
      const difference = await within("The sequence", this.#timeoutMs, this.#both(world, options));
      await within("Removing what was made", HOUSEKEEPING_TIMEOUT_MS, clear());
      return difference;
    } catch (thrown) {
      await this.#giveUp();
      const hung = thrown instanceof TimedOut;
      const got = hung ? `${thrown.message}` : `${thrown}`;
      const answer = { value: undefined };
      return {
        before: items.map(({ operation, client }) => [{ operation, client, answer }]),
        differs: last.map((operation, client) => ({ operation, client, answer })),
        got,
        wanted: ["an end"],
        ways: [],
        modelRoot: "",
      };
    }
  }

  async #both(
    world: World,
    options: Parameters<typeof compare>[2],
  ): Promise<Difference | undefined> {
    if (this.scope.clients > 1) return await compareAtOnce(world, () => this.#newModel(), options);
    await using model = await this.#newModel();
    return await compare(world, model.world, options);
  }

  async #newModel(): Promise<Model> {
    const callers = Array.from({ length: this.scope.clients }, () => new LinuxCaller());
    const top = this.#newTop(this.#model);
    await makeDeep(callers[0]!, top);
    return {
      world: new World(callers, top + BELOW),
      [Symbol.asyncDispose]: async () => {
        for (const caller of callers) caller.closeNow();
        await removeTree(callers[0]!, top);
      },
    };
  }

  /** A name for a directory. All are equally long, so that absolute links have one size. */
  #newTop({ base }: Subject): string {
    return `${base}/fuzz-${String(++this.#count).padStart(TOP_LENGTH - base.length, "0")}`;
  }

  async #giveUp(): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready === undefined) return;
    await ready.subject.kill();
    await within("Ending the filesystem", HOUSEKEEPING_TIMEOUT_MS, end(ready)).catch(() => {});
  }

  /** Ends both. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    try {
      if (ready !== undefined) {
        await within("Ending the filesystem", HOUSEKEEPING_TIMEOUT_MS, end(ready));
      }
    } finally {
      await this.#model[Symbol.asyncDispose]();
    }
  }
}

async function begin(factory: SubjectFactory, clients: number): Promise<Ready> {
  const subject = await within("Making the subject", HOUSEKEEPING_TIMEOUT_MS, factory());
  return { subject, callers: Array.from({ length: clients }, () => subject.caller()) };
}

async function end({ subject, callers }: Ready): Promise<void> {
  for (const caller of callers) await caller[Symbol.asyncDispose]();
  await subject[Symbol.asyncDispose]();
}

/** What both have. Whose a file is can be compared where one user does everything. */
function common(subject: NeedSet, model: NeedSet): NeedSet {
  const both = new Set<Need>([...subject].filter((need) => model.has(need)));
  if (subject.has("users") && geteuid() === 0) both.add("users");
  if (geteuid() !== 0) both.delete("owner");
  return both;
}

/** Makes a directory and those below it. */
async function makeDeep(caller: Caller, top: string): Promise<void> {
  for (let depth = 0; depth <= DEPTH; depth++) {
    await caller.call("mkdir", [top + "/d".repeat(depth), 0o755]);
  }
}
