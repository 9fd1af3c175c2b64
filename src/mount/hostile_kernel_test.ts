// What a broken kernel, or whoever holds the descriptor in its place, could send.
import { assert, assertEquals } from "@std/assert";
import { ERRNO } from "../base/mod.ts";
import { type Channel, InitFlags, Opcode, Session, type Wake } from "../fuse/mod.ts";
import type { MemoryBlock } from "../libc/mod.ts";
import { type Bridge, newNodeFS } from "../nodefs/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { ProviderNode } from "./provider_node.ts";

/** How many messages are sent. The long run: FUSEWIRE_FUZZ=1000000. */
const MESSAGES = Number(Deno.env.get("FUSEWIRE_FUZZ") ?? 10_000);
const HEADER_SIZE = 40;
const OUT_HEADER_SIZE = 16;
/** The kernel takes errors from -511 to 0 (`fuse_dev_do_write`). */
const ERROR_MIN = -511;
/** What is never answered. */
const UNANSWERED: readonly number[] = [
  Opcode.FORGET,
  Opcode.BATCH_FORGET,
  Opcode.INTERRUPT,
  Opcode.NOTIFY_REPLY,
];

/** Numbers that look random and are the same in every run (Numerical Recipes' generator). */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * limit);
  }
}

/** Header and up to 120 bytes: small numbers, large numbers and names in random order, cut off anywhere. */
function message(dice: Dice, unique: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE + 120);
  const view = new DataView(bytes.buffer);
  for (let at = HEADER_SIZE; at < bytes.length; at += 4) {
    const kind = dice.below(10);
    const value = kind < 6
      ? dice.below(8)
      : kind < 8
      ? dice.below(2 ** 32)
      : kind < 9
      ? 2 ** 31
      : 0;
    view.setUint32(at, value, true);
  }
  if (dice.below(2) === 0) {
    const names = new TextEncoder().encode(
      ["a\0b\0", "b\0../c\0", "\0", "d/e\0f\0"][dice.below(4)],
    );
    bytes.set(names, HEADER_SIZE + [0, 8, 16, 24][dice.below(4)]!);
  }
  const length = dice.below(8) === 0 ? HEADER_SIZE + dice.below(121) : bytes.length;
  view.setUint32(0, dice.below(20) === 0 ? dice.below(2 ** 32) : length, true);
  view.setUint32(4, dice.below(20) === 0 ? dice.below(5000) : 1 + dice.below(53), true);
  view.setUint32(8, unique, true);
  view.setUint32(16, 1 + dice.below(5), true);
  view.setUint32(24, dice.below(3), true);
  return bytes.subarray(0, length);
}

/** Sends messages and judges the replies. */
class HostileKernel implements Channel {
  readonly faults: string[] = [];
  /** What waits for its reply, by number. */
  readonly open = new Map<number, string>();
  /** The last reply. */
  last: { readonly unique: number; readonly size: number } | null = null;
  replyCount = 0;
  successes = 0;
  #messages: Uint8Array[] = [];
  /** How many of them have been read. */
  #read = 0;
  #isOver = false;
  #wake: (() => void) | null = null;

  send(message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset);
    const opcode = view.getUint32(4, true);
    if (!UNANSWERED.includes(opcode)) this.open.set(view.getUint32(8, true), message.toHex());
    this.#messages.push(message);
    this.#wake?.();
  }

  /** Resolves when everything that was sent has been read. */
  async allRead(): Promise<void> {
    while (this.#read < this.#messages.length) await new Promise((resolve) => setTimeout(resolve));
    this.#messages = [];
    this.#read = 0;
  }

  unmount(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  read(block: MemoryBlock): number {
    const message = this.#messages[this.#read];
    if (message === undefined) return -(this.#isOver ? ERRNO.ENODEV : ERRNO.EAGAIN).number;
    this.#read++;
    block.bytes.set(message);
    return message.length;
  }

  write(block: MemoryBlock, size: number): number {
    const unique = block.view.getUint32(8, true);
    const error = block.view.getInt32(4, true);
    const asked = this.open.get(unique);
    if (asked === undefined) this.faults.push(`a reply to nobody: ${unique}`);
    const isSound = size >= OUT_HEADER_SIZE && block.view.getUint32(0, true) === size &&
      (error === 0 || (size === OUT_HEADER_SIZE && error < 0 && error >= ERROR_MIN));
    if (!isSound || error === -ERRNO.EIO.number) this.faults.push(`${error} for ${asked}`);
    this.open.delete(unique);
    if (error === 0) this.successes++;
    this.last = { unique, size };
    this.replyCount++;
    return size;
  }

  notify(_block: MemoryBlock, size: number): Promise<boolean> {
    return Promise.resolve(size > 0);
  }

  readonly hasSources = false;
  readonly isAnswerDue = false;

  wait(): Promise<void> {
    if (this.#read < this.#messages.length || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => this.#wake = resolve);
  }

  waitBriefly(): Wake {
    return "nothing";
  }

  hasMessage(): boolean {
    return this.#messages.length > 0;
  }

  leave(): void {}

  wake(): void {
    this.#wake?.();
  }

  close(): void {}
}

const WISHES = {
  flags: InitFlags.of("INIT_EXT", "SETXATTR_EXT"),
  maxWrite: 1 << 17,
  maxReadahead: 1 << 17,
  maxBackground: 12,
  congestionThreshold: 9,
};

async function served(
  provider: MemoryProvider,
  use: (kernel: HostileKernel, bridge: Bridge) => Promise<void>,
): Promise<HostileKernel> {
  const kernel = new HostileKernel();
  const bridge = newNodeFS(new ProviderNode(provider), {
    rootStableAttr: { mode: 0o040000, ino: provider.stat("/").ino },
  });
  const session = new Session(kernel, bridge, {
    wishes: WISHES,
    entryTimeoutMs: 0,
    attrTimeoutMs: 0,
    report: (problem) => {
      // That an INIT offered another version is all that may have to be said.
      if (!String(problem).includes("The kernel speaks")) kernel.faults.push(String(problem));
    },
  });
  const running = session.run();
  await use(kernel, bridge);
  kernel.unmount();
  await running;
  return kernel;
}

Deno.test("whatever is sent, every request gets one sound reply, and the session goes on", async () => {
  const provider = new MemoryProvider({ maxBytes: 1 << 26 });
  for (const name of ["a", "b"]) provider.writeFile(`/${name}`, new Uint8Array(5000), 0o644);
  const kernel = await served(provider, async (kernel, bridge) => {
    const dice = new Dice(45);
    for (let sent = 0; sent < MESSAGES;) {
      for (let index = 0; index < 500; index++) kernel.send(message(dice, ++sent));
      await kernel.allRead();
    }
    // Still at work.
    const statfs = new Uint8Array(HEADER_SIZE);
    const view = new DataView(statfs.buffer);
    view.setUint32(0, HEADER_SIZE, true);
    view.setUint32(4, Opcode.STATFS, true);
    view.setUint32(8, MESSAGES + 1, true);
    view.setUint32(16, 1, true);
    kernel.send(statfs);
    while (kernel.open.has(MESSAGES + 1)) await new Promise((resolve) => setTimeout(resolve));
    assertEquals(kernel.last, { unique: MESSAGES + 1, size: OUT_HEADER_SIZE + 80 });
    assert(bridge.tree.size >= 1);
  });
  assertEquals(kernel.faults, []);
  assertEquals([...kernel.open.values()], []);
  // Noise that is only refused would prove little.
  assert(kernel.successes > MESSAGES / 20, `${kernel.successes} of ${MESSAGES}`);
});

Deno.test("a message that is shorter than a header is reported and answered by nobody", async () => {
  const kernel = await served(new MemoryProvider(), async (kernel) => {
    for (let length = 1; length < HEADER_SIZE; length++) {
      kernel.send(new Uint8Array(HEADER_SIZE).subarray(0, length));
    }
    await new Promise((resolve) => setTimeout(resolve));
  });
  assertEquals(kernel.replyCount, 0);
  assertEquals(kernel.faults.length, HEADER_SIZE - 1);
});
