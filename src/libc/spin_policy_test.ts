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

Deno.test("a longest spin of 0 never spins", () => {
  const policy = new SpinPolicy(0);
  for (let index = 0; index < 1000; index++) {
    assertEquals(policy.nextMs(), 0);
    policy.found();
  }
});

Deno.test("while others want the processor nobody spins, and that is asked once in a while", () => {
  let [isCrowded, asked] = [false, 0];
  const policy = new SpinPolicy(0.1, {
    isCrowded: () => {
      asked++;
      return isCrowded;
    },
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

Deno.test("messages that come soon without a spin bring spinning back, and those that do not, do not", () => {
  const policy = new SpinPolicy(0.1);
  spinsWithoutLuck(policy, 1000);
  for (let index = 0; index < 200; index++) policy.saw(index % 4 !== 0);
  assertEquals(policy.nextMs(), 0.1);
  const slow = new SpinPolicy(0.1);
  spinsWithoutLuck(slow, 1000);
  for (let index = 0; index < 1000; index++) slow.saw(index % 4 === 0);
  assertEquals(slow.nextMs(), 0);
});

Deno.test("how many spins have to find something can be said", () => {
  const policy = new SpinPolicy(0.1, { worth: 0.9 });
  let spins = 0;
  for (let index = 0; index < 1000; index++) {
    if (policy.nextMs() === 0) continue;
    if (++spins % 4 === 0) policy.missed();
    else policy.found();
  }
  assertEquals(spins < 100, true, String(spins));
});
