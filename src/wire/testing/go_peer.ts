/**
 * The Go program of `fixtures/go_peer`: the codec of the Go original, as a judge of ours.
 *
 * @module
 */

const SOURCES = new URL("../../../fixtures/go_peer/", import.meta.url);
/** Where Debian puts the sources of Go libraries. */
const GOPATH = "/usr/share/gocode";
const CODEC = `${GOPATH}/src/github.com/fxamacker/cbor`;

/** Why the program cannot be built here, or undefined when it can. */
export async function whyNoGo(): Promise<string | undefined> {
  try {
    await new Deno.Command("go", { args: ["version"], stdout: "null", stderr: "null" }).output();
    await Deno.stat(CODEC);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    return "golang-go or golang-github-fxamacker-cbor-dev is not installed";
  }
}

/** The program, built, in a folder of its own. */
export class GoPeer implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Builds it. */
  static async build(): Promise<GoPeer> {
    const peer = new GoPeer(await Deno.makeTempDir());
    const { success, stderr } = await new Deno.Command("go", {
      args: ["build", "-o", `${peer.path}`, "."],
      cwd: SOURCES,
      env: { GO111MODULE: "off", GOPATH, GOFLAGS: "" },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return peer;
    await peer[Symbol.asyncDispose]();
    throw new Error(`Cannot build ${SOURCES.pathname}: ${new TextDecoder().decode(stderr)}`);
  }

  /** The program. */
  get path(): string {
    return `${this.#folder}/go_peer`;
  }

  /** Starts it without input or output; the caller ends it. */
  start(...args: string[]): Deno.ChildProcess {
    return new Deno.Command(this.path, { args, stdin: "null", stdout: "null" }).spawn();
  }

  /** Runs it to its end with `input` on its stdin, and returns what it printed. */
  async run(args: readonly string[], input = new Uint8Array()): Promise<Uint8Array<ArrayBuffer>> {
    const child = new Deno.Command(this.path, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const feeding = new Blob([new Uint8Array(input)]).stream().pipeTo(child.stdin)
      // A program that ends early says why.
      .catch(() => {});
    const { success, stdout, stderr } = await child.output();
    await feeding;
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return stdout;
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The frames in these bytes, without their lengths. */
export function framesIn(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at);
    frames.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return frames;
}

/** A message that Go is to decode: `q` a request, `r` a reply of version 1, `a` any map. */
export interface ForJudge {
  /** What it is. */
  readonly kind: "q" | "r" | "a";
  /** Its bytes. */
  readonly message: Uint8Array;
}

/**
 * What Go makes of each message: decoded strictly, and encoded again.
 *
 * @throws {Error} For the first one that Go cannot decode, with its reason.
 */
export async function judged(
  peer: GoPeer,
  messages: readonly ForJudge[],
): Promise<Uint8Array[]> {
  const frames = messages.map(({ kind, message }) => {
    const frame = new Uint8Array(5 + message.length);
    new DataView(frame.buffer).setUint32(0, 1 + message.length);
    frame[4] = kind.charCodeAt(0);
    frame.set(message, 5);
    return frame;
  });
  const input = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    input.set(frame, at);
    at += frame.length;
  }
  const verdicts = framesIn(await peer.run(["judge"], input));
  return verdicts.map((verdict, index) => {
    if (verdict[0] === 1) return verdict.subarray(1);
    const reason = new TextDecoder().decode(verdict.subarray(1));
    throw new Error(`Go cannot decode ${messages[index]?.message.toHex()}: ${reason}`);
  });
}
