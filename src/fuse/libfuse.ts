/**
 * libfuse3, for what it does best: making mounts, with fusermount3's help when we are not root.
 *
 * @module
 */
import { cString, MemoryBlock } from "../libc/mod.ts";

const SYMBOLS = {
  fuse_session_new: {
    parameters: ["buffer", "buffer", "usize", "pointer"],
    result: "pointer",
  },
  fuse_session_mount: { parameters: ["pointer", "buffer"], result: "i32" },
  fuse_session_fd: { parameters: ["pointer"], result: "i32" },
  fuse_session_destroy: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The names of the library: 3.17 and newer, then older. */
const NAMES: readonly string[] = ["libfuse3.so.4", "libfuse3.so.3"];
/** Size of `struct fuse_args`: argc, argv, allocated. */
const ARGS_SIZE = 24;

let loaded: Symbols | null | undefined;

/** The library, or null when it is not installed. */
function libfuse(): Symbols | null {
  if (loaded !== undefined) return loaded;
  for (const name of NAMES) {
    try {
      return loaded = Deno.dlopen(name, SYMBOLS).symbols;
    } catch (thrown) {
      if (thrown instanceof Deno.errors.NotCapable) throw thrown;
    }
  }
  return loaded = null;
}

/** Whether libfuse3 is installed. */
export function isLibfuseAvailable(): boolean {
  return libfuse() !== null;
}

/** A mount that libfuse made. */
export interface LibfuseMount {
  /** The fuse descriptor. It belongs to libfuse: `destroy` closes it. */
  readonly fd: number;
  /** Frees libfuse's session and closes its descriptor; the mount itself ends by unmounting. */
  destroy(): void;
}

/**
 * Mounts with libfuse's session functions. libfuse writes the reason for a failure to stderr.
 *
 * @param words Options for `-o`.
 * @returns The mount, or null when libfuse refused.
 */
export function mountWithLibfuse(
  mountpoint: string,
  words: readonly string[],
): LibfuseMount | null {
  const symbols = libfuse();
  if (symbols === null) return null;
  const texts = ["fusewire", "-o", words.join(",")].map((text) => {
    const bytes = cString(text);
    const block = new MemoryBlock(bytes.length);
    block.bytes.set(bytes);
    return block;
  });
  const argv = new MemoryBlock((texts.length + 1) * 8);
  texts.forEach((text, index) => argv.view.setBigUint64(index * 8, BigInt(text.address), true));
  const args = new MemoryBlock(ARGS_SIZE);
  args.view.setInt32(0, texts.length, true);
  args.view.setBigUint64(8, BigInt(argv.address), true);
  // No operations: libfuse never reads a request, so it never calls one.
  const session = symbols.fuse_session_new(args.bytes, new Uint8Array(8), 0n, null);
  if (session === null) return null;
  if (symbols.fuse_session_mount(session, cString(mountpoint)) !== 0) {
    symbols.fuse_session_destroy(session);
    return null;
  }
  return {
    fd: symbols.fuse_session_fd(session),
    destroy: () => symbols.fuse_session_destroy(session),
  };
}
