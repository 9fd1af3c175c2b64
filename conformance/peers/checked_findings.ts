/**
 * Findings that were checked by hand.
 *
 * @module
 */

/** One finding: the calls, and what came. */
export interface CheckedFinding {
  /** The name of the peer. */
  readonly peer: string;
  /** The case that found it. */
  readonly id: string;
  /** The calls in the peer's own API, one a line. */
  readonly calls: string;
  /** What Linux answered to the same system calls on tmpfs. */
  readonly linux: string;
  /** What the peer answered. */
  readonly here: string;
}

/** In a plain script, without the suite and without an adapter. */
export const CHECKED_FINDINGS: readonly CheckedFinding[] = [
  {
    peer: "memfs",
    id: "rename/refuses-to-move-directory-below-itself",
    calls: `mkdirSync("/dir"); mkdirSync("/dir/below")
      renameSync("/dir", "/dir/below/x")`,
    linux: "EINVAL, and both directories stay",
    here: 'success, and `readdirSync("/")` is empty: the tree cannot be reached any more',
  },
  {
    peer: "memfs",
    id: "rename/refuses-to-replace-directory-that-is-not-empty",
    calls: `mkdirSync("/old"); mkdirSync("/new"); writeFileSync("/new/file", "kept")
      renameSync("/old", "/new")`,
    linux: "ENOTEMPTY, and `/new/file` stays",
    here: "success, and `/new/file` is gone",
  },
  {
    peer: "memfs",
    id: "open/for-reading-refuses-to-write",
    calls: `writeFileSync("/file", "data"); fd = openSync("/file", "r")
      writeSync(fd, "X")`,
    linux: "EBADF",
    here: "1, and the file holds `Xata`",
  },
  {
    peer: "memfs",
    id: "rename/replaces-file",
    calls: `mkdirSync("/d"); writeFileSync("/d/old", "o"); writeFileSync("/d/new", "n")
      renameSync("/d/old", "/d/new"); unlinkSync("/d/new"); readdirSync("/d")
      rmdirSync("/d")`,
    linux: "the listing is empty, and the directory can be removed",
    here: "the listing is empty, and rmdirSync fails with ENOTEMPTY",
  },
  {
    peer: "memfs",
    id: "mkdir/works-below-link-to-directory",
    calls: `mkdirSync("/dir"); symlinkSync("dir", "/link")
      mkdirSync("/link/below")`,
    linux: "success",
    here: "ENOTDIR",
  },
  {
    peer: "memfs",
    id: "rename/moves-symbolic-link-itself",
    calls: `writeFileSync("/file", "x"); symlinkSync("file", "/link")
      renameSync("/link", "/new"); readdirSync("/")`,
    linux: "`file` and `new`, which is the link",
    here: "`link` and `new`: the file has moved from under its link",
  },
  {
    peer: "memfs",
    id: "chown/with-1-leaves-one-or-both",
    calls: `writeFileSync("/f", "x"); chownSync("/f", 11, 22)
      chownSync("/f", -1, 33); statSync("/f")`,
    linux: "owner 11, group 33",
    here: "owner -1, group 33",
  },
  {
    peer: "memfs",
    id: "link/refuses-directory",
    calls: `mkdirSync("/dir")
      linkSync("/dir", "/two")`,
    linux: "EPERM",
    here: "success, and the directory has two names",
  },
  {
    peer: "@zenfs/core",
    id: "rename/between-two-names-of-one-file-changes-nothing",
    calls: `writeFileSync("/one", "1"); linkSync("/one", "/two")
      renameSync("/one", "/two"); readdirSync("/")`,
    linux: "success, and both names stay",
    here: "success, and both names are gone",
  },
  {
    peer: "@zenfs/core",
    id: "unlink/leaves-open-file-readable",
    calls: `writeFileSync("/u", "data"); fd = openSync("/u", "r"); unlinkSync("/u")
      readSync(fd, buffer, 0, 9, 0)`,
    linux: "4, and the data",
    here: "ENOENT",
  },
  {
    peer: "@zenfs/core",
    id: "link/refuses-new-path-that-is-there",
    calls: `writeFileSync("/a", "one"); writeFileSync("/b", "two")
      linkSync("/a", "/b"); readFileSync("/b")`,
    linux: "EEXIST, and `/b` holds `two`",
    here: "success, and `/b` holds `one`",
  },
  {
    peer: "@zenfs/core",
    id: "chmod/sets-mode-of-directory",
    calls: `mkdirSync("/dir")
      chmodSync("/dir", 0o711)`,
    linux: "success",
    here: "EISDIR",
  },
  {
    peer: "@zenfs/core",
    id: "rmdir/refuses-link-to-directory",
    calls: `mkdirSync("/dir"); symlinkSync("dir", "/ln")
      rmdirSync("/ln")`,
    linux: "ENOTDIR",
    here: "success, and `/dir` is gone",
  },
  {
    peer: "@zenfs/core",
    id: "name/of-method-is-name",
    calls: `writeFileSync("/constructor", "x")`,
    linux: "success",
    here: "EEXIST",
  },
  {
    peer: "just-bash",
    id: "link/makes-names-that-are-equal",
    calls: `await writeFile("/f", "one"); await link("/f", "/g")
      await writeFile("/f", "two"); await readFile("/g")`,
    linux: "`two`",
    here: "`one`: a link is a copy from the first write on",
  },
  {
    peer: "just-bash",
    id: "open/with-o-creat-opens-file-that-is-there-and-keeps-its-content",
    calls: `await writeFile("/f", "x"); await chmod("/f", 0o600)
      await writeFile("/f", "y"); (await stat("/f")).mode`,
    linux: "0600",
    here: "0644: writing resets the mode",
  },
  {
    peer: "just-bash",
    id: "mkdir/refuses-parent-that-is-file",
    calls: `await writeFile("/f", "x")
      await mkdir("/f/dir")`,
    linux: "ENOTDIR",
    here: "success, and `/f` is still a file",
  },
  {
    peer: "just-bash",
    id: "chmod/follows-link",
    calls: `await writeFile("/t", "x"); await symlink("t", "/l")
      await chmod("/l", 0o600); (await stat("/t")).mode`,
    linux: "0600",
    here: "0644",
  },
  {
    peer: "just-bash",
    id: "rename/refuses-to-replace-directory-by-file",
    calls: `await writeFile("/f", "x"); await mkdir("/d"); await writeFile("/d/g", "kept")
      await mv("/f", "/d")`,
    linux: "rename(2) answers EISDIR, and `/d/g` stays",
    here: "success, and `/d` is a file now",
  },
];
