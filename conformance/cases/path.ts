/**
 * Cases of path resolution: every operation meets every obstacle on its way.
 *
 * @module
 */
import { type ErrnoName, O_CREAT, O_RDWR, S_IFIFO } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import type { Need } from "../need.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("path", {
  clause: "POSIX.1-2024 4.16 Pathname Resolution; path_resolution(7)",
});
const { it } = file;
const TIME = { sec: 1, nsec: 0 };

/** Cases of path resolution. */
export const PATH = file.cases;

/** One operation, as it is tried on a path that cannot be reached. */
interface Walker {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly walk: (t: Trial, path: string) => Promise<unknown>;
}

/** Operations that take a path, one row each. `/source` is a file that is there. */
const WALKERS: readonly Walker[] = [
  { name: "stat", needs: [], walk: (t, path) => t.stat(path) },
  { name: "lstat", needs: ["lstat"], walk: (t, path) => t.lstat(path) },
  { name: "open", needs: [], walk: (t, path) => t.open(path) },
  { name: "create", needs: [], walk: (t, path) => t.open(path, O_RDWR | O_CREAT) },
  { name: "readdir", needs: [], walk: (t, path) => t.readdir(path) },
  { name: "mkdir", needs: [], walk: (t, path) => t.mkdir(path) },
  { name: "rmdir", needs: [], walk: (t, path) => t.rmdir(path) },
  { name: "unlink", needs: [], walk: (t, path) => t.unlink(path) },
  { name: "rename from", needs: [], walk: (t, path) => t.rename(path, "/target") },
  { name: "rename to", needs: [], walk: (t, path) => t.rename("/source", path) },
  { name: "link from", needs: ["link"], walk: (t, path) => t.link(path, "/target") },
  { name: "link to", needs: ["link"], walk: (t, path) => t.link("/source", path) },
  { name: "symlink", needs: ["symlink"], walk: (t, path) => t.symlink("x", path) },
  { name: "readlink", needs: ["symlink"], walk: (t, path) => t.readlink(path) },
  { name: "mknod", needs: ["mknod"], walk: (t, path) => t.mknod(path, S_IFIFO | 0o600) },
  { name: "chmod", needs: [], walk: (t, path) => t.chmod(path, 0o600) },
  { name: "chown", needs: ["chown"], walk: (t, path) => t.chown(path, 1, 1) },
  { name: "lchown", needs: ["chown"], walk: (t, path) => t.lchown(path, 1, 1) },
  { name: "utimens", needs: ["utimes"], walk: (t, path) => t.utimens(path, TIME, TIME) },
  { name: "truncate", needs: ["truncate"], walk: (t, path) => t.truncate(path, 0) },
  { name: "statfs", needs: ["statfs"], walk: (t, path) => t.statfs(path) },
  { name: "getxattr", needs: ["xattr"], walk: (t, path) => t.getxattr(path, "user.x") },
  { name: "setxattr", needs: ["xattr"], walk: (t, path) => t.setxattr(path, "user.x", "x") },
];

/** Something in the way, and what everybody answers there. */
interface Obstacle {
  readonly promise: string;
  readonly needs: readonly Need[];
  readonly code: ErrnoName;
  readonly path: string;
  readonly build: (t: Trial) => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

const OBSTACLES: readonly Obstacle[] = [
  {
    promise: "through a file is refused",
    needs: [],
    code: "ENOTDIR",
    path: "/file/below/deeper",
    build: (t) => t.file("/file"),
  },
  {
    promise: "through a directory that is not there is refused",
    needs: [],
    code: "ENOENT",
    path: "/none/below",
    build: nothing,
  },
  {
    promise: "through a loop of links is refused",
    needs: ["symlink"],
    code: "ELOOP",
    path: "/one/below",
    build: async (t) => {
      await t.symlink("two", "/one");
      await t.symlink("one", "/two");
    },
  },
  {
    promise: "through a dangling link is refused",
    needs: ["symlink"],
    code: "ENOENT",
    path: "/link/below",
    build: (t) => t.symlink("nowhere", "/link"),
  },
  {
    promise: "through a name of 256 bytes is refused",
    needs: [],
    code: "ENAMETOOLONG",
    path: `/${"n".repeat(256)}/below`,
    build: nothing,
  },
  {
    promise: "longer than 4,095 bytes is refused",
    needs: ["kernel"],
    code: "ENAMETOOLONG",
    path: "/none".repeat(900),
    build: nothing,
  },
  {
    promise: "that is empty is refused",
    needs: ["kernel"],
    code: "ENOENT",
    path: "",
    build: nothing,
  },
];

for (const { promise, needs, code, path, build } of OBSTACLES) {
  for (const walker of WALKERS) {
    it(`of ${walker.name} ${promise}`, { needs: [...needs, ...walker.needs] }, async (t) => {
      await t.file("/source", "kept");
      await build(t);
      await t.refuses(code, walker.walk(t, path));
      await t.holds("/source", "kept");
    });
  }
}
