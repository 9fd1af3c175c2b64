import { assertEquals, assertRejects } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError, O_PATH, O_RDONLY, O_RDWR, XATTR_CREATE } from "../base/mod.ts";
import type { Context, Handle, Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "./mod.ts";

const ROOT: Context = { uid: 0, gid: 0 };
const USER: Context = { uid: 1000, gid: 0 };
const NAME = "trusted.secret";
const value = Uint8Array.of(1);

type Calls = Pick<Handle, "getXattr" | "setXattr" | "listXattr" | "removeXattr">;

async function refused(code: string, call: () => unknown): Promise<void> {
  const error = await assertRejects(async () => await call(), FsError);
  assertEquals(error.code, code);
}

/** Trusted attributes are there for root, and neither seen nor changed by others (`xattr(7)`). */
async function check(provider: Provider): Promise<void> {
  await provider.mknod("/f", 0o666, 0);
  await using handle = await provider.open("/f", O_RDWR, 0, USER);
  const byPath: Calls = {
    getXattr: (name, context) => provider.getXattr("/f", name, context),
    setXattr: (name, bytes, flags, context) => provider.setXattr("/f", name, bytes, flags, context),
    listXattr: (context) => provider.listXattr("/f", context),
    removeXattr: (name, context) => provider.removeXattr("/f", name, context),
  };
  for (const calls of [byPath, handle]) {
    await calls.setXattr(NAME, value, 0, ROOT);
    await calls.setXattr("user.a", value, 0, USER);
    assertEquals(await calls.getXattr(NAME, ROOT), value);
    assertEquals(await calls.getXattr(NAME), value);
    assertEquals((await calls.listXattr(ROOT)).sort(), [NAME, "user.a"]);
    assertEquals((await calls.listXattr()).sort(), [NAME, "user.a"]);

    assertEquals(await calls.listXattr(USER), ["user.a"]);
    await refused("ENODATA", () => calls.getXattr(NAME, USER));
    await refused("ENODATA", () => calls.getXattr("trusted.none", USER));
    await refused("EPERM", () => calls.setXattr(NAME, value, 0, USER));
    await refused("EPERM", () => calls.setXattr("trusted.new", value, XATTR_CREATE, USER));
    await refused("EINVAL", () => calls.setXattr(NAME, value, 64, USER));
    await refused("E2BIG", () => calls.setXattr(NAME, new Uint8Array(65_537), 0, USER));
    await refused("EPERM", () => calls.removeXattr(NAME, USER));
    await refused("EPERM", () => calls.removeXattr("trusted.none", USER));
    assertEquals(await calls.getXattr(NAME, ROOT), value);
    await calls.removeXattr(NAME, ROOT);
  }
  await refused("ENOENT", () => provider.setXattr("/none", NAME, value, 0, USER));
  await refused("ENOENT", () => provider.removeXattr("/none", NAME, USER));
  await using path = await provider.open("/f", O_RDONLY | O_PATH, 0, USER);
  await refused("EBADF", () => path.removeXattr(NAME, USER));
}

Deno.test("trusted attributes in memory are root's", async () => {
  await check(new MemoryProvider());
});

Deno.test("trusted attributes of the host are root's", { ignore: Deno.uid() !== 0 }, async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  await check(provider);
});
