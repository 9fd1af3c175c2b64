/**
 * The filesystems that `provider_bench.ts` measures, each behind the few calls that its rows need.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { MaybePromise } from "../src/base/mod.ts";
import { O_APPEND, O_CREAT, O_RDWR } from "../src/base/mod.ts";
import { MemoryProvider } from "../src/providers/mod.ts";

/** An open file. */
export interface SubjectFile {
  /** Reads at an offset. */
  readAt(buffer: Uint8Array, offset: number): MaybePromise<unknown>;
  /** Writes at an offset. */
  writeAt(data: Uint8Array, offset: number): MaybePromise<unknown>;
}

/** One filesystem, empty but for the directory `root`. What is missing is not offered. */
export interface Subject {
  /** The directory to work in. */
  readonly root: string;
  /** Makes a directory. */
  mkdir(path: string): MaybePromise<unknown>;
  /** Makes a file with the content. */
  create(path: string, data: Uint8Array): MaybePromise<unknown>;
  /** The attributes; throws or rejects when there is nothing. */
  stat(path: string): MaybePromise<unknown>;
  /** The entries, as cheaply as they can be had. */
  readdir(path: string): MaybePromise<{ readonly length: number }>;
  /** Moves a path. */
  rename(from: string, to: string): MaybePromise<unknown>;
  /** Opens a file for reading, and where that is offered for writing. */
  open?(path: string): SubjectFile;
  /** Whether `open` is for reading only. */
  readonly readsOnly?: boolean;
  /** Returns what appends a chunk to the file. */
  appender?(path: string): (data: Uint8Array) => MaybePromise<unknown>;
  /** Removes what is left on disk. */
  end?(): void;
}

function fusewire(): Subject {
  const memory = new MemoryProvider({ maxBytes: Infinity });
  memory.mkdir("/w", 0o755);
  return {
    root: "/w",
    mkdir: (path) => memory.mkdir(path, 0o755),
    create: (path, data) => memory.writeFile(path, data, 0o644),
    stat: (path) => memory.stat(path),
    readdir: (path) => memory.readDir(path),
    rename: (from, to) => memory.rename(from, to),
    open: (path) => memory.open(path, O_RDWR, 0),
    appender: (path) => {
      const handle = memory.open(path, O_RDWR | O_APPEND | O_CREAT, 0o644);
      return (data) => handle.write(data);
    },
  };
}

/** What memfs and ZenFS have of `node:fs`. */
interface NodeLike {
  mkdirSync(path: string): unknown;
  writeFileSync(path: string, data: Uint8Array): unknown;
  statSync(path: string): unknown;
  readdirSync(path: string): { readonly length: number };
  renameSync(from: string, to: string): unknown;
  openSync(path: string, flags: string): number;
  readSync(fd: number, buffer: Uint8Array, at: number, size: number, offset: number): unknown;
  writeSync(fd: number, data: Uint8Array, at?: number, size?: number, offset?: number): unknown;
}

function nodeLike(fs: NodeLike): Subject {
  fs.mkdirSync("/w");
  return {
    root: "/w",
    mkdir: (path) => fs.mkdirSync(path),
    create: (path, data) => fs.writeFileSync(path, data),
    stat: (path) => fs.statSync(path),
    readdir: (path) => fs.readdirSync(path),
    rename: (from, to) => fs.renameSync(from, to),
    open: (path) => {
      const fd = fs.openSync(path, "r+");
      return {
        readAt: (buffer, offset) => fs.readSync(fd, buffer, 0, buffer.length, offset),
        writeAt: (data, offset) => fs.writeSync(fd, data, 0, data.length, offset),
      };
    },
    appender: (path) => {
      const fd = fs.openSync(path, "a");
      return (data) => fs.writeSync(fd, data, 0, data.length);
    },
  };
}

async function memfs(): Promise<Subject> {
  const { Volume } = await import("npm:memfs@4.80.1");
  return nodeLike(new Volume() as unknown as NodeLike);
}

async function zenfs(): Promise<Subject> {
  const { configureSingle, fs, InMemory } = await import("npm:@zenfs/core@2.7.6");
  await configureSingle({ backend: InMemory });
  return nodeLike(fs as unknown as NodeLike);
}

async function platformatic(): Promise<Subject> {
  const { create } = await import("npm:@platformatic/vfs@0.4.0");
  const fs = create() as unknown as NodeLike & {
    appendFileSync(path: string, data: Uint8Array): unknown;
  };
  return {
    ...nodeLike(fs),
    readsOnly: true,
    open: (path) => {
      const fd = fs.openSync(path, "r");
      return {
        readAt: (buffer, offset) => fs.readSync(fd, buffer, 0, buffer.length, offset),
        writeAt: () => {
          throw new Error("Cannot write through a descriptor");
        },
      };
    },
    // It wants Node's Buffer here.
    appender: (path) => (data) => fs.appendFileSync(path, Buffer.from(data.buffer)),
  };
}

async function justBash(): Promise<Subject> {
  const { InMemoryFs } = await import("npm:just-bash@3.4.2");
  const fs = new InMemoryFs();
  fs.mkdirSync("/w");
  return {
    root: "/w",
    mkdir: (path) => fs.mkdirSync(path),
    create: (path, data) => fs.writeFileSync(path, data),
    stat: (path) => fs.stat(path),
    readdir: (path) => fs.readdir(path),
    rename: (from, to) => fs.mv(from, to),
    appender: (path) => (data) => fs.appendFile(path, data),
  };
}

/** The kernel's own memory filesystem, through Deno's synchronous calls. */
function tmpfs(): Subject {
  const root = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "fusewire-bench-" });
  return {
    root,
    mkdir: (path) => Deno.mkdirSync(path),
    create: (path, data) => Deno.writeFileSync(path, data),
    stat: (path) => Deno.statSync(path),
    readdir: (path) => [...Deno.readDirSync(path)],
    rename: (from, to) => Deno.renameSync(from, to),
    open: (path) => {
      const file = Deno.openSync(path, { read: true, write: true });
      return {
        readAt: (buffer, offset) => {
          file.seekSync(offset, Deno.SeekMode.Start);
          return file.readSync(buffer);
        },
        writeAt: (data, offset) => {
          file.seekSync(offset, Deno.SeekMode.Start);
          return file.writeSync(data);
        },
      };
    },
    appender: (path) => {
      const file = Deno.openSync(path, { append: true, create: true });
      return (data) => file.writeSync(data);
    },
    end: () => Deno.removeSync(root, { recursive: true }),
  };
}

/** By name, ours first. */
export const SUBJECTS: Readonly<Record<string, () => MaybePromise<Subject>>> = {
  fusewire,
  memfs,
  zenfs,
  platformatic,
  "just-bash": justBash,
  tmpfs,
};

/** The size that a subject tells, whatever it calls its attributes. */
async function sizeOf(subject: Subject, path: string): Promise<unknown> {
  const stat = await subject.stat(path);
  return typeof stat === "object" && stat !== null ? Reflect.get(stat, "size") : undefined;
}

async function isMissing(subject: Subject, path: string): Promise<boolean> {
  try {
    await subject.stat(path);
    return false;
  } catch {
    return true;
  }
}

/**
 * Does a little of everything and looks whether it was done, so that nobody wins by not working.
 *
 * @throws {Error} When it was not.
 */
export async function verify(subject: Subject): Promise<void> {
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`Cannot measure who does not do the work: ${what}`);
  };
  const directory = `${subject.root}/verified`;
  await subject.mkdir(directory);
  for (let file = 0; file < 10; file++) {
    await subject.create(`${directory}/${file}`, new Uint8Array(file));
  }
  check((await subject.readdir(directory)).length === 10, "create and readdir");
  check(await sizeOf(subject, `${directory}/7`) === 7, "stat");
  check(await isMissing(subject, `${directory}/none`), "stat of a name that is not there");
  await subject.rename(directory, `${directory}-moved`);
  check(await isMissing(subject, `${directory}/7`), "rename, old name");
  check(await sizeOf(subject, `${directory}-moved/7`) === 7, "rename, new name");
  if (subject.open !== undefined) {
    await subject.create(`${subject.root}/data`, new Uint8Array(8192).fill(1));
    const file = subject.open(`${subject.root}/data`);
    const buffer = new Uint8Array(4096);
    await file.readAt(buffer, 4096);
    check(buffer.every((byte) => byte === 1), "read");
    if (!subject.readsOnly) {
      await file.writeAt(new Uint8Array(4096).fill(2), 4096);
      await file.writeAt(new Uint8Array(4096).fill(3), 8192);
      await file.readAt(buffer, 4096);
      check(buffer.every((byte) => byte === 2), "write");
      check(await sizeOf(subject, `${subject.root}/data`) === 12_288, "growing write");
    }
  }
  const append = subject.appender?.(`${subject.root}/appended`);
  for (let chunk = 0; append !== undefined && chunk < 3; chunk++) await append(new Uint8Array(100));
  if (append !== undefined) {
    check(await sizeOf(subject, `${subject.root}/appended`) === 300, "append");
  }
  subject.end?.();
}
