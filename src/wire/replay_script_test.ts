import { assert, assertEquals } from "@std/assert";
import { CborWriter } from "../cbor/mod.ts";
import { encodeRequest, encodeResponse } from "./codec.ts";
import { OpCode } from "./op_code.ts";
import type { RecordedFrame } from "./session_recording.ts";
import { comparable, replayScript } from "./replay_script.ts";
import { VFSHello } from "./vfs_parts.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";

function encoded(response: Partial<VFSResponse>): Uint8Array {
  const writer = new CborWriter();
  encodeResponse(writer, new VFSResponse(response), 2);
  return writer.view().slice();
}

function hello(shares: boolean): Uint8Array {
  return encoded({ id: 1, hello: Object.assign(new VFSHello(), { version: 2, shares }) });
}

Deno.test("what is a matter of the connection is not compared", () => {
  const opened = (passed: number): Uint8Array => encoded({ handle: 1, passed });
  for (const pair of [[hello(true), hello(false)], [opened(7), opened(0)]]) {
    const bytes = pair.map((message) => comparable(message, 2, {}).bytes.slice());
    assert(pair[0]?.length !== pair[1]?.length);
    assertEquals(bytes[0], bytes[1]);
  }
});

Deno.test("whether memory was shared may be answered in any way", () => {
  const asked = (request: Partial<VFSRequest>): RecordedFrame => {
    const writer = new CborWriter();
    encodeRequest(writer, new VFSRequest(request), 2);
    return { atMs: 0, from: "client", message: writer.view().slice() };
  };
  const answered = (message: Uint8Array): RecordedFrame => ({ atMs: 0, from: "server", message });
  const steps = replayScript([
    asked({ op: OpCode.Hello, version: 2, id: 1 }),
    answered(hello(true)),
    asked({ op: OpCode.Share, id: 2 }),
    answered(encoded({ id: 2 })),
    asked({ op: OpCode.Lookup, path: "/", id: 3 }),
    answered(encoded({ id: 3 })),
  ], {});
  const incidental = steps.flatMap((step) => "ask" in step ? [step.ask.incidental] : []);
  assertEquals(incidental, [false, true, false]);
});
