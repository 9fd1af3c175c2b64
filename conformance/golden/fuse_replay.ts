/**
 * A recorded session with the kernel, said again to another provider.
 *
 * @module
 */
import { ERRNO, errnoOf } from "../../src/base/mod.ts";
import type { Channel } from "../../src/fuse/mod.ts";
import type { MemoryBlock } from "../../src/libc/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import type { FuseExchange } from "./fuse_recording.ts";
import { comparableReply, IN_HEADER_SIZE, NODES_OF_REQUEST, nodesGranted } from "./fuse_replies.ts";
import { fuseSession } from "./fuse_served.ts";

/** A kernel that asks one thing after the other. */
class AskingKernel implements Channel {
  readonly hasSources = false;
  readonly isAnswerDue = false;
  #message: Uint8Array | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;
  #taken: (() => void) | undefined;
  #replied: ((reply: Uint8Array) => void) | undefined;

  /** Sends a message. Resolves with its reply, or, where it has none, when it has been read. */
  async ask(message: Uint8Array, hasReply: boolean): Promise<Uint8Array> {
    const reply = new Promise<Uint8Array>((resolve) => this.#replied = resolve);
    const taken = new Promise<void>((resolve) => this.#taken = resolve);
    this.#message = message;
    this.#wake?.();
    if (hasReply) return await reply;
    await taken;
    return new Uint8Array(0);
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  read(block: MemoryBlock): number {
    const message = this.#message;
    if (message === undefined) return -(this.#isOver ? ERRNO.ENODEV : ERRNO.EAGAIN).number;
    this.#message = undefined;
    block.bytes.set(message);
    this.#taken?.();
    return message.length;
  }

  write(block: MemoryBlock, size: number): number {
    this.#replied?.(block.bytes.slice(0, size));
    return size;
  }

  notify(): Promise<boolean> {
    return Promise.resolve(true);
  }

  wait(): Promise<void> {
    if (this.#message !== undefined || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => this.#wake = resolve);
  }

  waitBriefly(): "work" {
    return "work";
  }

  hasMessage(): boolean {
    return this.#message !== undefined;
  }

  leave(): void {}

  wake(): void {
    this.#wake?.();
  }

  close(): void {}
}

/** The node ids of the recording, and those of now. */
class NodeNumbers {
  readonly #now = new Map<bigint, bigint>([[0n, 0n]]);

  /** The request with the numbers of now. */
  translate(opcode: number, request: Uint8Array): Uint8Array {
    const message = request.slice();
    const view = new DataView(message.buffer);
    for (const at of [16, ...(NODES_OF_REQUEST[opcode] ?? []).map((at) => IN_HEADER_SIZE + at)]) {
      const recorded = view.getBigUint64(at, true);
      view.setBigUint64(at, this.#now.get(recorded) ?? recorded, true);
    }
    return message;
  }

  /** Takes notice of what both replies grant; says what is not the same node any more. */
  learn(opcode: number, recorded: Uint8Array, now: Uint8Array): string | undefined {
    const granted = nodesGranted(opcode, now);
    for (const [name, before] of nodesGranted(opcode, recorded)) {
      const after = granted.get(name) ?? 0n;
      const known = this.#now.get(before);
      if (known !== undefined && known !== after) return `node ${after}, wanted ${known}`;
      this.#now.set(before, after);
    }
    return undefined;
  }
}

/** A reply that is another one now. */
export interface FuseDifference {
  /** The number of the exchange, from 0. */
  readonly exchange: number;
  /** Operation, the reply now and the recorded one, for people. */
  readonly text: string;
  /** The errno of now; undefined for a success. */
  readonly errno: string | undefined;
}

function errnoIn(reply: Uint8Array): string | undefined {
  if (reply.length === 0) return undefined;
  const error = new DataView(reply.buffer, reply.byteOffset).getInt32(4, true);
  return error === 0 ? undefined : errnoOf(-error)?.code;
}

/** What differs; with `exactly`, byte for byte. */
export async function replayFuse(
  provider: Provider,
  exchanges: readonly FuseExchange[],
  exactly = false,
): Promise<FuseDifference[]> {
  const kernel = new AskingKernel();
  const problems: unknown[] = [];
  const session = await fuseSession(provider, kernel, (problem) => problems.push(problem));
  const finished = session.run();
  const nodes = new NodeNumbers();
  const differences: FuseDifference[] = [];
  for (const [exchange, { operation, request, reply }] of exchanges.entries()) {
    const message = Uint8Array.fromHex(request);
    const opcode = new DataView(message.buffer).getUint32(4, true);
    const recorded = Uint8Array.fromHex(reply);
    const now = await kernel.ask(nodes.translate(opcode, message), reply !== "");
    const compare = (each: Uint8Array) => exactly ? each.toHex() : comparableReply(opcode, each);
    const [got, wanted] = [compare(now), compare(recorded)];
    const moved = nodes.learn(opcode, recorded, now);
    if (got === wanted && moved === undefined) continue;
    const errno = errnoIn(now);
    const text = `${exchange} ${operation}: ${moved ?? `got ${errno ?? got}, wanted ${wanted}`}`;
    differences.push({ exchange, text, errno });
  }
  kernel.end();
  await finished;
  if (problems.length > 0) throw new AggregateError(problems, "The session has reported problems");
  return differences;
}
