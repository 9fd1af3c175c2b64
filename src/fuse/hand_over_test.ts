import { assert, assertEquals } from "@std/assert";
import { HandOver, type HandOverOptions, type Helper, type ThreadPlace } from "./hand_over.ts";

const CALLER = 4711;
let nowMs = 0;

function handOverOf(place: ThreadPlace, options: HandOverOptions = {}): HandOver {
  return new HandOver(place, { ...options, now: () => nowMs });
}

/** Processors of a test: what was done about them, and what there is to find. */
class FakePlace implements ThreadPlace {
  number = 0;
  /** Where each thread is. */
  readonly threads = new Map<number, number>();
  crowded = false;
  mayGo = true;
  readonly processors = 2;
  isBack = false;
  isAhead = false;
  /** How often it stood back. */
  backs = 0;
  searches = 0;
  sleepers = -1;

  constructor(callerAt: number) {
    this.threads.set(CALLER, callerAt);
  }

  numberOf(thread: number): number {
    this.searches++;
    return this.threads.get(thread) ?? -1;
  }
  isCrowded(sleepers: number): boolean {
    assert(!this.isBack);
    this.sleepers = sleepers;
    return this.crowded;
  }
  goTo(number: number): boolean {
    if (this.mayGo) this.number = number;
    return this.mayGo;
  }
  standBack(): void {
    assert(!this.isBack);
    this.isBack = true;
    this.isAhead = false;
    this.backs++;
  }
  goAhead(): void {
    assert(!this.isAhead);
    this.isBack = false;
    this.isAhead = true;
  }
  standUp(): void {
    assert(this.isBack || this.isAhead);
    this.isBack = false;
    this.isAhead = false;
  }
}

/** So many requests of a thread, each followed by the next at once or not. How many replies were lent. */
function serve(
  handOver: HandOver,
  count: number,
  isNear = true,
  caller = CALLER,
  helper: Helper | null = null,
): number {
  let lent = 0;
  for (let index = 0; index < count; index++) {
    if (handOver.lend(caller, helper)) {
      lent++;
      handOver.takeBack();
    }
    handOver.looked(isNear);
  }
  return lent;
}

Deno.test("HandOver goes where the only caller is, and lends from then on", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  assertEquals(serve(handOver, 16), 0);
  assertEquals(place.number, 0);
  assertEquals(serve(handOver, 1000), 1000);
  assertEquals([place.number, place.isBack, place.searches], [1, false, 2]);
});

Deno.test("HandOver lends nothing to two callers who take turns, nor to nobody", () => {
  const handOver = handOverOf(new FakePlace(1));
  for (let index = 0; index < 500; index++) {
    assertEquals(serve(handOver, 1), 0);
    assertEquals(serve(handOver, 1, true, CALLER + 1), 0);
  }
  assertEquals(serve(handOver, 500, true, 0), 0);
});

Deno.test("HandOver lends nothing while no processor is idle, and asks again", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  place.crowded = true;
  assertEquals(serve(handOver, 500), 0);
  assertEquals(place.searches, 0);
  place.crowded = false;
  assert(serve(handOver, 500) > 400);
  place.crowded = true;
  assert(serve(handOver, 500) <= 64);
});

Deno.test("HandOver allows for the caller, who may be counted while he sleeps, once it lends", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  serve(handOver, 17);
  assertEquals(place.sleepers, 0);
  serve(handOver, 64);
  assertEquals(place.sleepers, 1);
});

Deno.test("HandOver lends nothing to a caller who stays here by itself", () => {
  const handOver = handOverOf(new FakePlace(0));
  assertEquals(serve(handOver, 1000), 0);
});

Deno.test("HandOver follows a caller who has moved", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  serve(handOver, 100);
  place.threads.set(CALLER, 3);
  assertEquals(serve(handOver, 2, false), 2);
  assertEquals([serve(handOver, 1), place.number], [1, 3]);
});

Deno.test("HandOver pauses when replies are not followed by the next request, longer each time", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  const lentFirst = serve(handOver, 500, false);
  assert(lentFirst > 0 && lentFirst < 20, String(lentFirst));
  assertEquals(serve(handOver, 500), 0);
  place.number = 0;
  const lentLater = serve(handOver, 5000, false);
  assert(lentLater > 0 && lentLater < 40, String(lentLater));
});

Deno.test("HandOver pauses when the processor comes back late", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  assert(serve(handOver, 100) > 0);
  assert(handOver.lend(CALLER));
  nowMs += 5;
  handOver.takeBack();
  assertEquals(serve(handOver, 500), 0);
});

Deno.test("HandOver gives up where it may not go", () => {
  const place = new FakePlace(1);
  place.mayGo = false;
  const handOver = handOverOf(place);
  assertEquals(serve(handOver, 500), 0);
  assert(place.searches <= 2);
  place.threads.delete(CALLER);
  assertEquals(serve(handOver, 5000), 0);
});

Deno.test("HandOver lends as long as a helper is near, and a while to see whether it comes near", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place);
  const [near, far] = [{ isNear: true }, { isNear: false }];
  const withHelper = (count: number, helper: Helper) =>
    serve(handOver, count, true, CALLER, helper);
  assertEquals(withHelper(16, far), 0);
  assertEquals(withHelper(1500, far), 1500);
  assertEquals(withHelper(5000, near), 5000);
  // The helper, the caller, and whoever of them has just gone to sleep.
  assertEquals(place.sleepers, 3);
  assertEquals(withHelper(2000, far), 2000);
  // From now on it tries again and again, but less and less often.
  let lent = 0;
  for (let count = 0; count < 300; count++) {
    place.number = 0;
    lent += withHelper(1000, far);
  }
  assert(lent > 25_000 && lent < 50_000, String(lent));
});

const NEAR: Helper = { isNear: true };

/** One that stands back between two requests, with a helper who is near or without any. */
function staying(
  helper: Helper | null = NEAR,
): { readonly place: FakePlace; readonly handOver: HandOver } {
  const place = new FakePlace(1);
  const handOver = handOverOf(place, { startsNothing: true });
  assertEquals(serve(handOver, 1000, true, CALLER, helper), 984);
  // Once in 64 requests it asks whether that is of use.
  assertEquals([place.isBack, place.backs], [true, 16]);
  place.backs = 0;
  return { place, handOver };
}

Deno.test("HandOver stands back from one request to the next, alone or beside a helper who is near", () => {
  for (const helper of [null, NEAR]) {
    const { place, handOver } = staying(helper);
    handOver.standUp();
    assertEquals(place.isBack, false);
    assertEquals(serve(handOver, 1000, true, CALLER, helper), 1000);
    assert(place.isBack && place.backs <= 17, String(place.backs));
  }
});

Deno.test("HandOver takes part between two requests while a helper is far, and where threads may begin", () => {
  const far = new FakePlace(1);
  const trials = serve(handOverOf(far, { startsNothing: true }), 1000, true, CALLER, {
    isNear: false,
  });
  assertEquals([far.isBack, far.backs], [false, trials]);
  for (const helper of [null, NEAR]) {
    const place = new FakePlace(1);
    const lent = serve(handOverOf(place), 1000, true, CALLER, helper);
    assertEquals([lent, place.isBack, place.backs], [984, false, 984]);
  }
});

Deno.test("HandOver stands back again when somebody else has let this thread take part", () => {
  const { place, handOver } = staying(null);
  place.standUp();
  assertEquals(serve(handOver, 2), 2);
  assertEquals([place.isBack, place.backs], [true, 1]);
});

Deno.test("HandOver takes part again when no request follows, and when somebody else asks", () => {
  const one = staying();
  one.handOver.looked(false);
  assertEquals(one.place.isBack, false);
  for (const caller of [CALLER + 1, 0]) {
    const other = staying();
    assertEquals(other.handOver.lend(caller, NEAR), false);
    assertEquals(other.place.isBack, false);
  }
});

Deno.test("HandOver takes part again, and pauses, when others have the processor between two requests", () => {
  const { place, handOver } = staying();
  nowMs += 5;
  assertEquals(handOver.lend(CALLER, NEAR), false);
  assertEquals(place.isBack, false);
  assertEquals(serve(handOver, 500, true, CALLER, NEAR), 0);
});

/** So many requests of callers who take turns: how many replies were written ahead of others. */
function serveCrowd(
  handOver: HandOver,
  place: FakePlace,
  count: number,
  callers = 3,
  helper: Helper | null = null,
  isNear = true,
): number {
  let ahead = 0;
  for (let index = 0; index < count; index++) {
    assertEquals(handOver.lend(CALLER + index % callers, helper), false);
    if (place.isAhead) ahead++;
    handOver.looked(isNear);
  }
  return ahead;
}

Deno.test("HandOver goes ahead for more callers than there are processors", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place, { startsNothing: true });
  assertEquals(serveCrowd(handOver, place, 63), 0);
  assertEquals(serveCrowd(handOver, place, 100), 100);
  // Two are no crowd; who is ahead is so until a window has shown that.
  assertEquals(serveCrowd(handOver, place, 200, 2) < 128, true);
  assertEquals(place.isAhead, false);
});

Deno.test("HandOver takes part like everybody else while nobody asks, and with other work", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place, { startsNothing: true });
  serveCrowd(handOver, place, 100);
  assertEquals(place.isAhead, true);
  handOver.looked(false);
  assertEquals(place.isAhead, false);
  assertEquals(serveCrowd(handOver, place, 10), 10);
  handOver.standUp();
  assertEquals(place.isAhead, false);
});

Deno.test("HandOver lends to the one caller that is left of a crowd", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place, { startsNothing: true });
  serveCrowd(handOver, place, 100);
  assert(serve(handOver, 1000) > 900);
  assertEquals([place.isBack, place.isAhead], [true, false]);
});

Deno.test("HandOver goes ahead neither where threads may be started nor with a helper", () => {
  const place = new FakePlace(1);
  assertEquals(serveCrowd(handOverOf(place), place, 500), 0);
  const handOver = handOverOf(place, { startsNothing: true });
  assertEquals(serveCrowd(handOver, place, 500, 3, { isNear: true }), 0);
});

Deno.test("HandOver does not go ahead of callers who leave it nothing to do", () => {
  const place = new FakePlace(1);
  const handOver = handOverOf(place, { startsNothing: true });
  assertEquals(serveCrowd(handOver, place, 500, 3, null, false), 0);
});
