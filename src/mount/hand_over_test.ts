import { assert, assertEquals } from "@std/assert";
import type { Context, FileInfo } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { run, withMount } from "./testing/with_mount.ts";

/** Enough questions of one program that the mount makes itself at home with it (`HandOver`). */
const FILES = 2000;

/** How a process is scheduled: its policy, and where it may run. */
function schedulingOf(stat: string, status: string): string {
  const policy = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38];
  return `policy ${policy}, on ${/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1]}`;
}

/** Starts a program now and then while it answers, as a hook may. */
class Starting extends MemoryProvider {
  readonly seen: string[] = [];
  #count = 0;

  override lstat(path: string, context?: Context): FileInfo {
    if (++this.#count % 500 === 0) this.#start();
    return super.lstat(path, context);
  }

  #start(): void {
    const read = (name: string): string => {
      const { stdout } = new Deno.Command("cat", { args: [`/proc/self/${name}`] }).outputSync();
      return new TextDecoder().decode(stdout);
    };
    this.seen.push(schedulingOf(read("stat"), read("status")));
  }
}

Deno.test("a program that a provider starts is scheduled like any other, and so are we", async () => {
  const starting = new Starting();
  for (let index = 0; index < FILES; index++) {
    starting.writeFile(`/file${index}`, new Uint8Array(), 0o644);
  }
  const [stat, status] = ["stat", "status"].map((name) => `/proc/thread-self/${name}`);
  const ours = () => schedulingOf(Deno.readTextFileSync(stat!), Deno.readTextFileSync(status!));
  const before = ours();
  await withMount(starting, async (directory) => {
    const { code, stdout } = await run("ls", "-lU", directory);
    assertEquals([code, stdout.trimEnd().split("\n").length], [0, FILES + 1]);
    assertEquals(ours(), before);
  }, { entryTimeoutMs: 0, attrTimeoutMs: 0 });
  assert(starting.seen.length >= 2, `started ${starting.seen.length} programs`);
  assertEquals(new Set(starting.seen), new Set([before]));
});
