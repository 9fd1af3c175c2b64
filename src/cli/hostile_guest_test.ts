import { assert, assertEquals, assertLess } from "@std/assert";
import { CborWriter } from "../cbor/mod.ts";
import { connectUDS, encodeRequest, OpCode, VFSRequest } from "../wire/mod.ts";
import { CliProcess } from "./testing/cli_process.ts";

/** Connections that come and go. */
const COME_AND_GO = 10_000;
/** Connections that do one bad thing each, at the same time. */
const CROWD = 200;
/**
 * What the server may grow by in bytes: what it holds for all (256 MiB), for each connection its share of
 * that and one reply, and half as much again for a collector that has not come to it yet.
 */
const GROWTH_MAX = 1.5 * ((256 << 20) + CROWD * (5 << 18));
const FILE_SIZE = 4 << 20;
/** How long the system may take to tell the server of what has been closed. */
const SETTLE_MS = 20_000;

function frame(init: Partial<VFSRequest>): Uint8Array<ArrayBuffer> {
  const writer = new CborWriter();
  writer.uint(0);
  writer.length = 4;
  encodeRequest(writer, new VFSRequest(init), 1);
  const bytes = writer.view().slice();
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4);
  return bytes;
}

function repeated(bytes: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length * times);
  for (let at = 0; at < all.length; at += bytes.length) all.set(bytes, at);
  return all;
}

/** A server in a process of its own, and a guest without manners. */
class Attack implements AsyncDisposable {
  readonly #path: string;
  readonly #pid: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #restMemory: number;
  readonly #restDescriptors: number;
  /** The most memory that it was seen to use. */
  peak = 0;

  constructor(path: string, pid: number) {
    this.#path = path;
    this.#pid = pid;
    this.#restMemory = this.#memory();
    this.#restDescriptors = this.#descriptors();
  }

  /** Resident memory of the server in bytes (`proc_pid_status(5)`). */
  #memory(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) << 10;
  }

  #descriptors(): number {
    return [...Deno.readDirSync(`/proc/${this.#pid}/fd`)].length;
  }

  /** How much memory it uses more than at the beginning, in bytes. */
  grown(): number {
    const now = this.#memory() - this.#restMemory;
    this.peak = Math.max(this.peak, now);
    return now;
  }

  async connect(): Promise<Deno.Conn> {
    const connection = await Deno.connect({ transport: "unix", path: this.#path });
    this.#open.add(connection);
    return connection;
  }

  /** Sends as much as the server takes, and never reads. */
  async flood(bytes: Uint8Array): Promise<void> {
    const connection = await this.connect();
    const write = async (): Promise<void> => {
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    };
    // It is ended while it writes.
    write().catch(() => {});
  }

  drop(connection: Deno.Conn): void {
    this.#open.delete(connection);
    connection.close();
  }

  dropAll(): void {
    for (const connection of this.#open) this.drop(connection);
  }

  /** Waits until the server has closed what the guest had open. */
  async settled(): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    while (this.#descriptors() > this.#restDescriptors && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(this.#descriptors(), this.#restDescriptors, "descriptors of the server");
  }

  // deno-lint-ignore require-await -- what `await using` calls
  async [Symbol.asyncDispose](): Promise<void> {
    this.dropAll();
  }
}

/** Runs an attack on a served directory while somebody else works there; returns what he got done. */
async function attacked(
  run: (attack: Attack, worked: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/served`);
    const file = await Deno.open(`${folder}/served/f`, { create: true, write: true });
    await file.truncate(FILE_SIZE);
    file.close();
    const path = `${folder}/s`;
    await using serving = new CliProcess(["serve", `${folder}/served`, "--socket", path]);
    await serving.line();
    await using witness = await connectUDS(path);
    const worked = async (): Promise<void> => {
      for (let times = 0; times < 20; times++) {
        assertEquals((await witness.stat("/f")).size, FILE_SIZE);
      }
    };
    await worked();
    await using attack = new Attack(path, serving.pid);
    await run(attack, worked);
    assertLess(attack.grown(), GROWTH_MAX);
    attack.dropAll();
    await worked();
    await attack.settled();
    serving.stop();
    assertEquals(await serving.ended(), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const OPEN = frame({ op: OpCode.Open, path: "/f" });
const READ = frame({ op: OpCode.Read, handle: 1, size: 1 << 20 });

Deno.test(`serve outlives ${COME_AND_GO} connections that open a file and go`, async () => {
  await attacked(async (attack, worked) => {
    for (let done = 0; done < COME_AND_GO; done += 100) {
      const connections = await Promise.all(Array.from({ length: 100 }, () => attack.connect()));
      await Promise.all(connections.map((each, index) => {
        // A third opens files, a third leaves half a frame, a third says nothing.
        const words = [OPEN, OPEN.subarray(0, 7), new Uint8Array()][index % 3]!;
        return words.length > 0 ? each.write(words).catch(() => 0) : 0;
      }));
      for (const connection of connections) attack.drop(connection);
      if (done % 1000 === 0) await worked();
    }
  });
});

Deno.test("serve ends connections that announce 4 GiB, and keeps none of it", async () => {
  await attacked(async (attack, worked) => {
    const connections = await Promise.all(Array.from({ length: CROWD }, () => attack.connect()));
    await Promise.all(connections.map(async (each) => {
      await each.write(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xa1]));
      // Ended, with or without a reset.
      assertEquals(await each.read(new Uint8Array(9)).catch(() => null), null);
    }));
    await worked();
  });
});

Deno.test("serve serves others while frames come byte by byte or stop half way", async () => {
  await attacked(async (attack, worked) => {
    const slow = await Promise.all(Array.from({ length: CROWD }, () => attack.connect()));
    for (const byte of OPEN) {
      await Promise.all(slow.map((each) => each.write(new Uint8Array([byte]))));
      await worked();
    }
    const half = frame({ op: OpCode.Write, handle: 1, data: new Uint8Array(1 << 20) });
    for (let count = 0; count < CROWD; count++) await attack.flood(half.subarray(0, 1 << 20));
    await worked();
  });
});

Deno.test("serve bounds what it holds for clients that never read", async () => {
  await attacked(async (attack, worked) => {
    const greedy = new Uint8Array([...OPEN, ...repeated(READ, 2000)]);
    for (let count = 0; count < CROWD; count++) {
      await attack.flood(greedy);
      if (count % 20 === 0) {
        await worked();
        assertLess(attack.grown(), GROWTH_MAX);
      }
    }
    await worked();
    assert(attack.peak > 0);
  });
});
