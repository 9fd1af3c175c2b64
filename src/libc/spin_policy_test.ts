import { assertEquals } from "@std/assert";
import { SpinPolicy } from "./spin_policy.ts";

/** How many of `count` spins take place when each ends without a message. */
function spinsWithoutLuck(policy: SpinPolicy, count: number): number {
  let spins = 0;
  for (let index = 0; index < count; index++) {
    if (policy.nextMs() === 0) continue;
    spins++;
    policy.missed();
  }
  return spins;
}

Deno.test("spinning goes on while it finds messages", () => {
  const policy = new SpinPolicy(0.1);
  for (let index = 0; index < 1000; index++) {
    assertEquals(policy.nextMs(), 0.1);
    if (index % 4 === 0) policy.missed();
    else policy.found();
  }
});

Deno.test("spinning that finds nothing stops, but for a try now and then", () => {
  const policy = new SpinPolicy(0.1);
  spinsWithoutLuck(policy, 100);
  assertEquals(spinsWithoutLuck(policy, 6400), 100);
});

Deno.test("spinning comes back when tries find messages again", () => {
  const policy = new SpinPolicy(0.1);
  spinsWithoutLuck(policy, 1000);
  for (let index = 0; index < 1000; index++) if (policy.nextMs() > 0) policy.found();
  assertEquals(policy.nextMs(), 0.1);
});

Deno.test("one try that finds a message is enough to go on, as long as the next ones do", () => {
  const policy = new SpinPolicy(0.1);
  spinsWithoutLuck(policy, 1000);
  while (policy.nextMs() === 0);
  policy.found();
  assertEquals(policy.nextMs(), 0.1);
  policy.missed();
  assertEquals(policy.nextMs(), 0);
});

Deno.test("a longest spin of 0 never spins", () => {
  const policy = new SpinPolicy(0);
  for (let index = 0; index < 1000; index++) {
    assertEquals(policy.nextMs(), 0);
    policy.found();
  }
});

Deno.test("while others want the processor nobody spins, and that is asked once in a while", () => {
  let [isCrowded, asked] = [false, 0];
  const policy = new SpinPolicy(0.1, () => {
    asked++;
    return isCrowded;
  });
  const spins = (count: number): number => {
    let sum = 0;
    for (let index = 0; index < count; index++) {
      if (policy.nextMs() === 0) continue;
      sum++;
      policy.found();
    }
    return sum;
  };
  assertEquals(spins(1000), 1000);
  isCrowded = true;
  assertEquals(spins(1000) < 100, true);
  isCrowded = false;
  assertEquals(spins(1000) > 900, true);
  assertEquals(asked < 60, true);
});
