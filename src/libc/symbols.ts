/**
 * The functions of the C library that are called: one row each.
 *
 * Sizes, offsets and addresses are `usize`, given as bigints; a negative offset has to be refused before.
 * Results are `i32`: no call asks for more than {@linkcode IO_SIZE_MAX} bytes.
 * Variadic functions are declared with the arguments that are passed; on Linux both x86-64 and arm64
 * pass those in the same registers as others. Rows named `syscall` are calls without a function in
 * every supported C library, or with one of a different shape; their first argument is the number.
 *
 * @module
 */

/** The most that one read or write moves (`read(2)`: 0x7ffff000 bytes). */
export const IO_SIZE_MAX = 0x7fff_f000;

/** The rows. */
export const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },

  // Descriptors
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "usize", "usize"], result: "i32" },
  write: { parameters: ["i32", "usize", "usize"], result: "i32" },
  writeAsync: {
    name: "write",
    parameters: ["i32", "usize", "usize"],
    result: "i32",
    nonblocking: true,
  },
  writev: { parameters: ["i32", "usize", "i32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "usize"], result: "i32" },
  pwrite: { parameters: ["i32", "buffer", "usize", "usize"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "usize"], result: "i32" },
  ioctl: { parameters: ["i32", "usize", "usize"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "usize", "i32", "i32"], result: "i32" },
  poll: { parameters: ["usize", "usize", "i32"], result: "i32" },
  pollAsync: {
    name: "poll",
    parameters: ["usize", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },

  // Memory
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "usize"], result: "pointer" },
  munmap: { parameters: ["usize", "usize"], result: "i32" },

  // Sockets
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recvmsg: { parameters: ["i32", "usize", "i32"], result: "i32" },
  sendmsg: { parameters: ["i32", "usize", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },

  // Open files
  lseek: { parameters: ["i32", "usize", "i32"], result: "i64" },
  ftruncate: { parameters: ["i32", "usize"], result: "i32" },
  fallocate: { parameters: ["i32", "i32", "usize", "usize"], result: "i32" },
  copy_file_range: {
    parameters: ["i32", "usize", "i32", "usize", "usize", "u32"],
    result: "i32",
  },
  fsync: { parameters: ["i32"], result: "i32" },
  fsyncAsync: { name: "fsync", parameters: ["i32"], result: "i32", nonblocking: true },
  fdatasync: { parameters: ["i32"], result: "i32" },
  fdatasyncAsync: { name: "fdatasync", parameters: ["i32"], result: "i32", nonblocking: true },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fstatfs: { parameters: ["i32", "usize"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  fgetxattr: { parameters: ["i32", "usize", "usize", "usize"], result: "i32" },
  fsetxattr: { parameters: ["i32", "usize", "buffer", "usize", "i32"], result: "i32" },
  flistxattr: { parameters: ["i32", "usize", "usize"], result: "i32" },
  fremovexattr: { parameters: ["i32", "usize"], result: "i32" },

  // Names below a directory descriptor
  openat: { parameters: ["i32", "usize", "i32", "u32"], result: "i32" },
  openat2: {
    name: "syscall",
    parameters: ["usize", "i32", "usize", "usize", "usize"],
    result: "i32",
  },
  statx: { parameters: ["i32", "usize", "i32", "u32", "usize"], result: "i32" },
  mkdirat: { parameters: ["i32", "usize", "u32"], result: "i32" },
  mknodat: {
    name: "syscall",
    parameters: ["usize", "i32", "usize", "u32", "u32"],
    result: "i32",
  },
  unlinkat: { parameters: ["i32", "usize", "i32"], result: "i32" },
  renameat2: {
    name: "syscall",
    parameters: ["usize", "i32", "usize", "i32", "usize", "u32"],
    result: "i32",
  },
  linkat: { parameters: ["i32", "usize", "i32", "usize", "i32"], result: "i32" },
  symlinkat: { parameters: ["usize", "i32", "usize"], result: "i32" },
  readlinkat: { parameters: ["i32", "usize", "usize", "usize"], result: "i32" },
  fchownat: { parameters: ["i32", "usize", "u32", "u32", "i32"], result: "i32" },
  utimensat: { parameters: ["i32", "usize", "usize", "i32"], result: "i32" },
  getdents64: {
    name: "syscall",
    parameters: ["usize", "i32", "usize", "usize"],
    result: "i32",
  },

  // Paths
  chmod: { parameters: ["usize", "u32"], result: "i32" },
  truncate: { parameters: ["usize", "usize"], result: "i32" },
  lgetxattr: { parameters: ["usize", "usize", "usize", "usize"], result: "i32" },
  lsetxattr: { parameters: ["usize", "usize", "buffer", "usize", "i32"], result: "i32" },
  llistxattr: { parameters: ["usize", "usize", "usize"], result: "i32" },
  lremovexattr: { parameters: ["usize", "usize"], result: "i32" },
  inotify_init1: { parameters: ["i32"], result: "i32" },
  inotify_add_watch: { parameters: ["i32", "usize", "u32"], result: "i32" },
  inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },

  // The process and its mounts
  getuid: { parameters: [], result: "u32" },
  geteuid: { parameters: [], result: "u32" },
  getgid: { parameters: [], result: "u32" },
  getegid: { parameters: [], result: "u32" },
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  sched_getcpu: { parameters: [], result: "i32" },
  sched_getaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  sched_setaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  sched_getattr: {
    name: "syscall",
    parameters: ["usize", "i32", "buffer", "u32", "u32"],
    result: "i32",
  },
  sched_setattr: { name: "syscall", parameters: ["usize", "i32", "buffer", "u32"], result: "i32" },
  setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
  mount: { parameters: ["buffer", "buffer", "buffer", "usize", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  umount2Async: {
    name: "umount2",
    parameters: ["buffer", "i32"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * What a parameter takes. Numbers for `usize` would work too, but V8 then leaves the caller's optimised code at
 * the call ("not a BigInt"), throws that code away, and soon makes the same again: `bigint`s never do.
 */
type Argument<Type> = Type extends "buffer" ? Uint8Array : Type extends "usize" ? bigint : number;
type Result<Type> = Type extends "pointer" ? Deno.PointerValue
  : Type extends "i64" ? bigint
  : number;
type Arguments<Types extends readonly unknown[]> = {
  -readonly [Index in keyof Types]: Argument<Types[Index]>;
};
type Call<Row> = Row extends {
  readonly parameters: infer Types extends readonly unknown[];
  readonly result: infer Type;
} ? (
    ...values: Arguments<Types>
  ) => Row extends { readonly nonblocking: true } ? Promise<Result<Type>> : Result<Type>
  : never;

type Rows = typeof SYMBOLS;
type Elsewhere = {
  [Name in keyof Rows]: Rows[Name] extends { readonly nonblocking: true } ? Name : never;
}[keyof Rows];

/** The functions that this thread calls, as Deno binds them. */
export type Symbols = { readonly [Name in Exclude<keyof Rows, Elsewhere>]: Call<Rows[Name]> };
/** Those that another thread calls. */
export type ElsewhereSymbols = { readonly [Name in Elsewhere]: Call<Rows[Name]> };

/** Numbers of the calls that go through `syscall`, from `asm/unistd.h`. */
const SYSCALL_NUMBERS = {
  x86_64: {
    openat2: 437n,
    mknodat: 259n,
    renameat2: 316n,
    getdents64: 217n,
    sched_setattr: 314n,
    sched_getattr: 315n,
  },
  aarch64: {
    openat2: 437n,
    mknodat: 33n,
    renameat2: 276n,
    getdents64: 61n,
    sched_setattr: 274n,
    sched_getattr: 275n,
  },
} as const;

/** The numbers on this machine. */
export const SYSCALL: (typeof SYSCALL_NUMBERS)["x86_64" | "aarch64"] =
  SYSCALL_NUMBERS[Deno.build.arch === "aarch64" ? "aarch64" : "x86_64"];
