import { assert, assertEquals } from "@std/assert";
import { AnswerHold, type HoldTimes } from "./answer_hold.ts";
import { FakeChannel } from "./testing/fake_channel.ts";

const MESSAGE = new Uint8Array(8);

/** A hold of a channel, and how often it has looked. */
class Subject {
  readonly channel = new FakeChannel();
  looks = 0;
  isTaken = false;
  rests = 0;
  isThere = false;
  isWoken = false;
  readonly #hold: AnswerHold;

  constructor(times: HoldTimes) {
    this.#hold = new AnswerHold(this.channel, times, () => true);
  }

  get isNear(): boolean {
    return this.#hold.isNear;
  }

  /** Holds until the look of this number. Returns how many looks it took. */
  hold(until: number, meanwhile: () => void = () => {}): number {
    this.looks = 0;
    const look = (): boolean => {
      this.looks++;
      meanwhile();
      return this.looks >= until;
    };
    const rest = (): boolean => {
      this.rests++;
      return this.isThere;
    };
    const [isTaken, isWoken] = [() => this.isTaken, () => this.isWoken];
    this.#hold.hold({ look, rest, isTaken, isWoken });
    return this.looks;
  }
}

const LONG: HoldTimes = { spinMs: 60_000, lingerMs: 60_000 };

Deno.test("the thread is held until the answer is there", () => {
  const subject = new Subject(LONG);
  assertEquals(subject.hold(1), 1);
  assertEquals(subject.hold(100), 100);
  assertEquals(subject.channel.briefWaits, 0);
});

Deno.test("a request that comes before the answer is not kept waiting", () => {
  const subject = new Subject(LONG);
  subject.channel.send(MESSAGE);
  assertEquals(subject.hold(100), 1);
  const other = new Subject(LONG);
  let sentAt = Infinity;
  other.hold(Infinity, () => {
    if (other.looks === 20) {
      other.channel.send(MESSAGE);
      sentAt = performance.now();
    }
  });
  assert(other.looks >= 20);
  // Found within some microseconds; a busy machine may have taken the thread away meanwhile.
  assert(performance.now() - sentAt < 1000, `${performance.now() - sentAt} ms`);
  const sleeping = new Subject({ spinMs: 0, lingerMs: 60_000 });
  sleeping.channel.wakes.push("message");
  assertEquals(sleeping.hold(100), 1);
});

Deno.test("before the thread sleeps it looks at what came when it said so", () => {
  const subject = new Subject({ spinMs: 0, lingerMs: 60_000 });
  subject.isThere = true;
  assertEquals([subject.hold(2), subject.rests, subject.channel.briefWaits], [2, 1, 0]);
  const spinning = new Subject(LONG);
  assertEquals([spinning.hold(100), spinning.rests], [100, 0]);
});

Deno.test("answers of who has to be woken come too late, and those of who is awake are looked for still", () => {
  const subject = new Subject({ spinMs: 0.05, lingerMs: 0 });
  subject.isWoken = true;
  for (let count = 0; count < 32; count++) subject.hold(Infinity);
  // It is given up, but for a trial now and then.
  assertEquals(subject.hold(Infinity), 1);
  subject.isWoken = false;
  assertEquals(subject.hold(4), 4);
});

Deno.test("without spinning the thread sleeps until something comes, and looks then", () => {
  const subject = new Subject({ spinMs: 0, lingerMs: 60_000 });
  subject.channel.wakes.push("answer", "answer", "nothing");
  assertEquals(subject.hold(3), 3);
  assertEquals(subject.channel.wakes, ["nothing"]);
  assertEquals(subject.hold(3), 1);
  subject.channel.wakes.push("work");
  assertEquals(subject.hold(3), 1);
});

Deno.test("with neither time the thread is not held", () => {
  const subject = new Subject({ spinMs: 0, lingerMs: 0 });
  assertEquals(subject.hold(3), 1);
  assertEquals(subject.channel.briefWaits, 0);
});

Deno.test("answers that take long end the spinning, and then the sleeping", () => {
  const subject = new Subject({ spinMs: 0.2, lingerMs: 60_000 });
  for (let count = 0; count < 32; count++) subject.hold(Infinity);
  const { briefWaits } = subject.channel;
  assertEquals([briefWaits > 0, briefWaits < 16], [true, true]);
  assertEquals(subject.hold(Infinity), 1);
  assertEquals(subject.channel.briefWaits, briefWaits);
});

Deno.test("a server is near while it takes most requests at once", () => {
  const subject = new Subject(LONG);
  const serve = (count: number): void => {
    for (let index = 0; index < count; index++) subject.hold(1);
  };
  assertEquals(subject.isNear, false);
  subject.isTaken = true;
  serve(100);
  assertEquals(subject.isNear, true);
  subject.isTaken = false;
  serve(10);
  assertEquals(subject.isNear, true);
  serve(100);
  assertEquals(subject.isNear, false);
});
