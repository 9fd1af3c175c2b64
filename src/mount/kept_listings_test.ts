import { assert, assertEquals } from "@std/assert";
import type { Provider } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import type { MountOptions } from "./mount.ts";
import { undisturbed } from "./testing/undisturbed.ts";
import { run, withMount } from "./testing/with_mount.ts";

/** Listings are kept for a half of that. */
const LONG = { entryTimeoutMs: 60_000, attrTimeoutMs: 60_000 };
/** More than one reply of a listing. */
const MANY = 3000;

/** What the kernel has asked so far, in words. */
class Asked {
  readonly #lines: string[] = [];

  get options(): MountOptions {
    return { debug: true, logger: (line) => void this.#lines.push(line) };
  }

  /** How many requests there have been since the last question that match. */
  count(pattern: RegExp): number {
    return this.#lines.splice(0).filter((line) => pattern.test(line)).length;
  }
}

/** A directory of the host with so many files, mounted. */
async function withDirectory(
  count: number,
  options: MountOptions,
  use: (mounted: string, host: string) => Promise<void>,
): Promise<void> {
  const host = await Deno.makeTempDir();
  try {
    await makeFiles(host, count);
    await withMount(new RealFSProvider(host), (mounted) => use(mounted, host), options);
  } finally {
    await Deno.remove(host, { recursive: true });
  }
}

async function makeFiles(directory: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await Deno.writeTextFile(`${directory}/file${index}`, "");
  }
}

/** The names in a directory, as a program sees them. */
async function list(directory: string): Promise<string[]> {
  const { code, stdout, stderr } = await run("ls", "-lU", directory);
  assertEquals(code, 0, stderr);
  return stdout.trim().split("\n").slice(1).map((line) => line.split(" ").at(-1) ?? "").sort();
}

const LISTING = /rx \d+: READDIR/;

Deno.test("what is listed again and again is asked for three times", async () => {
  await undisturbed(async () => {
    const asked = new Asked();
    await withDirectory(MANY, { ...LONG, ...asked.options }, async (mounted) => {
      for (let count = 0; count < 3; count++) {
        assertEquals((await list(mounted)).length, MANY);
        assert(asked.count(LISTING) > 1);
      }
      for (let count = 0; count < 5; count++) assertEquals((await list(mounted)).length, MANY);
      assertEquals(asked.count(/rx \d+: (READDIR|LOOKUP|GETATTR n[2-9])/), 0);
    });
  });
});

Deno.test("a listing that was kept has what the host has changed, in the moment of the question", async () => {
  const asked = new Asked();
  await withDirectory(20, { ...LONG, ...asked.options }, async (mounted, host) => {
    let kept = 0;
    for (let round = 0; round < 60; round++) {
      if (round % 3 === 0) await Deno.writeTextFile(`${host}/new${round}`, "");
      else if (round % 3 === 1) await Deno.rename(`${host}/new${round - 1}`, `${host}/moved`);
      else await Deno.remove(`${host}/moved`);
      const names = [...Deno.readDirSync(host)].map(({ name }) => name).sort();
      for (let count = 0; count < 5; count++) {
        asked.count(LISTING);
        assertEquals(await list(mounted), names, `round ${round}`);
        if (asked.count(LISTING) === 0) kept++;
      }
    }
    assert(kept >= 40, `${kept} listings were kept`);
  });
});

Deno.test("a listing that was kept has what was changed through the mount", async () => {
  await withDirectory(5, LONG, async (mounted, host) => {
    for (let round = 0; round < 20; round++) {
      for (let count = 0; count < 4; count++) await list(mounted);
      const name = `${mounted}/new${round}`;
      assertEquals((await run("touch", name)).code, 0);
      assert((await list(mounted)).includes(`new${round}`));
      if (round % 2 === 0) assertEquals((await run("rm", name)).code, 0);
      else assertEquals((await run("mv", name, `${mounted}/moved`)).code, 0);
      assertEquals((await list(mounted)).includes(`new${round}`), false);
      assertEquals(await list(mounted), [...Deno.readDirSync(host)].map(({ name }) => name).sort());
    }
  });
});

Deno.test("names without attributes are not kept: who looks at them gets both at once", async () => {
  const asked = new Asked();
  await withDirectory(MANY, { ...LONG, ...asked.options }, async (mounted) => {
    for (let count = 0; count < 4; count++) await run("ls", "-U", mounted);
    asked.count(LISTING);
    assertEquals((await list(mounted)).length, MANY);
    assert(asked.count(/rx \d+: LOOKUP/) < MANY / 10);
  });
});

Deno.test("without timeouts, and for a provider without leases, no listing is kept", async () => {
  const asked = new Asked();
  const NEVER = { entryTimeoutMs: 0, attrTimeoutMs: 0 };
  await withDirectory(5, { ...NEVER, ...asked.options }, async (mounted) => {
    for (let count = 0; count < 4; count++) {
      await list(mounted);
      assert(asked.count(LISTING) > 0);
    }
  });
  await withMount(new MemoryProvider(), async (mounted) => {
    await makeFiles(mounted, 5);
    for (let count = 0; count < 4; count++) {
      asked.count(LISTING);
      await list(mounted);
      assert(asked.count(LISTING) > 0);
    }
  }, { ...LONG, ...asked.options });
});

/** Lists a directory, and lists it again from its beginning until there is one more, for some seconds. */
const REWIND =
  `opendir(D, $ARGV[0]); my $count = () = readdir D; $| = 1; print "listed\\n"; <STDIN>;
  for (1 .. 500) { rewinddir D; my $now = () = readdir D; exit 0 if $now == $count + 1;
  select(undef, undef, undef, 0.01) } exit 1`;

Deno.test("a directory that is listed from its beginning again shows what the host has changed", async () => {
  await withDirectory(20, LONG, async (mounted, host) => {
    for (let count = 0; count < 4; count++) await list(mounted);
    const child = new Deno.Command("perl", {
      args: ["-e", REWIND, mounted],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "listed\n");
    await Deno.writeTextFile(`${host}/new`, "");
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    await writer.close();
    assertEquals((await child.status).code, 0);
    await reader.cancel();
  });
});

/** Removes what it lists, while another program lists the same now and then. How many names it found. */
const REMOVE = `opendir(D, $ARGV[0]); my $count = 0; while (defined(my $name = readdir D)) {
  next if $name =~ /^[.]/; unlink "$ARGV[0]/$name"; $count++;
  system("ls", "-U", $ARGV[0]) if $count % 250 == 0; } print STDERR $count`;

const OWNED = { soleOwner: true };
const REMOVALS: Record<string, [(host: string) => Provider, MountOptions]> = {
  "memory that nobody else changes": [() => new MemoryProvider(), OWNED],
  "memory": [() => new MemoryProvider(), {}],
  "a directory that nobody else changes": [(host) => new RealFSProvider(host), OWNED],
  "a directory": [(host) => new RealFSProvider(host), LONG],
};

for (const [name, [providerOf, options]] of Object.entries(REMOVALS)) {
  Deno.test(`who removes what he lists while another one lists finds everything: ${name}`, async () => {
    const host = await Deno.makeTempDir();
    await withMount(providerOf(host), async (mounted) => {
      await Deno.mkdir(`${mounted}/many`);
      await makeFiles(`${mounted}/many`, MANY);
      for (let count = 0; count < 4; count++) await list(`${mounted}/many`);
      const { stderr } = await run("perl", "-e", REMOVE, `${mounted}/many`);
      assertEquals(stderr, String(MANY));
      // That it is empty.
      await Deno.remove(`${mounted}/many`);
    }, options);
    await Deno.remove(host);
  });
}
