/**
 * The peers of the scoreboard.
 *
 * Their packages are named here and nowhere else, with exact versions, and pinned in the lock file
 * beside this one: Deno would fetch what `deno.json` names before it runs any task. The names are
 * put together when a peer is made, so that types can be checked without the packages.
 *
 * @module
 */
import { MemoryProvider } from "../../src/providers/mod.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import { BashFsProvider, isBashFs } from "./bash_fs_provider.ts";
import { linuxNodeFs } from "./linux_node_fs.ts";
import { isNodeFs } from "./node_fs.ts";
import { NodeFsProvider } from "./node_fs_provider.ts";
import type { Peer } from "./peer.ts";

/** What is wrong when a package is not what the adapter was written for. */
function unknownShape(packageName: string): Error {
  return new Error(`${packageName} is not what the adapter was written for`);
}

/** A package, as a record of its exports. */
async function load({ name, version }: Pick<Peer, "name" | "version">): Promise<object> {
  const module: unknown = await import(`npm:${name}@${version}`);
  if (typeof module !== "object" || module === null) throw unknownShape(name);
  return module;
}

/** What a package exports under a name, called as a constructor or function with the arguments. */
function exported(module: object, name: string): unknown {
  return Reflect.get(module, name);
}

const NODE_FS_OFFERS = ["handleStat", "nlink", "owner", "ctime"] as const;

/** System calls on a directory of this machine's tmpfs: that shows that the adapter is innocent. */
class AdapterOnLinux extends NodeFsProvider {
  readonly #directory: string;

  constructor(directory: string) {
    super(linuxNodeFs(), directory);
    this.#directory = directory;
  }

  override close(): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

const memfs = { name: "memfs", version: "4.80.1" };
const zenfs = { name: "@zenfs/core", version: "2.7.6" };
const justBash = { name: "just-bash", version: "3.4.2" };

/** The control, ours, and the others. */
export const PEERS: readonly Peer[] = [
  {
    name: "Linux",
    version: Deno.osRelease().split("-")[0] ?? "",
    part: "tmpfs, through the adapter of memfs and ZenFS",
    purpose: "The control: what fails here would be the fault of the adapter.",
    offers: NODE_FS_OFFERS,
    make: () =>
      new AdapterOnLinux(Deno.makeTempDirSync({ dir: HOST_DIRECTORY, prefix: "fusewire-peer-" })),
  },
  {
    name: "fusewire",
    version: "this one",
    part: "`MemoryProvider`",
    purpose: "A filesystem in memory for sandboxes and mounts.",
    offers: [...NODE_FS_OFFERS, "nanoseconds", "blocks", "zeroRange", "anyName"],
    make: () => new MemoryProvider(),
  },
  {
    ...memfs,
    part: "`createFsFromVolume(new Volume())`",
    purpose: "An in-memory `node:fs` for tests of JavaScript programs.",
    offers: NODE_FS_OFFERS,
    async make() {
      const module = await load(memfs);
      const Volume = exported(module, "Volume");
      const createFs = exported(module, "createFsFromVolume");
      if (typeof Volume !== "function" || typeof createFs !== "function") {
        throw unknownShape(memfs.name);
      }
      const fs: unknown = createFs(Reflect.construct(Volume, []));
      if (!isNodeFs(fs)) throw unknownShape(memfs.name);
      return new NodeFsProvider(fs);
    },
  },
  {
    ...zenfs,
    part: "`fs` on `InMemory`",
    purpose: "`node:fs` for browsers, over many kinds of storage.",
    offers: NODE_FS_OFFERS,
    async make() {
      const module = await load(zenfs);
      const configure = exported(module, "configure");
      const fs = exported(module, "fs");
      if (typeof configure !== "function" || !isNodeFs(fs)) throw unknownShape(zenfs.name);
      await configure({ mounts: { "/": exported(module, "InMemory") } });
      return new NodeFsProvider(fs);
    },
  },
  {
    ...justBash,
    part: "`InMemoryFs`",
    purpose: "The files of a bash that is simulated in JavaScript, for agents.",
    offers: [],
    async make() {
      const InMemoryFs = exported(await load(justBash), "InMemoryFs");
      if (typeof InMemoryFs !== "function") throw unknownShape(justBash.name);
      const fs: unknown = Reflect.construct(InMemoryFs, []);
      if (!isBashFs(fs)) throw unknownShape(justBash.name);
      return new BashFsProvider(fs);
    },
  },
];
