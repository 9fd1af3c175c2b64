import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { ProcessorLoad } from "../libc/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { OpCode } from "./op_code.ts";
import { BusyClient } from "./testing/busy_client.ts";
import { GatedProvider } from "./testing/gated_provider.ts";
import { WirePeer } from "./testing/wire_peer.ts";
import { VFSServer } from "./vfs_server.ts";

/** Long enough that only what a test means ends a spin. */
const SPIN_US = 10_000;
/** A busy machine may take so long for a turn; a server that gives none takes longer. In milliseconds. */
const PAUSE_MAX = 400;
/** With a processor more than one a thread may spin (`VFSServerOptions.spinUs`). */
const ignore = navigator.hardwareConcurrency < 2;

/** Whether others want the processor: not a matter of what else the machine does while these tests run. */
let isCrowded = false;
ProcessorLoad.prototype.isCrowded = () => isCrowded;

/** The longest time that the event loop had no turn until `end` settled, in milliseconds. */
async function longestPause(end: Promise<void>): Promise<number> {
  let [longest, isOver, last] = [0, false, performance.now()];
  end.then(() => isOver = true);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

Deno.test({
  name: "who has a server for itself is looked for with the thread, and others get their turns",
  ignore,
  async fn() {
    await using server = new VFSServer(newMemoryProvider(), { spinUs: SPIN_US });
    const client = new BusyClient({ count: 50_000 });
    server.handleConnection(client);
    const pause = await longestPause(client.done);
    assertEquals(client.answers, 50_000);
    assert(client.waits < 1000, `waited ${client.waits} times`);
    assert(pause < PAUSE_MAX, `the event loop had to wait for ${pause} ms`);
    client.close();
  },
});

Deno.test({
  name: "a client that thinks for long, but not too long, leaves others their turns between",
  ignore,
  async fn() {
    await using server = new VFSServer(newMemoryProvider(), { spinUs: 5 * SPIN_US });
    const client = new BusyClient({ count: 60, thinkMs: 20 });
    server.handleConnection(client);
    const pause = await longestPause(client.done);
    assert(client.waits < 30, `waited ${client.waits} times`);
    assert(pause < PAUSE_MAX, `the event loop had to wait for ${pause} ms`);
    client.close();
  },
});

Deno.test("a server that was not told so looks for nobody", async () => {
  await using server = new VFSServer(newMemoryProvider());
  const client = new BusyClient({ count: 100 });
  server.handleConnection(client);
  await client.done;
  assertEquals([client.spins, client.waits >= 100], [0, true]);
  client.close();
});

Deno.test("nobody is looked for who takes long, but now and then", async () => {
  await using server = new VFSServer(newMemoryProvider(), { spinUs: 50 });
  const client = new BusyClient({ count: 400, thinkMs: Infinity });
  server.handleConnection(client);
  await client.done;
  assert(client.spins > 0 || ignore, "it was never looked for");
  assert(client.spins < 20, `looked ${client.spins} times in vain`);
  client.close();
});

Deno.test({
  name: "who has taken long and does not any more is soon looked for again",
  ignore,
  async fn() {
    await using server = new VFSServer(newMemoryProvider(), { spinUs: 3000 });
    const client = new BusyClient({ thinkMs: Infinity });
    server.handleConnection(client);
    while (client.answers < 300) await new Promise((resolve) => setTimeout(resolve, 5));
    client.thinkMs = 0;
    const [answers, waits] = [client.answers, client.waits];
    while (client.answers < answers + 3000) await new Promise((resolve) => setTimeout(resolve, 5));
    assert(client.waits - waits < 300, `waited ${client.waits - waits} times`);
    client.close();
  },
});

Deno.test("nobody is looked for while the machine is crowded", async () => {
  isCrowded = true;
  try {
    await using server = new VFSServer(newMemoryProvider(), { spinUs: SPIN_US });
    const client = new BusyClient({ count: 200 });
    server.handleConnection(client);
    await client.done;
    assertEquals(client.spins, 0);
    client.close();
  } finally {
    isCrowded = false;
  }
});

Deno.test("a client is not looked for while another one asks", async () => {
  await using server = new VFSServer(newMemoryProvider(), { spinUs: SPIN_US });
  const busy = new BusyClient({});
  server.handleConnection(busy);
  while (busy.answers < 100) await new Promise((resolve) => setTimeout(resolve, 5));
  const other = new BusyClient({ count: 100, thinkMs: Infinity });
  server.handleConnection(other);
  const pause = await longestPause(other.done);
  assertEquals(other.answers, 100);
  assert(pause < PAUSE_MAX, `the event loop had to wait for ${pause} ms`);
  const { spins } = busy;
  const last = new BusyClient({ count: 3, thinkMs: Infinity });
  server.handleConnection(last);
  await last.done;
  assert(busy.spins - spins < 100, `looked ${busy.spins - spins} times while others asked`);
  for (const client of [busy, other, last]) client.close();
});

Deno.test("a client is not looked for while a provider's promise is under way", async () => {
  const provider = new GatedProvider();
  await using server = new VFSServer(provider, { spinUs: SPIN_US });
  const peer = WirePeer.of(server);
  await peer.send({ op: OpCode.Lookup, path: "/slow" });
  const [slow] = await provider.atGate(1);
  const client = new BusyClient({ count: 100 });
  server.handleConnection(client);
  await client.done;
  assertEquals(client.spins, 0);
  client.close();
  slow!.open();
  assertEquals((await peer.receive()).err, 0);
  peer.close();
});

Deno.test("whoever sends a request bit by bit has as long for it as others have", async () => {
  const limits = { frameTimeoutMs: 50 };
  await using server = new VFSServer(newMemoryProvider(), { spinUs: SPIN_US, limits });
  const client = new BusyClient({ path: `/${"long/".repeat(400)}` });
  server.handleConnection(client);
  while (client.answers < 1000) await new Promise((resolve) => setTimeout(resolve, 5));
  client.part = 1;
  let isOver = false;
  client.ended.then(() => isOver = true);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert(isOver, "the connection goes on");
});
