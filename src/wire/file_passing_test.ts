import { assertEquals } from "@std/assert";
import { O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from "../base/mod.ts";
import { BaseHandle, FileInfo } from "../provider/mod.ts";
import { FilePassing, PASSED_READ_MIN } from "./file_passing.ts";
import type { ByteChannel } from "./transport.ts";

/** A handle that is a file of the host, or none. */
class Open extends BaseHandle {
  readonly hostFd?: number;

  constructor(hostFd?: number) {
    super(O_RDWR, "/f");
    if (hostFd !== undefined) this.hostFd = hostFd;
  }
  override close(): void {}
}

/** A channel that only passes descriptors, if it `takes` any. */
class Passes implements ByteChannel {
  readonly passed: [fd: number, number: number][] = [];
  takes = true;

  passDescriptor(fd: number, number: number): boolean {
    if (this.takes) this.passed.push([fd, number]);
    return this.takes;
  }
  read(): Promise<null> {
    return Promise.resolve(null);
  }
  write(): Promise<number> {
    return Promise.resolve(0);
  }
  close(): void {}
}

const file = (size: number): FileInfo => new FileInfo({ name: "f", mode: 0o100644, size });
const LARGE = file(PASSED_READ_MIN);
const SMALL = file(PASSED_READ_MIN - 1);

Deno.test("files of the host are passed that are written, or that are large", () => {
  const passing = new FilePassing(new Passes(), true);
  assertEquals(passing.pass(new Open(7), O_WRONLY, SMALL), 1);
  assertEquals(passing.pass(new Open(7), O_RDWR, SMALL), 2);
  assertEquals(passing.pass(new Open(7), O_RDONLY, LARGE), 3);
  assertEquals(passing.pass(new Open(7), O_RDONLY, SMALL), 0);
  // Neither what is no file of the host, nor what can be anything but read and written.
  assertEquals(passing.pass(new Open(), O_RDWR, LARGE), 0);
  assertEquals(passing.pass(new Open(-1), O_RDWR, LARGE), 0);
  assertEquals(passing.pass(new Open(7), O_PATH, LARGE), 0);
  assertEquals(passing.pass(new Open(7), O_RDWR, new FileInfo({ name: "p", mode: 0o010644 })), 0);
});

Deno.test("nothing is passed where it is not allowed, nor where there is no way", () => {
  const channel = new Passes();
  assertEquals(new FilePassing(channel, false).pass(new Open(7), O_RDWR, LARGE), 0);
  const without: ByteChannel = {
    read: () => channel.read(),
    write: () => channel.write(),
    close: () => channel.close(),
  };
  assertEquals(new FilePassing(without, true).pass(new Open(7), O_RDWR, LARGE), 0);
  assertEquals(channel.passed, []);
});

Deno.test("what is passed is numbered from 1 to 255, and what is not takes no number", () => {
  const channel = new Passes();
  const passing = new FilePassing(channel, true);
  for (let number = 1; number <= 255; number++) {
    channel.takes = false;
    assertEquals(passing.pass(new Open(number), O_RDWR, SMALL), 0);
    channel.takes = true;
    assertEquals(passing.pass(new Open(number), O_RDWR, SMALL), number);
  }
  assertEquals(passing.pass(new Open(256), O_RDWR, SMALL), 1);
  assertEquals(channel.passed.map(([fd]) => fd), Array.from({ length: 256 }, (_, at) => at + 1));
});
