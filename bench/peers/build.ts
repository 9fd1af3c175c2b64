/**
 * Builds the programs that are measured beside ours, and the load generator, from source: C with Debian's
 * libfuse3-dev, Go with Debian's golang-github-hanwen-go-fuse-dev. As root it installs what is missing; what
 * cannot be built is left out, and the report says why.
 *
 * @module
 */
import { installAdvice, installPackages, whereIs } from "../../conformance/tasks/programs.ts";

const EXAMPLES = "/usr/share/doc/libfuse3-dev/examples";
const GO_PATH = "/usr/share/gocode";
const GO_LOOPBACK = "/usr/share/doc/golang-github-hanwen-go-fuse-dev/examples/loopback/main.go";

/** What must be there to build, and the Debian package that brings it. */
const NEEDED: readonly (readonly [file: string, packageName: string])[] = [
  ["gcc", "gcc"],
  ["/usr/include/stdlib.h", "libc6-dev"],
  ["pkg-config", "pkg-config"],
  ["fusermount3", "fuse3"],
  ["/usr/include/fuse3/fuse_lowlevel.h", "libfuse3-dev"],
  ["fio", "fio"],
  ["git", "git"],
  ["tar", "tar"],
  ["go", "golang-go"],
  [`${GO_PATH}/src/github.com/hanwen/go-fuse/fs/api.go`, "golang-github-hanwen-go-fuse-dev"],
];

/** The programs that could be built. */
export interface Peers {
  /** Where they are. */
  readonly folder: string;
  /** Whether a program is there. */
  has(name: string): boolean;
  /** Why programs are missing, a line each. */
  readonly problems: readonly string[];
}

const here = new URL("./", import.meta.url);

/** One program: how it is made from sources. */
interface Recipe {
  readonly name: string;
  readonly sources: readonly string[];
  readonly build: (output: string, work: string) => Promise<void>;
}

async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command}: ${decoder.decode(stderr).trim().split("\n").at(-1)}`);
  return decoder.decode(stdout);
}

async function compileC(source: string, output: string, withFuse: boolean): Promise<void> {
  const flags = withFuse
    ? (await run("pkg-config", ["--cflags", "--libs", "fuse3"])).trim().split(/\s+/)
    : [];
  await run("gcc", ["-O2", "-o", output, source, ...flags]);
}

async function compileGo(folder: string, output: string, work: string): Promise<void> {
  const env = { GO111MODULE: "off", GOPATH: GO_PATH, GOCACHE: `${work}/go-cache`, GOFLAGS: "" };
  await run("go", ["build", "-o", output, "."], { cwd: folder, env });
}

/** The example names version 2 of its module, which Debian installs without the version. */
async function compileGoLoopback(output: string, work: string): Promise<void> {
  const folder = `${work}/go-loopback`;
  await Deno.mkdir(folder, { recursive: true });
  const source = await Deno.readTextFile(GO_LOOPBACK);
  await Deno.writeTextFile(`${folder}/main.go`, source.replaceAll("go-fuse/v2/", "go-fuse/"));
  await compileGo(folder, output, work);
}

function ours(path: string): string {
  return decodeURIComponent(new URL(path, here).pathname);
}

const RECIPES: readonly Recipe[] = [
  {
    name: "load",
    sources: [ours("load.c")],
    build: (output) => compileC(ours("load.c"), output, false),
  },
  {
    name: "hello",
    sources: [ours("hello.c")],
    build: (output) => compileC(ours("hello.c"), output, true),
  },
  ...["null", "passthrough_ll"].map((name) => ({
    name,
    sources: [`${EXAMPLES}/${name}.c`],
    build: (output: string) => compileC(`${EXAMPLES}/${name}.c`, output, true),
  })),
  {
    name: "go_hello",
    sources: [ours("go_hello/main.go")],
    build: (output, work) => compileGo(ours("go_hello"), output, work),
  },
  { name: "go_loopback", sources: [GO_LOOPBACK], build: compileGoLoopback },
];

async function isThere(needed: string): Promise<boolean> {
  if (!needed.startsWith("/")) return await whereIs(needed) !== undefined;
  try {
    await Deno.stat(needed);
    return true;
  } catch {
    return false;
  }
}

async function installMissing(): Promise<string[]> {
  const missing: string[] = [];
  for (const [needed, packageName] of NEEDED) {
    if (!await isThere(needed)) missing.push(packageName);
  }
  if (missing.length === 0) return [];
  const aptGet = await whereIs("apt-get");
  if (Deno.uid() !== 0 || aptGet === undefined) {
    return [`Some peers are missing. To have them all:\n${installAdvice(missing)}`];
  }
  try {
    console.error(`Installing ${missing.join(", ")} ...`);
    await installPackages(aptGet, missing);
    return [];
  } catch (thrown) {
    return [
      `Cannot install ${missing.join(", ")}: ${thrown instanceof Error ? thrown.message : ""}`,
    ];
  }
}

async function isFresh(output: string, sources: readonly string[]): Promise<boolean> {
  try {
    const made = (await Deno.stat(output)).mtime?.getTime() ?? 0;
    for (const source of sources) {
      if (((await Deno.stat(source)).mtime?.getTime() ?? 0) > made) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Builds into `folder` what is not built yet. */
export async function buildPeers(folder: string): Promise<Peers> {
  await Deno.mkdir(folder, { recursive: true });
  const problems = await installMissing();
  const built = new Set<string>();
  for (const { name, sources, build } of RECIPES) {
    const output = `${folder}/${name}`;
    try {
      if (!await isFresh(output, sources)) await build(output, folder);
      built.add(name);
    } catch (thrown) {
      problems.push(`Without ${name}: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  }
  return { folder, problems, has: (name) => built.has(name) };
}
