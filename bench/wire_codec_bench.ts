/**
 * The codec of the wire beside cbor-x and `@std/cbor` on each kind of message, in turns. Where JSR cannot be
 * reached cborg takes part in place of the latter, which nothing is promised of.
 *
 *     deno run -A --lock=bench/deno.lock bench/wire_codec_bench.ts
 *
 * Encoding: ours writes a message object into a buffer that is used again; the others encode an object with
 * the same keys, cbor-x with its buffer used again. Decoding: ours reads into a message object that is used
 * again; the others make one.
 *
 * @module
 */
import { decodeCbor, encodeCbor } from "@std/cbor";
import { Encoder } from "npm:cbor-x@1.6.0";
import { CborReader, CborWriter } from "../src/cbor/mod.ts";
import {
  decodeRequest,
  decodeResponse,
  encodeReplyTo,
  encodeRequestOfOp,
  type WireVersion,
} from "../src/wire/codec.ts";
import { record } from "./report/record.ts";
import { VFSDirEntry, VFSRequest, VFSResponse, VFSStat } from "../src/wire/mod.ts";

// Maps as others read them: no records, no tag for a Uint8Array.
const cborX = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false });

const ino = 2910895250130235480n;
const stat = new VFSStat({ size: 13, mode: 0o644, modTime: 1_795_219_098, ino });
const fullStat = new VFSStat({
  size: 13,
  mode: 0o100644,
  modTime: 1_795_219_098,
  ino: 4711,
  nlink: 1,
  uid: 1000,
  gid: 1000,
  blocks: 8,
  blksize: 4096,
  atime: 1_795_219_098,
  ctime: 1_795_219_098,
  atimeNs: 123_456_789,
  mtimeNs: 123_456_789,
  ctimeNs: 123_456_789,
});
const entries = Array.from(
  { length: 100 },
  (_, index) => new VFSDirEntry({ name: `some-file-${index}.ts`, size: index, ino: 1n << 60n }),
);

interface Kind {
  readonly name: string;
  readonly version: WireVersion;
  /** What a reply answers. */
  readonly op?: number;
  readonly request?: VFSRequest;
  readonly response?: VFSResponse;
}

const path = "/workspace/src/main.ts";
const KINDS: readonly Kind[] = [
  { name: "request Lookup", version: 1, request: new VFSRequest({ op: 0, path }) },
  {
    name: "request Read",
    version: 1,
    request: new VFSRequest({ op: 3, handle: 5, offset: 1 << 20, size: 131_072 }),
  },
  {
    name: "request Write 4 KiB",
    version: 1,
    request: new VFSRequest({ op: 4, handle: 5, offset: 4096, data: new Uint8Array(4096) }),
  },
  {
    name: "request Rename v2",
    version: 2,
    request: new VFSRequest({ op: 9, path, newPath: `${path}x`, uid: 1000, gid: 1000, id: 77 }),
  },
  { name: "reply stat", version: 1, response: new VFSResponse({ stat }) },
  { name: "reply stat v2", version: 2, response: new VFSResponse({ stat: fullStat, id: 77 }) },
  { name: "reply error", version: 1, response: new VFSResponse({ err: -2 }) },
  {
    name: "reply data 4 KiB",
    version: 1,
    op: 3,
    response: new VFSResponse({ data: new Uint8Array(4096) }),
  },
  { name: "reply 100 entries", version: 1, op: 12, response: new VFSResponse({ entries }) },
];

const writer = new CborWriter(1 << 16);
const reader = new CborReader();
const request = new VFSRequest();
const response = new VFSResponse();

function encodeOurs(kind: Kind): void {
  writer.clear();
  if (kind.request !== undefined) encodeRequestOfOp(writer, kind.request, kind.version);
  if (kind.response !== undefined) encodeReplyTo(kind.op ?? 0, writer, kind.response, kind.version);
}

const ROUNDS = 15;
const ROUND_MS = 4;
/** Whether `@std/cbor` is itself: where JSR cannot be reached, another codec is imported under its name. */
const isStd = !import.meta.resolve("@std/cbor").includes("/conformance/offline/");
const STD = isStd ? "@std/cbor" : "cborg";
/** The targets of the project; the stand-in, whose decoder is faster, has none. */
const TARGETS: Readonly<Record<string, number>> = {
  "cbor-x": 1.3,
  ...(isStd ? { [STD]: 7 } : {}),
};

/** Nanoseconds a call, the best of several rounds that take turns with the others. */
function measure(runs: Readonly<Record<string, () => void>>): Record<string, number> {
  const best: Record<string, number> = {};
  const calls: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const count = calls[name] ?? 100;
      const start = performance.now();
      for (let call = 0; call < count; call++) run();
      const took = performance.now() - start;
      best[name] = Math.min(best[name] ?? Infinity, took * 1e6 / count);
      calls[name] = Math.max(100, Math.round(count * ROUND_MS / Math.max(took, 0.01)));
    }
  }
  return best;
}

function show(what: string, best: Record<string, number>): void {
  const ours = best.fusewire ?? NaN;
  const targets = Object.entries(TARGETS).map(([peer, factor]) => ({ peer, ratio: 1 / factor }));
  record({ name: what, unit: { name: "ns", better: "less" }, values: best, targets });
  const cells = Object.entries(best).map(([name, ns]) => `${name} ${ns.toFixed(0)} ns`);
  const ratios = Object.entries(TARGETS).map(([name, target]) => {
    const ratio = (best[name] ?? NaN) / ours;
    return `${name} ${ratio.toFixed(1)}x${ratio < target ? ` (target ${target}x)` : ""}`;
  });
  console.log(`${what.padEnd(30)} ${cells.join(", ").padEnd(55)} ${ratios.join(", ")}`);
}

for (const kind of KINDS) {
  encodeOurs(kind);
  const bytes = writer.view().slice();
  const value = decodeCbor(bytes);
  show(
    `encode ${kind.name}`,
    measure({
      fusewire: () => encodeOurs(kind),
      "cbor-x": () => void cborX.encode(value),
      [STD]: () => void encodeCbor(value),
    }),
  );
  show(
    `decode ${kind.name}`,
    measure({
      fusewire: () => {
        reader.reset(bytes);
        if (kind.request !== undefined) decodeRequest(reader, request, kind.version);
        else decodeResponse(reader, response, kind.version);
      },
      "cbor-x": () => void cborX.decode(bytes),
      [STD]: () => void decodeCbor(bytes),
    }),
  );
}
