// The command, pointed at what is not ours: a server in Go, and a mount of libfuse.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { WITHOUT_FUSE } from "../tasks/fuse_device.ts";
import { LIBFUSE_EXAMPLE, whereIs } from "../tasks/programs.ts";
import { unmountBelow } from "./scenario.ts";

const COMMAND = new URL("../mod.ts", import.meta.url).href;
const GO_SOURCES = new URL("../../fixtures/go_peer/", import.meta.url);
const GOPATH = "/usr/share/gocode";
const GO_CODEC = `${GOPATH}/src/github.com/fxamacker/cbor/decode.go`;

/** The first of the files and programs that is not there. */
async function firstMissing(...names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await whereIs(name) === undefined) return name;
  return undefined;
}

const withoutGo = await firstMissing("go", GO_CODEC);
const withoutLibfuse = Deno.uid() === 0 && Deno.env.get(WITHOUT_FUSE) !== "1"
  ? await firstMissing("gcc", "/usr/include/stdlib.h", "pkg-config", LIBFUSE_EXAMPLE)
  : "root with FUSE";

function titled(name: string, missing: string | undefined): string {
  return missing === undefined ? name : `${name} (NOT TESTED: ${missing} is missing)`;
}

async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: URL; readonly env?: Record<string, string> } = {},
): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...options,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function must(...[program, args, options]: Parameters<typeof run>): Promise<string> {
  const { code, out } = await run(program, args, options);
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${out}`);
  return out;
}

/** What the command says of a target. */
interface Report {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly levels: readonly string[];
  readonly routes: Readonly<Record<string, unknown>>;
  readonly cases: readonly { readonly id: string; readonly status: string }[];
}

async function reportOn(target: string, file: string, ...args: string[]): Promise<Report> {
  const words = ["--report", "json", "--output", file, ...args];
  const { code, out } = await run(Deno.execPath(), [
    ...["run", "--quiet", "--no-lock", "--no-check", "-A", COMMAND, target],
    ...words,
  ], { env: { NO_COLOR: "1" } });
  assert(code === 0 || code === 1, out);
  return JSON.parse(await Deno.readTextFile(file));
}

function failedIn({ cases }: Report): string[] {
  return cases.filter(({ status }) => status === "failed").map(({ id }) => id);
}

async function isThere(path: string): Promise<void> {
  while (await Deno.lstat(path).then(() => false, () => true)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test({
  name: titled("a server in Go passes what it was written for, and the rest is told", withoutGo),
  ignore: withoutGo !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const program = `${folder}/go_peer`;
    await must("go", ["build", "-o", program, "."], {
      cwd: GO_SOURCES,
      env: { GO111MODULE: "off", GOPATH, GOFLAGS: "" },
    });
    const socket = `${folder}/socket`;
    const serving = new Deno.Command(program, { args: ["serve", socket], stdin: "null" }).spawn();
    try {
      await isThere(socket);
      const report = await reportOn(socket, `${folder}/report.json`);
      // It speaks version 1 only, which the command finds out.
      assertEquals(Object.keys(report.routes), ["wire-v1"]);
      const failed = failedIn(report);
      // Findings that are in its source for everybody to see: open looks at no flag but O_CREAT and
      // O_TRUNC, rename looks at nothing but that the old path is there.
      for (
        const known of [
          "open/with-o-creat-and-o-excl-refuses-file-that-is-there",
          "open/for-reading-refuses-to-write",
          "rename/refuses-to-move-directory-into-itself",
        ]
      ) assert(failed.includes(known), `${known} passes: ${failed}`);
      for (
        const sound of [
          "stat/tells-type-and-size-of-file",
          "write/past-end-leaves-zeros-between",
          "readdir/lists-thousand-names",
          "mkdir/refuses-directory-that-is-there",
          "rename/moves-directory-with-everything-in-it",
        ]
      ) assert(!failed.includes(sound), `${sound} fails`);
      assert(!failed.includes("run/goes-on"), "the server has gone");
      assert(report.counts.passed > 2 * report.counts.failed, JSON.stringify(report.counts));
      const refused = await run(Deno.execPath(), [
        ...["run", "--quiet", "--no-lock", "--no-check", "-A", COMMAND, socket],
        ...["--route", "wire-v2"],
      ], { env: { NO_COLOR: "1" } });
      assertEquals(refused.code, 2);
      assertStringIncludes(refused.out, "cannot be reached by wire-v2");
    } finally {
      serving.kill("SIGKILL");
      await serving.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/**
 * What passthrough_ll does not do, as its source shows: what is made belongs to the server and not to the
 * caller, and it does not ask the kernel to heed ACLs.
 */
const FINDINGS_OF_LIBFUSE = [
  /^(stat|mkdir|symlink|mknod|tmpfile)\/.*(owner|caller|setgid)/,
  /^permission\/to-remove-names-in-sticky-directory/,
  /^acl\//,
];

Deno.test({
  name: titled("a mount of libfuse passes nearly everything, and the rest is told", withoutLibfuse),
  ignore: withoutLibfuse !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [program, source, mountpoint] = [
      `${folder}/passthrough`,
      `${folder}/source`,
      `${folder}/m`,
    ];
    try {
      // Other users come here, too.
      await Deno.chmod(folder, 0o755);
      await Deno.mkdir(source);
      await Deno.mkdir(mountpoint);
      const flags = (await must("pkg-config", ["fuse3", "--cflags", "--libs"])).trim().split(/\s+/);
      await must("gcc", [LIBFUSE_EXAMPLE, "-o", program, ...flags]);
      // It returns when it is mounted, and ends when it is unmounted.
      const options = `source=${source},allow_other,default_permissions,xattr,flock`;
      await must(program, ["-o", options, mountpoint]);
      const report = await reportOn(mountpoint, `${folder}/report.json`);
      assertEquals(Object.keys(report.routes), ["host"]);
      const failed = failedIn(report);
      const others = failed.filter((id) => !FINDINGS_OF_LIBFUSE.some((known) => known.test(id)));
      assertEquals(others, []);
      assert(failed.includes("mkdir/belongs-to-its-caller"), `${failed}`);
      assert(report.levels.includes("core"), `${report.levels}`);
      assert(report.counts.passed > 20 * failed.length, JSON.stringify(report.counts));
    } finally {
      await unmountBelow(folder);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
