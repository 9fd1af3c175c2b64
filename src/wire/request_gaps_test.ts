import { assert, assertEquals } from "@std/assert";
import { RequestGaps } from "./request_gaps.ts";

const LONGEST_MS = 0.14;

/** A client whose gaps a test says, and what is made of them. */
class Client {
  #now = 1000;
  readonly gaps: RequestGaps;

  constructor(isCrowded = () => false) {
    this.gaps = new RequestGaps(LONGEST_MS, isCrowded);
  }

  /** The next requests come after these times. For how long it was looked for each. */
  ask(...gapsMs: readonly number[]): number[] {
    return gapsMs.map((gapMs) => {
      const spinMs = this.gaps.begin(this.#now);
      const isFound = gapMs < spinMs;
      // Who sleeps hears of it later.
      this.#now += isFound ? gapMs : gapMs + 0.03;
      if (isFound) this.gaps.found(this.#now);
      else if (spinMs > 0) this.gaps.missed();
      if (!isFound) this.gaps.came(this.#now);
      return spinMs;
    });
  }

  /** The same gaps again and again. */
  repeat(times: number, ...gapsMs: readonly number[]): number[] {
    return Array.from({ length: times }, () => this.ask(...gapsMs)).flat();
  }
}

function share(values: readonly number[], value: number): number {
  return values.filter((each) => each === value).length / values.length;
}

Deno.test("who asks at once is looked for, and after a while only as long as that takes", () => {
  const client = new Client();
  assertEquals(client.ask(0.01), [LONGEST_MS]);
  client.repeat(100, 0.01);
  assertEquals(share(client.repeat(100, 0.01), 0.05), 1);
});

Deno.test("who asks at once only every other time is looked for longer", () => {
  const client = new Client();
  client.repeat(100, 0.01);
  client.repeat(100, 0.02, 0.1);
  assertEquals(share(client.repeat(100, 0.02, 0.1), LONGEST_MS), 1);
});

Deno.test("who asks twice at once and then works on a file is looked for longer", () => {
  const client = new Client();
  client.repeat(200, 0.02, 0.03, 0.1);
  assertEquals(share(client.repeat(100, 0.02, 0.03, 0.1), LONGEST_MS), 1);
});

Deno.test("who takes long is looked for once in a while, and again when he is quicker", () => {
  const client = new Client();
  client.repeat(200, 5);
  assert(share(client.repeat(640, 5), 0) > 0.98);
  const quick = client.repeat(100, 0.12);
  assert(share(quick, 0) < 0.6, String(share(quick, 0)));
  assertEquals(share(client.repeat(100, 0.12), LONGEST_MS), 1);
});

Deno.test("pauses say nothing of how long a look should be", () => {
  const client = new Client();
  client.repeat(100, 0.01);
  client.repeat(100, 0.01, 50);
  assertEquals(share(client.repeat(100, 0.01), 0.05), 1);
});

Deno.test("nobody is looked for where others want the processor", () => {
  const client = new Client(() => true);
  assertEquals(share(client.repeat(500, 0.01), 0), 1);
});
