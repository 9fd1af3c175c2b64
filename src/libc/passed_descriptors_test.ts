import { assert, assertEquals, assertThrows } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError } from "../base/mod.ts";
import {
  acceptedSockets,
  close,
  connectUnix,
  DescriptorReceiver,
  DescriptorSender,
  eventfd,
  receiveNow,
  receiveWithDescriptors,
  sendNow,
  sendWithDescriptors,
} from "./mod.ts";

const DATA = new Uint8Array([1, 2, 3]);

/** Both ends of a Unix socket, which do not block. */
class Ends extends ScratchDirectory implements AsyncDisposable {
  near: number;
  far = -1;
  readonly #listener: Deno.Listener;
  #accepted: Deno.Conn | null = null;

  constructor() {
    super();
    const path = `${this.path}/s`;
    this.#listener = Deno.listen({ transport: "unix", path });
    this.near = connectUnix(path);
  }

  async accept(): Promise<void> {
    this.#accepted = await this.#listener.accept();
    this.far = acceptedSockets(`${this.path}/s`)[0] ?? -1;
    assert(this.far >= 0);
  }

  /** Ends the far side. */
  end(): void {
    this.#accepted?.close();
    this.#accepted = null;
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    this.#listener.close();
    if (this.near >= 0) close(this.near);
    this[Symbol.dispose]();
  }
}

async function ends(): Promise<Ends> {
  const made = new Ends();
  await made.accept();
  return made;
}

/** What comes with the next bytes. */
function receive(fd: number, count: number): { bytes: number[] | null; fds: number[] } {
  const buffer = new Uint8Array(8);
  let fds: number[] = [];
  const size = receiveWithDescriptors(fd, buffer, count, (taken) => {
    fds = taken;
  });
  return { bytes: size === null ? null : [...buffer.subarray(0, size)], fds };
}

const linkOf = (fd: number): string => Deno.readLinkSync(`/proc/self/fd/${fd}`);
const isInherited = (fd: number): boolean => {
  const flags = /flags:\s*(\d+)/.exec(Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`))?.[1];
  return (parseInt(flags ?? "0", 8) & 0o2000000) === 0;
};

Deno.test("descriptors come with the first of the bytes, as copies that no program inherits", async () => {
  await using here = await ends();
  using scratch = new ScratchDirectory();
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  using file = Deno.openSync(`${scratch.path}/f`);
  const counter = eventfd();
  const [sent = -1] = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name))
    .filter((fd) => fd > 2 && safeLink(fd) === `${scratch.path}/f`);
  assert(file !== null && sent >= 0);
  assertEquals(sendWithDescriptors(here.far, DATA, [sent, counter]), 3);
  close(counter);
  const { bytes, fds } = receive(here.near, 2);
  assertEquals(bytes, [1, 2, 3]);
  assertEquals(fds.map(linkOf), [`${scratch.path}/f`, "anon_inode:[eventfd]"]);
  assertEquals(fds.map(isInherited), [false, false]);
  fds.forEach(close);
});

function safeLink(fd: number): string | null {
  try {
    return linkOf(fd);
  } catch {
    return null; // The one that listed the others.
  }
}

Deno.test("bytes without descriptors, nothing, and the end are what they always are", async () => {
  await using here = await ends();
  assertEquals(receive(here.near, 2), { bytes: [], fds: [] });
  sendNow(here.far, DATA);
  assertEquals(receive(here.near, 2), { bytes: [1, 2, 3], fds: [] });
  here.end();
  assertEquals(receive(here.near, 2), { bytes: null, fds: [] });
});

Deno.test("of descriptors that nobody wants, or that are not as many, none is kept", async () => {
  await using here = await ends();
  const counter = eventfd();
  const before = openDescriptors();
  sendWithDescriptors(here.far, DATA, [counter]);
  assertEquals(receive(here.near, 2), { bytes: [1, 2, 3], fds: [] });
  sendWithDescriptors(here.far, DATA, [counter, counter]);
  assertEquals(receiveNow(here.near, new Uint8Array(8)), 3);
  sendWithDescriptors(here.far, DATA, [counter, counter]);
  assertEquals(receive(here.near, 1), { bytes: [1, 2, 3], fds: [] });
  assertEquals(openDescriptors(), before);
  const many = Array.from({ length: 200 }, () => counter);
  sendWithDescriptors(here.far, DATA, many);
  const { fds } = receive(here.near, 2);
  assertEquals(openDescriptors(), before + fds.length);
  fds.forEach(close);
  close(counter);
});

Deno.test("a broken connection and a broken descriptor are errors", async () => {
  await using here = await ends();
  assertThrows(() => sendWithDescriptors(here.far, DATA, [9999]), FsError, "EBADF");
  assertEquals(receive(here.near, 2).bytes, []);
  const { far } = here;
  close(here.near);
  here.near = -1;
  const counter = eventfd();
  assertThrows(() => sendWithDescriptors(far, DATA, [counter]), FsError, "EPIPE");
  close(counter);
});

/** What a receiver takes next: its bytes, and how many descriptors came with the last of them. */
function take(receiver: DescriptorReceiver, fd: number): [bytes: number[] | null, fds: number] {
  const size = receiver.receive(fd);
  if (size === null) return [null, 0];
  const fds = size === 0 ? [] : receiver.taken();
  fds.forEach(close);
  return [Array.from({ length: size }, (_, index) => receiver.byteAt(index)), fds.length];
}

Deno.test("descriptors that are passed one after the other come each with its byte", async () => {
  await using here = await ends();
  const counter = eventfd();
  const before = openDescriptors();
  const [sender, receiver] = [new DescriptorSender(), new DescriptorReceiver(8, 2)];
  assertEquals(take(receiver, here.near), [[], 0]);
  sendNow(here.far, DATA);
  assert(sender.send(here.far, counter, 77));
  assert(sender.send(here.far, counter, 255));
  sendWithDescriptors(here.far, new Uint8Array([9]), [counter, counter]);
  sendNow(here.far, DATA);
  assertEquals(take(receiver, here.near), [[1, 2, 3, 77], 1]);
  assertEquals(take(receiver, here.near), [[255], 1]);
  assertEquals(take(receiver, here.near), [[9], 2]);
  assertEquals(take(receiver, here.near), [[1, 2, 3], 0]);
  assertEquals(take(receiver, here.near), [[], 0]);
  assertEquals(openDescriptors(), before);
  here.end();
  assertEquals(take(receiver, here.near), [null, 0]);
  close(counter);
});

Deno.test("who takes no descriptors is passed no more after a while, and nobody waits for him", async () => {
  await using here = await ends();
  const counter = eventfd();
  const sender = new DescriptorSender();
  let passed = 0;
  while (passed < 100_000 && sender.send(here.far, counter, 1)) passed++;
  assert(passed > 10 && passed < 10_000, `${passed} passed`);
  const receiver = new DescriptorReceiver(8, 1);
  assertEquals(take(receiver, here.near), [[1], 1]);
  close(counter);
  assertThrows(() => sender.send(here.far, 9999, 1), FsError, "EBADF");
});
