import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ERRNO, type Errno, FsError, S_IFDIR, S_IFLNK, S_IFREG } from "../base/mod.ts";
import { type AttrOut, FOPEN, type OpenOut } from "../fuse/mod.ts";
import { type FileHandle, type Mount, Node } from "../nodefs/mod.ts";
import type * as nodefs from "../nodefs/mod.ts";
import { type Context, type FileInfo, Forward } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import type { MountOptions } from "./mount.ts";
import { run, withMount, withNodes } from "./testing/with_mount.ts";

/** How many reads are interrupted. */
const INTERRUPTED_READS = 10_000;

/** A script for Deno with system calls. `fd` is `file`, open for reading and writing. */
function calls(script: string): string[] {
  const libc = import.meta.resolve("../libc/mod.ts");
  const prelude = `const libc = await import("${libc}");
    const area = new libc.CStringArea();
    const block = new libc.MemoryBlock(4096);
    const fd = libc.open("file", 2);`;
  return [Deno.execPath(), "eval", "--no-lock", prelude + script];
}

/** Every operation that somebody can wait for, and a program that does, in a directory of its own. */
const WAITERS: Readonly<Record<string, { readonly at: "." | "file" | "link"; program: string[] }>> =
  {
    lookup: { at: ".", program: ["stat", "none"] },
    opendir: { at: ".", program: ["ls"] },
    readdir: { at: ".", program: ["ls"] },
    mkdir: { at: ".", program: ["mkdir", "new"] },
    mknod: { at: ".", program: ["mkfifo", "new"] },
    symlink: { at: ".", program: ["ln", "-s", "target", "new"] },
    link: { at: ".", program: ["ln", "file", "new"] },
    create: { at: ".", program: ["sh", "-c", ": > new"] },
    unlink: { at: ".", program: ["rm", "-f", "file"] },
    rmdir: { at: ".", program: ["rmdir", "sub"] },
    rename: { at: ".", program: ["mv", "-T", "file", "new"] },
    tmpfile: { at: ".", program: calls(`libc.open(".", 0o20200002, 0o600);`) },
    getattr: { at: "file", program: ["stat", "file"] },
    statx: { at: "file", program: ["stat", "-c", "%W", "file"] },
    setattr: { at: "file", program: ["chmod", "600", "file"] },
    access: { at: "file", program: ["sh", "-c", "test -r file"] },
    readlink: { at: "link", program: ["readlink", "link"] },
    statfs: { at: "file", program: ["stat", "-f", "file"] },
    getxattr: { at: "file", program: calls(`libc.fgetxattr(fd, area.put("user.a"), block);`) },
    setxattr: {
      at: "file",
      program: calls(`libc.fsetxattr(fd, area.put("user.a"), new Uint8Array(1), 0);`),
    },
    listxattr: { at: "file", program: calls(`libc.flistxattr(fd, block);`) },
    removexattr: { at: "file", program: calls(`libc.fremovexattr(fd, area.put("user.a"));`) },
    open: { at: "file", program: ["cat", "file"] },
    read: { at: "file", program: ["cat", "file"] },
    write: { at: "file", program: ["sh", "-c", "echo >> file"] },
    flush: { at: "file", program: calls(`libc.close(fd);`) },
    fsync: { at: "file", program: ["sync", "file"] },
    allocate: { at: "file", program: ["fallocate", "-l", "10", "file"] },
    lseek: { at: "file", program: calls(`libc.lseek(fd, 0, 4);`) },
    copyFileRange: { at: "file", program: calls(`libc.copyFileRange(fd, 0, fd, 100, 10);`) },
    getlk: { at: "file", program: calls(`libc.getRecordLock(fd, 1, 0, 10);`) },
    setlk: { at: "file", program: ["flock", "-n", "file", "true"] },
    setlkw: { at: "file", program: ["flock", "file", "true"] },
    ioctl: { at: "file", program: calls(`libc.ioctl(fd, 0x80045499, block.address);`) },
    poll: {
      at: "file",
      program: calls(`block.view.setInt32(0, fd, true);
        block.view.setInt16(4, 1, true);
        libc.poll(block.address, 1, -1);`),
    },
  };

/** A node that can be opened, and waits in one operation until its caller does not want it any more. */
class Patient extends Node implements nodefs.NodeOpener, nodefs.NodeGetattrer {
  readonly begun = Promise.withResolvers<void>();
  readonly aborted = Promise.withResolvers<void>();

  constructor(operation: string | null) {
    super();
    const wait = (context: Context): Promise<Errno> => this.#wait(context);
    if (operation !== null) Object.defineProperty(this, operation, { value: wait });
  }

  getattr(_context: Context, _file: FileHandle | null, out: AttrOut): void {
    out.attr.size = 4096; // there is something to copy
  }

  open(_context: Context, _flags: number, out: OpenOut): FileHandle {
    out.openFlags = FOPEN.DIRECT_IO;
    return {};
  }

  async #wait({ signal }: Context): Promise<Errno> {
    assert(signal !== undefined);
    this.begun.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    this.aborted.resolve();
    return ERRNO.EINTR;
  }
}

/** A directory for each operation, whose node of that name waits in it. */
class Waiting extends Node {
  readonly patients = new Map<string, Patient>();

  onAdd(): void {
    const root = this.embeddedInode();
    for (const [operation, { at }] of Object.entries(WAITERS)) {
      const node = (name: string): Patient => {
        const patient = new Patient(name === at ? operation : null);
        if (name === at) this.patients.set(operation, patient);
        return patient;
      };
      const inode = root.newPersistentInode(node("."), { mode: S_IFDIR, ino: 0 });
      root.addChild(operation, inode);
      const add = (name: string, mode: number): void =>
        inode.addChild(name, inode.newPersistentInode(node(name), { mode, ino: 0 }));
      add("file", S_IFREG);
      add("link", S_IFLNK);
      add("sub", S_IFDIR);
    }
  }
}

async function untilIdle(directory: string, mounted: Mount): Promise<void> {
  while (mounted.openCount > 0 || mounted.pendingCount > 0) await Deno.lstat(directory);
}

Deno.test("every operation ends when its caller gets a signal", async () => {
  const root = new Waiting();
  await withNodes(root, async (directory, mounted) => {
    const cancel = async (operation: string, program: readonly string[]): Promise<void> => {
      const [name = "", ...args] = program;
      const cwd = `${directory}/${operation}`;
      // Not the child's working directory: entering it would be an operation of its own.
      const script = `cd "$0" && exec "$@"`;
      const command = new Deno.Command("sh", {
        args: ["-c", script, cwd, name, ...args],
        stdout: "null",
        stderr: "null",
      });
      const child = command.spawn();
      const patient = root.patients.get(operation);
      const ended = child.status.then(() => "ended");
      const first = await Promise.race([patient?.begun.promise.then(() => "begun"), ended]);
      assertEquals([operation, first], [operation, "begun"]);
      child.kill("SIGTERM");
      await patient?.aborted.promise;
      await child.status; // Deno may be quick enough to get EINTR and to end by itself
    };
    await Promise.all(Object.entries(WAITERS).map(([name, { program }]) => cancel(name, program)));
    await untilIdle(directory, mounted);
    assertEquals(mounted.pendingCount, 0);
  }, { attrTimeoutMs: 0, enableLocks: true, nullPermissions: false });
});

/** Reads while a timer's signals interrupt it: `sysread` fails with EINTR each time. */
const INTERRUPTED = `use Time::HiRes qw(setitimer ITIMER_REAL);
  use Errno qw(EINTR);
  $SIG{ALRM} = sub {};
  open(my $file, "<", $ARGV[0]) or die $!;
  setitimer(ITIMER_REAL, 0.0005, 0.0005);
  my $count = 0;
  while ($count < $ARGV[1]) {
    my $read = sysread($file, my $data, 4);
    die "read $read" if defined $read;
    die $! if $! != EINTR;
    $count++;
  }
  setitimer(ITIMER_REAL, 0); # perl would die of it while it ends
  print $count;`;

Deno.test("10,000 interrupted reads leave nothing behind", async () => {
  const root = new Waiting();
  await withNodes(root, async (directory, mounted) => {
    const reader = (): ReturnType<typeof run> =>
      run("perl", "-e", INTERRUPTED, `${directory}/read/file`, String(INTERRUPTED_READS / 4));
    const readers = await Promise.all([reader(), reader(), reader(), reader()]);
    for (const { stdout, stderr } of readers) {
      assertEquals([stdout, stderr], [String(INTERRUPTED_READS / 4), ""]);
    }
    await untilIdle(directory, mounted);
    assertEquals([mounted.openCount, mounted.pendingCount], [0, 0]);
  });
});

Deno.test("a signal ends waiting for the next entry of a listing, which is not lost", async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<nodefs.StreamEntry>();
  let asked = 0;
  class Slow extends Node implements nodefs.NodeReaddirer {
    readdir(): nodefs.DirStream {
      const next = (): Promise<nodefs.StreamEntry> | null => {
        begun.resolve();
        return asked++ === 0 ? gate.promise : null;
      };
      return { next, close: () => {} };
    }
  }
  await withNodes(new Slow(), async (directory) => {
    const list = `opendir(my $dir, $ARGV[0]) or die $!;
      $SIG{TERM} = sub {};
      my @dots = (scalar readdir($dir), scalar readdir($dir));
      my @names;
      for (;;) { $! = 0; my $name = readdir($dir); last if !defined $name && !$!; push @names, $name // "EINTR"; }
      print "@names";`;
    const args = ["-e", list, directory];
    const child = new Deno.Command("perl", { args, stdout: "piped" }).spawn();
    await begun.promise;
    child.kill("SIGTERM");
    gate.resolve({ name: "late", type: S_IFREG, ino: 9 });
    const { stdout } = await child.output();
    assertStringIncludes(new TextDecoder().decode(stdout), "late");
  }, { readdirPlus: "never" });
});

/** A provider that looks a name up slowly, and stops when its caller does not want to know any more. */
class Unhurried extends Forward {
  readonly begun = Promise.withResolvers<void>();
  readonly aborted = Promise.withResolvers<void>();
  readonly #delayMs: number;

  constructor(delayMs: number) {
    super(new MemoryProvider());
    this.#delayMs = delayMs;
  }

  override async lstat(path: string, context?: Context): Promise<FileInfo> {
    if (path === "/") return await super.lstat(path, context);
    this.begun.resolve();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, this.#delayMs);
      context?.signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        this.aborted.resolve();
        reject(new FsError("EINTR", { syscall: "lstat", path }));
      });
    });
    return await super.lstat(path, context);
  }
}

/** Looks for names that are not there while a timer's signals come, and counts the answers. */
const LOOKING = `use Time::HiRes qw(setitimer ITIMER_REAL);
  use Errno qw(EINTR ENOENT);
  $SIG{ALRM} = sub {};
  setitimer(ITIMER_REAL, 0.0005, 0.0005);
  my ($absent, $interrupted) = (0, 0);
  for my $number (1 .. 40) {
    die "found" if lstat("$ARGV[0]/name-$number");
    $absent++ if $! == ENOENT;
    $interrupted++ if $! == EINTR;
  }
  setitimer(ITIMER_REAL, 0);
  print "$absent absent, $interrupted interrupted";`;

Deno.test("a program survives signals without noticing, on the mount of a provider", async () => {
  const look = async (options: MountOptions): Promise<string> => {
    let answer = "";
    await withMount(new Unhurried(5), async (directory) => {
      const { stdout, stderr } = await run("perl", "-e", LOOKING, directory);
      answer = stdout + stderr;
    }, options);
    return answer;
  };
  assertEquals(await look({}), "40 absent, 0 interrupted");
  assertMatch(await look({ patient: false }), /[1-9]\d* interrupted/);
});

Deno.test("a program that does not survive a signal takes its request back, also after others", async () => {
  const unhurried = new Unhurried(1e9);
  await withMount(unhurried, async (directory) => {
    const script = `$SIG{ALRM} = sub {}; lstat("$ARGV[0]/name");`;
    const child = new Deno.Command("perl", { args: ["-e", script, directory] }).spawn();
    await unhurried.begun.promise;
    child.kill("SIGALRM");
    child.kill("SIGTERM");
    await unhurried.aborted.promise;
    assertEquals((await child.status).signal, "SIGTERM");
  });
});
