/**
 * What the machine must have beside Deno, and how it gets there.
 *
 * @module
 */

/** A program of the system. */
export interface SystemProgram {
  /** The command, or the path of a file that the package brings. */
  readonly command: string;
  /** Debian's package. */
  readonly package: string;
  /** What it is needed for. */
  readonly why: string;
}

/** The programs that the demo and the tests start. */
export const SYSTEM_PROGRAMS: readonly SystemProgram[] = [
  { command: "fusermount3", package: "fuse3", why: "mounts" },
  { command: "git", package: "git", why: "the demo works in a git work tree" },
];

/** Where Debian's libfuse3-dev puts the source of a filesystem that is not ours. */
export const LIBFUSE_EXAMPLE = "/usr/share/doc/libfuse3-dev/examples/passthrough_ll.c";

const FOR_LIBFUSE = "a mount of libfuse is judged";

/** Independent judges: the tests that ask them are ignored, and say why, where these are missing. */
export const JUDGES: readonly SystemProgram[] = [
  { command: "go", package: "golang-go", why: "Go judges the wire" },
  {
    command: "/usr/share/gocode/src/github.com/fxamacker/cbor/decode.go",
    package: "golang-github-fxamacker-cbor-dev",
    why: "the codec of the Go original judges the wire",
  },
  { command: "gcc", package: "gcc", why: FOR_LIBFUSE },
  { command: "/usr/include/stdlib.h", package: "libc6-dev", why: FOR_LIBFUSE },
  { command: "pkg-config", package: "pkg-config", why: FOR_LIBFUSE },
  { command: LIBFUSE_EXAMPLE, package: "libfuse3-dev", why: FOR_LIBFUSE },
];

/** The first file of this name that can be run, in the folders of `$PATH` and the usual ones of root. */
export async function whereIs(command: string): Promise<string | undefined> {
  if (command.startsWith("/")) return await isThere(command) ? command : undefined;
  const folders = `${Deno.env.get("PATH") ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;
  for (const folder of folders.split(":")) {
    const path = `${folder}/${command}`;
    try {
      const info = await Deno.stat(path);
      if (folder !== "" && info.isFile && ((info.mode ?? 0) & 0o111) !== 0) return path;
    } catch {
      continue; // Not there, or not for us to see: either way not what we look for.
    }
  }
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}

/** Which of the programs are not there. */
export async function missingOf(programs: readonly SystemProgram[]): Promise<SystemProgram[]> {
  const missing: SystemProgram[] = [];
  for (const program of programs) {
    if (await whereIs(program.command) === undefined) missing.push(program);
  }
  return missing;
}

/** How a person installs packages on the distributions that most people have. */
export function installAdvice(packages: readonly string[]): string {
  const list = packages.join(" ");
  return [
    `  Debian, Ubuntu:  sudo apt-get install -y ${list}`,
    `  Fedora:          sudo dnf install -y ${list}`,
    `  Arch:            sudo pacman -S --needed ${list}`,
    `  Alpine:          sudo apk add ${list}`,
  ].join("\n");
}

async function runQuietly(command: string, args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  const output = `${decoder.decode(stdout)}${decoder.decode(stderr)}`.trimEnd();
  throw new Error(`${output}\n${command} ${args.join(" ")} failed`);
}

/** Installs Debian packages. Needs root. */
export async function installPackages(aptGet: string, packages: readonly string[]): Promise<void> {
  await runQuietly(aptGet, ["-qq", "update"]);
  await runQuietly(aptGet, ["-qq", "install", "-y", "--no-install-recommends", ...packages]);
}
