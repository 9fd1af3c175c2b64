import { assertEquals } from "@std/assert";
import { NoticeLanes } from "./notice_lanes.ts";

/** Writes that end when they are told to. */
class Writes {
  /** What has begun, in that order. */
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  /** One that the kernel has wait. */
  readonly write = (name: string) => (): Promise<boolean> => {
    this.begun.push(name);
    return new Promise((resolve) => this.#ends.set(name, () => resolve(true)));
  };

  /** It need not wait any more. */
  end(name: string): void {
    this.#ends.get(name)?.();
    this.#ends.delete(name);
  }

  /** None needs to. */
  endAll(): void {
    for (const name of [...this.#ends.keys()]) this.end(name);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

Deno.test("notices of one lane are written one after the other, others meanwhile", async () => {
  const [lanes, writes] = [new NoticeLanes(), new Writes()];
  for (const name of ["a1", "a2", "b1"]) lanes.send(name[0]!, name, writes.write(name));
  await settled();
  assertEquals(writes.begun, ["a1", "b1"]);
  writes.end("a1");
  await settled();
  assertEquals(writes.begun, ["a1", "b1", "a2"]);
  writes.endAll();
  await lanes.end();
});

Deno.test("a notice that waits will do for another one of its key, one that is being written will not", async () => {
  const [lanes, writes] = [new NoticeLanes(), new Writes()];
  const send = (name: string): Promise<boolean> => lanes.send("a", "key", writes.write(name));
  const sent = [send("first"), send("merged")];
  await settled();
  sent.push(send("second"), send("merged"), send("merged"));
  assertEquals(writes.begun, ["first"]);
  for (const name of ["first", "second"]) {
    writes.end(name);
    await settled();
  }
  assertEquals(await Promise.all(sent), [true, true, true, true, true]);
  assertEquals(writes.begun, ["first", "second"]);
});

Deno.test("a notice without a key keeps its place, and what follows is not taken for what was before", async () => {
  const [lanes, writes] = [new NoticeLanes(), new Writes()];
  const all = ["1", "store", "2"];
  lanes.send("a", "first", writes.write("first"));
  for (const name of all) lanes.send("a", name === "store" ? null : "forget", writes.write(name));
  for (const name of ["first", ...all]) {
    await settled();
    writes.end(name);
  }
  assertEquals(writes.begun, ["first", ...all]);
});

Deno.test("few are written at once, whatever lanes and mounts there are", async () => {
  const [some, others, writes] = [new NoticeLanes(), new NoticeLanes(), new Writes()];
  const sent = Array.from({ length: 100 }, (_, index) => {
    return (index % 2 === 0 ? some : others).send(`${index}`, "", writes.write(`${index}`));
  });
  await settled();
  assertEquals(writes.begun.length, 8);
  while (writes.begun.length < sent.length) {
    writes.endAll();
    await settled();
  }
  writes.endAll();
  assertEquals(writes.begun, sent.map((_, index) => `${index}`));
  assertEquals(new Set(await Promise.all(sent)), new Set([true]));
});

Deno.test("after the end nothing is written any more", async () => {
  const [lanes, writes] = [new NoticeLanes(), new Writes()];
  const failing = lanes.send("b", "", () => Promise.reject(new Error("ENODEV")));
  failing.catch(() => {});
  const sent = ["1", "2"].map((name) => lanes.send("a", name, writes.write(name)));
  await settled();
  const ended = lanes.end();
  writes.end("1");
  await ended;
  assertEquals(await Promise.all(sent), [true, false]);
  assertEquals(await lanes.send("a", "3", writes.write("3")), false);
  assertEquals(writes.begun, ["1"]);
});
