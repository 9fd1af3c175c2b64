import { assertEquals } from "@std/assert";

/** Says `ready`, and when it has been asked, `asked`; then its end hangs when a line comes, or is there. */
const PROGRAM = `
  import { StopSignal } from ${JSON.stringify(import.meta.resolve("./stop_signal.ts"))};
  using stop = new StopSignal();
  console.log("ready");
  await stop.requested;
  console.log("asked");
  const line = new Uint8Array(1);
  if (await Deno.stdin.read(line) === null) Deno.exit(0);
  stop.hangs();
  console.log("hangs");
  await Deno.stdin.read(line);
`;

/** That program. */
class Stoppable implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;

  constructor() {
    this.child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", "--ext=ts", PROGRAM],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.input = this.child.stdin.getWriter();
    this.#output = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async line(): Promise<string | undefined> {
    return (await this.#output.read()).value?.trim();
  }

  /** Ctrl-C, and again so much later. */
  async pressTwice(afterMs: number): Promise<void> {
    assertEquals(await this.line(), "ready");
    this.child.kill("SIGINT");
    assertEquals(await this.line(), "asked");
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    this.child.kill("SIGINT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.input.close().catch(() => {});
    await this.#output.cancel();
    await this.child.status;
  }
}

Deno.test("a second signal counts while the end is tried that turns out to hang", async () => {
  await using program = new Stoppable();
  await program.pressTwice(400);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await program.input.write(new Uint8Array(1)).catch(() => {});
  assertEquals(await program.line(), undefined);
  assertEquals((await program.child.status).code, 130);
});

Deno.test("a second signal soon after the first does not spoil a clean end", async () => {
  await using program = new Stoppable();
  await program.pressTwice(400);
  await program.input.close();
  assertEquals((await program.child.status).code, 0);
});

Deno.test("the same signal twice is one wish, and the next one ends what hangs", async () => {
  await using program = new Stoppable();
  await program.pressTwice(0);
  await program.input.write(new Uint8Array(1));
  assertEquals(await program.line(), "hangs");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  program.child.kill("SIGINT");
  assertEquals(await program.line(), undefined);
  assertEquals((await program.child.status).code, 130);
});
