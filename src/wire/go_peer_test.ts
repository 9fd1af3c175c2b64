import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Provider } from "../provider/mod.ts";
import { newMemoryProvider, newRealFSProvider } from "../providers/mod.ts";
import { CborReader, CborWriter } from "../cbor/mod.ts";
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from "./codec.ts";
import { connectUDS } from "./connect_vfs.ts";
import { anyRequest, anyResponse } from "./testing/any_message.ts";
import { type ForJudge, framesIn, GoPeer, judged, whyNoGo } from "./testing/go_peer.ts";
import { codeOf } from "./testing/linked.ts";
import { readDifferences, readRecordings } from "./testing/recordings.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { VFSServer } from "./vfs_server.ts";

const SEED = Number(Deno.env.get("FUSEWIRE_SEED") ?? Date.now() % 1_000_000);
const MESSAGES = 500;
const VISITS = 3000;

const missing = await whyNoGo();
let built: Promise<GoPeer> | undefined;

/** A test of which Go is the judge; without Go it is ignored, and says why. */
function goTest(name: string, run: (go: GoPeer) => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (NOT TESTED: ${missing})`,
    ignore: missing !== undefined,
    fn: async () => await run(await (built ??= GoPeer.build())),
  });
}

Deno.test.afterAll(async () => await (await built)?.[Symbol.asyncDispose]());

function decodedRequest(message: Uint8Array, version: 1 | 2): VFSRequest {
  const reader = new CborReader();
  reader.reset(message);
  const request = new VFSRequest();
  decodeRequest(reader, request, version);
  return request;
}

function decodedResponse(message: Uint8Array, version: 1 | 2): VFSResponse {
  const reader = new CborReader();
  reader.reset(message);
  const response = new VFSResponse();
  decodeResponse(reader, response, version);
  return response;
}

function bytesOf(write: (writer: CborWriter) => void): Uint8Array {
  const writer = new CborWriter();
  write(writer);
  return writer.view().slice();
}

goTest(
  `Go decodes any request and reply of version 1, and sends the same bytes (seed ${SEED})`,
  async (go) => {
    const parameters = { seed: SEED, numRuns: MESSAGES };
    const requests = fc.sample(anyRequest(1), parameters).map(({ ours }): ForJudge => ({
      kind: "q",
      message: bytesOf((writer) => encodeRequest(writer, ours, 1)),
    }));
    const replies = fc.sample(anyResponse(1), parameters).map(({ ours }): ForJudge => ({
      kind: "r",
      message: bytesOf((writer) => encodeResponse(writer, ours, 1)),
    }));
    const asked = [...requests, ...replies];
    const again = await judged(go, asked);
    assertEquals(again.length, 2 * MESSAGES);
    for (const [index, { message }] of asked.entries()) {
      assertEquals(again[index]?.toHex(), message.toHex());
    }
  },
);

goTest(
  `any message of version 2 means the same after Go has decoded and encoded it (seed ${SEED})`,
  async (go) => {
    const parameters = { seed: SEED, numRuns: MESSAGES };
    const requests = fc.sample(anyRequest(2), parameters).map(({ ours }) => ours);
    const replies = fc.sample(anyResponse(2), parameters).map(({ ours }) => ours);
    const again = await judged(
      go,
      [
        ...requests.map((ours) => bytesOf((writer) => encodeRequest(writer, ours, 2))),
        ...replies.map((ours) => bytesOf((writer) => encodeResponse(writer, ours, 2))),
      ].map((message) => ({ kind: "a", message })),
    );
    for (const [index, request] of requests.entries()) {
      assertEquals(decodedRequest(again[index]!, 2), request);
    }
    for (const [index, reply] of replies.entries()) {
      assertEquals(decodedResponse(again[MESSAGES + index]!, 2), reply);
    }
  },
);

goTest("Go decodes every recorded reply, our differences and version 2 included", async (go) => {
  const v1 = [
    ...readRecordings().flatMap(({ exchanges }) => exchanges.map(({ response }) => response)),
    ...readDifferences().map(({ response }) => response),
  ].map((hex): ForJudge => ({ kind: "r", message: Uint8Array.fromHex(hex) }));
  const file = new URL("../../fixtures/wire/v2/session.json", import.meta.url);
  const session: { readonly request: string; readonly response: string }[] = JSON.parse(
    await Deno.readTextFile(file),
  );
  const v2 = session.flatMap(({ request, response }) => [request, response])
    .map((hex): ForJudge => ({ kind: "a", message: Uint8Array.fromHex(hex) }));
  const again = await judged(go, [...v1, ...v2]);
  assertEquals(again.length, 133 + readDifferences().length + 2 * session.length);
  for (const [index, { message }] of v1.entries()) {
    assertEquals(again[index]?.toHex(), message.toHex());
  }
});

goTest(
  `every request that Go makes is decoded, in any order and of any length (seed ${SEED})`,
  async (go) => {
    const frames = framesIn(await go.run(["compose", String(SEED), String(MESSAGES)]));
    assertEquals(frames.length, 3 * MESSAGES);
    for (let index = 0; index < frames.length; index += 3) {
      const [plain, sorted, indefinite] = frames.slice(index, index + 3);
      const request = decodedRequest(plain!, 1);
      const ours = bytesOf((writer) => encodeRequest(writer, request, 1));
      assertEquals(ours.toHex(), plain!.toHex());
      assertEquals(decodedRequest(sorted!, 1), request);
      assertEquals(decodedRequest(indefinite!, 1), request);
    }
  },
);

/** What the Go program says of its visit. */
interface VisitReport {
  readonly replies: number;
  readonly failed: number;
  readonly entries: number;
  readonly byErrno: Readonly<Record<string, number>>;
}

async function visited(go: GoPeer, provider: Provider): Promise<VisitReport> {
  const folder = await Deno.makeTempDir();
  try {
    await using server = new VFSServer(provider);
    await server.serveUDSBackground(`${folder}/s`);
    const output = await go.run(["visit", `${folder}/s`, String(SEED), String(VISITS)]);
    return JSON.parse(new TextDecoder().decode(output));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertBusy({ replies, failed, entries, byErrno }: VisitReport): void {
  assertEquals(replies, VISITS);
  // How many work depends on the seed: on whether /a becomes a file, for one.
  assert(failed > 0 && failed < VISITS, `${failed} of ${VISITS} failed`);
  assert(entries > 0, "no listing had entries");
  // ENOENT, EBADF, ENOSYS: whatever else, these must come up.
  for (const errno of [2, 9, 38]) assert((byErrno[errno] ?? 0) > 0, `errno ${errno}`);
}

goTest(
  `Go visits memory, and every reply is what it would have sent (seed ${SEED})`,
  async (go) => {
    assertBusy(await visited(go, newMemoryProvider()));
  },
);

goTest(
  `Go visits a real directory, and every reply is what it would have sent (seed ${SEED})`,
  async (go) => {
    const root = await Deno.makeTempDir();
    try {
      await using provider = newRealFSProvider(root);
      assertBusy(await visited(go, provider));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

goTest("our client speaks version 1 with a Go server that knows no Hello", async (go) => {
  const folder = await Deno.makeTempDir();
  const serving = go.start("serve", `${folder}/s`, "100000");
  try {
    // The socket is there before anybody listens.
    const isServed = (): Promise<boolean> =>
      Deno.connect({ transport: "unix", path: `${folder}/s` })
        .then((probe) => (probe.close(), true), () => false);
    while (!await isServed()) await new Promise((resolve) => setTimeout(resolve, 5));
    await using remote = await connectUDS(`${folder}/s`);
    assertEquals(remote.client.version, 1);
    await remote.mkdir("/d", 0o755);
    const handle = await remote.create("/d/f", 0o640);
    assertEquals(await handle.writeAt(new Uint8Array(300).fill(7), 100), 300);
    const buffer = new Uint8Array(1000);
    assertEquals(await handle.readAt(buffer, 50), 350);
    assertEquals([buffer[49], buffer[50], buffer[349]], [0, 7, 7]);
    await handle.close();
    await remote.rename("/d", "/e");
    const names = (await remote.readDir("/e")).map((entry) => entry.name);
    assertEquals(names, ["f"]);
    assertEquals((await remote.stat("/e/f")).size, 400);
    assertEquals(await codeOf(() => remote.stat("/d")), "ENOENT");
    assertEquals(await codeOf(() => remote.mkdir("/e", 0o755)), "EEXIST");
    assertEquals(await codeOf(() => remote.link("/f", "/g")), "ENOSYS");
    const stats = await Promise.all(Array.from({ length: 200 }, () => remote.stat("/f")));
    assert(stats.every(({ size }) => size === 100_000));
  } finally {
    serving.kill();
    await serving.status;
    await Deno.remove(folder, { recursive: true });
  }
});

goTest("Go refuses what is no message, which shows that it looks", async (go) => {
  const wrong = [
    "a1636f70a0",
    "a2626f7000626f7000",
    "a1626f70",
    "bf626f7000ff",
    "a163657272f93c00",
  ];
  for (const hex of wrong) {
    const message = Uint8Array.fromHex(hex);
    await assertRejects(() => judged(go, [{ kind: "q", message }]), Error, "Go cannot decode");
  }
});
