/**
 * Who owns what is made, and with which mode.
 *
 * @module
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  FsError,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  S_IFIFO,
} from "../base/mod.ts";
import type { Context, Handle } from "../provider/mod.ts";
import { RealFSProvider } from "./mod.ts";

const isRoot = Deno.uid() === 0;
const USER: Context = { uid: 1234, gid: 2345 };

/** Runs with a umask, which would spoil every mode. */
async function underUmask(umask: number, run: () => Promise<void>): Promise<void> {
  const before = Deno.umask(umask);
  try {
    await run();
  } finally {
    Deno.umask(before);
  }
}

/** Type, permissions, owner and group, as Deno sees them. */
function seen(path: string): string {
  const { mode, uid, gid } = Deno.lstatSync(path);
  return `${mode!.toString(8)} ${uid}:${gid}`;
}

Deno.test("modes are as asked for, whatever the umask", async () => {
  await underUmask(0o777, async () => {
    using scratch = new ScratchDirectory();
    const own = `${Deno.uid()}:${Deno.gid()}`;
    await using provider = new RealFSProvider(scratch.path, { ffi: true });
    Deno.chmodSync(scratch.path, 0o755);
    for (const mode of [0, 0o600, 0o644, 0o666, 0o755, 0o4755, 0o6711, 0o1777]) {
      const text = mode.toString(8);
      await (await provider.open(`/f${text}`, O_RDWR | O_CREAT | O_EXCL, mode)).close();
      assertEquals(seen(`${scratch.path}/f${text}`), `${(0o100000 | mode).toString(8)} ${own}`);
      await provider.mkdir(`/d${text}`, mode);
      // mkdir(2) heeds the sticky bit, and no other above the permissions.
      const kept = 0o040000 | (mode & 0o1777);
      assertEquals(seen(`${scratch.path}/d${text}`), `${kept.toString(8)} ${own}`);
      await provider.mknod(`/p${text}`, S_IFIFO | mode, 0);
      assertEquals(seen(`${scratch.path}/p${text}`), `${(S_IFIFO | mode).toString(8)} ${own}`);
      Deno.chmodSync(`${scratch.path}/d${text}`, 0o700);
    }
  });
});

Deno.test("new objects belong to the context", { ignore: !isRoot }, async () => {
  await underUmask(0o077, async () => {
    using scratch = new ScratchDirectory();
    await using provider = new RealFSProvider(scratch.path, { ffi: true });
    const owned = (mode: string): string => `${mode} 1234:2345`;
    await (await provider.open("/f", O_RDWR | O_CREAT, 0o6755, USER)).close();
    assertEquals(seen(`${scratch.path}/f`), owned("106755"));
    await provider.mkdir("/d", 0o1775, USER);
    assertEquals(seen(`${scratch.path}/d`), owned("41775"));
    await provider.mknod("/p", S_IFIFO | 0o664, 0, USER);
    assertEquals(seen(`${scratch.path}/p`), owned("10664"));
    await provider.mknod("/plain", 0o664, 0, USER);
    assertEquals(seen(`${scratch.path}/plain`), owned("100664"));
    await provider.symlink("f", "/l", USER);
    assertEquals(seen(`${scratch.path}/l`), owned("120777"));
    const unnamed = await provider.open("/", O_RDWR | O_TMPFILE, 0o640, USER);
    const info = await unnamed.stat();
    assertEquals([info.uid, info.gid, info.mode, info.nlink], [1234, 2345, 0o100640, 0]);
    await unnamed.close();
    // What is there already stays whose it is.
    Deno.writeTextFileSync(`${scratch.path}/mine`, "");
    await (await provider.open("/mine", O_RDWR | O_CREAT, 0o777, USER)).close();
    assertEquals(seen(`${scratch.path}/mine`), "100600 0:0");
    await provider.link("/mine", "/hard", USER);
    assertEquals(seen(`${scratch.path}/hard`), "100600 0:0");
  });
});

Deno.test("a set-group-ID directory gives its group", { ignore: !isRoot }, async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  Deno.mkdirSync(`${scratch.path}/shared`);
  Deno.chownSync(`${scratch.path}/shared`, 7, 77);
  Deno.chmodSync(`${scratch.path}/shared`, 0o2777);
  for (const context of [USER, { uid: 1234, gid: 0 }, undefined]) {
    const uid = context?.uid ?? 0;
    await (await provider.open("/shared/f", O_RDWR | O_CREAT, 0o644, context)).close();
    assertEquals(seen(`${scratch.path}/shared/f`), `100644 ${uid}:77`);
    await provider.mkdir("/shared/d", 0o755, context);
    assertEquals(seen(`${scratch.path}/shared/d`), `42755 ${uid}:77`);
    await provider.symlink("x", "/shared/l", context);
    assertEquals(seen(`${scratch.path}/shared/l`), `120777 ${uid}:77`);
    for (const name of ["f", "d", "l"]) await provider.remove(`/shared/${name}`);
  }
});

Deno.test("below a default ACL the mode is what the ACL leaves", async () => {
  await underUmask(0o022, async () => {
    using scratch = new ScratchDirectory();
    await using provider = new RealFSProvider(scratch.path, { ffi: true });
    // user::rwx, group::r-x, mask::r--, other::--- (acl(5), and the xattr's form in linux/posix_acl_xattr.h)
    const acl = [[1, 7], [4, 5], [16, 4], [32, 0]];
    const value = new Uint8Array(4 + 8 * acl.length);
    const view = new DataView(value.buffer);
    view.setUint32(0, 2, true);
    for (const [index, [tag, permissions]] of acl.entries()) {
      view.setUint16(4 + index * 8, tag!, true);
      view.setUint16(6 + index * 8, permissions!, true);
      view.setUint32(8 + index * 8, 0xffff_ffff, true);
    }
    await provider.setXattr("/", "system.posix_acl_default", value, 0);
    await (await provider.open("/f", O_RDWR | O_CREAT, 0o666)).close();
    assertEquals((await provider.lstat("/f")).mode & 0o777, 0o640);
    await provider.mkdir("/d", 0o777);
    assertEquals((await provider.lstat("/d")).mode & 0o777, 0o740);
  });
});

Deno.test(
  "writing takes set-ID bits from files of others than root",
  { ignore: !isRoot },
  async () => {
    using scratch = new ScratchDirectory();
    await using provider = new RealFSProvider(scratch.path, { ffi: true });
    const path = `${scratch.path}/f`;
    const data = new Uint8Array(1);
    const changes: Readonly<Record<string, (context: Context) => Promise<void>>> = {
      write: async (context) => {
        await using handle = await provider.open("/f", O_RDWR, 0, context);
        await handle.writeAt(data, 0, context);
      },
      ftruncate: async (context) => {
        await using handle = await provider.open("/f", O_RDWR, 0, context);
        await handle.truncate(0, context);
      },
      allocate: async (context) => {
        await using handle = await provider.open("/f", O_RDWR, 0, context);
        await handle.allocate(0, 0, 10, context);
      },
      copyRange: async (context) => {
        await provider.mknod("/source", 0o644, 0);
        await provider.truncate("/source", 10);
        await using source = await provider.open("/source", O_RDWR, 0, context);
        await using handle = await provider.open("/f", O_RDWR, 0, context);
        await source.copyRange(0, handle, 0, 5, context);
        await provider.unlink("/source");
      },
      truncate: async (context) => await provider.truncate("/f", 1, context),
      truncating: async (context) =>
        await (await provider.open("/f", O_WRONLY | O_TRUNC, 0, context)).close(),
    };
    for (const [name, change] of Object.entries(changes)) {
      for (
        const [mode, context, kept] of [
          [0o6755, USER, 0o755],
          [0o6711, { uid: 1234, gid: 5 }, 0o711],
          // Without group execute, S_ISGID stays for the file's own group.
          [0o2644, { uid: 1234, gid: 5 }, 0o2644],
          [0o2644, USER, 0o644],
          [0o6755, { uid: 0, gid: 0 }, 0o6755],
          [0o644, USER, 0o644],
        ] as const
      ) {
        Deno.writeTextFileSync(path, "content");
        Deno.chownSync(path, 1234, 5);
        Deno.chmodSync(path, mode);
        await change(context);
        assertEquals(seen(path), `${(0o100000 | kept).toString(8)} 1234:5`, `${name} ${mode}`);
      }
    }
  },
);

Deno.test("what is refused leaves set-ID bits alone", { ignore: !isRoot }, async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const path = `${scratch.path}/f`;
  const data = new Uint8Array(1);
  await provider.mknod("/source", 0o644, 0);
  await provider.truncate("/source", 10);
  const copy = async (flags: number, from: number, offset = 0): Promise<void> => {
    await using source = await provider.open("/source", from, 0, USER);
    await using handle = await provider.open("/f", flags, 0, USER);
    await source.copyRange(offset, handle, 0, 5, USER);
  };
  const changes: Readonly<Record<string, (handle: Handle) => unknown>> = {
    write: (handle) => handle.writeAt(data, 0, USER),
    truncate: (handle) => handle.truncate(0, USER),
    allocate: (handle) => handle.allocate(0, 0, 10, USER),
  };
  const tries: [what: string, run: () => Promise<unknown>][] = [
    ["a copy for a reader", () => copy(O_RDONLY, O_RDWR)],
    ["a copy to the end", () => copy(O_RDWR | O_APPEND, O_RDWR)],
    ["a copy of what cannot be read", () => copy(O_RDWR, O_WRONLY)],
    ["a copy from the end", () => copy(O_RDWR, O_RDWR, 10)],
    ["truncate() to no size", async () => await provider.truncate("/f", -1, USER)],
  ];
  const open = async (flags: number, change: (handle: Handle) => unknown): Promise<void> => {
    await using handle = await provider.open("/f", flags, 0, USER);
    await change(handle);
  };
  for (const [name, change] of Object.entries(changes)) {
    tries.push([`${name} for a reader`, () => open(O_RDONLY, change)]);
    tries.push([`${name} through O_PATH`, () => open(O_PATH, change)]);
  }
  for (
    const [mode, offset, length] of [[0, 0, 0], [0x40, 0, 1], [0x03, 0, 0], [0, 2 ** 52, 2 ** 52]]
  ) {
    tries.push([
      `allocate(${mode}, ${offset}, ${length})`,
      () => open(O_RDWR, (handle) => handle.allocate(mode!, offset!, length!, USER)),
    ]);
  }
  for (const [what, run] of tries) {
    Deno.writeTextFileSync(path, "content");
    Deno.chmodSync(path, 0o6755);
    if (what === "a copy from the end") await run();
    else await assertRejects(run, FsError, undefined, what);
    assertEquals(seen(path), "106755 0:0", what);
  }
});

Deno.test(
  "changing the owner takes set-ID bits, whoever does it",
  { ignore: !isRoot },
  async () => {
    using scratch = new ScratchDirectory();
    await using provider = new RealFSProvider(scratch.path, { ffi: true });
    const path = `${scratch.path}/f`;
    Deno.writeTextFileSync(path, "");
    for (const context of [undefined, USER]) {
      Deno.chmodSync(path, 0o6755);
      await provider.chown("/f", 12, -1, context);
      assertEquals(seen(path), "100755 12:0");
      Deno.chownSync(path, 0, 0);
    }
    await provider.symlink("f", "/l");
    await provider.lchown("/l", 3, 4);
    assertEquals([seen(`${scratch.path}/l`), seen(path)], ["120777 3:4", "100755 0:0"]);
    for (const id of [-2, 1.5, 2 ** 32 - 1, 2 ** 32, NaN]) {
      const error = assertThrows(() => provider.chown("/f", id, 0), FsError);
      assertEquals(error.code, "EINVAL");
      assertEquals(assertThrows(() => provider.lchown("/f", 0, id), FsError).code, "EINVAL");
    }
    assertEquals(seen(path), "100755 0:0");
  },
);

Deno.test("a process that is not root makes everything in its own name", {
  ignore: !isRoot,
}, async () => {
  using scratch = new ScratchDirectory();
  Deno.chmodSync(scratch.path, 0o777);
  const program = `
    import { RealFSProvider } from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
    const provider = new RealFSProvider(${JSON.stringify(scratch.path)}, { ffi: true });
    const context = { uid: 0, gid: 0 };
    await provider.mkdir("/d", 0o755, context);
    await (await provider.open("/f", ${O_RDWR | O_CREAT}, 0o666, context)).close();
    try { await provider.chown("/f", 0, 0, context); } catch (error) { console.log(error.code); }
    try { await provider.mknod("/c", ${0o020666}, 0x103, context); }
    catch (error) { console.log(error.code); }`;
  const file = `${scratch.path}/program.ts`;
  Deno.writeTextFileSync(file, program);
  // Deno and these sources may lie in root's home, where the user may look by this capability alone.
  const may = "-all,+dac_read_search";
  const user = ["--reuid=1234", "--regid=2345", "--clear-groups"];
  const command = [Deno.execPath(), "run", "--no-check", "--no-lock", "--allow-ffi"];
  const { stdout, stderr } = await new Deno.Command("setpriv", {
    args: [...user, `--inh-caps=${may}`, `--ambient-caps=${may}`, ...command, file],
    env: { DENO_DIR: `${scratch.path}/cache`, HOME: scratch.path },
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stdout).trim().split("\n"), ["EPERM", "EPERM"], text.decode(stderr));
  assertEquals(seen(`${scratch.path}/d`), "40755 1234:2345");
  assertEquals(seen(`${scratch.path}/f`), "100666 1234:2345");
});
