/**
 * A served memory file over a Unix socket, the server in a process of its own: lookups one after the other,
 * lookups sent ahead, and reads of 128 KiB, by a client that only counts. Beside it, in turns, a Go program
 * that serves the same protocol as the Go original does (`fixtures/go_peer`, one goroutine a connection, two
 * reads and two writes a request; built here when Debian's golang-go and golang-github-fxamacker-cbor-dev
 * are installed), and a bare echo server as the bound of what a socket gives. Then our own client.
 *
 *     deno task bench bench/wire_bench.ts    or, without building Go each time
 *     deno run -A bench/wire_bench.ts /path/to/socket    another server of the same protocol, with a file /f
 *
 * @module
 */
import { CborWriter } from "../src/cbor/mod.ts";
import { newMemoryProvider } from "../src/providers/mod.ts";
import { GoPeer, whyNoGo } from "../src/wire/testing/go_peer.ts";
import {
  connectUDS,
  encodeRequest,
  newVFSServer,
  OpCode,
  VFSRequest,
  type WireVersion,
} from "../src/wire/mod.ts";
import { spread } from "./report/statistics.ts";
import { record } from "./report/record.ts";

const SECONDS = 1;
/** What one turn of a server takes. */
const TURN_SECONDS = 0.4;
/** How often the servers take turns, the one that begins being another each time. */
const ROUNDS = 11;
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
  // As `fusewire serve` does.
  await newVFSServer(memory, { spinUs: 140 }).serveUDS(path);
}

async function echo(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1 << 18);
  for (;;) {
    const size = await connection.read(buffer);
    if (size === null) return;
    for (let sent = 0; sent < size;) sent += await connection.write(buffer.subarray(sent, size));
  }
}

const [OURS, GO, ECHO] = ["fusewire", "Go", "echo"];

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

const LOOKUP = frame(new VFSRequest({ op: OpCode.Lookup, path: "/f" }));

async function lockStep(counter: Counter, request = LOOKUP): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < TURN_SECONDS * 1000) {
    await counter.send(request);
    while (await counter.receive() === 0);
    done++;
  }
  return done / ((performance.now() - start) / 1000);
}

async function ahead(counter: Counter, request = LOOKUP): Promise<number> {
  const batch = new Uint8Array(request.length * BATCH);
  for (let index = 0; index < BATCH; index++) batch.set(request, index * request.length);
  const start = performance.now();
  let [sent, done] = [0, 0];
  while (performance.now() - start < TURN_SECONDS * 1000) {
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
  while (performance.now() - start < TURN_SECONDS * 1000) {
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

function row(name: string, value: number, unit: string): void {
  console.log(`${name.padEnd(50)} ${Math.round(value).toLocaleString("en").padStart(10)} ${unit}`);
}

/** What is measured of a server: by the client that only counts. */
const QUESTIONS = [
  { what: "lookups, one after the other", unit: "/s", target: 1, run: lockStep },
  { what: "lookups, sent ahead", unit: "/s", target: 5, run: ahead },
  { what: "reads of 128 KiB", unit: "MB/s", target: 1.5, run: reads },
] as const;

interface Server {
  readonly name: string;
  readonly path: string;
}

/** One round: the question to each server, `first` of them beginning. */
async function round(
  run: (counter: Counter) => Promise<number>,
  servers: readonly Server[],
  first: number,
): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (let turn = 0; turn < servers.length; turn++) {
    const { name, path } = servers[(first + turn) % servers.length]!;
    if (run === reads && name === ECHO) continue;
    const counter = await connected(path);
    values.set(name, await run(counter));
    counter.close();
  }
  return values;
}

/** Each question to each server in turns; then how ours stands to Go within a round, in the median. */
async function measureServers(servers: readonly Server[]): Promise<void> {
  for (const { what, unit, target, run } of QUESTIONS) {
    const rounds: Map<string, number>[] = [];
    // The first one warms up.
    for (let index = 0; index <= ROUNDS; index++) {
      const values = await round(run, servers, index);
      if (index > 0) rounds.push(values);
    }
    const values: Record<string, number> = {};
    for (const { name } of servers) {
      const each = rounds.map((one) => one.get(name)).filter((value) => value !== undefined);
      if (each.length === 0) continue;
      const { median } = spread(each);
      values[name] = median;
      row(`${name}: ${what}`, median, unit);
    }
    const targets = GO in values ? [{ peer: GO, ratio: target }] : [];
    record({ name: what, unit: { name: unit, better: "more" }, values, targets });
    if (targets.length === 0) continue;
    const { median, low, high } = spread(rounds.map((one) => one.get(OURS)! / one.get(GO)!));
    const [middle, ...quartiles] = [median, low, high].map((ratio) => ratio.toFixed(2));
    console.log(`  ${middle} times Go (${quartiles.join(" to ")}; target ${target})`);
  }
}

/** A figure of our own client. */
function client(version: WireVersion, what: string, value: number, unit: string): void {
  row(`our client, version ${version}: ${what}`, value, unit);
  const name = `client, version ${version}: ${what}`;
  record({ name, unit: { name: unit, better: "more" }, values: { [OURS]: value } });
}

async function measureClient(path: string, version: WireVersion): Promise<void> {
  const remote = await connectUDS(path, { version });
  let start = performance.now();
  let done = 0;
  for (; performance.now() - start < SECONDS * 1000; done++) await remote.stat("/f");
  client(version, "stat", done / SECONDS, "/s");
  start = performance.now();
  done = 0;
  while (performance.now() - start < SECONDS * 1000) {
    await Promise.all(Array.from({ length: BATCH }, () => remote.stat("/f")));
    done += BATCH;
  }
  client(version, "100 stats together", done / SECONDS, "/s");
  const handle = await remote.open("/f", 0, 0);
  const buffer = new Uint8Array(READ_SIZE);
  start = performance.now();
  done = 0;
  for (; performance.now() - start < SECONDS * 1000; done++) {
    await handle.readAt(buffer, (done % (FILE_SIZE / READ_SIZE)) * READ_SIZE);
  }
  client(version, "readAt 128 KiB", done * READ_SIZE / 1e6 / SECONDS, "MB/s");
  await handle.close();
  await remote.close();
}

async function main(): Promise<void> {
  const [first, second] = Deno.args;
  if (first === "serve" || first === "echo") return await serve(first, second!);
  const folder = await Deno.makeTempDir();
  await using closing = new AsyncDisposableStack();
  closing.defer(() => Deno.remove(folder, { recursive: true }));
  const started = (process: Deno.ChildProcess): void => {
    closing.defer(async () => {
      process.kill();
      await process.status;
    });
  };
  const servers: Server[] = [];
  for (const [kind, name] of [["serve", OURS], ["echo", ECHO]] as const) {
    const args = ["run", "-A", import.meta.filename!, kind, `${folder}/${kind}`];
    started(new Deno.Command(Deno.execPath(), { args }).spawn());
    servers.push({ name, path: `${folder}/${kind}` });
  }
  const missing = await whyNoGo();
  if (first !== undefined) servers.push({ name: GO, path: first });
  else if (missing === undefined) {
    const go = closing.use(await GoPeer.build());
    started(go.start("serve", `${folder}/go`, String(FILE_SIZE)));
    servers.push({ name: GO, path: `${folder}/go` });
  } else console.log(`Without Go: ${missing}`);
  await measureServers(servers);
  await measureClient(`${folder}/serve`, 1);
  await measureClient(`${folder}/serve`, 2);
}

if (import.meta.main) await main();
