/**
 * `fusewire mount`.
 *
 * @module
 */
import {
  DEDICATED_LOOP,
  FuseMountError,
  type Mount,
  mount,
  type MountOptions,
} from "../mount/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { ADDRESS_OPTIONS, addressOf, type AddressOptions, addressText } from "./address.ts";
import { type Command, parseCommandLine } from "./command.ts";
import { reasonOf, UsageError } from "./command_error.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { checksPermissions, mountOptionsOf } from "./mount_words.ts";
import {
  guarded,
  providerAt,
  providerInMemory,
  providerOfDirectory,
  type RemoteMemory,
} from "./provider_choice.ts";
import { refuseMountpoint, refuseServed, refuseWithin } from "./mount_place.ts";
import { complain, say } from "./say.ts";
import { StopSignal } from "./stop_signal.ts";

const OPTIONS = {
  ...ADDRESS_OPTIONS,
  dir: { type: "string", short: "d" },
  memory: { type: "boolean" },
  exclusive: { type: "boolean", short: "x" },
  leases: { type: "boolean", short: "l" },
  options: { type: "string", short: "o", multiple: true },
  readonly: { type: "boolean", short: "r" },
  rules: { type: "string" },
} as const;

const HELP =
  `Usage: fusewire mount <mountpoint> (--socket <path> | --tcp <address> | --vsock <address> |
                      --dir <path> | --memory) [-o <word,...>] [--exclusive] [--leases] [--readonly]
                      [--rules <file>]

Mounts a filesystem through the Linux kernel, so that every program can use it. An ordinary user needs
fusermount3 (Debian: apt-get install fuse3); root needs nothing but /dev/fuse.

What to mount:
  -s, --socket <path>  what "fusewire serve" serves there
      --tcp <address>  what it serves on a TCP port: 5005, 127.0.0.1:5005, [::1]:5005
      --insecure       let --tcp leave this machine: nothing is encrypted, nobody is asked who he is
      --vsock <address>   what it serves by vsock, as machine:port; the host is machine 2
  -d, --dir <path>     a directory of this machine
      --memory         an empty filesystem in memory, gone when it is unmounted

Options:
  -x, --exclusive      with --dir: nobody changes the directory meanwhile but through this mount, so the
                       kernel may remember what it has seen
  -l, --leases         remember directories also where a change on the host is not seen at once, as it is
                       with --socket on the same machine: saves most questions over TCP and vsock. It is
                       seen when the server has told of it, mostly in a millisecond, later where a machine
                       is busy
  -r, --readonly       refuse every change with EROFS
      --rules <file>   hook rules as JSON: block, allow or change operations by path
  -o <word,...>        options of the mount:
    allow_other          other users may use it (ordinary users: user_allow_other in /etc/fuse.conf)
    default_permissions  the kernel checks owner, group and mode, and obeys ACLs: always with --memory,
                         and when root says allow_other, as others could do there what root can
    nodefault_permissions   it does not, and whoever is let in acts as the user who mounts or serves
    ro, noexec, nodev, nosuid, noatime, sync, ...   as for mount(8)
    fsname=, subtype=    what mount and df show
    attr_timeout=, entry_timeout=, negative_timeout=   seconds that the kernel remembers answers;
                         with attr_timeout=0 the server is asked each time, too, but with --leases
    max_write=, max_readahead=   bytes;  max_background=   requests at once
    direct_mount         mount(2) without libfuse (root)
    debug                print each request and its outcome

Examples:
  fusewire mount /mnt/project --socket /tmp/project.sock
  fusewire mount ~/view --dir ~/project --readonly
  sudo fusewire mount /mnt/scratch --memory -o allow_other,default_permissions

Prints a line when programs can use the mount, and unmounts on Ctrl-C, SIGTERM and, unless nohup(1) has
started it, the end of the terminal (SIGHUP). A mount that a killed process left behind is replaced.
To unmount from elsewhere: fusermount3 -u <mountpoint>`;

/** The provider that the options name; exactly one of them must be given. */
async function providerOf(
  values: AddressOptions & { readonly dir?: string; readonly memory?: boolean },
  remoteMemory: RemoteMemory,
): Promise<{ provider: Provider; label: string; watch: boolean }> {
  const { dir, memory } = values;
  const address = addressOf(values, "connect");
  const given = [address !== undefined, dir !== undefined, memory === true].filter(Boolean).length;
  if (given !== 1) {
    throw new UsageError(
      given === 0 ? "Say what to mount" : "Only one thing can be mounted at once",
      "One of --socket <path>, --dir <path> and --memory: fusewire mount --help",
    );
  }
  if (address !== undefined) {
    const provider = await providerAt(address, remoteMemory);
    const label = addressText(address);
    provider.client.ended.then((cause) => {
      if (cause !== undefined) complain(connectionLost(label, cause));
    });
    if (remoteMemory.leases && !provider.client.cache.isOn) complain(noLeases(label));
    // Then the server tells exactly what others change.
    return { provider, label, watch: provider.client.cache.hasNotices };
  }
  if (dir !== undefined) {
    return { provider: await providerOfDirectory(dir), label: dir, watch: false };
  }
  return { provider: providerInMemory(), label: "memory", watch: false };
}

function noLeases(where: string): string {
  return `fusewire: The server on ${where} gives no leases, so it is asked about everything
  It serves with rules or read-only, something other than a directory, or where there is no inotify`;
}

function connectionLost(where: string, cause: unknown): string {
  return `fusewire: Lost the connection to ${where}: ${reasonOf(cause)}
  Every access to the mount fails with an I/O error now. Unmount it (Ctrl-C), and mount it again`;
}

/** The provider, when the mount point is a place for it. */
async function sourceFor(
  mountpoint: string,
  values: Parameters<typeof providerOf>[0],
  remoteMemory: RemoteMemory,
  closing: AsyncDisposableStack,
): ReturnType<typeof providerOf> {
  const source = await providerOf(values, remoteMemory);
  if (closing.disposed) await source.provider[Symbol.asyncDispose]();
  else closing.use(source.provider);
  if (values.dir !== undefined) await refuseWithin(mountpoint, values.dir);
  else if (values.memory !== true) await refuseServed(mountpoint, source.provider, source.label);
  return source;
}

/** Unmounts; a mount that somebody uses is taken away lazily, and that is said. */
async function unmountGently(mounted: Mount, stop: StopSignal): Promise<void> {
  try {
    await mounted.unmount();
  } catch (thrown) {
    if (!(thrown instanceof FuseMountError)) throw thrown;
    // Which ends its service before it says so again.
    if (thrown.isCovered) return await mounted[Symbol.asyncDispose]();
    complain(`fusewire: ${reasonOf(thrown)}`);
    complain("  It is gone for others now, and ends when its last user does (Ctrl-C: at once)");
    const ending = mounted.unmount({ lazy: true });
    stop.hangs();
    await ending;
  }
}

async function run(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine("mount", args, OPTIONS);
  const [mountpoint, ...more] = positionals;
  if (mountpoint === undefined) {
    throw new UsageError("Name the mount point", "fusewire mount --help");
  }
  await refuseMountpoint(mountpoint);
  if (more.length > 0) throw new UsageError(`There is one mount point, not ${positionals.length}`);
  const options: MountOptions = mountOptionsOf(values.options ?? []);
  const defaultPermissions = checksPermissions(options, {
    isMemory: values.memory === true,
    isRoot: Deno.uid() === 0,
  });
  using stop = new StopSignal();
  await using closing = new AsyncDisposableStack();
  if (values.exclusive === true && values.dir === undefined) {
    throw new UsageError(
      "Only a directory of this machine can be mounted with --exclusive",
      "What is mounted over a socket is its server's to say: fusewire serve --exclusive",
    );
  }
  if (values.leases === true && (values.dir !== undefined || values.memory === true)) {
    throw new UsageError(
      "Only what another process serves is leased",
      "A directory of this machine is there without asking: leave --leases out",
    );
  }
  const remoteMemory = { remembers: options.attrTimeoutMs !== 0, leases: values.leases === true };
  const sourcing = sourceFor(mountpoint, values, remoteMemory, closing);
  // Who has stopped waiting for it hears of nothing that fails later.
  sourcing.catch(() => {});
  const sourced = await Promise.race([sourcing, stop.requested]);
  if (typeof sourced === "string") return EXIT_CODE.OK;
  const { provider: source, label, watch } = sourced;
  const { provider, engine } = await guarded(source, values);
  if (engine !== undefined) closing.defer(() => engine.close());
  // Hooks want to see more than the first use.
  const isOurs = values.memory === true || values.exclusive === true || watch;
  const soleOwner = isOurs && engine === undefined;
  const fsName = fsNameOf(label);
  // Nothing here minds a timer that is late; over a socket the time is that of an answer, too.
  const loop = values.dir !== undefined || values.memory === true ? DEDICATED_LOOP : {};
  const defaults = { fsName, soleOwner, watch: watch && soleOwner, loop };
  const mounted = await mount(provider, mountpoint, {
    ...defaults,
    ...options,
    defaultPermissions,
  });
  closing.defer(() => unmountGently(mounted, stop));
  if (mounted.replacedStale) {
    complain(`fusewire: replaced the mount that a dead process had left on ${mountpoint}`);
  }
  say(`Mounted ${label} on ${mounted.mountpoint} (Ctrl-C unmounts)`);
  // Why serving failed is heard when the mount is ended.
  const finished = mounted.finished.then(() => true, () => false);
  const asked = await Promise.race([stop.requested, finished]);
  if (asked === true) say(`Unmounted ${mounted.mountpoint}, by somebody else`);
  return EXIT_CODE.OK;
}

/** The source as `mount` and `df` show it: without characters that end an option. */
function fsNameOf(label: string): string {
  const name = label.replace(/[,\\\s\0]/g, "_");
  return name === "" ? "fusewire" : name;
}

/** `fusewire mount`: a socket, a directory or memory through the kernel. */
export const MOUNT_COMMAND: Command = {
  name: "mount",
  summary: "mount what is served, a directory, or memory, for every program",
  help: HELP,
  run,
};
