import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ErrnoName,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_DATA,
  SEEK_HOLE,
  toErrno,
} from "../base/mod.ts";
import type { FileInfo, Handle, Provider } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { memoryPipe } from "./memory_pipe.ts";
import { VFSServer } from "./vfs_server.ts";

const RUNS = Number(Deno.env.get("FUSEWIRE_RUNS") ?? 1000);

/** The state of one side: the provider, and the files that are open. */
interface Side {
  readonly provider: Provider;
  readonly handles: Handle[];
}

/** One step, on either side. */
type Step = (side: Side) => unknown;

/** What can be compared of attributes: times that the clock made are not the same. */
function shape(info: FileInfo): unknown {
  const { name, mode, size, ino, nlink, uid, gid, rdev, blocks, blksize } = info;
  return { name, mode, size, ino, nlink, uid, gid, rdev, blocks, blksize };
}

const names = ["a", "b", "c", "ä€😀", "\udc80\udcff"];
const path = fc.array(fc.constantFrom(...names, ".."), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join("/")}`);
const mode = fc.constantFrom(0o755, 0o644, 0, 0o4711, 0o2070, 0o1777);
const owner = fc.constantFrom(-1, 0, 1000, 0xffff_fffe);
const time = fc.constantFrom(null, { sec: 5, nsec: 7 }, { sec: -9, nsec: 999_999_999 });
const flags = fc.constantFrom(
  O_RDONLY,
  O_RDWR | O_CREAT,
  O_RDWR | O_CREAT | O_EXCL,
  O_WRONLY | O_TRUNC,
  O_RDWR | O_APPEND,
  O_RDONLY | O_NOFOLLOW,
  O_RDONLY | O_DIRECTORY,
);
const size = fc.constantFrom(0, 1, 10, 4095, 4096, 10_000, 100_000);
const context = fc.constantFrom(undefined, { uid: 0, gid: 0 }, { uid: 1000, gid: 100, pid: 4 });
const xattr = fc.constantFrom("user.a", "user.b", "trusted.c");
const bytes = fc.uint8Array({ maxLength: 40 });
const which = fc.nat(4);

/** The open file that a step means. */
function open(side: Side, index: number): Handle | undefined {
  return side.handles[index % Math.max(1, side.handles.length)];
}

const steps: fc.Arbitrary<Step>[] = [
  path.map((at) => async (side) => shape(await side.provider.stat(at))),
  path.map((at) => async (side) => shape(await side.provider.lstat(at))),
  path.map((at) => async ({ provider }) => {
    const listed = [];
    for (const entry of await provider.readDir(at)) {
      listed.push([entry.name, entry.type, entry.ino, shape(await entry.info())]);
    }
    return listed;
  }),
  fc.tuple(path, flags, mode, context).map(([at, how, bits, who]) => async (side) => {
    const handle = await side.provider.open(at, how, bits, who);
    side.handles.push(handle);
    return shape(await handle.stat());
  }),
  fc.tuple(path, mode).map(([at, bits]) => async (side) => {
    side.handles.push(await side.provider.create(at, bits));
  }),
  fc.tuple(path, mode, context).map(([at, bits, who]) => async ({ provider }) => {
    await provider.mkdir(at, bits, who);
    return shape(await provider.lstat(at));
  }),
  fc.tuple(path, mode).map(([at, bits]) => async ({ provider }) => {
    await provider.chmod(at, bits);
    return [shape(await provider.lstat(at)), shape(await provider.stat(at))];
  }),
  fc.tuple(path, owner, owner).map(([at, uid, gid]) => ({ provider }) =>
    provider.chown(at, uid, gid)
  ),
  fc.tuple(path, owner, owner).map(([at, uid, gid]) => async ({ provider }) => {
    await provider.lchown(at, uid, gid);
    return shape(await provider.lstat(at));
  }),
  fc.tuple(path, time, time).map(([at, access, change]) => async ({ provider }) => {
    await provider.utimes(at, access, change);
    const { atime, mtime } = await provider.stat(at);
    return [access === null || atime, change === null || mtime];
  }),
  fc.tuple(path, time, time).map(([at, access, change]) => async ({ provider }) => {
    await provider.lutimes(at, access, change);
    const { atime, mtime } = await provider.lstat(at);
    return [access === null || atime, change === null || mtime];
  }),
  fc.tuple(path, size).map(([at, to]) => ({ provider }) => provider.truncate(at, to)),
  path.map((at) => ({ provider }) => provider.unlink(at)),
  path.map((at) => ({ provider }) => provider.rmdir(at)),
  path.map((at) => ({ provider }) => provider.remove(at)),
  path.map((at) => ({ provider }) => provider.removeAll(at)),
  fc.tuple(path, path).map(([from, to]) => ({ provider }) => provider.rename(from, to)),
  fc.tuple(path, path, fc.nat(4)).map(([from, to, how]) => ({ provider }) =>
    provider.rename2(from, to, how)
  ),
  fc.tuple(path, path).map(([from, to]) => async ({ provider }) => {
    await provider.link(from, to);
    return shape(await provider.lstat(to));
  }),
  fc.tuple(fc.constantFrom(...names, "/a/b", "../x", "gone"), path).map(
    ([to, at]) => async (side) => {
      await side.provider.symlink(to, at);
      return [shape(await side.provider.lstat(at)), await side.provider.readlink(at)];
    },
  ),
  path.map((at) => ({ provider }) => provider.readlink(at)),
  fc.tuple(path, fc.constantFrom(0o010600, 0o020600, 0o140600, 0o100600)).map(
    ([at, bits]) => async ({ provider }) => {
      await provider.mknod(at, bits, 0x0501);
      return shape(await provider.lstat(at));
    },
  ),
  fc.tuple(path, xattr, bytes, fc.nat(2)).map(([at, name, value, how]) => ({ provider }) =>
    provider.setXattr(at, name, value, how)
  ),
  fc.tuple(path, xattr).map(([at, name]) => ({ provider }) => provider.getXattr(at, name)),
  path.map((at) => ({ provider }) => provider.listXattr(at)),
  fc.tuple(path, xattr).map(([at, name]) => ({ provider }) => provider.removeXattr(at, name)),
  path.map((at) => async ({ provider }) => (await provider.statfs(at)).namelen),
  fc.tuple(which, bytes, size).map(([index, data, at]) => (side) =>
    open(side, index)?.writeAt(data, at)
  ),
  fc.tuple(which, size, size).map(([index, count, at]) => async (side) => {
    const buffer = new Uint8Array(count);
    const got = await open(side, index)?.readAt(buffer, at);
    return [got, buffer];
  }),
  fc.tuple(which, bytes).map(([index, data]) => (side) => open(side, index)?.write(data)),
  fc.tuple(which, size).map(([index, count]) => async (side) => {
    const buffer = new Uint8Array(count);
    return [await open(side, index)?.read(buffer), buffer];
  }),
  which.map((index) => async (side) => {
    const info = await open(side, index)?.stat();
    return info && shape(info);
  }),
  fc.tuple(which, size).map(([index, to]) => async (side) => {
    await open(side, index)?.truncate(to);
    return (await open(side, index)?.stat())?.size;
  }),
  fc.tuple(which, mode).map(([index, bits]) => async (side) => {
    await open(side, index)?.chmod(bits);
    return (await open(side, index)?.stat())?.mode;
  }),
  fc.tuple(which, owner, owner).map(([index, uid, gid]) => (side) =>
    open(side, index)?.chown(uid, gid)
  ),
  fc.tuple(which, size, size).map(([index, at, length]) => (side) =>
    open(side, index)?.allocate(1, at, length)
  ),
  fc.tuple(which, size, fc.constantFrom(SEEK_DATA, SEEK_HOLE, 9)).map(
    ([index, at, whence]) => (side) => open(side, index)?.seekHole(at, whence),
  ),
  fc.tuple(which, which, size).map(([from, to, length]) => (side) => {
    const target = open(side, to);
    return target && open(side, from)?.copyRange(0, target, 3, length);
  }),
  fc.tuple(which, xattr, bytes).map(([index, name, value]) => async (side) => {
    await open(side, index)?.setXattr(name, value, 0);
    return [await open(side, index)?.getXattr(name), await open(side, index)?.listXattr()];
  }),
  which.map((index) => (side) => open(side, index)?.sync(true)),
  which.map((index) => (side) => side.handles.splice(index % 5, 1)[0]?.close()),
];

/** What a step comes to: a value or an errno. */
async function outcome(step: Step, side: Side): Promise<{ value: unknown } | { errno: ErrnoName }> {
  try {
    return { value: await step(side) };
  } catch (thrown) {
    return { errno: toErrno(thrown).code };
  }
}

Deno.test(`any ${RUNS} sequences of operations do the same over version 2 as directly`, async () => {
  const sequence = fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(sequence, async (list) => {
      const served = newMemoryProvider();
      await using server = new VFSServer(served, { limits: { dataMax: 5000 } });
      const [near, far] = memoryPipe();
      server.handleConnection(far);
      await using remote = await connectVFS(near);
      const here: Side = { provider: newMemoryProvider(), handles: [] };
      const there: Side = { provider: remote, handles: [] };
      for (const step of list) {
        assertEquals(await outcome(step, there), await outcome(step, here));
      }
    }),
    { numRuns: RUNS },
  );
});
