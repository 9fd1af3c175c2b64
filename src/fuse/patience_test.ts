import { assertEquals } from "@std/assert";
import { MemoryBlock } from "../libc/mod.ts";
import { BlockPool } from "./block_pool.ts";
import { Opcode } from "./opcode.ts";
import { isEnding, Patience } from "./patience.ts";
import { Request } from "./request.ts";

/** A thread's status, with sets of signals. */
function status(sets: Readonly<Record<string, number>>): string {
  const none = { SigPnd: 0, ShdPnd: 0, SigBlk: 0, SigIgn: 0, SigCgt: 0 };
  const lines = Object.entries({ ...none, ...sets }).map(([name, signal]) =>
    `${name}:\t${(signal === 0 ? 0n : 1n << BigInt(signal - 1)).toString(16).padStart(16, "0")}`
  );
  return ["Name:\tprogram", "SigQ:\t0/1", ...lines, "CapInh:\t0"].join("\n");
}

Deno.test("a pending signal that nobody keeps off ends a thread", () => {
  const [SIGQUIT, SIGKILL, SIGALRM, SIGTERM, SIGCHLD, SIGURG] = [3, 9, 14, 15, 17, 23];
  assertEquals(isEnding(status({ SigPnd: SIGKILL })), true);
  assertEquals(isEnding(status({ ShdPnd: SIGQUIT })), true);
  assertEquals(isEnding(status({ ShdPnd: SIGTERM, SigCgt: SIGALRM })), true);
  assertEquals(isEnding(status({})), false);
  assertEquals(isEnding(status({ ShdPnd: SIGALRM, SigCgt: SIGALRM })), false);
  assertEquals(isEnding(status({ SigPnd: SIGTERM, SigBlk: SIGTERM })), false);
  assertEquals(isEnding(status({ SigPnd: SIGTERM, SigIgn: SIGTERM })), false);
  assertEquals(isEnding(status({ ShdPnd: SIGCHLD })), false);
  assertEquals(isEnding(status({ SigPnd: SIGURG })), false);
});

Deno.test("what a status does not tell counts as the end", () => {
  assertEquals(isEnding(""), true);
  assertEquals(isEnding(status({}).replace("SigCgt", "Other")), true);
});

/** A request as it comes from a caller. */
function requestOf(pid: number, opcode: number, unique: number): Request {
  const input = new MemoryBlock(40);
  input.view.setUint32(0, 40, true);
  input.view.setUint32(4, opcode, true);
  input.view.setUint32(8, unique, true);
  input.view.setUint32(32, pid, true);
  const request = new Request(new BlockPool(), { entryTimeoutMs: 0, attrTimeoutMs: 0 });
  request.start(input, 40);
  return request;
}

Deno.test("a signal that its caller survives ends only a wait for a lock", () => {
  const requests = [Opcode.LOOKUP, Opcode.WRITE, Opcode.SETLK, Opcode.SETLKW].map((opcode, index) =>
    requestOf(Deno.pid, opcode, index + 2)
  );
  const patience = new Patience(new Map(requests.map((request) => [request.unique, request])));
  for (const request of requests) patience.interrupt(request);
  assertEquals(requests.map(({ interrupted }) => interrupted), [false, false, false, true]);
  patience.end();
});

Deno.test("who cannot be seen is not waited for", () => {
  const request = requestOf(0, Opcode.LOOKUP, 2);
  new Patience(new Map([[2, request]])).interrupt(request);
  assertEquals(request.interrupted, true);
});
