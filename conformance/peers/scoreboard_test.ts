// The document is the generated one in form, and the adapters are innocent.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ALL_CASES } from "../cases/mod.ts";
import { CaseRunner } from "../runner/case_runner.ts";
import { HOST_DIRECTORY } from "../subjects/open_subject.ts";
import { PEERS } from "./all_peers.ts";
import { type BashFs, BashFsProvider } from "./bash_fs_provider.ts";
import { CHECKED_FINDINGS } from "./checked_findings.ts";
import { peerResult } from "./peer_result.ts";
import { PeerSubject } from "./peer_subject.ts";
import { scoreboardText } from "./scoreboard.ts";

const FILE = new URL("../SCOREBOARD.md", import.meta.url);

function headings(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("#"));
}

Deno.test("the scoreboard has the form that is generated now", async () => {
  const written = await Deno.readTextFile(FILE);
  const generated = scoreboardText({
    peers: PEERS,
    cases: ALL_CASES,
    results: new Map(),
    checked: CHECKED_FINDINGS,
  });
  assertEquals(headings(written), headings(generated).map(withoutRelease(written)));
  for (const { name, version, part } of PEERS) {
    if (name !== "Linux") assertStringIncludes(written, `### ${name} ${version}`);
    assertStringIncludes(written, part);
  }
});

/** The kernel of the machine that wrote the document is not the one of this machine. */
function withoutRelease(written: string): (line: string) => string {
  const there = headings(written).find((line) => line.startsWith("### Linux"));
  return (line) => line.startsWith("### Linux") ? there ?? line : line;
}

Deno.test("the scoreboard names only cases that there are", async () => {
  const ids = new Set(ALL_CASES.map(({ id }) => id));
  const rows = (await Deno.readTextFile(FILE)).match(/^\| ([a-z0-9]+\/\S+)/gm) ?? [];
  assert(rows.length > 50, `${rows.length} findings`);
  const named = [...rows.map((row) => row.slice(2)), ...CHECKED_FINDINGS.map(({ id }) => id)];
  assertEquals(named.filter((id) => !ids.has(id)), []);
});

Deno.test("each finding that was checked by hand is one that the scoreboard lists", async () => {
  const written = await Deno.readTextFile(FILE);
  for (const { peer, id } of CHECKED_FINDINGS) {
    const { version } = PEERS.find(({ name }) => name === peer)!;
    const [, section = ""] = written.split(`### ${peer} ${version}\n`);
    assertStringIncludes(section.split("\n### ")[0]!, `| ${id} `);
  }
});

/** just-bash's interface over Deno's calls on a directory of tmpfs. */
function bashFsOnLinux(): BashFs {
  const statOf = (
    { isDirectory, isSymlink, mode, size, mtime }: Deno.FileInfo,
  ): Awaited<ReturnType<BashFs["stat"]>> => ({
    isDirectory,
    isSymbolicLink: isSymlink,
    mode: mode ?? 0,
    size,
    mtime: mtime ?? new Date(0),
  });
  return {
    readFileBuffer: (path) => Deno.readFile(path),
    writeFile: (path, content) => Deno.writeFile(path, content),
    appendFile: (path, content) => Deno.writeFile(path, content, { append: true }),
    exists: (path) => Deno.stat(path).then(() => true, () => false),
    stat: async (path) => statOf(await Deno.stat(path)),
    lstat: async (path) => statOf(await Deno.lstat(path)),
    mkdir: (path) => Deno.mkdir(path),
    readdir: async (path) => (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name),
    rm: (path) => Deno.remove(path),
    mv: (from, to) => Deno.rename(from, to),
    chmod: (path, mode) => Deno.chmod(path, mode),
    symlink: (target, path) => Deno.symlink(target, path),
    link: (existing, path) => Deno.link(existing, path),
    readlink: (path) => Deno.readLink(path),
  };
}

/** What fails on Linux through an adapter. */
async function failures(make: () => Promise<PeerSubject>): Promise<string[]> {
  const failed: string[] = [];
  const umask = Deno.umask(0);
  try {
    await using runner = new CaseRunner("direct", make);
    for (const one of ALL_CASES) {
      const { status, id, message } = peerResult(await runner.run(one));
      if (status === "failed") failed.push(`${id}: ${message}`);
    }
  } finally {
    Deno.umask(umask);
  }
  return failed;
}

const onLinux = PEERS.find(({ name }) => name === "Linux")!;

Deno.test("the adapter of node:fs is innocent: over system calls nothing fails", async () => {
  assertEquals(await failures(() => PeerSubject.of(onLinux)), []);
});

Deno.test("the adapter of just-bash is innocent: over Deno's calls nothing fails", async () => {
  const directory = await Deno.makeTempDir({ dir: HOST_DIRECTORY });
  try {
    const make = () =>
      Promise.resolve(new PeerSubject(new BashFsProvider(bashFsOnLinux(), directory), []));
    assertEquals(await failures(make), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
