import { assert, assertEquals } from "@std/assert";
import { close, eventfd } from "./descriptor.ts";
import { libc } from "./library.ts";
import { POLLOUT } from "./descriptor_waits.ts";
import { PollSet } from "./poll_set.ts";
import { Processor, ProcessorLoad } from "./processor.ts";

/** What proc_pid_stat(5) says of this thread, from its third field on. */
function stat(): string[] {
  const line = Deno.readTextFileSync("/proc/thread-self/stat");
  return line.slice(line.lastIndexOf(")") + 2).split(" ");
}

function nice(): number {
  return Number(stat()[16]);
}

function policy(): number {
  return Number(stat()[38]);
}

function allowed(status: string): string | undefined {
  return /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1];
}

/** The processors that a list such as `0-2,7` names. */
function processorsOf(list = ""): number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

const place = Processor.ofThread();
const why = "needs CAP_SYS_NICE or RLIMIT_NICE, and two processors";
if (place === null) console.log(`Left out: how a thread stands back ${why}`);

Deno.test({
  name: "Processor.goTo() moves this thread and leaves it free to go elsewhere",
  ignore: place === null,
  fn: () => {
    assert(place !== null);
    const before = allowed(Deno.readTextFileSync("/proc/thread-self/status"));
    const numbers = processorsOf(before);
    assert(numbers.length > 1);
    for (const number of numbers) {
      assert(place.goTo(number));
      assertEquals(allowed(Deno.readTextFileSync("/proc/thread-self/status")), before);
    }
    assertEquals(place.goTo(Math.max(...numbers) + 1), false);
    assertEquals(place.goTo(-1), false);
    assertEquals(place.goTo(1 << 20), false);
  },
});

Deno.test({
  name: "Processor.standBack() and standUp() change the policy there and back, and nothing else",
  ignore: place === null,
  fn: () => {
    assert(place !== null);
    const niceBefore = nice();
    assertEquals(policy(), 0);
    place.standBack();
    const back = policy();
    place.standUp();
    assertEquals([back, policy(), nice()], [5, 0, niceBefore]);
    const child = new Deno.Command("cat", { args: ["/proc/self/stat"] }).outputSync();
    const line = new TextDecoder().decode(child.stdout);
    assertEquals(line.slice(line.lastIndexOf(")") + 2).split(" ")[38], "0");
  },
});

Deno.test({
  name: "Processor.goAhead() changes the nice value, and whatever follows changes it back",
  ignore: place === null,
  fn: () => {
    assert(place !== null);
    const before = nice();
    place.goAhead();
    const ahead = [place.isAhead, place.isBack, policy(), nice()];
    place.standBack();
    const back = [place.isAhead, place.isBack, policy()];
    place.goAhead();
    place.standUp();
    assertEquals(ahead, [true, false, 0, Math.max(before - 10, -20)]);
    assertEquals(back, [false, true, 5]);
    assertEquals([place.isAhead, place.isBack, policy(), nice()], [false, false, 0, before]);
    assert(place.processors >= 2);
  },
});

Deno.test({
  name:
    "what another thread is to do is begun standing up, as that thread would inherit the policy",
  ignore: place === null,
  fn: async () => {
    assert(place !== null);
    const counter = eventfd(false);
    const set = new PollSet([counter, POLLOUT]);
    try {
      place.standBack();
      assertEquals([place.isBack, policy()], [true, 5]);
      const waiting = set.wait();
      assertEquals([place.isBack, policy()], [false, 0]);
      await waiting;
      const before = nice();
      place.goAhead();
      assertEquals([place.isAhead, nice() < before], [true, true]);
      const again = set.wait();
      assertEquals([place.isAhead, nice()], [false, before]);
      await again;
    } finally {
      close(counter);
    }
  },
});

Deno.test({
  name: "Processor keeps a nice value that this thread has been given meanwhile",
  ignore: place === null,
  fn: () => {
    assert(place !== null);
    const before = nice();
    libc().setpriority(0, 0, before + 1);
    try {
      place.isCrowded();
      place.standBack();
      place.standUp();
      assertEquals([policy(), nice()], [0, before + 1]);
    } finally {
      libc().setpriority(0, 0, before);
      place.isCrowded();
    }
  },
});

Deno.test({
  name: "Processor.numberOf() finds where a thread runs, whatever its name",
  ignore: place === null,
  fn: async () => {
    assert(place !== null);
    assert(
      processorsOf(allowed(Deno.readTextFileSync("/proc/self/status"))).includes(place.number),
    );
    // The name of a thread may hold spaces and parentheses.
    const script = "printf '%s' 'a) 7 (b' > /proc/self/comm; echo ready; read line";
    const child = new Deno.Command("sh", { args: ["-c", script], stdin: "piped", stdout: "piped" });
    const process = child.spawn();
    const reader = process.stdout.getReader();
    await reader.read();
    const text = await Deno.readTextFile(`/proc/${process.pid}/stat`);
    const expected = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[36]);
    assertEquals(place.numberOf(process.pid), expected);
    await process.stdin.close();
    await process.status;
    await reader.cancel();
    assertEquals(place.numberOf(process.pid), -1);
    assertEquals(typeof place.isCrowded(), "boolean");
  },
});

Deno.test("ProcessorLoad tells that more threads run than there are processors", async () => {
  const load = new ProcessorLoad();
  const count = load.countAllowed();
  assertEquals(count, processorsOf(allowed(Deno.readTextFileSync("/proc/self/status"))).length);
  assertEquals(load.isCrowded(1_000_000), false);
  const script = "while :; do :; done";
  const busy = Array.from({ length: count + 1 }, () => {
    return new Deno.Command("sh", { args: ["-c", script], stdin: "null" }).spawn();
  });
  try {
    let crowded = 0;
    for (let looks = 0; looks < 20; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (load.isCrowded()) crowded++;
    }
    assert(crowded >= 15, `${crowded} of 20`);
  } finally {
    for (const process of busy) process.kill("SIGKILL");
    await Promise.all(busy.map((process) => process.status));
  }
  assertEquals(load.read("/proc/no-such-file").length, 0);
});
