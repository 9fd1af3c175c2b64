/**
 * Listening on a Unix socket.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import { acceptedSockets, isLibcAvailable } from "../libc/mod.ts";
import { PolledChannel } from "./polled_channel.ts";
import type { WireConnection } from "./transport.ts";
import type { WireListener } from "./wire_listener.ts";

/** The longest path of a Unix socket in bytes (`unix(7)`: `sun_path` with its NUL). */
export const SOCKET_PATH_MAX = 107;
const ATTEMPTS_MAX = 3;
/** With more connections than this none is polled: to find a descriptor takes a look at all of them. */
const POLLED_MAX = 32;
const PRIVATE_MODE = 0o700;

/** @throws {FsError} ENAMETOOLONG for a path that no socket can have. */
export function requireSocketPath(syscall: string, path: string): void {
  if (sizeOf(path) > SOCKET_PATH_MAX) throw new FsError("ENAMETOOLONG", { syscall, path });
}

function sizeOf(path: string): number {
  return new TextEncoder().encode(path).length;
}

function inUse(path: string, cause?: unknown): FsError {
  return new FsError("EADDRINUSE", { syscall: "listen", path, cause });
}

/** How to listen. */
export interface ListenOptions {
  /** Whether the connections can be looked at without the event loop (`VFSServerOptions.spinUs`). Default false. */
  readonly polled?: boolean;
}

/**
 * Listens on `path`. The socket is made and given its mode in a directory of our own and then linked to its
 * place, so that nobody can connect before the mode is right. A socket that nobody listens on is
 * replaced. Closing the listener removes the socket, when it is still ours.
 *
 * @param mode Of the socket: who may connect.
 * @throws {FsError} EADDRINUSE when somebody listens there, or when something else has the name;
 * ENAMETOOLONG for a path of more than 107 bytes.
 */
export async function listenUnix(
  path: string,
  mode: number,
  options: ListenOptions = {},
): Promise<WireListener> {
  requireSocketPath("listen", path);
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
  const home = await Deno.makeTempDir({ dir: directory, prefix: "." });
  try {
    await Deno.chmod(home, PRIVATE_MODE);
    const listener = await bind(home);
    try {
      await Deno.chmod(`${home}/s`, mode);
      await place(`${home}/s`, path);
      const polled = options.polled === true && isLibcAvailable();
      return opened(polled ? new PolledListener(listener) : listener, path);
    } catch (thrown) {
      listener.close();
      throw thrown;
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Listens on `s` in that directory, whose path may be too long for a socket: then by a detour. */
async function bind(home: string): Promise<Deno.Listener> {
  const socket = `${home}/s`;
  if (sizeOf(socket) <= SOCKET_PATH_MAX) return Deno.listen({ transport: "unix", path: socket });
  const detour = await Deno.makeTempDir();
  try {
    await Deno.symlink(await Deno.realPath(home), `${detour}/d`);
    const path = `${detour}/d/s`;
    requireSocketPath("listen", path);
    return Deno.listen({ transport: "unix", path });
  } finally {
    await Deno.remove(detour, { recursive: true });
  }
}

/** Gives the socket its name; replaces one that nobody listens on. */
async function place(socket: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      await Deno.link(socket, path);
      return;
    } catch (thrown) {
      if (!(thrown instanceof Deno.errors.AlreadyExists)) throw thrown;
    }
    await removeStale(path);
  }
  throw inUse(path);
}

async function removeStale(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => null);
  if (info === null) return;
  if (!info.isSocket) throw inUse(path);
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    connection.close();
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.ConnectionRefused)) throw inUse(path, thrown);
    await Deno.remove(path).catch(() => {});
    return;
  }
  throw inUse(path);
}

/** Accepts connections whose descriptors it looks for. */
class PolledListener implements WireListener {
  readonly #listener: Deno.Listener;
  readonly #polled = new Set<number>();

  constructor(listener: Deno.Listener) {
    this.#listener = listener;
  }

  async accept(): Promise<WireConnection> {
    const connection = await this.#listener.accept();
    const fd = this.#find();
    if (fd === undefined) return connection;
    this.#polled.add(fd);
    return new PolledChannel(connection, fd, () => this.#polled.delete(fd));
  }

  /** The one descriptor that has been accepted and is nobody's yet; undefined when there are several. */
  #find(): number | undefined {
    const { addr } = this.#listener;
    if (this.#polled.size >= POLLED_MAX || addr.transport !== "unix") return undefined;
    const fds = acceptedSockets(addr.path).filter((fd) => !this.#polled.has(fd));
    return fds.length === 1 ? fds[0] : undefined;
  }

  close(): void {
    this.#listener.close();
  }
}

function opened(listener: WireListener, path: string): WireListener {
  const ours = Deno.lstatSync(path);
  let closed = false;
  return {
    accept: () => listener.accept(),
    close: () => {
      if (closed) return;
      closed = true;
      listener.close();
      try {
        const now = Deno.lstatSync(path);
        if (now.ino === ours.ino && now.dev === ours.dev) Deno.removeSync(path);
      } catch (thrown) {
        if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
      }
    },
  };
}
