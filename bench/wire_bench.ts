/**
 * A served memory file over a Unix socket, the server in a process of its own: lookups one after the other,
 * lookups sent ahead, and reads of 128 KiB. Beside it, in the same run, a bare echo server as the bound of
 * what a socket gives, and our own client.
 *
 *     deno run -A bench/wire_bench.ts
 *     deno run -A bench/wire_bench.ts /path/to/socket    another server of the same protocol, with a file /f
 *
 * @module
 */
import { CborWriter } from "../src/cbor/mod.ts";
import { newMemoryProvider } from "../src/providers/mod.ts";
import {
  connectUDS,
  encodeRequest,
  newVFSServer,
  OpCode,
  VFSRequest,
  type WireVersion,
} from "../src/wire/mod.ts";
import { record } from "./report/record.ts";

const SECONDS = 1.5;
const READ_SIZE = 128 << 10;
const FILE_SIZE = 16 << 20;
/** Requests in one write, and the most that wait for their replies. */
const BATCH = 100;
const AHEAD = 1000;

function frame(request: VFSRequest, version: WireVersion = 1): Uint8Array {
  const writer = new CborWriter();
  writer.uint(0);
  writer.length = 4;
  encodeRequest(writer, request, version);
  const bytes = writer.view().slice();
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4);
  return bytes;
}

async function serve(kind: string, path: string): Promise<void> {
  if (kind === "echo") {
    for await (const connection of Deno.listen({ transport: "unix", path })) echo(connection);
    return;
  }
  const memory = newMemoryProvider();
  memory.writeFile("/f", new Uint8Array(FILE_SIZE), 0o644);
  await newVFSServer(memory).serveUDS(path);
}

async function echo(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1 << 18);
  for (;;) {
    const size = await connection.read(buffer);
    if (size === null) return;
    for (let sent = 0; sent < size;) sent += await connection.write(buffer.subarray(sent, size));
  }
}

/** A client that only counts: what it measures is the server. */
class Counter {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(1 << 20);
  /** Bytes of the frame under way that are still to come; its length may be cut in two. */
  #rest = 0;
  #head: number[] = [];

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** Waits for bytes; returns how many frames ended with them. */
  async receive(): Promise<number> {
    const size = await this.#connection.read(this.#buffer) ?? 0;
    if (size === 0) throw new Error("The server ended the connection");
    let frames = 0;
    for (let at = 0; at < size;) {
      if (this.#rest > 0) {
        const taken = Math.min(this.#rest, size - at);
        at += taken;
        this.#rest -= taken;
        if (this.#rest === 0) frames++;
        continue;
      }
      this.#head.push(this.#buffer[at++]!);
      if (this.#head.length < 4) continue;
      const [a = 0, b = 0, c = 0, d = 0] = this.#head;
      this.#rest = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      this.#head = [];
    }
    return frames;
  }

  close(): void {
    this.#connection.close();
  }
}

async function lockStep(counter: Counter, request: Uint8Array): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < SECONDS * 1000) {
    await counter.send(request);
    while (await counter.receive() === 0);
    done++;
  }
  return done / ((performance.now() - start) / 1000);
}

async function ahead(counter: Counter, request: Uint8Array): Promise<number> {
  const batch = new Uint8Array(request.length * BATCH);
  for (let index = 0; index < BATCH; index++) batch.set(request, index * request.length);
  const start = performance.now();
  let [sent, done] = [0, 0];
  while (performance.now() - start < SECONDS * 1000) {
    while (sent - done < AHEAD) {
      await counter.send(batch);
      sent += BATCH;
    }
    done += await counter.receive();
  }
  const took = (performance.now() - start) / 1000;
  while (done < sent) done += await counter.receive();
  return done / took;
}

async function reads(counter: Counter): Promise<number> {
  await counter.send(frame(new VFSRequest({ op: OpCode.Open, path: "/f" })));
  while (await counter.receive() === 0);
  const requests = Array.from({ length: FILE_SIZE / READ_SIZE }, (_, index) =>
    frame(
      new VFSRequest({ op: OpCode.Read, handle: 1, offset: index * READ_SIZE, size: READ_SIZE }),
    ));
  const start = performance.now();
  let [sent, done] = [0, 0];
  while (performance.now() - start < SECONDS * 1000) {
    while (sent - done < 4) await counter.send(requests[sent++ % requests.length]!);
    done += await counter.receive();
  }
  const took = (performance.now() - start) / 1000;
  return done * READ_SIZE / 1e6 / took;
}

async function connected(path: string): Promise<Counter> {
  for (;;) {
    try {
      return new Counter(await Deno.connect({ transport: "unix", path }));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const recorded: Record<string, { unit: string; values: Record<string, number> }> = {};

/** "subject: what is measured". */
function row(name: string, value: number, unit: string): void {
  const [subject = "", what = ""] = name.split(": ");
  (recorded[what] ??= { unit, values: {} }).values[subject] = value;
  console.log(`${name.padEnd(44)} ${Math.round(value).toLocaleString("en").padStart(10)} ${unit}`);
}

async function measureServer(name: string, path: string): Promise<void> {
  const lookup = frame(new VFSRequest({ op: OpCode.Lookup, path: "/f" }));
  const counter = await connected(path);
  row(`${name}: lookups, one after the other`, await lockStep(counter, lookup), "/s");
  row(`${name}: lookups, sent ahead`, await ahead(counter, lookup), "/s");
  if (name !== "echo") row(`${name}: reads of 128 KiB`, await reads(counter), "MB/s");
  counter.close();
}

async function measureClient(path: string, version: WireVersion): Promise<void> {
  const remote = await connectUDS(path, { version });
  let start = performance.now();
  let done = 0;
  for (; performance.now() - start < SECONDS * 1000; done++) await remote.stat("/f");
  row(`our client, version ${version}: stat`, done / SECONDS, "/s");
  start = performance.now();
  done = 0;
  while (performance.now() - start < SECONDS * 1000) {
    await Promise.all(Array.from({ length: BATCH }, () => remote.stat("/f")));
    done += BATCH;
  }
  row(`our client, version ${version}: 100 stats together`, done / SECONDS, "/s");
  const handle = await remote.open("/f", 0, 0);
  const buffer = new Uint8Array(READ_SIZE);
  start = performance.now();
  done = 0;
  for (; performance.now() - start < SECONDS * 1000; done++) {
    await handle.readAt(buffer, (done % (FILE_SIZE / READ_SIZE)) * READ_SIZE);
  }
  row(`our client, version ${version}: readAt 128 KiB`, done * READ_SIZE / 1e6 / SECONDS, "MB/s");
  await handle.close();
  await remote.close();
}

async function main(): Promise<void> {
  const [first, second] = Deno.args;
  if (first === "serve" || first === "echo") return await serve(first, second!);
  const folder = await Deno.makeTempDir();
  const processes: Deno.ChildProcess[] = [];
  try {
    for (const kind of ["serve", "echo"]) {
      const args = ["run", "-A", import.meta.filename!, kind, `${folder}/${kind}`];
      processes.push(new Deno.Command(Deno.execPath(), { args }).spawn());
    }
    await measureServer("echo", `${folder}/echo`);
    await measureServer("fusewire", `${folder}/serve`);
    if (first !== undefined) await measureServer("the other", first);
    await measureClient(`${folder}/serve`, 1);
    await measureClient(`${folder}/serve`, 2);
    for (const [name, { unit, values }] of Object.entries(recorded)) {
      record({ name, unit: { name: unit, better: "more" }, values });
    }
  } finally {
    for (const process of processes) process.kill();
    await Promise.all(processes.map((process) => process.status));
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await main();
