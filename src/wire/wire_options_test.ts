import { assertRejects, assertThrows } from "@std/assert";
import { TIMER_MAX_MS } from "../base/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { connectVFS } from "./connect_vfs.ts";
import { DATA_MAX_LEAST, DEFAULT_LIMITS, limitsOf } from "./limits.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import { type CloseOptions, VFSServer, type VFSServerOptions } from "./vfs_server.ts";

const NEVER = [-1, NaN, -Infinity];

Deno.test("a limit is a whole number, and not 0 where nothing would go on then", () => {
  const mayBeZero = [
    "queuedBytesMax",
    "watchesMax",
    "leasesTotalMax",
    "leasersMax",
    "sharersMax",
    "queuedTotalMax",
    "listedEntriesMax",
    "frameTimeoutMs",
  ];
  for (const name of Object.keys(DEFAULT_LIMITS)) {
    const isTime = name === "frameTimeoutMs";
    const more = isTime ? [TIMER_MAX_MS + 1] : [0.5, 2 ** 53];
    for (const value of [...NEVER, Infinity, ...more]) {
      assertThrows(() => limitsOf({ [name]: value }), RangeError, `${name} ${value}:`);
    }
    if (mayBeZero.includes(name)) limitsOf({ [name]: 0 });
    else assertThrows(() => limitsOf({ [name]: 0 }), RangeError, `${name} 0:`);
    limitsOf({ [name]: name === "dataMax" || name === "frameMax" ? DATA_MAX_LEAST : 1 });
  }
});

Deno.test("a server refuses numbers with which it could not serve", async () => {
  const bad: readonly (readonly [name: string, VFSServerOptions])[] = [
    ...[...NEVER, 0.5, 0o10000].map((value) => ["socketMode", { socketMode: value }] as const),
    ...[...NEVER, Infinity].map((value) => ["spinUs", { spinUs: value }] as const),
    ["inFlightMax", { limits: { inFlightMax: 0 } }],
  ];
  for (const [name, options] of bad) {
    assertThrows(() => new VFSServer(newMemoryProvider(), options), RangeError, name);
  }
  await using server = new VFSServer(newMemoryProvider(), { socketMode: 0, spinUs: 0 });
  for (const graceMs of [...NEVER, Infinity, TIMER_MAX_MS + 1]) {
    const options: CloseOptions = { graceMs };
    await assertRejects(() => server.close(options), RangeError, "graceMs");
  }
  await server.close({ graceMs: 0 });
});

Deno.test("a client refuses numbers with which it could not work, and closes the connection", async () => {
  const dial = () => Promise.reject(new Error("nobody there"));
  const bad: readonly (readonly [name: string, VFSClientOptions])[] = [
    ...[...NEVER, 0, 0.5, Infinity].map((frameMax) => ["frameMax", { frameMax }] as const),
    ...[...NEVER, Infinity].map((value) => ["helloTimeoutMs", { helloTimeoutMs: value }] as const),
    ...[...NEVER, Infinity].map((recentMs) => ["recentMs", { recentMs }] as const),
    ...NEVER.map((timeoutMs) => ["timeoutMs", { reconnect: { dial, timeoutMs } }] as const),
    ...[...NEVER, Infinity].map((pauseMs) =>
      ["pauseMs", { reconnect: { dial, pauseMs } }] as const
    ),
  ];
  for (const [name, options] of bad) {
    let closed = 0;
    const connection = {
      read: () => Promise.resolve(null),
      write: (data: Uint8Array) => Promise.resolve(data.length),
      close: () => {
        closed++;
      },
    };
    await assertRejects(() => connectVFS(connection, options), RangeError, name);
    if (closed !== 1) throw new Error(`closed ${closed} times for ${name}`);
  }
});
